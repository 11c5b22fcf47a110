"""A webhook of the user's own: the whole alert as JSON."""

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.channels.web import Post
from cvdtui.alerts.secrets import resolve
from cvdtui.config import AlertChannel


def webhook(alert: Alert, table: AlertChannel) -> Post:
    """POST url; the token, where there is one, as Bearer."""
    url, token = resolve(table.url), resolve(table.token)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Post(url, alert.json, headers, [token] if token else [])
