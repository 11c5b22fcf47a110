"""Types of arguments for argparse; an error names what was expected and what was found."""

import argparse
import math
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from cvdtui.config import validators
from cvdtui.config.names import hint
from cvdtui.sources.options import FAULTS, Fault

T = TypeVar("T")


def whole(low: int) -> Callable[[str], int]:
    """A whole number of at least `low`."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) >= low):
            raise argparse.ArgumentTypeError(
                f"expected a whole number, {low} or more, not {validators.show(text)}"
            )
        return int(text)

    return parse


def number(*, above: float) -> Callable[[str], float]:
    """A finite number above `above`; below 0 means: 0 or more."""
    wanted = f"a number above {above:g}" if above >= 0 else "a number, 0 or more"

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (above < value < math.inf and (above >= 0 or value >= 0)):
            raise argparse.ArgumentTypeError(f"expected {wanted}, not {validators.show(text)}")
        return value

    return parse


def bar(text: str) -> int:
    """A bar length in seconds."""
    return ruled(validators.BAR.expected, validators.parse_bar, text)


def row(text: str) -> Decimal | None:
    """A row size; None is automatic."""
    return ruled(validators.ROW.expected, validators.parse_row, text)


def ruled(expected: str, parse: Callable[[object], T], text: str) -> T:
    """`text` parsed by a rule of the configuration; its error says `expected`."""
    try:
        return parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected {expected}, not {validators.show(text)}") from None


def symbol(text: str) -> str:
    """A venue's name of a market."""
    if validators.SYMBOL.match(text) is None:
        raise argparse.ArgumentTypeError(f"expected a symbol, such as BTCUSDT, not {validators.show(text)}")
    return text


def faults(text: str) -> list[Fault]:
    """Faults of the demo exchange, separated by commas."""
    found: list[Fault] = []
    for name in text.split(","):
        fault = next((known for known in FAULTS if known == name.strip()), None)
        if fault is None:
            raise argparse.ArgumentTypeError(f"no fault is named {validators.show(name)}{hint(name, FAULTS)}")
        found.append(fault)
    return found
