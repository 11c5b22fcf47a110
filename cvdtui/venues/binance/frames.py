"""Binance's frames to events: trades, closed candles, responses, and frames that are not read."""

from collections.abc import Callable
from math import floor

from msgspec import DecodeError
from msgspec.json import Decoder

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, IdRule, Liquidation, Liquidations, Market, Trade, Trades
from cvdtui.venues.binance import rows as wire
from cvdtui.venues.binance.instruments import BinanceInstrument, TimeBounds
from cvdtui.venues.binance.rest import read_candle
from cvdtui.venues.grammar.decimals import LARGEST, near_units
from cvdtui.venues.grammar.events import (
    Ack,
    ClosedCandle,
    Event,
    FormingCandle,
    Other,
    Refusal,
    Shutdown,
    clean,
    is_symbol,
    refuse,
)
from cvdtui.venues.grammar.instruments import decode

# They print off the tick (3.7041208: https://dev.binance.vision/t/18342). Only these are left out: keeping
# MARKET alone would lose the RPI trades, which takers did make.
NOT_OF_THE_BOOK = frozenset({"INSURANCE_FUND", "ADL", "NA"})
"""`X` of futures trades that met no book: they enter nothing (RPI and MARKET stay)."""
READ = frozenset({"aggTrade", "trade", "kline", "forceOrder"})
"""Events we read; the others are other streams."""
SECONDS = {"1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}
_KNOWN_FRAME = Decoder(wire.KnownFrame, strict=False)
_KNOWN_BARE = Decoder(wire.Known, strict=False)
_EXACT_FRAME = Decoder(wire.ExactFrame, strict=False)
_EXACT_BARE = Decoder(wire.ExactTexts, strict=False)
_FRAME = Decoder(wire.BinanceFrame)
_AggData = wire.AggData
_DECODE = _KNOWN_FRAME.decode


class BinanceFrames:
    """Reads the frames of the markets in `scales`; others are learnt by `unknown_symbol`, or ignored."""

    def __init__(
        self,
        scales: dict[str, BinanceInstrument],
        clock: TimeBounds,
        trade_id_rule: IdRule,
        unknown_symbol: Callable[[str], Market] | None,
    ) -> None:
        self._scales = scales
        self._clock = clock
        self._trade_id_rule: IdRule = trade_id_rule
        self._unknown_symbol = unknown_symbol
        self._others: dict[str | None, Other] = {None: Other()}

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError (with `market` where known) for one that does not parse."""
        try:
            row = _DECODE(frame).data
        except (DecodeError, UnicodeError):
            return self._other_frame(frame)
        if row.__class__ is not _AggData:
            return self._known(frame, row)
        scale = self._scales.get(row.s)
        if scale is None:
            return self._known(frame, row)
        # The hot path, inlined: about a microsecond a frame (see tests/bench/bench_live.py).
        price, size, time = row.p, row.q, row.T
        by_price, by_size = scale.price_scale, scale.size_scale
        units, amount = floor(price * by_price + 0.5), floor(size * by_size + 0.5)
        if (
            time <= self._clock.latest_ms  # so in milliseconds; the decoder has seen to the earliest
            and units / by_price == price
            and amount / by_size == size
            and price + size < scale.limit
        ):
            return Trades(scale.market, (Trade(row.a, time * 1000, units, amount, SELL if row.m else BUY),))
        return self._exact(frame, scale, row, "contiguous")

    def _known(self, frame: bytes | str, row: wire.Known) -> Event:
        """An event of a kind we read: of a market we know, or one to be learnt or ignored."""
        if isinstance(row, wire.ForceData):
            return self._liquidation(row.o)
        scale = self._scale(row.s)
        if scale is None:
            return self._others[None]
        if isinstance(row, wire.KlineData):
            return self._kline(scale, row.k)
        if isinstance(row, wire.AggData):
            return self._exact(frame, scale, row, "contiguous")
        if row.X in NOT_OF_THE_BOOK:
            return Trades(scale.market, (), self._trade_id_rule, "taker", 1)
        if not (0.0 < row.p < LARGEST and 0.0 < row.q < LARGEST):
            text = f"price {row.p!r}, size {row.q!r}: expected more than 0 and less than 1e15"
            raise refuse(scale.market.name, text)
        plain = wire.AggRow(row.t, row.p, row.q, row.T, row.m)
        return self._exact(frame, scale, plain, self._trade_id_rule)

    def _exact(self, frame: bytes | str, scale: BinanceInstrument, row: wire.AggRow, rule: IdRule) -> Trades:
        """A row off the hot path: refused with the reason, or read by its decimals, growing the market."""
        try:
            time_us = wire.time_of(row, self._clock)
        except ValueError as error:
            raise refuse(scale.market.name, str(error)) from None
        trade = wire.quick_trade(scale, row, time_us)
        if trade is None:
            try:
                texts = _EXACT_FRAME.decode(frame).data
            except DecodeError:
                texts = decode(_EXACT_BARE, frame, scale.market.name)
            trade = wire.exact_trade(scale, row, texts, time_us)
        return Trades(scale.market, (trade,), rule)

    def _kline(self, scale: BinanceInstrument, kline: wire.Kline) -> Event:
        seconds = SECONDS.get(kline.i)
        if seconds is None:
            return self._other(scale.market.name)
        if not kline.x:
            return FormingCandle(scale.market.name)
        numbers = (kline.o, kline.h, kline.l, kline.c, kline.v, kline.V, kline.q, kline.Q)
        candle = read_candle(scale, seconds, kline.t, numbers, kline.n, self._clock)
        return ClosedCandle(scale.market, candle)

    def _liquidation(self, order: wire.ForcedOrder) -> Event:
        """A position closed by force; only the latest of a second is sent, so sums are too low."""
        scale = self._scale(order.s)
        if scale is None:
            return self._others[None]
        market = scale.market
        try:
            time_us = wire.time_of(order, self._clock)
            price = near_units(order.ap, market.price_decimals)
            size = scale.instrument.near_size(order.z, price)
        except (ValueError, ZeroDivisionError, WireError) as error:
            raise refuse(market.name, f"liquidation: {error}") from None
        liquidation = Liquidation(time_us, price, size, SELL if order.S == "SELL" else BUY)
        return Liquidations(market, (liquidation,), complete=False)

    def _other_frame(self, raw: bytes | str) -> Event:
        """Any frame but a wrapped trade or candle that parses."""
        frame = decode(_FRAME, raw)
        if isinstance(frame.data, wire.Head):
            if frame.data.e in READ:
                decode(_KNOWN_FRAME, raw, self._named(frame.data.s))  # raises the reason
        elif frame.e in READ:
            return self._known(raw, decode(_KNOWN_BARE, raw, self._named(frame.s)))
        return self._response(frame)

    def _response(self, frame: wire.BinanceFrame) -> Event:
        head = frame.data if isinstance(frame.data, wire.Head) else frame
        symbol = head.s or frame.stream.partition("@")[0].upper()
        if head.e == "serverShutdown" or frame.stream == "!serverShutdown":
            return Shutdown("the exchange announced that it closes this connection")
        if frame.stream.endswith(("@aggTrade", "@trade")):
            raise refuse(self._named(symbol), f"a frame of {clean(frame.stream, 60)} without a trade in it")
        number = frame.id if isinstance(frame.id, int) else None
        if frame.error is not None or frame.code or frame.msg:
            failure = frame.error or wire.Failure(frame.code, frame.msg)
            return Refusal(number, failure.code, clean(failure.msg) or "no reason given")
        if frame.id is not None and bytes(frame.result):
            return Ack(number)
        return self._other(self._named(symbol))

    def _scale(self, symbol: str) -> BinanceInstrument | None:
        """The scale of a symbol; an unknown one is learnt where any symbol is taken (files)."""
        scale = self._scales.get(symbol)
        if scale is None and self._unknown_symbol is not None and is_symbol(symbol):
            scale = self._scales[symbol] = BinanceInstrument(self._unknown_symbol(symbol))
        return scale

    def _named(self, symbol: str) -> str | None:
        scale = self._scales.get(symbol)
        return scale.market.name if scale else None

    def _other(self, market: str | None) -> Other:
        return self._others.setdefault(market, Other(market))
