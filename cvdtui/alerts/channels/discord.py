"""Discord: https://docs.discord.com/developers/resources/webhook#execute-webhook."""

import msgspec

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.channels.web import Post
from cvdtui.alerts.secrets import resolve
from cvdtui.config import AlertChannel


def discord(alert: Alert, table: AlertChannel) -> Post:
    """POST the webhook's address, which is the secret; no text can mention anybody."""
    # Discord refuses more than 2,000 characters.
    body = {"content": f"**{alert.title}**\n{alert.text}"[:2000], "allowed_mentions": {"parse": []}}
    return Post(resolve(table.url), msgspec.json.encode(body))
