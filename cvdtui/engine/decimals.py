"""Scaled integers as decimal text, the form in which exact values leave the engine, and as floats."""


def to_text(value: int, decimals: int) -> str:
    """`value` x 10^-decimals as a plain decimal without trailing zeros: -1050, 3 -> "-1.05"; 0 -> "0"."""
    if value == 0:
        return "0"
    if decimals <= 0:
        return str(value * 10**-decimals)
    sign = "-" if value < 0 else ""
    digits = str(abs(value)).rjust(decimals + 1, "0")
    whole, fraction = digits[:-decimals], digits[-decimals:].rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


class Texts(dict[int, str]):
    """`to_text` of one scale by value, each made once: 0.09 us against 0.23 where values repeat tenfold."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals

    def __missing__(self, value: int) -> str:
        text = self[value] = to_text(value, self._decimals)
        return text


def to_float(value: int, decimals: int) -> float:
    """`value` x 10^-decimals, correctly rounded: for ratios and for display only."""
    if decimals <= 0:
        return float(value * 10**-decimals)
    return float(value / 10**decimals)
