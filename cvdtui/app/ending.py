"""Signals end the screen as a key would: state flushed, terminal restored.

Unhandled, they leave a broken terminal.
"""

import asyncio
import signal
from collections.abc import Callable

ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def on_signals(leave: Callable[[int], None]) -> None:
    """From now on the signals that end a program call `leave` with the exit code the shell expects."""
    loop = asyncio.get_running_loop()
    for number in ENDINGS:
        try:
            loop.add_signal_handler(number, leave, 128 + number)
        except (NotImplementedError, RuntimeError, ValueError):
            return  # not the main thread (tests), or no signals here
