"""Numbers for display: signs on deltas, thousands by a gap, few digits, a steady width."""

from math import floor, isfinite, log10

SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


def group(digits: str) -> str:
    """`64123` -> `64 123`."""
    if len(digits) <= 3:
        return digits
    return f"{int(digits):,}".replace(",", " ") if digits.isdigit() else digits


def price(value: float, decimals: int) -> str:
    """A price with the market's own decimals: `64 123.40`, `0.00001234`."""
    whole, _, part = f"{value:.{decimals}f}".partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + group(whole) + ("." + part if part else "")


def size_decimals(typical: float) -> int:
    """Decimals for a market whose usual trade has this size: steady, so that the width is too."""
    if typical <= 0:
        return 2
    return min(max(1 - floor(log10(typical)), 0), 2) if typical >= 0.01 else 4


def split(value: float, decimals: int = 2, *, signed: bool = False, tight: bool = False) -> tuple[str, str]:
    """(what stands left of the decimal point, the rest): `+1 203` `.4`, `-88` `.10`, `+1` `.203M`.

    At most four digits beyond the thousands: from 1 000 one decimal, from 10 000 none, from 100 000 a suffix.
    `tight` is for narrow screens, six cells with the sign: a suffix from 10 000, and three digits beside it.
    """
    size = abs(value)
    if not isfinite(size):
        return "-", ""
    suffix = ""
    if size >= (9_999.5 if tight else 99_999.5):
        size, suffix = _suffixed(size)
        decimals = _decimals(size, 3 if tight else 4)
    elif size >= 9_999.5:
        decimals = 0
    elif size >= 999.95:
        decimals = 0 if tight else min(decimals, 1)
    elif tight:
        decimals = min(decimals, _decimals(size, 4))
    text = f"{size:.{decimals}f}"
    whole, _, part = text.partition(".")
    # what rounds to zero has no sign: `-0.00` would read as selling
    sign = "" if not text.strip("0.") else "-" if value < 0 else "+" if signed else ""
    return sign + group(whole), ("." + part if part else "") + suffix


def _decimals(size: float, digits: int) -> int:
    """Decimals that leave so many digits of a value below 1 000."""
    return next(
        (digits - before for before in (1, 2) if round(size, digits - before) < 10**before), digits - 3
    )


def _suffixed(size: float) -> tuple[float, str]:
    """In the largest unit that leaves at least one (999 999.9 is a million)."""
    for unit, suffix in SUFFIXES:
        # what would be written as 1000.0 of the smaller unit is 1.000 of this one
        if size >= unit * 0.99995:
            return size / unit, suffix
    return size, ""


def number(value: float, decimals: int = 2, *, signed: bool = False) -> str:
    """`split` in one piece."""
    return "".join(split(value, decimals, signed=signed))


def short(value: float, decimals: int = 0) -> str:
    """At most five cells, for a ladder: `0.45`, `12.3`, `890`, `1.2K`, `12K`, `1.2M`."""
    size = abs(value)
    sign = "-" if value < 0 else ""
    if size < 999.5:
        text = f"{size:.{decimals}f}"
        return sign + text if text.strip("0.") else text
    for unit, suffix in ((1e3, "K"), (1e6, "M"), (1e9, "B"), (1e12, "T")):
        scaled = size / unit
        if scaled < 999.5:
            return f"{sign}{scaled:.1f}{suffix}" if scaled < 9.95 else f"{sign}{scaled:.0f}{suffix}"
    return f"{sign}{size:.0e}"


def traded(volume: float, decimals: int = 0) -> str:
    """`short` of a volume; one that is there, but rounds to nothing: `<1`, `<.1`, `<.01`."""
    text = short(volume, decimals)
    return text if not volume or text.strip("0.") else f"<{10**-decimals:.{decimals}f}".replace("0.", ".")


def short_decimals(largest: float) -> int:
    """Decimals for `short` such that the largest of many shows about three digits."""
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def percent(fraction: float, *, signed: bool = False) -> str:
    """`+1.24`, without the sign %; from 100 % on one decimal, from 1 000 % on none."""
    value = fraction * 100
    size = abs(value)
    text = f"{size:.{2 if size < 99.995 else 1 if size < 999.95 else 0}f}"
    sign = "" if not text.strip("0.") else "-" if value < 0 else "+" if signed else ""
    return sign + text


def tone(value: float | None) -> str:
    """The role of a signed number."""
    return "text" if not value else "up" if value > 0 else "down"


def nice_step(rough: float) -> float:
    """The smallest 1-2-5 x 10^k not below `rough`."""
    if rough <= 0:
        return 1.0
    unit: float = 10.0 ** floor(log10(rough))
    for factor in (1, 2, 5):
        if unit * factor >= rough * 0.999999:
            return unit * factor
    return unit * 10
