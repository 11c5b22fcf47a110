"""Binance's WebSocket as the demo exchange imitates it, spot and USD-M: routes, subscriptions and frames."""

import json
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from cvdtui.demo.assets import SPOT, USDM
from cvdtui.demo.binance_frames import DemoFrames, interval_seconds
from cvdtui.demo.binance_rest import DemoRest
from cvdtui.demo.dialect import ClientSession, DialectLimits, HttpAnswer, Message, json_answer
from cvdtui.demo.tapes import DemoTape, News, Tapes

# Streams that Binance allows a connection.
_MOST_STREAMS = 1024
_MICRO = "us:"
"""Marks topics of connections that asked for `timeUnit=MICROSECOND` (spot)."""
_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")

_PUBLIC = frozenset(("bookTicker", "trade"))
_MARKET = frozenset(("aggTrade", "kline"))


class _Venue(Struct, frozen=True):
    venue: str
    routes: dict[str, frozenset[str] | None]
    """Path before /ws or /stream -> kinds of stream that get data there (None: all)."""
    limits: DialectLimits


_VENUES = {
    SPOT: _Venue(SPOT, {"": None}, DialectLimits(6000, 5, 20.0, 60.0)),
    # Since 2026-04-23 the bare USD-M routes acknowledge aggTrade and then send nothing:
    # https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/Important-WebSocket-Change-Notice
    USDM: _Venue(
        USDM, {"": _PUBLIC, "/public": _PUBLIC, "/market": _MARKET}, DialectLimits(2400, 10, 180.0, 600.0)
    ),
}


class _RefusedError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class DemoBinance:
    """One of Binance's two exchanges over the tapes of its markets (see `Dialect`)."""

    numbered = True
    """Aggregate trade ids are without a hole."""

    def __init__(self, venue: str, tapes: Tapes) -> None:
        self._venue = _VENUES[venue]
        self.tapes: Mapping[str, DemoTape] = tapes.of_venue(venue)
        self._frames = DemoFrames(self.tapes, usdm=venue == USDM)
        self._rest = DemoRest(self.tapes, usdm=venue == USDM)

    @property
    def venue(self) -> str:
        """`binance` or `binance-usdm`."""
        return self._venue.venue

    @property
    def limits(self) -> DialectLimits:
        """Weight, message rate and pings as documented by Binance."""
        return self._venue.limits

    def open(self, path: str, query: Mapping[str, str]) -> ClientSession | HttpAnswer:
        """`/ws[/a/b]` is raw, `/stream?streams=a/b` is wrapped; USD-M has them below /market and /public."""
        for route, kinds in self._venue.routes.items():
            rest = path.removeprefix(route)
            # aggTrade is sent below /market, bookTicker and raw trade below /public alone.
            if not path.startswith(route) or not (rest in {"/stream", "/ws"} or rest.startswith("/ws/")):
                continue
            micro = query.get("timeUnit", "").upper() == "MICROSECOND" and self.venue == SPOT
            session = ClientSession(combined=rest == "/stream", kinds=kinds, micro=micro)
            names = (
                query.get("streams", "") if session.combined else rest.removeprefix("/ws").removeprefix("/")
            )
            for name in filter(None, names.split("/")):
                session.topics[self._topic(session, name)] = None
            return session
        return json_answer(404, {"code": -5000, "msg": f"Path {path} is invalid"})

    def receive(self, session: ClientSession, text: str) -> list[str]:
        """Act on SUBSCRIBE and the other methods; the frames to answer with."""
        try:
            request = json.loads(text)
        except ValueError as error:
            return [_error(3, f"Invalid JSON: {error}", None)]
        number = request.get("id") if isinstance(request, dict) else None
        try:
            result = self._act(session, *_checked(request))
        except _RefusedError as error:
            return [_error(error.code, str(error), number if isinstance(number, int | str) else None)]
        return [_json({"result": result, "id": number})]

    def _act(self, session: ClientSession, method: str, params: list[object]) -> object:
        if method == "LIST_SUBSCRIPTIONS":
            return [topic.removeprefix(_MICRO) for topic in session.topics]
        if method.endswith("_PROPERTY"):
            return _property(session, method, params)
        names = [self._topic(session, name) for name in params if isinstance(name, str)]
        if len(names) != len(params):
            raise _RefusedError(2, "Invalid request: params must be an array of strings")
        if method == "UNSUBSCRIBE":
            for name in names:
                session.topics.pop(name, None)
            return None
        if len(session.topics.keys() | set(names)) > _MOST_STREAMS:
            raise _RefusedError(2, f"Invalid request: at most {_MOST_STREAMS} streams a connection")
        session.topics.update(dict.fromkeys(names))
        return None

    def delivers(self, session: ClientSession, topic: str) -> bool:
        """Whether data comes: unknown streams and those of another route are acknowledged and stay silent."""
        symbol, _, kind = topic.removeprefix(_MICRO).partition("@")
        if symbol != symbol.lower() or symbol.upper() not in self.tapes:
            return False
        family, _, interval = kind.partition("_")
        if family == "kline" and not interval_seconds(interval):
            return False
        return session.kinds is None or family in session.kinds

    def publish(self, news: Iterable[News], now_us: int, wanted: Collection[str]) -> list[Message]:
        """Quotes, then trades, then klines of what just traded."""
        messages: list[Message] = []
        for tape, ticks in news:
            symbol = tape.listing.market.symbol.lower()
            for prefix, factor in (("", 1), (_MICRO, 1000)):
                name = f"{prefix}{symbol}@"
                if f"{name}bookTicker" in wanted:
                    messages.append(
                        self._frames.book_ticker(f"{name}bookTicker", tape, ticks, now_us, factor)
                    )
                if f"{name}aggTrade" in wanted:
                    messages += self._frames.agg_trades(f"{name}aggTrade", tape, ticks, now_us, factor)
                if f"{name}trade" in wanted:
                    messages += self._frames.trades(f"{name}trade", tape, ticks, now_us, factor)
        self._frames.forget_klines(wanted)
        for topic in wanted:
            if "@kline_" in topic:
                factor = 1000 if topic.startswith(_MICRO) else 1
                symbol, _, interval = topic.removeprefix(_MICRO).partition("@kline_")
                messages += self._frames.klines(topic, self.tapes[symbol.upper()], interval, now_us, factor)
        return messages

    def recent(self, topic: str, count: int, now_us: int) -> list[Message]:
        """The newest `count` trades of a trade topic once more."""
        symbol, _, kind = topic.removeprefix(_MICRO).partition("@")
        tape = self.tapes.get(symbol.upper())
        if tape is None or kind not in ("aggTrade", "trade"):
            return []
        ticks = tape.history.ticks(tape.position - count, tape.position)
        write = self._frames.agg_trades if kind == "aggTrade" else self._frames.trades
        return write(topic, tape, ticks, now_us, 1000 if topic.startswith(_MICRO) else 1)

    def wrap(self, session: ClientSession, message: Message) -> str:
        """Bare, or as {"stream", "data"}."""
        if not session.combined:
            return message.body
        return f'{{"stream":"{message.topic.removeprefix(_MICRO)}","data":{message.body}}}'

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        """Request weight by Binance's tables."""
        return self._rest.weight(path, query)

    def answer(self, path: str, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        """The answer to a GET at the moment `now_us`."""
        return self._rest.answer(path, query, now_us)

    def refusal(self, status: int, retry_after: int) -> HttpAnswer:
        """A refused request as Binance writes it."""
        if status in (418, 429):
            text = "Way too many requests; IP banned" if status == 418 else "Too many requests"
            body = {
                "code": -1003,
                "msg": f"{text}; current limit is {self.limits.weight} request weight per minute",
            }
            return json_answer(status, body, {"Retry-After": str(retry_after)})
        if status == 451:
            return json_answer(451, {"code": 0, "msg": "Service unavailable from a restricted location"})
        return HttpAnswer(status, b"<html><body>403 Forbidden</body></html>", {"Content-Type": "text/html"})

    def stamp(self, weight_used: int) -> dict[str, str]:
        """The weight used this minute."""
        return {"X-MBX-USED-WEIGHT": str(weight_used), "X-MBX-USED-WEIGHT-1M": str(weight_used)}

    def _topic(self, session: ClientSession, name: str) -> str:
        return _MICRO + name if session.micro else name


def _checked(request: object) -> tuple[str, list[object]]:
    """Method and parameters of a request; raises _RefusedError."""
    if not isinstance(request, dict):
        raise _RefusedError(2, "Invalid request: an object expected")
    number, method, params = request.get("id"), request.get("method"), request.get("params", [])
    if number is not None and not isinstance(number, int | str):
        raise _RefusedError(2, "Invalid request: request ID must be an unsigned integer")
    if method is None:
        raise _RefusedError(2, "Invalid request: missing field `method`")
    if method not in _METHODS:
        known = ", ".join(_METHODS)
        raise _RefusedError(2, f"Invalid request: unknown variant `{method}`, expected one of {known}")
    if not isinstance(params, list):
        raise _RefusedError(2, "Invalid request: params must be an array")
    return method, params


def _property(session: ClientSession, method: str, params: list[object]) -> bool | None:
    if not params or params[0] != "combined":
        raise _RefusedError(0, "Unknown property")
    if method == "GET_PROPERTY":
        return session.combined
    if len(params) != 2 or not isinstance(params[1], bool):
        raise _RefusedError(1, "Invalid value type: expected Boolean")
    session.combined = params[1]
    return None


def _error(code: int, text: str, number: object) -> str:
    answer: dict[str, object] = {"code": code, "msg": text}
    return _json(answer if number is None else {**answer, "id": number})


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
