"""The markets a venue watches, each with what its texts mean: prices, sizes in base units, exact integers."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from msgspec import DecodeError, Raw
from msgspec.json import Decoder
from msgspec.structs import replace

from cvdtui.errors import WireError
from cvdtui.model import (
    IdRule,
    Liquidation,
    Liquidations,
    Market,
    Now,
    OpenInterest,
    SideSource,
    Trade,
    Trades,
)
from cvdtui.venues.grammar.decimals import (
    FINEST,
    INVERSE_DECIMALS,
    TooFineError,
    decimals_of,
    grow,
    inverse_size,
    linear_size,
    near_units,
    to_units,
)
from cvdtui.venues.grammar.events import (
    DAY_US,
    EARLIEST_US,
    LATEST_US,
    SYMBOL,
    Event,
    Faulty,
    Page,
    Several,
    clean,
    is_symbol,
    refuse,
)

T = TypeVar("T")

MOST_IDS = 100_000
"""No order meets more others at one price."""
Row = tuple[int, int, str, str, int, int]
"""One trade as a venue sends it: id, time in us, price, size (both texts), side, count of ids."""


class Instrument:
    """One market and its contract; texts become integers in the market's decimals, which grow as needed."""

    __slots__ = ("_contract", "market")

    def __init__(self, market: Market) -> None:
        self.learn(market)

    def learn(self, market: Market) -> None:
        """What is known of the market from now on."""
        self.market = market
        decimals = decimals_of(market.contract_size)
        contract = to_units(market.contract_size, decimals) if market.contract_size else 0
        self._contract = contract, decimals

    def price(self, text: str) -> int:
        """A price in the market's integers; raises WireError for one that is none, or not above 0."""
        try:
            units = to_units(text, self.market.price_decimals)
        except TooFineError as fine:
            grown = grow(self.market, fine.decimals, 0)
            self.learn(replace(grown, tick=1))  # a finer price shows that the tick was not the one assumed
            return self.price(text)
        if not units:
            raise WireError(f"price {clean(text, 40)!r}: expected more than 0")
        return units

    def size(self, text: str, price: int) -> int:
        """A size of the venue's at a price (its integers) in base units; raises WireError for none."""
        contract, market = self._contract, self.market
        if not contract[0]:
            raise WireError("its contract size is not known yet, so sizes cannot be computed")
        try:
            if market.inverse:
                if market.size_decimals < INVERSE_DECIMALS:
                    raise TooFineError(INVERSE_DECIMALS)
                units = inverse_size(text, contract, price, market)
            elif contract == (1, 0):
                units = to_units(text, market.size_decimals)
            else:
                units = linear_size(text, contract, market.size_decimals)
        except TooFineError as fine:
            self.learn(grow(market, 0, fine.decimals))
            return self.size(text, price)
        if not units:
            raise WireError(f"size {clean(text, 40)!r}: expected more than 0")
        return units

    def near_size(self, text: str, price: int) -> int:
        """`size`, rounded where the market's decimals are too few; grows nothing."""
        contract, market = self._contract, self.market
        if not contract[0]:
            raise WireError("its contract size is not known yet, so sizes cannot be computed")
        if market.inverse and market.size_decimals >= INVERSE_DECIMALS:
            return inverse_size(text, contract, price, market)
        notional = near_units(text, FINEST) * contract[0]
        if market.inverse:
            notional = notional * 10**market.price_decimals // price
        step: int = 10 ** (FINEST + contract[1] - market.size_decimals)
        return (notional + step // 2) // step


class Instruments:
    """The markets of one venue; with `any_symbol` (files) unknown symbols are learnt as they come."""

    def __init__(
        self,
        default: Callable[[str], Market],
        *,
        symbols: Iterable[str] = (),
        markets: Iterable[Market] = (),
        any_symbol: bool = False,
        now: Now | None = None,
    ) -> None:
        self._default = default
        self._any_symbol = any_symbol
        self._now = now
        self._latest_us = 0 if now else LATEST_US  # 0: the first time checked reads the clock
        self._instrument: dict[str, Instrument] = {}
        for symbol in symbols:
            self.learn(default(symbol))
        for market in markets:
            self.learn(market)

    def learn(self, market: Market) -> None:
        """Read this market's frames from now on, in its decimals."""
        known = self._instrument.get(market.symbol)
        if known is None:
            self._instrument[market.symbol] = Instrument(market)
        else:
            known.learn(market)

    def forget(self, symbol: str) -> None:
        """Ignore this market's frames from now on."""
        self._instrument.pop(symbol, None)

    def market(self, symbol: str) -> Market:
        """The market as known by now; raises KeyError for one never learnt."""
        return self._instrument[symbol].market

    def instrument(self, symbol: str) -> Instrument:
        """What its texts mean; raises WireError for a market that is not watched (any more)."""
        known = self.find(symbol)
        if known is None:  # removed while the response was on its way
            raise refuse(None, f"{clean(symbol, 60)} is not watched")
        return known

    def markets(self) -> tuple[Market, ...]:
        """Every market as known by now."""
        return tuple(one.market for one in self._instrument.values())

    def find(self, symbol: str) -> Instrument | None:
        """The market of a symbol; None for one that is not watched."""
        known = self._instrument.get(symbol)
        if known is None and self._any_symbol and is_symbol(symbol):
            known = self._instrument[symbol] = Instrument(self._default(symbol))
        return known

    def name(self, symbol: str) -> str | None:
        """`venue:SYMBOL` of a market that is watched."""
        known = self._instrument.get(symbol)
        return known.market.name if known else None

    def is_plausible(self, time_us: int) -> bool:
        """Whether a time lies between 2009 and tomorrow; reads the clock only when it must."""
        if EARLIEST_US <= time_us <= self._latest_us:
            return True
        if self._now is not None:
            self._latest_us = self._now() + DAY_US
        return EARLIEST_US <= time_us <= self._latest_us

    def trade(self, instrument: Instrument, row: Row) -> Trade:
        """One row; raises WireError with the reason when it makes no trade."""
        number, time_us, price_text, size_text, side, count = row
        if not self.is_plausible(time_us):
            raise WireError(f"time {clean(time_us, 40)} us: expected 2009-01-01 to one day ahead")
        if not 1 <= count <= MOST_IDS or number < 0:
            raise WireError(f"id {clean(number, 60)} of {clean(count, 20)}: expected 0 or more, 1 or more")
        price = instrument.price(price_text)
        return Trade(number, time_us, price, instrument.size(size_text, price), side, count)

    def read(self, instrument: Instrument, rows: Iterable[Row]) -> tuple[list[Trade], list[str]]:
        """Rows as trades, all in the market's decimals of afterwards, and why the others are none."""
        rows = list(rows)
        while True:  # a row finer than the market grows it, and those before it are then of the wrong scale
            market = instrument.market
            trades: list[Trade] = []
            refused: list[str] = []
            for row in rows:
                try:
                    trades.append(self.trade(instrument, row))
                except WireError as error:
                    refused.append(str(error))
            if instrument.market is market:
                return trades, refused

    def event(
        self,
        instrument: Instrument,
        rows: Iterable[Row],
        id_rule: IdRule,
        *,
        excluded: int = 0,
        source: SideSource = "taker",
    ) -> Event:
        """A frame's rows as an Event; rows that make no trade become faults beside it."""
        trades, refused = self.read(instrument, rows)
        batch = Trades(instrument.market, tuple(trades), id_rule, source, excluded)
        if not refused:
            return batch
        return Several((batch, *self._faults(instrument, refused)))

    def page(
        self,
        instrument: Instrument,
        rows: Iterable[Row],
        id_rule: IdRule,
        *,
        excluded: int = 0,
        refused: Sequence[str] = (),
    ) -> Page:
        """A response's rows (ascending) as a Page."""
        rows = list(rows)
        trades, wrong = self.read(instrument, rows)
        batch = Trades(instrument.market, tuple(trades), id_rule, excluded=excluded)
        return Page(batch, (*refused, *wrong), len(rows) + excluded + len(refused))

    def liquidation(
        self, instrument: Instrument, time_us: int, price: str, size: str, side: int
    ) -> Liquidation:
        """One liquidation, rounded (it grows no market); `side` is the closing order's. Raises WireError."""
        if not self.is_plausible(time_us):
            raise WireError(f"time {clean(time_us, 40)} us: expected 2009-01-01 to one day ahead")
        at = near_units(price, instrument.market.price_decimals)
        if not at:
            raise WireError(f"price {clean(price, 40)!r}: expected more than 0")
        return Liquidation(time_us, at, instrument.near_size(size, at), side)

    def liquidations(
        self,
        instrument: Instrument,
        rows: Iterable[Row],
        *,
        complete: bool = True,
        refused: Sequence[str] = (),
    ) -> Event:
        """A frame's liquidations as an Event (ids are not looked at); `side` is the closing order's.

        `refused` is why rows before were none.
        """
        events: list[Liquidation] = []
        wrong = [f"liquidation: {reason}" for reason in refused]
        for _, time_us, price, size, side, _ in rows:
            try:
                events.append(self.liquidation(instrument, time_us, price, size, side))
            except WireError as error:
                wrong.append(f"liquidation: {error}")
        batch = Liquidations(instrument.market, tuple(events), complete)
        return Several((batch, *self._faults(instrument, wrong))) if wrong else batch

    def open_interest(self, instrument: Instrument, time_us: int, coins: str) -> OpenInterest:
        """Open interest that is sent in base units; raises WireError."""
        market = instrument.market
        if not self.is_plausible(time_us):
            text = f"open interest of {clean(time_us, 40)} us: expected 2009-01-01 to one day ahead"
            raise refuse(market.name, text)
        try:
            return OpenInterest(market, time_us, near_units(coins, market.size_decimals))
        except WireError as error:
            raise refuse(market.name, f"open interest: {error}") from None

    def _faults(self, instrument: Instrument, refused: Iterable[str]) -> list[Faulty]:
        name = instrument.market.name
        return [Faulty(name, f"{name}: {reason}") for reason in refused]


def checked_symbol(symbol: str) -> str:
    """The text, if it can be a symbol; raises WireError."""
    if not is_symbol(symbol):
        raise refuse(None, f"{clean(symbol, 60)!r} cannot be a symbol: expected {SYMBOL.pattern}")
    return symbol


def decode(decoder: Decoder[T], raw: bytes | str | Raw, market: str | None = None) -> T:
    """Decode or refuse in one line; msgspec's texts name types, bounds and paths, the rest is cleaned."""
    try:
        return decoder.decode(raw)
    except (DecodeError, UnicodeDecodeError, UnicodeEncodeError, RecursionError) as error:
        raise refuse(market, clean(error) or "not JSON") from None
