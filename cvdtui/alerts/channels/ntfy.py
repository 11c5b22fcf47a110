"""ntfy, published as JSON: https://docs.ntfy.sh/publish/#publish-as-json."""

import msgspec

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.channels.web import Post
from cvdtui.alerts.secrets import resolve
from cvdtui.config import AlertChannel

SERVER = "https://ntfy.sh"


def ntfy(alert: Alert, table: AlertChannel) -> Post:
    """POST to the server; on a public one the topic is as good as a password, so it is a secret too."""
    url, topic, token = resolve(table.url) or SERVER, resolve(table.topic), resolve(table.token)
    tag = "bell" if alert.test else "green_circle" if alert.side == "buy" else "red_circle"
    # The topic goes into the body: addresses are what servers and proxies log.
    body = {"topic": topic, "title": alert.title, "message": alert.text, "tags": [tag]}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Post(url, msgspec.json.encode(body), headers, [one for one in (topic, token) if one])
