"""Bybit's frames to events: trades, tickers' open interest, liquidations, responses.

https://bybit-exchange.github.io/docs/v5/websocket/public/trade, .../ticker, .../all-liquidation.
"""

from typing import Literal

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL
from cvdtui.venues.grammar.events import Ack, Event, Other, Pong, Refusal, clean, id_of, to_us
from cvdtui.venues.grammar.instruments import Instrument, Instruments, Row, decode
from cvdtui.venues.grammar.parsing import event_of, page_of, rows_of

SIDES = {"Buy": BUY, "Sell": SELL}
LONG_CLOSED = {"Buy": SELL, "Sell": BUY}
"""The side of the order that closed a position; other venues send the order's side, Bybit the position's."""


class TradeRow(Struct, gc=False):
    """One fill."""

    T: int
    s: str
    S: Literal["Buy", "Sell"]
    """The taker's side."""
    v: str
    p: str
    i: str
    """A uuid, or digits on spot: in no order."""
    BT: bool = False
    """A block trade: agreed elsewhere, never met the book."""
    seq: int = 0
    """Several fills share one, so it orders and numbers nothing by itself."""


class TradeFrame(Struct, gc=False):
    """`type` is always "snapshot", which elsewhere marks old trades: here all are new."""

    topic: str
    data: list[TradeRow]


class Ticker(Struct, gc=False):
    """A ticker's open interest; an absent field did not change."""

    symbol: str
    openInterest: str = ""
    openInterestValue: str = ""
    """In coins where the market is inverse."""
    singleOpenInterest: str = ""
    """One side, where `openInterest` counts both."""


class TickerFrame(Struct, gc=False):
    """A ticker and when it was made."""

    ts: int
    data: Ticker


class LiquidationRow(Struct, gc=False):
    """One position closed by force."""

    T: int
    s: str
    S: Literal["Buy", "Sell"]
    """The side of the position: Buy, a long was liquidated (so the closing order sold)."""
    v: str
    p: str


class BybitHead(Struct, gc=False):
    """Any other frame: of a topic, or a response."""

    topic: str = ""
    op: str = ""
    req_id: str = ""
    success: bool = True
    ret_msg: str = ""
    data: Raw = Raw()


_TRADES = Decoder(TradeFrame)
_TICKER = Decoder(TickerFrame)
_TRADE = Decoder(TradeRow)
_LIQUIDATION = Decoder(LiquidationRow)
_RAWS = Decoder(list[Raw])
_HEAD = Decoder(BybitHead)


class BybitFrames:
    """Reads the frames of the watched markets."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._one_sided: set[str] = set()
        """Markets whose tickers have one side's open interest."""

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError for one that does not parse."""
        try:
            trades = _TRADES.decode(frame)
        except (DecodeError, UnicodeError):
            return self._other_frame(frame)
        if not trades.topic.startswith(("publicTrade.", "trade.")):
            return self._other_frame(frame)
        symbol = trades.topic.rpartition(".")[2]
        instrument = self._instruments.find(symbol)
        if instrument is None:
            return Other()
        if any(row.s != symbol for row in trades.data):
            return self._other_frame(frame)
        return self._instruments.event(
            instrument,
            [row_of(row) for row in trades.data if not row.BT],
            "unique",
            excluded=sum(row.BT for row in trades.data),
        )

    def _other_frame(self, frame: bytes | str) -> Event:
        head = decode(_HEAD, frame)
        kind, _, symbol = head.topic.partition(".")
        if head.topic:
            instrument = self._instruments.find(symbol.rpartition(".")[2])
            if instrument is None:
                return Other()
            if kind == "tickers":
                return self._ticker(instrument, frame)
            if kind == "allLiquidation":
                return self._liquidations(instrument, head.data)
            if kind in ("publicTrade", "trade"):
                return self._row_by_row(instrument, head.data)
            return Other(instrument.market.name)
        return _response(head)

    def _ticker(self, instrument: Instrument, frame: bytes | str) -> Event:
        name = instrument.market.name
        update = decode(_TICKER, frame, name)
        ticker, time_us = update.data, to_us(update.ts)
        if ticker.singleOpenInterest:
            self._one_sided.add(name)  # later deltas may lack the field: both sides must not pass for one
        text = ticker.singleOpenInterest if name in self._one_sided else ticker.openInterest
        if instrument.market.inverse:
            text = ticker.openInterestValue
        if not text:
            return Other(name)
        return self._instruments.open_interest(instrument, time_us, text)

    def _row_by_row(self, instrument: Instrument, data: Raw) -> Event:
        """The trades of a frame in which some rows are none: up to 1,024 are sent in one."""
        symbol = instrument.market.symbol

        def read(raw: Raw) -> Row | None:
            row = decode(_TRADE, raw)
            if row.s != symbol:
                raise WireError(f"symbol {clean(row.s, 60)}: expected {symbol}")
            return None if row.BT else row_of(row)

        raws = decode(_RAWS, data, instrument.market.name)
        return event_of(page_of(self._instruments, symbol, raws, read, "unique"))

    def _liquidations(self, instrument: Instrument, data: Raw) -> Event:
        def read(raw: Raw) -> Row:
            row = decode(_LIQUIDATION, raw)
            return 0, to_us(row.T), row.p, row.v, LONG_CLOSED[row.S], 1

        raws = decode(_RAWS, data, instrument.market.name)
        orders, refused = rows_of(raws, read)
        return self._instruments.liquidations(instrument, orders, refused=refused)


def row_of(row: TradeRow) -> Row:
    """One fill as `Instruments` takes it."""
    return id_of(row.i), to_us(row.T), row.p, row.v, SIDES[row.S], 1


def _response(head: BybitHead) -> Event:
    number = int(head.req_id) if head.req_id.isascii() and head.req_id.isdigit() else None
    if head.op in ("ping", "pong") or head.ret_msg == "pong":
        return Pong()
    if head.op in ("subscribe", "unsubscribe"):
        if head.success:
            return Ack(number)
        return Refusal(number, 0, clean(head.ret_msg) or "no reason given")
    return Other()
