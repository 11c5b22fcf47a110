"""Telegram: a bot writes into a chat: https://core.telegram.org/bots/api#sendmessage."""

import msgspec

from cvdtui.alerts.alert import Alert
from cvdtui.alerts.channels.web import Post
from cvdtui.alerts.secrets import resolve
from cvdtui.config import AlertChannel

SERVER = "https://api.telegram.org"


def telegram(alert: Alert, table: AlertChannel) -> Post:
    """POST to server/bot<token>/sendMessage: the token is part of the address."""
    url, token, chat = resolve(table.url) or SERVER, resolve(table.token), resolve(table.chat)
    # Without parse_mode: a symbol with [ or _ would else be markup, and unbalanced markup is refused.
    body = {"chat_id": chat, "text": f"{alert.title}\n{alert.text}"}
    return Post(f"{url}/bot{token}/sendMessage", msgspec.json.encode(body), secrets=[token, chat])
