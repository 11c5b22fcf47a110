"""A line of the table of ratios, and how it is printed."""

import sys
from typing import NamedTuple

HEAD = f"{'measured':<52}{'ours':>12}{'peer':>12}{'ratio':>8}  {'wanted':<10}"


class Line(NamedTuple):
    """One ratio; `wanted` such as `<= 0.6` or `>= 3`, empty where it only informs."""

    name: str
    ours: str
    peer: str
    ratio: float | None
    wanted: str = ""

    @property
    def ok(self) -> bool:
        """Whether the ratio is as wanted."""
        if not self.wanted or self.ratio is None:
            return True
        sign, _, limit = self.wanted.partition(" ")
        return self.ratio <= float(limit) if sign == "<=" else self.ratio >= float(limit)

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        result = ("ok" if self.ok else "NO") if self.wanted else ""
        return f"{self.name:<52}{self.ours:>12}{self.peer:>12}{ratio:>8}  {self.wanted:<10}{result}".rstrip()


class Skipped(Exception):  # noqa: N818 - a reason, no error
    """A peer or its data is not here; the text says which and how to get it."""


def write(*lines: object) -> None:
    """Writes lines at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def show(lines: list[Line]) -> int:
    """Prints a table; the exit code is whether every ratio is as wanted."""
    write(HEAD, *lines)
    return 0 if all(line.ok for line in lines) else 1
