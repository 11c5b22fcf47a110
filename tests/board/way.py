"""Which functions of cvdtui a call enters, and where a call goes up: counted by sys.setprofile."""

import sys
import tomllib
from collections.abc import Callable
from inspect import CO_GENERATOR
from pathlib import Path
from types import FrameType
from typing import Any

import cvdtui

PACKAGE = Path(cvdtui.__file__).parent
PYPROJECT = PACKAGE.parent / "pyproject.toml"


def floors() -> dict[str, int]:
    """The height of each room, from the import contract: the top one has 0."""
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["type"] == "layers")
    return {
        name.strip(" ()"): height
        for height, line in enumerate(layers)
        for name in line.replace("|", ":").split(":")
    }


class Way:
    """Calls into cvdtui, as `file:function`, in their order."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.climbs: list[tuple[str, str]] = []
        """(caller, callee) where the callee's room is above the caller's."""
        self._floors = floors()

    @property
    def files(self) -> list[str]:
        return list(dict.fromkeys(call.partition(":")[0] for call in self.calls))

    def count(self, name: str) -> int:
        """How often a function of this name was entered."""
        return sum(call.rpartition(":")[2] == name for call in self.calls)

    def of(self, call: Callable[[], Any]) -> Any:
        """The call's result; nested calls outside cvdtui are passed through."""
        stack: list[str] = []

        def profile(frame: FrameType, event: str, _: object) -> None:
            file = Path(frame.f_code.co_filename)
            if event not in ("call", "return") or not file.is_relative_to(PACKAGE):
                return
            if event == "return":
                stack.pop()
                return
            name = f"{file.relative_to(PACKAGE)}:{frame.f_code.co_qualname}"
            is_resumed = frame.f_code.co_flags & CO_GENERATOR  # a generator goes on for whoever made it
            if stack and not is_resumed and self._height(name) < self._height(stack[-1]):
                self.climbs.append((stack[-1], name))
            stack.append(name)
            self.calls.append(name)

        sys.setprofile(profile)
        try:
            return call()
        finally:
            sys.setprofile(None)

    def _height(self, name: str) -> int:
        return self._floors[name.partition(":")[0].partition("/")[0].removesuffix(".py")]
