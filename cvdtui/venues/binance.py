"""Binance spot and USD-M futures: addresses, subscriptions, frames to trades, REST questions and their answers.

One class serves both; what differs is said in a Product. Spot: https://developers.binance.com/docs/binance-spot-api-docs,
USD-M: https://developers.binance.com/docs/derivatives/usds-margined-futures.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlencode

from msgspec import ValidationError
from msgspec.json import Decoder, encode

from cvdtui.model import BUY, SELL, IdRule, Market, Now, Trade, Trades
from cvdtui.venues import binance_rest as rest
from cvdtui.venues import binance_wire as grammar
from cvdtui.venues.numbers import EXACT, LARGEST
from cvdtui.venues.symbols import perpetual_market, spot_market
from cvdtui.venues.wire import (
    EARLIEST_US,
    LATEST_US,
    MILLISECONDS_BELOW,
    SYMBOL,
    Ack,
    Candles,
    Closed,
    ColumnsPage,
    Event,
    Forming,
    Limits,
    Other,
    Page,
    Refusal,
    Request,
    Shutdown,
    clean,
    is_symbol,
    refuse,
    to_us,
)

if TYPE_CHECKING:
    from cvdtui.venues.binance_rest import Product

NOT_OF_THE_BOOK = frozenset({"INSURANCE_FUND", "ADL", "NA"})
"""`X` of futures trades nobody's order made: they enter nothing (RPI and MARKET stay)."""
SECONDS = {"1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}
INTERVALS = {seconds: interval for interval, seconds in SECONDS.items()}

_AGG_FRAME = Decoder(grammar.AggFrame, strict=False)
_AGG_BARE = Decoder(grammar.AggData, strict=False)
_TRADE_FRAME = Decoder(grammar.TradeFrame, strict=False)
_TRADE_BARE = Decoder(grammar.TradeData, strict=False)
_EXACT_FRAME = Decoder(grammar.ExactFrame, strict=False)
_EXACT_BARE = Decoder(grammar.ExactTexts, strict=False)
_KLINE_FRAME = Decoder(grammar.KlineFrame, strict=False)
_KLINE_BARE = Decoder(grammar.KlineData, strict=False)
_FRAME = Decoder(grammar.Frame)


class Binance:
    """The grammar of one Binance product; see `cvdtui.venues.Venue` for what each method promises."""

    def __init__(  # noqa: PLR0913 - every one is an option with a default
        self,
        product: "Product",
        symbols: Iterable[str] = (),
        *,
        ws_url: str = "",
        rest_url: str = "",
        markets: Iterable[Market] = (),
        any_symbol: bool = False,
        now: Now | None = None,
    ) -> None:
        self.name = product.name
        self.id_rule: IdRule = "contiguous"
        self.limits: Limits = product.limits
        self.ws_url = (ws_url or product.ws_url).rstrip("/")
        self.rest_url = (rest_url or product.rest_url).rstrip("/")
        self.mirrors = product.mirrors
        self._product = product
        self._any_symbol = any_symbol
        self._clock = grammar.Clockwork(now, LATEST_US)
        self._scales: dict[str, grammar.Scale] = {}
        self._others: dict[str | None, Other] = {None: Other()}
        for symbol in symbols:
            self.learn(self.default_market(symbol))
        for market in markets:
            self.learn(market)

    # --- markets

    def default_market(self, symbol: str) -> Market:
        """A market from its symbol alone; raises WireError for a text that cannot be a symbol."""
        if not is_symbol(symbol):
            raise refuse(None, f"{clean(symbol, 60)!r} cannot be a symbol: expected {SYMBOL.pattern}")
        make = spot_market if self._product.kind == "spot" else perpetual_market
        return make(self.name, symbol.upper())

    def learn(self, market: Market) -> None:
        """Decode this market's frames from now on, in its decimals."""
        scale = self._scales.get(market.symbol)
        if scale is None:
            self._scales[market.symbol] = grammar.Scale(market)
        else:
            scale.learn(market)

    def forget(self, symbol: str) -> None:
        """Ignore this market's frames from now on."""
        self._scales.pop(symbol, None)

    def market(self, symbol: str) -> Market:
        """The market as known by now (it grows with finer values); raises KeyError for one never learnt."""
        return self._scales[symbol].market

    def markets(self) -> tuple[Market, ...]:
        """Every market as known by now."""
        return tuple(scale.market for scale in self._scales.values())

    # --- the socket

    def socket_url(self) -> str:
        """Where to connect; what is wanted is said by `subscribe`."""
        return self.ws_url + self._product.stream_route

    def streams(self, symbol: str) -> tuple[str, ...]:
        """The streams of one market: its trades first, its closed minutes second."""
        name = symbol.lower()
        return f"{name}@aggTrade", f"{name}@kline_1m"

    def subscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that ask for these markets, as few as the limits allow, numbered from `first_id`."""
        return self._requests("SUBSCRIBE", symbols, first_id)

    def unsubscribe(self, symbols: Sequence[str], first_id: int = 1) -> tuple[str, ...]:
        """Frames that end these markets' streams."""
        return self._requests("UNSUBSCRIBE", symbols, first_id)

    def heartbeat(self) -> str | None:
        """Binance pings us (the WebSocket's own ping, answered by the library); it wants no frame of ours."""
        return None

    def _requests(self, method: str, symbols: Sequence[str], first_id: int) -> tuple[str, ...]:
        streams = [stream for symbol in symbols for stream in self.streams(symbol)]
        size = self.limits.streams_per_message
        chunks = [streams[at : at + size] for at in range(0, len(streams), size)]
        return tuple(
            encode({"method": method, "params": chunk, "id": first_id + number}).decode()
            for number, chunk in enumerate(chunks)
        )

    # --- frames

    def decode(self, frame: bytes | str) -> Event:
        """One frame as an Event; raises WireError (with `market` where known) for one that does not parse."""
        raw = frame.encode(errors="surrogatepass") if isinstance(frame, str) else frame
        if b'"e":"aggTrade"' in raw:
            return self._agg_trade(raw)
        if b'"e":"trade"' in raw:
            return self._trade(raw)
        return self._rarer(raw)

    def _agg_trade(self, raw: bytes) -> Event:
        try:
            row = _AGG_FRAME.decode(raw).data if b'"data"' in raw else _AGG_BARE.decode(raw)
        except (ValidationError, ValueError) as error:
            self._refuse(raw, error)
        scale = self._scales.get(row.s)
        if scale is None:
            scale = self._stranger(row.s)
            if scale is None:
                return self._others[None]
        # The hot path, inlined: a microsecond a frame is the goal (see tests/bench/bench_decode.py).
        price, size, time = row.p, row.q, row.T
        if time < MILLISECONDS_BELOW:
            time *= 1000
        if (
            0.0 < price < LARGEST
            and 0.0 < size < LARGEST
            and EARLIEST_US <= time <= self._clock.latest_us
            and 0 <= row.a <= grammar.LAST_ID
        ):
            by_price, by_size = scale.price_scale, scale.size_scale
            units, amount = int(price * by_price + 0.5), int(size * by_size + 0.5)
            if units / by_price == price and amount / by_size == size and units < EXACT and amount < EXACT:
                return Trades(scale.market, (Trade(row.a, time, units, amount, SELL if row.m else BUY),))
        return Trades(scale.market, (self._careful(raw, scale, row),))

    def _careful(self, raw: bytes, scale: grammar.Scale, row: grammar.AggRow) -> Trade:
        """A row the quick way refused: say why, or read its texts and grow."""
        fault = grammar.faults(row.a, row.p, row.q, to_us(row.T), self._clock)
        if fault:
            raise refuse(scale.market.name, fault)
        quick = grammar.quick_trade(scale, row)  # only the clock had to be read again
        if quick is not None:
            return quick
        texts = _EXACT_FRAME.decode(raw).data if b'"data"' in raw else _EXACT_BARE.decode(raw)
        return grammar.exact_trade(scale, row, texts)

    def _trade(self, raw: bytes) -> Event:
        try:
            sent = _TRADE_FRAME.decode(raw).data if b'"data"' in raw else _TRADE_BARE.decode(raw)
        except (ValidationError, ValueError) as error:
            self._refuse(raw, error)
        scale = self._scales.get(sent.s) or self._stranger(sent.s)
        if scale is None:
            return self._others[None]
        rule = self._product.trade_id_rule
        if sent.X in NOT_OF_THE_BOOK:
            return Trades(scale.market, (), rule, "taker", 1)
        row = grammar.AggRow(sent.t, sent.p, sent.q, sent.T, sent.m)
        fault = grammar.faults(row.a, row.p, row.q, to_us(row.T), self._clock)
        if fault:
            raise refuse(scale.market.name, fault)
        trade = grammar.quick_trade(scale, row) or self._careful(raw, scale, row)
        return Trades(scale.market, (trade,), rule)

    def _rarer(self, raw: bytes) -> Event:
        frame = grammar.decode(_FRAME, raw)
        head = frame.data if isinstance(frame.data, grammar.Head) else frame
        if head.e == "aggTrade":
            return self._agg_trade(raw)
        if head.e == "trade":
            return self._trade(raw)
        if head.e == "kline":
            return self._kline(raw)
        if head.e == "serverShutdown" or frame.stream == "!serverShutdown":
            return Shutdown("the exchange announced that it closes this connection")
        if frame.stream.endswith(("@aggTrade", "@trade")):
            raise refuse(self._named(head.s), f"a frame of {clean(frame.stream, 60)} without a trade in it")
        if frame.error is not None or frame.code or frame.msg:
            failure = frame.error or grammar.Failure(frame.code, frame.msg)
            number = frame.id if isinstance(frame.id, int) else None
            return Refusal(number, failure.code, clean(failure.msg) or "no reason given")
        if frame.id is not None and bytes(frame.result):
            return Ack(frame.id if isinstance(frame.id, int) else None)
        return self._other(self._named(head.s or frame.stream.partition("@")[0].upper()))

    def _kline(self, raw: bytes) -> Event:
        data = (
            grammar.decode(_KLINE_FRAME, raw).data if b'"data"' in raw else grammar.decode(_KLINE_BARE, raw)
        )
        kline = data.k
        scale = self._scales.get(data.s or kline.s) or self._stranger(data.s or kline.s)
        seconds = SECONDS.get(kline.i)
        if scale is None or seconds is None:
            return self._other(scale.market.name if scale else None)
        if not kline.x:
            return Forming(scale.market.name)
        numbers = (kline.o, kline.h, kline.l, kline.c, kline.v, kline.V, kline.q)
        candle = rest.read_candle(scale, seconds, kline.t, numbers, kline.n, self._clock)
        return Closed(scale.market, candle)

    def _stranger(self, symbol: str) -> grammar.Scale | None:
        """A symbol not asked for: learnt where every symbol is welcome (files), else none."""
        if not self._any_symbol or not is_symbol(symbol):
            return None
        self.learn(self.default_market(symbol))
        return self._scales.get(symbol)

    def _named(self, symbol: str) -> str | None:
        scale = self._scales.get(symbol)
        return scale.market.name if scale else None

    def _other(self, market: str | None) -> Other:
        return self._others.setdefault(market, Other(market))

    def _refuse(self, raw: bytes, error: Exception) -> NoReturn:
        """Raise for a frame that says it is a trade and is none, naming its market where it can be read."""
        try:
            frame = _FRAME.decode(raw)
            head = frame.data if isinstance(frame.data, grammar.Head) else frame
            market = self._named(head.s)
        except (ValidationError, ValueError):
            market = None
        raise refuse(market, clean(error)) from None

    # --- REST questions

    def _ask(self, path: str, weight: int, **params: object) -> Request:
        query = urlencode(
            {key: str(value) for key, value in params.items() if value is not None}, quote_via=quote
        )
        return Request(
            f"{self.rest_url}{self._product.rest_route}{path}" + (f"?{query}" if query else ""), weight
        )

    def ask_time(self) -> Request:
        """The exchange's clock; read by `read_time`."""
        return self._ask("/time", 1)

    def ask_markets(self, symbols: Sequence[str]) -> Request:
        """What the exchange says of these instruments; read by `read_markets`."""
        if not self._product.markets_by_symbol:
            return self._ask("/exchangeInfo", self._product.info_weight)
        return self._ask("/exchangeInfo", self._product.info_weight, symbols=encode(list(symbols)).decode())

    def ask_trades(
        self,
        symbol: str,
        *,
        from_id: int | None = None,
        from_us: int | None = None,
        to_us: int | None = None,
        limit: int = 1000,
    ) -> Request:
        """Aggregate trades from an id on (inclusive), or of a window of less than an hour, or the newest.

        USD-M refuses an id and a time together, so only one may be given; read by `read_trades`.
        """
        if from_id is not None and (from_us is not None or to_us is not None):
            message = "ask_trades takes an id or a window of time, not both"
            raise ValueError(message)
        start, end = (None if time is None else time // 1000 for time in (from_us, to_us))
        weight = self._product.trades_weight
        return self._ask(
            "/aggTrades", weight, symbol=symbol, fromId=from_id, startTime=start, endTime=end, limit=limit
        )

    def ask_candles(self, symbol: str, seconds: int, from_us: int, to_us: int) -> Request:
        """Candles that open at from_us <= time < to_us, at most `limits.candles_page`; read by `read_candles`."""
        wanted = -(-(to_us - from_us) // (seconds * 1_000_000))
        limit = max(1, min(wanted, self.limits.candles_page))
        return self._ask(
            "/klines",
            self._product.candles_weight(limit),
            symbol=symbol,
            interval=INTERVALS[seconds],
            startTime=from_us // 1000,
            endTime=to_us // 1000 - 1,
            limit=limit,
        )

    # --- REST answers

    def read_time(self, body: bytes) -> int:
        """The exchange's clock in us."""
        return rest.read_time(body)

    def read_markets(self, body: bytes, symbols: Iterable[str]) -> tuple[Market, ...]:
        """Those of `symbols` that the answer describes, with their true decimals and tick; others are not known there."""
        return rest.read_markets(self._product, body, frozenset(symbols))

    def read_trades(self, body: bytes, symbol: str) -> Page:
        """An answer to `ask_trades`; raises WireError when it is no list of rows."""
        return rest.read_trades(self._scales[symbol], body, self._clock)

    def read_columns(self, body: bytes, symbol: str) -> ColumnsPage:
        """`read_trades` as numpy columns: for history, where rows are many."""
        return rest.read_columns(self._scales[symbol], body, self._clock)

    def read_candles(self, body: bytes, symbol: str, seconds: int) -> Candles:
        """An answer to `ask_candles`; the last may still be open when the window reaches into the present."""
        return rest.read_candles(self._scales[symbol], body, seconds, self._clock)

    def read_failure(self, body: bytes) -> tuple[int, str]:
        """Code and cleaned text of an error answer; (0, "") when it is none."""
        return rest.read_failure(body)
