"""Decimal strings to exact integers of a market, and the growth of a market that meets a finer value."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from msgspec.structs import replace

from cvdtui.errors import WireError
from cvdtui.model import Market

FINEST = 18
"""More decimals than this are refused: no instrument has them, and 10**22 is the last exact float."""
LARGEST = 1e15
"""A price or size beyond this is absurd."""
MOST_DIGITS = 60
EXACT = 1e15
"""Fifteen significant digits survive text -> float -> integer; longer values are read from their text."""
INVERSE_DECIMALS = 10
"""Base sizes of inverse markets are rounded half even here: price x size is contracts x value to 10^-5."""
USUAL_DECIMALS = 8
"""Venues' strings have no more decimals; above 10**7 a float cannot hold the last of them."""


class TooFineError(Exception):
    """A value needs more decimals than its market has (never leaves the venues)."""

    def __init__(self, decimals: int) -> None:
        super().__init__(decimals)
        self.decimals = decimals


def to_units(text: str, decimals: int) -> int:
    """A non-negative decimal string as an integer of 10**-decimals.

    Raises TooFineError when the value needs more decimals, WireError when it is no such number.
    """
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    digits = whole + part
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return _unusual(text, decimals)
    if len(part) > decimals:
        raise TooFineError(len(part))
    return int(digits.ljust(len(whole) + decimals, "0"))


def near_units(text: str, decimals: int) -> int:
    """`to_units` rounded half even: for numbers that no trade is made of, which must not grow a market."""
    try:
        return to_units(text, decimals)
    except TooFineError:
        value = Decimal(text).scaleb(decimals).to_integral_value(ROUND_HALF_EVEN)
        return int(value)


def _unusual(text: str, decimals: int) -> int:
    """The spellings venues do not use but JSON allows: exponents, signs, a bare point."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0 or value > Decimal(LARGEST) ** 2:
        message = f"{text[:40]!r} is not a non-negative decimal number"
        raise WireError(message)
    plain = format(value, "f")
    needed = decimals_of(plain)
    if needed > decimals:
        raise TooFineError(needed)
    whole, _, part = plain.partition(".")
    return int(whole + part[:decimals].ljust(decimals, "0"))


def plain(number: float | str) -> str:
    """A JSON number or text as a plain decimal text; empty for what is none."""
    try:
        value = Decimal(str(number))
    except InvalidOperation:
        return ""
    return format(value, "f") if value.is_finite() and value > 0 else ""


def decimals_of(text: str) -> int:
    """How many decimals a step such as "0.01000000" has (0 for "1.00")."""
    part = text.partition(".")[2].rstrip("0")
    return len(part)


def linear_size(text: str, contract: tuple[int, int], decimals: int) -> int:
    """Contracts x their value (an integer and its decimals) as an integer of 10**-decimals, exactly.

    Raises TooFineError and WireError as `to_units` does.
    """
    own = decimals_of(text)
    units: int = to_units(text, own) * contract[0]
    finer = own + contract[1] - decimals
    while finer > 0 and units % 10 == 0 and units:  # 10 contracts of 0.01 need one decimal, not two
        units //= 10
        finer -= 1
    if finer > 0 and units:
        raise TooFineError(decimals + finer)
    padding: int = 10 ** max(0, -finer)
    return units * padding


def inverse_size(text: str, contract: tuple[int, int], price: int, market: Market) -> int:
    """Contracts x their value in quote money / price as base units, in the decimals of `market`.

    Rounded half even at INVERSE_DECIMALS: base = round(contracts x value / price, 10), which the market must
    have. Raises WireError as `to_units` does.
    """
    own = decimals_of(text)
    notional: int = to_units(text, own) * contract[0] * 10 ** (market.price_decimals + INVERSE_DECIMALS)
    divisor: int = price * 10 ** (own + contract[1])
    units, rest = divmod(notional, divisor)
    # Half to even: half up would make every sum of many small sizes a little too large.
    if 2 * rest > divisor or (2 * rest == divisor and units % 2):
        units += 1
    padding: int = 10 ** (market.size_decimals - INVERSE_DECIMALS)
    return units * padding


def grow(market: Market, price_decimals: int, size_decimals: int) -> Market:
    """The market in at least these decimals, itself when it has them; raises WireError beyond FINEST."""
    price = max(market.price_decimals, price_decimals)
    size = max(market.size_decimals, size_decimals)
    if (price, size) == (market.price_decimals, market.size_decimals):
        return market
    if max(price, size) > FINEST:
        message = f"{market.name}: a value with {max(price, size)} decimals; at most {FINEST} make sense"
        raise WireError(message, market=market.name)
    tick = market.tick * 10 ** (price - market.price_decimals)
    return replace(market, price_decimals=price, size_decimals=size, tick=tick)
