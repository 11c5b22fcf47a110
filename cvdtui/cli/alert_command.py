"""`cvdtui alert test CHANNEL`: one test alert through one channel, sent once, and the result."""

import asyncio
import sys

from cvdtui.cli import config_layers
from cvdtui.cli.parsers import parser
from cvdtui.config import AlertChannel, Alerts
from cvdtui.config.names import hint
from cvdtui.errors import AlertError, UsageError


def main(words: list[str]) -> int:
    """0 when it was sent. Raises UsageError for a channel that does not exist, AlertError with the reason."""
    arguments = parser("alert").parse_intermixed_args(words)
    config = config_layers.checked(config_layers.given(arguments))
    name = arguments.channel
    kind = config.alerts.kind_of(name)
    if kind is None:
        raise UsageError(f'no channel is named "{name[:40]}"{hint(name, config.alerts.names())}')
    asyncio.run(_send(config.alerts, name))
    sys.stdout.write(f"{name}: sent\n" if kind == name else f"{name} ({kind}): sent\n")
    return 0


async def _send(alerts: Alerts, name: str) -> None:
    from cvdtui.alerts.alert import sample_alert
    from cvdtui.alerts.channels import Screen, make
    from cvdtui.monitor.clock import wall_us

    kind = alerts.kind_of(name)
    assert kind is not None  # noqa: S101 - main has checked it
    screen = Screen(_write if sys.stderr.isatty() else None, lambda text: _write(f"{text}\n"))
    channel = make(kind, alerts.channels.get(name, AlertChannel()), screen)
    try:
        await channel.send(sample_alert(wall_us()))
    except AlertError as error:
        raise AlertError(f"{name}: {error}") from None
    finally:
        await channel.close()


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
