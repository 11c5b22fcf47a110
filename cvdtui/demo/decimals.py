"""Integers written as decimal strings: padded as on a wire, or plain as in the ledger."""

from collections.abc import Callable


def padded(decimals: int, shown: int) -> Callable[[int], str]:
    """A writer of integers of `decimals` with `shown` (at least as many) digits after the point."""
    if shown == 0:
        return str
    if decimals == 0:
        zeros = "0" * shown
        return lambda value: f"{value}.{zeros}"
    unit, tail = 10**decimals, "0" * (shown - decimals)

    def write(value: int) -> str:
        sign = "-" if value < 0 else ""
        whole, rest = divmod(abs(value), unit)
        return f"{sign}{whole}.{rest:0{decimals}d}{tail}"

    return write


def plain(value: int, decimals: int) -> str:
    """The shortest exact form: no trailing zeros, no exponent, zero is `0`."""
    text = padded(decimals, decimals)(value)
    return text.rstrip("0").rstrip(".") if decimals else text
