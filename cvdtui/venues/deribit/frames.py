"""Deribit's frames to events: trades, the liquidations among them, responses, heartbeats.

https://docs.deribit.com/subscriptions/trades/tradesinstrument_nameinterval.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field
from msgspec.json import Decoder, encode

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, Trade, Trades
from cvdtui.venues.grammar.events import Ack, Event, Faulty, Other, Pong, Refusal, Reply, Several, clean
from cvdtui.venues.grammar.instruments import Instrument, Instruments, Row, decode
from cvdtui.venues.grammar.parsing import by_symbol, text_of

UNNUMBERED = 0
"""The id of requests that subscribe nothing: feeds number the others from 1."""
SIDES = {"buy": BUY, "sell": SELL}
"""The taker's side."""
_DATED = re.compile(r"PERPETUAL|\d{1,2}[A-Z]{3}\d{2}")
"""What follows the dash of a future; an option has two dashes more, a combination another word after it."""


class _Trade(Struct, gc=False):
    trade_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    """Grows by one within an instrument; trade_id does not."""
    timestamp: int
    price: Raw
    amount: Raw
    """USD of an inverse instrument, base units of a linear one and of spot."""
    direction: Literal["buy", "sell"]
    liquidation: Literal["", "M", "T", "MT"] = ""
    """Who was liquidated: the maker, the taker, both."""
    block_trade_id: Raw | UnsetType = UNSET
    combo_id: Raw | UnsetType = UNSET
    combo_trade_id: Raw | UnsetType = UNSET

    @property
    def is_of_the_book(self) -> bool:
        """Blocks are agreed elsewhere, legs of combinations meet the combination's own book."""
        marks = (self.block_trade_id, self.combo_id, self.combo_trade_id)
        return all(one is UNSET or bytes(one) == b"null" for one in marks)


class _SymbolField(Struct, gc=False):
    instrument_name: str = ""


class _Params(Struct, gc=False):
    type: str = ""
    channel: str = ""
    data: Raw = field(default_factory=Raw)


class DeribitFailure(Struct, gc=False):
    """Why a request was refused."""

    code: int = 0
    message: str = ""


class DeribitFrame(Struct, gc=False):
    """Any frame, and any response of REST."""

    id: int | None = None
    method: str = ""
    params: _Params | None = None
    result: Raw | UnsetType = UNSET
    error: DeribitFailure | None = None


_FRAME = Decoder(DeribitFrame)
_TRADE = Decoder(_Trade)
_SYMBOL_FIELD = Decoder(_SymbolField)
_RAWS = Decoder(list[Raw])
_CHANNELS = Decoder(list[str])


class DeribitFrames:
    """Reads the frames of the watched markets."""

    def __init__(self, known: Instruments) -> None:
        self._known = known

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError."""
        head = decode(_FRAME, frame)
        if head.method == "subscription" and head.params is not None:
            if not head.params.channel.startswith("trades."):
                return Other()
            raws = decode(_RAWS, head.params.data)
            return by_symbol(raws, lambda raw: decode(_SYMBOL_FIELD, raw).instrument_name, self._trades)
        if head.method == "heartbeat":
            is_test = head.params is not None and head.params.type == "test_request"
            return Reply(call(UNNUMBERED, "public/test")) if is_test else Pong()
        if head.error is not None:
            return Refusal(head.id, head.error.code, clean(head.error.message) or "no reason given")
        if head.id == UNNUMBERED:
            return Pong()
        return _response(head)

    def _trades(self, symbol: str, raws: Sequence[Raw]) -> Event:
        instrument = self._known.find(symbol) if reads(symbol) else None
        if instrument is None:
            return Other()
        batch, forced, refused = self.read(instrument, raws)
        name = instrument.market.name
        events: list[Event] = [batch]
        if forced:
            events.append(self._known.liquidations(instrument, forced))
        events += [Faulty(name, f"{name}: {reason}") for reason in refused]
        return events[0] if len(events) == 1 else Several(tuple(events))

    def read(self, instrument: Instrument, raws: Sequence[Raw]) -> tuple[Trades, list[Row], list[str]]:
        """Trades, the liquidations among them, and why the other rows are none.

        A print outside the book takes a number of the sequence: it stays, of size 0, so that no hole is seen.
        """
        rows: list[Row] = []
        outside: list[Trade] = []
        forced: list[Row] = []
        refused: list[str] = []
        for raw in raws:
            try:
                one = decode(_TRADE, raw)
            except WireError as error:
                refused.append(str(error))
                continue
            price, amount, side = text_of(one.price), text_of(one.amount), SIDES[one.direction]
            if not one.is_of_the_book:
                outside.append(Trade(one.trade_seq, one.timestamp * 1000, 0, 0, 0))
                continue
            row = (one.trade_seq, one.timestamp * 1000, price, amount, side, 1)
            rows.append(row)
            closing = {"T": (side,), "M": (-side,), "MT": (side, -side)}.get(one.liquidation, ())
            forced += [(*row[:4], order, 1) for order in closing]
        trades, wrong = self._known.read(instrument, rows)
        known = sorted([*trades, *outside], key=lambda trade: trade.id)
        batch = Trades(instrument.market, tuple(known), "contiguous", excluded=len(outside))
        return batch, forced if not wrong else [], [*refused, *wrong]


def reads(symbol: str) -> bool:
    """Whether it is a future or a pair: options and combinations are not read."""
    pair, dash, term = symbol.partition("-")
    return bool(_DATED.fullmatch(term)) if dash else "_" in pair


def call(number: int, method: str, **params: object) -> str:
    """A request as a frame."""
    return encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).decode()


def _response(head: DeribitFrame) -> Event:
    """A subscription's response lists what was accepted; what is unknown is left out silently."""
    if head.result is UNSET or not bytes(head.result).startswith(b"["):
        return Other()
    if decode(_CHANNELS, head.result):
        return Ack(head.id)
    return Refusal(head.id, 0, "no such instrument")
