"""`python -m cvdtui.demo`: one exchange until stdin closes or a signal comes; used by `cvdtui demo`."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from cvdtui.errors import CvdtuiError, UsageError

if TYPE_CHECKING:
    from cvdtui.demo.exchange import Exchange

_WATCH_S = 1.0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line and our own exit code."""
        raise UsageError(message)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="cvdtui demo", description="A small exchange on loopback that imitates Binance, Bybit and OKX."
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markets", type=int, default=12)
    parser.add_argument("--rate", type=float, default=60.0, help="trades a second over all markets")
    parser.add_argument(
        "--fault", default="", metavar="NAME,...", help="drop, dup, skip, stall, malformed, slow, 429"
    )
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="write the true sums, bars and trades there"
    )
    parser.add_argument("--ledger-tape", action="store_true", help="list every trade, however many")
    parser.add_argument("--port", type=int, default=0, help="USD-M there, others above; 0 is free ones")
    parser.add_argument("--parent", type=int, default=0, metavar="PID", help="end when this process is gone")
    return parser.parse_args(arguments)


async def _serve(options: argparse.Namespace) -> None:
    from cvdtui.demo.exchange import Exchange  # numpy and websockets: only for good options

    exchange = Exchange(
        seed=options.seed,
        markets=options.markets,
        rate=options.rate,
        faults=[name for name in options.fault.split(",") if name],
        port=options.port,
        ledger=options.ledger,
        ledger_tape=options.ledger_tape,
    )
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    # The ledger is written on every one of these ends.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await exchange.start()
    try:
        _print(exchange.overrides())
        _read_commands(loop, exchange, ended if options.parent else None)
        watch = asyncio.create_task(_watch_parent(options.parent, ended))
        await ended.wait()
        watch.cancel()
    finally:
        await exchange.stop()


def _read_commands(
    loop: asyncio.AbstractEventLoop, exchange: "Exchange", ended: asyncio.Event | None
) -> None:
    """Read commands from stdin in a thread of its own, which works for pipes, terminals and files alike.

    `freeze` stops the market and answers with the last ids; the end of the input sets `ended`.
    """

    def freeze() -> None:
        _print({"last_ids": exchange.freeze()})

    def read() -> None:
        rest = b""
        try:
            while data := os.read(0, 4096):  # not sys.stdin: its lock would be held at exit
                *lines, rest = (rest + data).split(b"\n")
                for _ in range(lines.count(b"freeze")):
                    loop.call_soon_threadsafe(freeze)
        except OSError:
            pass
        if ended is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, name="commands", daemon=True).start()


async def _watch_parent(parent: int, ended: asyncio.Event) -> None:
    while parent:
        if os.getppid() != parent:
            ended.set()
            return
        await asyncio.sleep(_WATCH_S)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run it; the exit code: 0, or the error's own with one line on stderr."""
    try:
        asyncio.run(_serve(_options(arguments)))
    except CvdtuiError as error:
        sys.stderr.write(f"cvdtui demo: {error}\n")
        return error.exit_code
    except BrokenPipeError:  # the parent went before it read the first line
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
