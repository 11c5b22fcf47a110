"""Deribit, perpetuals, dated futures and spot: `trades.X.100ms` by WebSocket, trades by sequence over REST.

https://docs.deribit.com/subscriptions/trades/tradesinstrument_nameinterval,
https://docs.deribit.com/api-reference/market-data/public-get_last_trades_by_instrument.
"""

from collections.abc import Iterable, Sequence
from typing import Unpack

from msgspec import UNSET, Raw, Struct
from msgspec.json import Decoder

from cvdtui.model import GroupLeg, IdRule, Kind, Market, OpenInterest
from cvdtui.venues.deribit.frames import UNNUMBERED, DeribitFrame, DeribitFrames, call, reads
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS, decimals_of, to_units
from cvdtui.venues.grammar.events import (
    Event,
    Limits,
    Page,
    Request,
    clean,
    refuse,
)
from cvdtui.venues.grammar.instruments import Instruments, checked_symbol, decode
from cvdtui.venues.grammar.options import VenueOptions, addresses, instruments
from cvdtui.venues.grammar.parsing import failure_in, is_wanted, text_of
from cvdtui.venues.grammar.requests import Window, by_id_only, get_request
from cvdtui.venues.grammar.symbols import spelled
from cvdtui.venues.grammar.venue import Action, Decode, Venue

LIMITS = Limits(
    weight_per_minute=300,
    weight_header="",
    connects=100,
    streams_per_socket=200,
    messages_per_second=5.0,
    streams_per_message=1,  # an unknown channel is silently left out of the response: each is requested alone
    socket_seconds=86_400,
    trades_page=1000,
    candles_page=0,
    trades_back_us=24 * 3_600_000_000,
)
BEAT_S = 30
"""Seconds between the venue's heartbeats; among them it may send a test_request, which must be answered."""


INVERSE = frozenset({"BTC", "ETH"})
"""Coins with a perpetual settled in the coin itself (BTC-PERPETUAL); every other one is settled in USDC."""


class _Instrument(Struct, gc=False):
    instrument_name: str
    kind: str
    base_currency: str
    quote_currency: str
    tick_size: Raw
    min_trade_amount: Raw
    instrument_type: str = "linear"
    is_active: bool = True


class _Ticker(Struct, gc=False):
    timestamp: int
    open_interest: Raw
    mark_price: Raw


class _TradeList(Struct, gc=False):
    trades: list[Raw]


_FRAME = Decoder(DeribitFrame)
_RAWS = Decoder(list[Raw])
_INSTRUMENT = Decoder(_Instrument)
_TICKER = Decoder(_Ticker)
_TRADE_LIST = Decoder(_TradeList)
_TIME = Decoder(int)


class Deribit(Venue):
    """The grammar of Deribit; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(self, symbols: Iterable[str] = (), **options: Unpack[VenueOptions]) -> None:
        self.name = "deribit"
        self.id_rule: IdRule = "contiguous"
        self.limits = LIMITS
        self.ws_url, self.rest_url = addresses(
            options, "wss://streams.deribit.com", "https://www.deribit.com"
        )
        self.known: Instruments = instruments(self.default_market, symbols, options)
        self._frames = DeribitFrames(self.known)

    def default_market(self, symbol: str) -> Market:
        """A market from its name alone; raises WireError for options and combinations, which are not read."""
        pair, dash, term = checked_symbol(symbol).upper().partition("-")
        base, linear, quote = pair.partition("_")
        if not reads(symbol.upper()):
            raise refuse(
                None, f"{clean(symbol, 60)!r}: expected a future (BTC-PERPETUAL) or a pair (BTC_USDC)"
            )
        kind: Kind = "spot" if not dash else "perp" if term == "PERPETUAL" else "future"
        return Market(
            self.name, symbol.upper(), base, quote or "USD", kind, 2, INVERSE_DECIMALS, inverse=not linear
        )

    def spell(self, base: str, quote: str, leg: GroupLeg) -> tuple[str, ...]:
        if leg == "spot":
            return spelled("{base}_{quote}", base, quote, ("USDC", "USDT"), others=True)
        inverse = spelled("{base}-PERPETUAL", base, quote, ("USD",) if base in INVERSE else ())
        return inverse + spelled("{base}_{quote}-PERPETUAL", base, quote, ("USDC",))

    # --- the socket

    def socket_url(self) -> str:
        return f"{self.ws_url}/ws/api/v2"

    def streams(self, symbol: str) -> tuple[str, ...]:
        """Trades alone, in batches of 100 ms: the raw channel needs a login."""
        return (f"trades.{symbol}.100ms",)

    def requests(self, action: Action, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        return tuple(
            call(number, f"public/{action}", channels=list(self.streams(symbol)))
            for number, symbol in enumerate(symbols, first_id)
        )

    def greeting(self) -> tuple[str, ...]:
        """Requests heartbeats, without which a quiet connection is closed."""
        return (call(UNNUMBERED, "public/set_heartbeat", interval=BEAT_S),)

    def decoder(self) -> Decode:
        return self._frames.decode

    def decode(self, frame: bytes | str) -> Event:
        return self._frames.decode(frame)

    # --- REST

    def _ask(self, method: str, weight: int = 1, **params: object) -> Request:
        return get_request(f"{self.rest_url}/api/v2/public/{method}", weight, **params)

    def ask_time(self) -> Request:
        return self._ask("get_time")

    def ask_markets(self, symbols: Sequence[str] = ()) -> tuple[Request, ...]:
        """Each instrument by its name; none given: every future and every pair."""
        if symbols:
            return tuple(self._ask("get_instrument", instrument_name=symbol) for symbol in symbols)
        return tuple(
            self._ask("get_instruments", 5, currency="any", kind=kind) for kind in ("future", "spot")
        )

    def ask_trades(self, symbol: str, **window: Unpack[Window]) -> Request:
        """Trades from a sequence number on, or the newest; this endpoint takes no times."""
        from_id, limit = by_id_only(f"{self.name}:{symbol}", window, LIMITS.trades_page)
        last = None if from_id is None else from_id + limit - 1
        return self._ask(
            "get_last_trades_by_instrument",
            instrument_name=symbol,
            start_seq=from_id,
            end_seq=last,
            count=limit,
            sorting="asc" if from_id is not None else "desc",
        )

    def ask_open_interest(self, symbol: str) -> Request | None:
        """The ticker; None on spot."""
        if self.default_market(symbol).kind == "spot":
            return None
        return self._ask("ticker", instrument_name=symbol)

    def read_time(self, body: bytes) -> int:
        return decode(_TIME, _result(body)) * 1000

    def read_markets(self, body: bytes, symbols: Iterable[str] = ()) -> tuple[Market, ...]:
        wanted = frozenset(symbols)
        result = _result(body)
        raws = decode(_RAWS, result) if bytes(result).startswith(b"[") else [result]
        found = [decode(_INSTRUMENT, raw) for raw in raws]
        return tuple(
            self._described(one)
            for one in found
            if one.kind in ("future", "spot")
            if is_wanted(one.instrument_name, wanted, trades=one.is_active)
        )

    def _described(self, one: _Instrument) -> Market:
        market = self.default_market(one.instrument_name)
        tick, step = text_of(one.tick_size), text_of(one.min_trade_amount)
        decimals = decimals_of(tick)
        inverse = one.instrument_type == "reversed"
        return Market(
            self.name,
            market.symbol,
            clean(one.base_currency, 20),
            clean(one.quote_currency, 20),
            market.kind,
            decimals,
            INVERSE_DECIMALS if inverse else decimals_of(step),
            max(1, to_units(tick, decimals)),
            inverse=inverse,
        )

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """In order of the sequence numbers."""
        instrument = self.known.instrument(symbol)
        raws = decode(_TRADE_LIST, _result(body)).trades
        batch, _, refused = self._frames.read(instrument, raws)
        return Page(batch, tuple(refused), len(raws))

    def read_open_interest(self, body: bytes, symbol: str) -> OpenInterest:
        ticker = decode(_TICKER, _result(body))
        instrument = self.known.instrument(symbol)
        # In USD (inverse) or base units, like a trade's amount: read as one at the mark price.
        row = (0, ticker.timestamp * 1000, text_of(ticker.mark_price), text_of(ticker.open_interest), 0, 1)
        size = self.known.trade(instrument, row).size
        return OpenInterest(instrument.market, ticker.timestamp * 1000, size)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        return failure_in(_FRAME, body, _failure)


def _failure(frame: DeribitFrame) -> tuple[int, str]:
    return (frame.error.code, frame.error.message) if frame.error else (0, "")


def _result(body: bytes) -> Raw:
    head = decode(_FRAME, body)
    if head.error is not None or head.result is UNSET:
        text = head.error.message if head.error else "a response without a result"
        raise refuse(None, clean(text))
    return head.result
