"""What a single value may be: a Rule says what it expects, parses a TOML value, and writes it again."""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct

from cvdtui.config.names import hint
from cvdtui.model import TIMEFRAMES

SYMBOL = re.compile(r"[A-Za-z0-9._:/@-]{1,40}\Z")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_PRICES = 100
BAR_NAMES = ("5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d")


class Known(NamedTuple):
    """Names that are known outside the configuration; None means: not checked."""

    venues: Collection[str] | None = None
    themes: Collection[str] | None = None
    presets: Collection[str] | None = None
    signals: Mapping[str, type[Struct]] | None = None
    """The parameters of each."""
    conditions: Callable[[str], object] | None = None
    """Raises an error whose text says what is wrong with a condition."""


def _same(value: object) -> object:
    return value


class Rule(NamedTuple):
    """One kind of value. `parse` raises ValueError, with or without a text of its own, for anything else."""

    expected: str
    parse: Callable[[object, Known], object]
    private: bool = False
    """What was written instead may be a secret: an error does not repeat it."""
    written: Callable[[Any], object] = _same
    """A value of the Config as TOML writes it: what `parse` takes back."""


def whole(low: int, high: int, noun: str = "") -> Rule:
    """A whole number within low..high, of `noun` if that is given."""

    def parse(value: object, _: Known) -> int:
        # type(), not isinstance(): True is an int to Python, and `bars = true` a mistake.
        if type(value) is not int or not low <= value <= high:
            raise ValueError
        return value

    return Rule(f"a whole number{_of(noun)} from {low} to {high}", parse)


def number(low: float, high: float, noun: str = "") -> Rule:
    """A finite number within low..high, of `noun` if that is given."""

    def parse(value: object, _: Known) -> float:
        if type(value) not in (int, float) or not low <= value <= high:  # type: ignore[operator]  # seen in the same line
            raise ValueError
        return float(value)  # type: ignore[arg-type]  # seen above

    return Rule(f"a number{_of(noun)} from {low:g} to {high:g}", parse, written=_short)


def _of(noun: str) -> str:
    return f" of {noun}" if noun else ""


def _short(value: float) -> float:
    """Whole numbers without `.0`, as people write them."""
    return int(value) if value == int(value) else value


def choice(*names: str) -> Rule:
    """One of a few words."""

    def parse(value: object, _: Known) -> str:
        if not isinstance(value, str) or value not in names:
            raise ValueError(_near(value, names))
        return value

    return Rule("one of " + ", ".join(f'"{name}"' for name in names), parse)


def named(expected: str, pick: Callable[[Known], Collection[str] | None]) -> Rule:
    """A name out of a collection that the caller of `load` knows."""

    def parse(value: object, known: Known) -> str:
        names = pick(known)
        if not isinstance(value, str) or not value:
            raise ValueError
        if names is not None and value not in names:
            raise ValueError(_near(value, names))
        return value

    return Rule(expected, parse)


def parse_bar(value: object) -> int:
    """Bar length in seconds from `60`, `"60"`, `"60s"`, `"1m"`; ValueError unless it is a known timeframe."""
    if isinstance(value, str):
        match = re.match(r"([0-9]{1,6})([smhd]?)\Z", value.strip())
        if match is None:
            raise ValueError
        value = int(match[1]) * _UNITS[match[2] or "s"]
    if type(value) is not int or value not in TIMEFRAMES:
        raise ValueError
    return value


def bar_text(seconds: int) -> str:
    """The name of a bar length: 60 -> "1m"."""
    return BAR_NAMES[TIMEFRAMES.index(seconds)]


def parse_row(value: object) -> Decimal | None:
    """Row size in price units as an exact decimal; None for `"auto"`. ValueError for the rest."""
    if value == "auto":
        return None
    if type(value) not in (int, float, str):
        raise ValueError
    try:
        # By its text: Decimal(0.1) would be 0.1000000000000000055..., which is no multiple of any tick.
        row = Decimal(str(value))
    except InvalidOperation:
        raise ValueError from None
    if not row.is_finite() or not Decimal("1e-12") <= row <= Decimal("1e9"):
        raise ValueError
    return row


def _parse_prices(value: object, _: Known) -> tuple[str, ...]:
    """Prices as plain decimals."""
    if not isinstance(value, list | tuple):
        raise ValueError  # noqa: TRY004 - one error for all that a value cannot be
    found = [parse_row(price) for price in value]
    if None in found or len(found) > MOST_PRICES:
        raise ValueError
    return tuple(dict.fromkeys(f"{price:f}" for price in found))


def parse_market(value: object, known: Known) -> str:
    """A market's name; ValueError says what is wrong with it."""
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - one error for all that a value cannot be
    venue, colon, symbol = value.partition(":")
    if not colon or SYMBOL.match(symbol) is None:
        raise ValueError
    if known.venues is not None and venue not in known.venues:
        raise ValueError(f'no venue is named "{venue}"' + hint(venue, known.venues))
    return value


def _parse_markets(value: object, known: Known) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError
    markets = tuple(_parse_listed(market, known) for market in value)
    twice = next((market for place, market in enumerate(markets) if market in markets[:place]), None)
    if twice is not None:
        raise ValueError(f'"{twice}" is named twice')
    return markets


def _parse_few_markets(value: object, known: Known) -> tuple[str, ...]:
    return () if value in ([], ()) else _parse_markets(value, known)


def _parse_word(value: object, _: Known) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or len(value) > 40:
        raise ValueError
    return value


def _parse_host(value: object, _: Known) -> str:
    if not isinstance(value, str) or re.match(r"[A-Za-z0-9._:-]{1,253}\Z", value) is None:
        raise ValueError
    return value


def _parse_listed(value: object, known: Known) -> str:
    try:
        return parse_market(value, known)
    except ValueError as error:
        raise ValueError(str(error) or f"{show(value)} is not a market") from None


def _parse_zone(value: object, _: Known) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    if value != "UTC":
        from zoneinfo import ZoneInfo  # 4 ms of a start, for configurations that name a zone alone

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError from None
    return value


def _parse_shown_zone(value: object, known: Known) -> str:
    return "local" if value == "local" else _parse_zone(value, known)


def _parse_clock(value: object, _: Known) -> str:
    if not isinstance(value, str) or re.match(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", value) is None:
        raise ValueError
    return value


def _parse_switch(value: object, _: Known) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - one error for all that a value cannot be
    return value


def address(*schemes: str) -> Rule:
    """A base URL of a venue: scheme, host and port, to which the venue appends its routes."""

    def parse(value: object, _: Known) -> str:
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError
        parts = urlsplit(value)
        port = parts.port  # raises ValueError with its reason, such as a port beyond 65535
        if parts.scheme not in schemes or not parts.hostname or port == 0:
            raise ValueError
        if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("the venue appends its own path")
        return value.removesuffix("/")

    return Rule(" or ".join(f"{scheme}://host:port" for scheme in schemes) + " without a path", parse)


def show(value: object) -> str:
    """A value as the user may have written it, cut to fit a line of an error."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    if isinstance(value, dict):
        text = "a table"
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if len(text) <= 60 else text[:57] + "..."


def _near(value: object, names: Collection[str]) -> str:
    return hint(value, names).removeprefix("; ") if isinstance(value, str) else ""


BAR = Rule(
    "a bar length, one of " + " ".join(BAR_NAMES) + " or the same in seconds",
    lambda value, _: parse_bar(value),
    written=bar_text,
)
ROW = Rule(
    '"auto" or a row size in price units, such as 10 or 0.5',
    lambda value, _: parse_row(value),
    written=lambda row: "auto" if row is None else str(row),
)
MARKETS = Rule('a list of markets, such as ["binance-usdm:BTCUSDT"]', _parse_markets)
MARKET = Rule("a market, such as binance-usdm:BTCUSDT", parse_market)
NO_MARKET = Rule(
    'a market, such as binance-usdm:BTCUSDT, or ""', lambda value, known: value and parse_market(value, known)
)
SIGNALS = Rule("a table for each signal", lambda value, _: value)
PRICES = Rule('a list of prices above 0, such as [64000, "64120.5"]', _parse_prices)
FEW_MARKETS = Rule('a list of markets, such as ["ibkr:CL@NYMEX"], or []', _parse_few_markets)
WORD = Rule("a short text", _parse_word)
HOST = Rule('a host, such as "127.0.0.1"', _parse_host)
ZONE = Rule('a time zone, such as "UTC" or "America/New_York"', _parse_zone)
SHOWN_ZONE = Rule('a time zone, such as "UTC", "local" or "America/New_York"', _parse_shown_zone)
CLOCK = Rule('a time of day, "00:00" to "23:59"', _parse_clock)
SWITCH = Rule("true or false", _parse_switch)
THEME = named("the name of a theme", lambda known: known.themes)
PRESET = named("the name of a preset", lambda known: known.presets)
VENUE = named("the name of a venue", lambda known: known.venues)
