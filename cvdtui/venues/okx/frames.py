"""OKX's frames to events: trades, open interest, liquidations, responses.

https://www.okx.com/docs-v5/en/#order-book-trading-market-data-ws-trades-channel,
.../#public-data-websocket-open-interest-channel, .../#public-data-websocket-liquidation-orders-channel.
"""

import re
from collections.abc import Callable
from typing import Literal

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL
from cvdtui.venues.grammar.events import (
    MOST_DIGITS,
    Ack,
    Event,
    Faulty,
    Other,
    Pong,
    Refusal,
    Several,
    Shutdown,
    clean,
    to_us,
)
from cvdtui.venues.grammar.instruments import Instrument, Instruments, Row, decode
from cvdtui.venues.grammar.parsing import event_of, page_of, rows_of

SIDES = {"buy": BUY, "sell": SELL}
# `trades`, not `trades-all` of /business: fewer messages, and `count` keeps the ids without holes.
TRADES, OPEN_INTEREST, LIQUIDATIONS = "trades", "open-interest", "liquidation-orders"
UPGRADE = "64008"
"""The notice before a service upgrade closes the connection."""
_NAMED = re.compile(r"instId:([A-Za-z0-9-]{1,40})")


class Argument(Struct, gc=False):
    """What a frame is about."""

    channel: str
    instId: str = ""


class OkxTradeRow(Struct, gc=False):
    """The fills of one taker order at one price, or (REST) one fill."""

    instId: str
    tradeId: str
    """The last of `count` ids, without a hole between them and the frame before."""
    px: str
    sz: str
    """Base units on spot, contracts else."""
    side: Literal["buy", "sell"]
    """The taker's side."""
    ts: str
    count: str = "1"
    """Since 2023-10 a pushed trade stands for all fills of one order at one price; REST still sends each."""


class OkxTradeFrame(Struct, gc=False):
    """`source` 1 (Enhanced Liquidity Program) meets the book too: it counts like the others."""

    arg: Argument
    data: list[OkxTradeRow]


class InterestRow(Struct, gc=False):
    """Open interest; `oiCcy` is in coins whatever the contract."""

    instId: str
    oiCcy: str
    ts: str


class OkxDetail(Struct, gc=False):
    """One liquidation: `side` is the closing order's, `bkPx` where the position was bankrupt."""

    side: Literal["buy", "sell"]
    bkPx: str
    sz: str
    ts: str


class OkxLiquidationRow(Struct, gc=False):
    """Liquidations of one instrument: at most one a second is sent."""

    instId: str
    details: list[Raw]
    """Of `OkxDetail`."""


class OkxHead(Struct, gc=False):
    """Any other frame."""

    event: str = ""
    arg: Argument | None = None
    id: str = ""
    code: str = ""
    msg: str = ""
    data: Raw = Raw(b"[]")


_TRADES = Decoder(OkxTradeFrame)
_TRADE = Decoder(OkxTradeRow)
_INTEREST = Decoder(InterestRow)
_LIQUIDATIONS = Decoder(OkxLiquidationRow)
_DETAIL = Decoder(OkxDetail)
_RAWS = Decoder(list[Raw])
_HEAD = Decoder(OkxHead)


class OkxFrames:
    """Reads the frames of the watched markets."""

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError for one that does not parse."""
        try:
            trades = _TRADES.decode(frame)
        except (DecodeError, UnicodeError):
            return self._other_frame(frame)
        if trades.arg.channel != TRADES:
            return self._other_frame(frame)
        symbol = trades.arg.instId
        instrument = self._instruments.find(symbol)
        if instrument is None:
            return Other()
        if any(row.instId != symbol for row in trades.data):
            return self._other_frame(frame)
        return self._instruments.event(instrument, map(row_of, trades.data), "contiguous")

    def _other_frame(self, frame: bytes | str) -> Event:
        if frame in (b"pong", "pong"):
            return Pong()
        head = decode(_HEAD, frame)
        if head.event or head.arg is None:
            return _response(head)
        channel, symbol = head.arg.channel, head.arg.instId
        name = self._instruments.name(symbol)
        if channel == TRADES:
            instrument = self._instruments.find(symbol)
            return Other() if instrument is None else self._row_by_row(instrument, head.data)
        if channel == OPEN_INTEREST:
            return self._all(self._interest, head.data, name)
        if channel == LIQUIDATIONS:
            return self._all(self._liquidations, head.data, name)
        return Other(name)

    def _row_by_row(self, instrument: Instrument, data: Raw) -> Event:
        """The trades of a frame in which some rows are none; the ids these leave out are then asked for."""
        symbol = instrument.market.symbol

        def read(raw: Raw) -> Row:
            row = decode(_TRADE, raw)
            if row.instId != symbol:
                raise WireError(f"instId {clean(row.instId, 60)}: expected {symbol}")
            return row_of(row)

        raws = decode(_RAWS, data, instrument.market.name)
        return event_of(page_of(self._instruments, symbol, raws, read, "contiguous"))

    def _all(self, event: Callable[[Raw], Event], data: Raw, name: str | None) -> Event:
        """The events of watched markets' rows as one; a row that is none becomes a fault beside them."""
        raws = decode(_RAWS, data, name)
        events, refused = rows_of(raws, event)
        faults = [Faulty(name, f"{name or 'a frame'}: {reason}") for reason in refused]
        known = (*(one for one in events if not isinstance(one, Other)), *faults)
        return known[0] if len(known) == 1 else Several(known) if known else Other()

    def _interest(self, raw: Raw) -> Event:
        row = decode(_INTEREST, raw)
        instrument = self._instruments.find(row.instId)
        if instrument is None or not row.oiCcy:
            return Other()
        return self._instruments.open_interest(instrument, to_us(number(row.ts)), row.oiCcy)

    def _liquidations(self, raw: Raw) -> Event:
        row = decode(_LIQUIDATIONS, raw)
        instrument = self._instruments.find(row.instId)
        if instrument is None:
            return Other()
        orders, refused = rows_of(row.details, _order)
        return self._instruments.liquidations(instrument, orders, complete=False, refused=refused)


def _order(raw: Raw) -> Row:
    one = decode(_DETAIL, raw)
    return 0, to_us(number(one.ts)), one.bkPx, one.sz, SIDES[one.side], 1


def row_of(row: OkxTradeRow) -> Row:
    """Fills as `Instruments` takes them: the first id and how many."""
    count = number(row.count)
    return number(row.tradeId) - count + 1, to_us(number(row.ts)), row.px, row.sz, SIDES[row.side], count


def number(text: str) -> int:
    """Digits as an integer; -1 for what is none, which no id, time or count may be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < MOST_DIGITS else -1


def _response(head: OkxHead) -> Event:
    request = number(head.id) if head.id else None
    if head.event == "subscribe" and head.arg is not None:
        return Ack(None, head.arg.instId if head.arg.channel == TRADES else "")
    if head.event == "notice" and head.code == UPGRADE:
        return Shutdown(clean(head.msg) or "the exchange announced an upgrade")
    if head.event == "error":
        named = _NAMED.search(head.msg)
        code = max(0, number(head.code))
        return Refusal(request, code, clean(head.msg) or "no reason given", named[1] if named else "")
    if not head.event:
        raise WireError("a frame without channel or event")
    return Other()
