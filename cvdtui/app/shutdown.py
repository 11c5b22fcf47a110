"""Signals end the screen as a key would: state flushed, terminal restored.

Unhandled, SIGTERM leaves the alternate screen on, and SIGHUP ends without any cleanup; ignored, SIGHUP
leaves a process that spins at 45 % of a core.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable

ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LAST_S = 6.0
"""A terminal that takes nothing more (stopped by ctrl+s, a dead link) must not keep the program alive."""


def on_signals(leave: Callable[[int], None]) -> None:
    """From now on the signals that end a program call `leave` with the exit code the shell expects."""
    loop = asyncio.get_running_loop()
    for number in ENDINGS:
        try:
            loop.add_signal_handler(number, _end, leave, 128 + number)
        except (NotImplementedError, RuntimeError, ValueError):
            return  # not the main thread (tests), or no signals here


def _end(leave: Callable[[int], None], code: int) -> None:
    """Leave as the user would; what has not ended some seconds later is ended."""
    watchdog = threading.Timer(LAST_S, os._exit, (code,))
    watchdog.daemon = True
    watchdog.start()
    leave(code)
