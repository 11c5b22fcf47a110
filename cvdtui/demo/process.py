"""The demo exchange as a child process, so that its work never disturbs the screen."""

import asyncio
import json
import os
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Self

from msgspec import Struct

import cvdtui
from cvdtui.errors import CvdtuiError, UsageError

_START_S = 20.0
_STOP_S = 5.0
_HOME = str(Path(cvdtui.__file__).resolve().parent.parent)


class ExchangeOptions(Struct, frozen=True, kw_only=True):
    """What `cvdtui demo` was asked for; the child checks it."""

    seed: int = 1
    markets: int = 12
    rate: float = 60.0
    faults: Collection[str] = ()
    ledger: Path | None = None
    ledger_tape: bool = False
    """List every trade in the ledger however many there are."""
    port: int = 0

    def arguments(self) -> list[str]:
        """The child's command line after `-m cvdtui.demo`."""
        arguments = ["--seed", str(self.seed), "--markets", str(self.markets), "--rate", str(self.rate)]
        arguments += ["--port", str(self.port), "--parent", str(os.getpid())]
        if self.faults:
            arguments += ["--fault", ",".join(sorted(self.faults))]
        if self.ledger is not None:
            arguments += ["--ledger", str(self.ledger)]
        return [*arguments, "--ledger-tape"] if self.ledger_tape else arguments


class DemoProcess:
    """A running exchange in a child of its own; ends with `stop`, or by itself when this process is gone."""

    def __init__(self, options: ExchangeOptions) -> None:
        self._options = options
        self._child: asyncio.subprocess.Process | None = None
        self.overrides: dict[str, object] = {}
        """The configuration that makes cvdtui talk to it: venues and markets."""

    async def start(self) -> None:
        """Start it and wait until it listens.

        Raises UsageError with the child's own text when it refuses the options, CvdtuiError when it does not
        start.
        """
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            # -P: a json.py in the user's folder must not take the place of the library's.
            "-P",
            "-m",
            "cvdtui.demo",
            *self._options.arguments(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**20,
            process_group=0,  # ctrl+c reaches us alone: the exchange must answer until every gap is filled
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH")))),
            },
        )
        try:
            self.overrides = await self._line(_START_S)
        except (TimeoutError, ValueError):
            raise await self._failure() from None

    async def freeze(self) -> dict[str, int]:
        """Stop the market while REST still answers; the last trade id of every market.

        Subscribers are sent the newest trade once more, so a client that waits for these ids and requests
        what is missing has the whole tape; the ledger ends there too. Raises CvdtuiError when it is gone.
        """
        child = self._running()
        try:
            child.stdin.write(b"freeze\n")  # type: ignore[union-attr] # stdin=PIPE above
            await child.stdin.drain()  # type: ignore[union-attr]
            answer = await self._line(_STOP_S)
        except (TimeoutError, ValueError, OSError):
            raise await self._failure() from None
        ids = answer["last_ids"]
        assert isinstance(ids, dict)  # noqa: S101 - for the type checker
        return ids

    async def stop(self) -> None:
        """End it, wait until its ledger is written; raises CvdtuiError with its error text if that failed."""
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            _, errors = await asyncio.wait_for(child.communicate(), _STOP_S)
        except TimeoutError:
            child.kill()
            await child.wait()
            raise CvdtuiError(f"demo exchange: did not end within {_STOP_S:g} s and was killed") from None
        if child.returncode:
            raise CvdtuiError(
                errors.decode(errors="replace").strip() or f"demo exchange: ended with {child.returncode}"
            )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _running(self) -> asyncio.subprocess.Process:
        if self._child is None:
            raise CvdtuiError("demo exchange: not running")
        return self._child

    async def _line(self, timeout_s: float) -> dict[str, object]:
        child = self._running()
        line = await asyncio.wait_for(child.stdout.readline(), timeout_s)  # type: ignore[union-attr] # stdout=PIPE
        answer = json.loads(line)
        if not isinstance(answer, dict):
            raise ValueError("an object expected")  # noqa: TRY004 - handled like any other broken line
        return answer

    async def _failure(self) -> CvdtuiError:
        child, self._child = self._running(), None
        try:
            _, errors = await asyncio.wait_for(child.communicate(), _STOP_S)
        except TimeoutError:
            child.kill()
            return CvdtuiError("demo exchange: no answer; killed")
        text = errors.decode(errors="replace").strip().rsplit("\n", 1)[-1].removeprefix("cvdtui demo: ")
        kind = UsageError if child.returncode == UsageError.exit_code else CvdtuiError
        return kind(text or f"demo exchange: ended with {child.returncode}")
