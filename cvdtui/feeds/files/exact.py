"""One number or one row at a time, exactly and slowly: what the fast reader leaves."""

import re
from collections.abc import Sequence

from msgspec import Struct

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL

EARLIEST_US = 1_230_768_000_000_000
"""2009-01-01 UTC: no trade on any venue here is older."""
DAY_US = 86_400_000_000
MICROSECONDS_FROM = 10**14
"""A time of at least this is in microseconds, a smaller one in milliseconds (until the year 5138).

Binance's spot archives changed from the one to the other on 2025-01-01:
https://github.com/binance/binance-public-data/issues/386.
"""
MAX_WHOLE_DIGITS = 15
"""A price or size of 10**15 or more is absurd."""
MAX_DECIMALS = 12
"""Finer steps than this are no instrument's."""
MAX_SCALED = 10**18
"""Integers of this size or more do not fit a column beside others."""
MAX_ID = 10**18

NOT_TEXT = "not UTF-8 text"
BAD_COLUMNS = "not 7 or 8 columns"
BAD_ID = "id is not a whole number"
BAD_TIME = "time is not a whole number"
WRONG_TIME = "time is not between 2009 and tomorrow"
BAD_SIDE = "is_buyer_maker is neither true nor false"

_NUMBER = re.compile(r"([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_WHOLE = re.compile(r"\+?\d{1,40}", re.ASCII)


class ExactRow(Struct, frozen=True, gc=False):
    """One trade; price and size as (integer, places): value = integer / 10**places."""

    id: int
    time_us: int
    price: tuple[int, int]
    size: tuple[int, int]
    side: int


def positive(text: str, name: str, max_decimals: int = MAX_DECIMALS) -> tuple[int, int]:
    """A decimal above zero as (integer, places) without trailing zeros; WireError says what is wrong."""
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise WireError(f"{name} is not a number")
    digits, places = match[2] + match[3], len(match[3]) - int(match[4] or 0)
    if len(digits) > 200:  # far beyond any number, short of where int() gets slow
        raise WireError(f"{name} is absurd")
    value = int(digits)
    if value == 0:
        # Futures archives of 2023-03 to 2023-05 have a quantity of 0.0 in up to 38 % of their rows:
        # https://github.com/binance/binance-public-data/issues/263
        raise WireError(f"{name} is zero")
    if match[1] == "-":
        raise WireError(f"{name} is negative")
    if len(str(value)) - places > MAX_WHOLE_DIGITS:
        raise WireError(f"{name} is absurd")
    while value % 10 == 0 and places > 0:
        value, places = value // 10, places - 1
    if places > max_decimals:
        raise WireError(f"{name} has more than {max_decimals} decimals")
    return (value, places) if places >= 0 else (value * 10**-places, 0)


def whole_number(text: str, wrong: str) -> int:
    """A whole number of at most 18 digits; WireError(wrong) otherwise."""
    if _WHOLE.fullmatch(text) is None or int(text) >= MAX_ID:
        raise WireError(wrong)
    return int(text)


def time_us(value: int, latest_us: int) -> int:
    """Milliseconds or microseconds to microseconds; WireError outside 2009 .. `latest_us`."""
    micros = value if value >= MICROSECONDS_FROM else value * 1000
    if not EARLIEST_US <= micros <= latest_us:
        raise WireError(WRONG_TIME)
    return micros


def agg_trade(fields: Sequence[str], latest_us: int) -> ExactRow:
    """One aggTrades row from its fields; WireError says which field is wrong."""
    if len(fields) not in (7, 8):
        raise WireError(BAD_COLUMNS)
    text = [field.strip() for field in fields]
    number = whole_number(text[0], BAD_ID)
    price = positive(text[1], "price")
    size = positive(text[2], "size")
    stamp = time_us(whole_number(text[5], BAD_TIME), latest_us)
    maker = text[6].lower()
    if maker not in ("true", "false") or (text[7:] and text[7].lower() not in ("true", "false")):
        raise WireError(BAD_SIDE)
    return ExactRow(number, stamp, price, size, SELL if maker == "true" else BUY)
