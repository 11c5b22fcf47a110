"""Bybit v5 as the demo exchange imitates it, linear, inverse or spot: subscriptions, frames and REST."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from cvdtui.demo.assets import BYBIT, BYBIT_INVERSE, BYBIT_SPOT, DemoMarket
from cvdtui.demo.bars import DemoTicks
from cvdtui.demo.decimals import padded, plain
from cvdtui.demo.dialect import ClientSession, DialectLimits, HttpAnswer, Keys, Message, json_answer
from cvdtui.demo.ids import uuid_of
from cvdtui.demo.tapes import DemoTape, News, Tapes

TRADES, TICKERS, LIQUIDATIONS = "publicTrade", "tickers", "allLiquidation"
_DERIVATIVE = TRADES, TICKERS, LIQUIDATIONS
_TOPICS = {BYBIT: _DERIVATIVE, BYBIT_INVERSE: _DERIVATIVE, BYBIT_SPOT: (TRADES, TICKERS)}
_CATEGORY = {BYBIT: "linear", BYBIT_INVERSE: "inverse", BYBIT_SPOT: "spot"}
# Topics a request: spot takes 10.
_MOST_ARGUMENTS = {BYBIT: 2000, BYBIT_INVERSE: 2000, BYBIT_SPOT: 10}
# recent-trade has no cursor and no time: what is older cannot be fetched.
_MOST_RECENT = {BYBIT: 1000, BYBIT_INVERSE: 1000, BYBIT_SPOT: 60}
_KEYS = Keys("p", "v", "T", "S", "s")
_TICKER_EVERY_US = 1_000_000
_COIN = 8
"""Decimals of an amount of coins."""
_BLOCK_ONE_IN, _FORCED_ONE_IN = 600, 250


class _Row(NamedTuple):
    """One trade of a tape."""

    number: int
    time_us: int
    price: int
    size: int
    side: int


class DemoBybit:
    """One of Bybit's products over the tapes of its markets (see `Dialect`)."""

    numbered = False
    """Ids show no hole: what is left out of an open connection, no client could know."""

    def __init__(self, venue: str, tapes: Tapes) -> None:
        self.venue = venue
        # 600 requests in 5 s an address; a connection is cut after 10 minutes without a frame.
        self.limits = DialectLimits(7200, 50, 20.0, 600.0)
        self.tapes: Mapping[str, DemoTape] = tapes.of_venue(venue)
        self._ticker_us: dict[str, int] = {}

    def open(self, path: str, query: Mapping[str, str]) -> ClientSession | HttpAnswer:  # noqa: ARG002 - it takes none
        """`/v5/public/linear`, `/inverse` or `/spot`."""
        if path != f"/v5/public/{_CATEGORY[self.venue]}":
            return HttpAnswer(404, b"404 page not found\n", {"Content-Type": "text/plain"})
        return ClientSession(combined=False)

    # --- the socket

    def receive(self, session: ClientSession, text: str) -> list[str]:
        """Act on ping, subscribe and unsubscribe; the frames to answer with."""
        try:
            request = json.loads(text)
            operation, arguments = request["op"], request.get("args", [])
            names = [name for name in arguments if isinstance(name, str)]
        except (ValueError, TypeError, KeyError, AttributeError):
            return [_reply("", "", "Params Error", success=False)]
        number = str(request.get("req_id", ""))
        if operation == "ping":
            return [_reply("ping", number, "pong")]
        if operation not in ("subscribe", "unsubscribe"):
            return [_reply(str(operation), number, "Unknown op", success=False)]
        wrong = self._wrong(names)
        if wrong:
            return [_reply(operation, number, wrong, success=False)]
        if operation == "unsubscribe":
            for name in names:
                session.topics.pop(name, None)
            return [_reply(operation, number, "")]
        session.topics.update(dict.fromkeys(names))
        first = [self._ticker(name).body for name in names if name.startswith(f"{TICKERS}.")]
        return [_reply(operation, number, "subscribe" if self.venue == BYBIT_SPOT else ""), *first]

    def _wrong(self, names: list[str]) -> str:
        if not names or len(names) > _MOST_ARGUMENTS[self.venue]:
            return f"args size >{_MOST_ARGUMENTS[self.venue]}"
        for name in names:
            topic, _, symbol = name.partition(".")
            if topic not in _TOPICS[self.venue]:
                return f"error:handler not found,topic:{name}"
            if symbol not in self.tapes:
                return f"Invalid symbol :[{name}]"
        return ""

    def delivers(self, session: ClientSession, topic: str) -> bool:  # noqa: ARG002 - one route
        """Always: what is not known was refused."""
        return topic.partition(".")[2] in self.tapes

    def publish(self, news: Iterable[News], now_us: int, wanted: Collection[str]) -> list[Message]:
        """Trades, forced orders among them, then tickers that are due."""
        messages: list[Message] = []
        for tape, ticks in news:
            symbol = tape.listing.market.symbol
            if f"{TRADES}.{symbol}" in wanted:
                messages += self._trades(tape, ticks, now_us)
            if f"{LIQUIDATIONS}.{symbol}" in wanted:
                messages += self._liquidations(tape, ticks, now_us)
            name = f"{TICKERS}.{symbol}"
            if name in wanted and now_us - self._ticker_us.get(name, 0) >= _TICKER_EVERY_US:
                self._ticker_us[name] = now_us
                messages.append(self._ticker(name, kind="delta"))
        return messages

    def recent(self, topic: str, count: int, now_us: int) -> list[Message]:
        """The newest `count` trades of a trade topic once more."""
        kind, _, symbol = topic.partition(".")
        tape = self.tapes.get(symbol)
        if tape is None or kind != TRADES:
            return []
        return self._trades(tape, tape.history.ticks(tape.position - count, tape.position), now_us)

    def wrap(self, session: ClientSession, message: Message) -> str:  # noqa: ARG002 - one shape
        """As it is."""
        return message.body

    def _trades(self, tape: DemoTape, ticks: DemoTicks, now_us: int) -> list[Message]:
        """One message for all trades of one millisecond; now and then a block trade among them."""
        topic = f"{TRADES}.{tape.listing.market.symbol}"
        messages = []
        for _, group in groupby(_rows(tape, ticks), key=lambda row: row.time_us):
            rows = list(group)
            data = [self._trade(tape.listing, row) for row in rows]
            # Block trades (BT) are agreed off the book: a client must keep them out of its delta.
            if rows[0].number % _BLOCK_ONE_IN == 0:
                block = rows[0]._replace(number=-rows[0].number, size=rows[0].size * 200)
                data.append(self._trade(tape.listing, block) | {"BT": True})
            body = {"topic": topic, "type": "snapshot", "ts": now_us // 1000, "data": data}
            messages.append(
                Message(topic, _json(body), rows[0].number, tape.name, numbered=False, keys=_KEYS)
            )
        return messages

    def _trade(self, listing: DemoMarket, row: _Row) -> dict[str, object]:
        price, size = _writers(listing)
        body = {
            "T": row.time_us // 1000,
            "s": listing.market.symbol,
            "S": "Buy" if row.side > 0 else "Sell",
            "v": size(row.size),
            "p": price(row.price),
            "i": uuid_of(row.number),
            "BT": False,
            "RPI": row.number % 24 == 0,
            # seq is shared by several trades, so it can show no hole.
            "seq": 10**10 + abs(row.number) // 3,
        }
        return body if self.venue == BYBIT_SPOT else {**body, "L": "ZeroPlusTick"}

    def _ticker(self, topic: str, kind: str = "snapshot") -> Message:
        """A delta carries what changed alone: the last price always, open interest of a derivative."""
        tape = self.tapes[topic.partition(".")[2]]
        last = tape.history.ticks(tape.position - 1, tape.position)
        price, size = _writers(tape.listing)
        data = {"symbol": tape.listing.market.symbol, "lastPrice": price(int(last.price[0]))}
        if self.venue != BYBIT_SPOT:
            interest = tape.open_interest
            # openInterest counts both sides of every contract, singleOpenInterest one.
            both = {"openInterest": size(2 * interest), "singleOpenInterest": size(interest)}
            data |= both | {"openInterestValue": _notional(tape.listing, interest, int(last.price[0]))}
        body = {"topic": topic, "type": kind, "data": data, "cs": tape.position}
        return Message(topic, _json(body | {"ts": int(last.time_us[0]) // 1000}), None, tape.name)

    def _liquidations(self, tape: DemoTape, ticks: DemoTicks, now_us: int) -> list[Message]:
        """A few of the trades were forced; `S` is the position's side: a long that is closed sells."""
        topic = f"{LIQUIDATIONS}.{tape.listing.market.symbol}"
        price, size = _writers(tape.listing)
        data = [
            {
                "T": row.time_us // 1000,
                "s": tape.listing.market.symbol,
                "S": "Sell" if row.side > 0 else "Buy",
                "v": size(row.size),
                "p": price(row.price),
            }
            for row in _rows(tape, ticks)
            if row.number % _FORCED_ONE_IN == 0
        ]
        if not data:
            return []
        body = {"topic": topic, "type": "snapshot", "ts": now_us // 1000, "data": data}
        return [Message(topic, _json(body), None, tape.name)]

    # --- REST

    def weight(self, path: str, query: Mapping[str, str]) -> int:  # noqa: ARG002 - all cost the same
        """Requests are counted, not weighed."""
        return 1

    def answer(self, path: str, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        """Time, instruments and the newest trades; errors come with status 200."""
        name = path.removeprefix("/v5/market/") if path.startswith("/v5/market/") else ""
        if name == "time":
            return _result({"timeSecond": str(now_us // 1_000_000), "timeNano": str(now_us * 1000)}, now_us)
        if name not in ("instruments-info", "recent-trade"):
            return HttpAnswer(404, b"404 page not found\n", {"Content-Type": "text/plain"})
        symbol, limit = query.get("symbol", ""), query.get("limit", "") or "500"
        if query.get("category") != _CATEGORY[self.venue]:
            return _failure("Illegal category", now_us)
        if not limit.isdigit() or ((symbol or name == "recent-trade") and symbol not in self.tapes):
            return _failure(f"params error: symbol {symbol}, limit {limit}", now_us)
        if name == "instruments-info":
            names = [symbol] if symbol else list(self.tapes)
            rows = [self._instrument(self.tapes[one].listing) for one in names]
        else:
            rows = self._recent(self.tapes[symbol], max(1, min(int(limit), _MOST_RECENT[self.venue])))
        return _result({"category": _CATEGORY[self.venue], "list": rows, "nextPageCursor": ""}, now_us)

    def _recent(self, tape: DemoTape, count: int) -> list[dict[str, object]]:
        """The newest come first."""
        price, size = _writers(tape.listing)
        ticks = tape.history.ticks(tape.position - count, tape.position)
        return [
            {
                "execId": uuid_of(row.number),
                "symbol": tape.listing.market.symbol,
                "price": price(row.price),
                "size": size(row.size),
                "side": "Buy" if row.side > 0 else "Sell",
                "time": str(row.time_us // 1000),
                "isBlockTrade": False,
                "isRPITrade": row.number % 24 == 0,
                "seq": str(10**10 + row.number // 3),
            }
            for row in reversed(list(_rows(tape, ticks)))
        ]

    def _instrument(self, listing: DemoMarket) -> dict[str, object]:
        market = listing.market
        price, size = _writers(listing)
        steps = {"basePrecision" if self.venue == BYBIT_SPOT else "qtyStep": size(1)}
        body: dict[str, object] = {
            "symbol": market.symbol,
            "baseCoin": market.base,
            "quoteCoin": market.quote,
            "status": "Trading",
            "priceFilter": {"tickSize": price(1)},
            "lotSizeFilter": steps,
        }
        kind = {BYBIT: "LinearPerpetual", BYBIT_INVERSE: "InversePerpetual"}.get(self.venue)
        return {**body, "contractType": kind} if kind else body

    def refusal(self, status: int, retry_after: int) -> HttpAnswer:
        """A refused request as Bybit writes it."""
        if status in (418, 429):
            body = {"retCode": 10006, "retMsg": "Too many visits. Exceeded the API Rate Limit."}
            return json_answer(status, body, {"Retry-After": str(retry_after)})
        return HttpAnswer(status, b"<html><body>403 Forbidden</body></html>", {"Content-Type": "text/html"})

    def stamp(self, weight_used: int) -> dict[str, str]:  # noqa: ARG002 - Bybit sends no weight
        """Nothing."""
        return {}


def _rows(tape: DemoTape, ticks: DemoTicks) -> Iterator[_Row]:
    first = tape.listing.first_id + ticks.first
    columns = (ticks.time_us, ticks.price, ticks.size, ticks.side)
    for number, values in enumerate(zip(*(column.tolist() for column in columns), strict=True), first):
        yield _Row(number, *values)


def _decimals(listing: DemoMarket) -> tuple[int, int]:
    return listing.market.price_decimals, listing.market.size_decimals


def _writers(listing: DemoMarket) -> tuple[Callable[[int], str], Callable[[int], str]]:
    price, size = _decimals(listing)
    return padded(price, listing.price_shown), padded(size, listing.size_shown)


def _notional(listing: DemoMarket, interest: int, price: int) -> str:
    """Contracts in the quote currency; of an inverse market in coins."""
    decimals = _decimals(listing)
    if listing.market.inverse:
        return plain(interest * 10 ** (decimals[0] + _COIN) // price, _COIN)
    return plain(interest * price, sum(decimals))


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _reply(operation: str, number: str, text: str, *, success: bool = True) -> str:
    body = {"success": success, "ret_msg": text, "conn_id": "demo", "req_id": number, "op": operation}
    return _json(body)


def _result(result: Mapping[str, object], now_us: int) -> HttpAnswer:
    body = {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": now_us // 1000}
    return json_answer(200, body)


def _failure(text: str, now_us: int) -> HttpAnswer:
    body = {"retCode": 10001, "retMsg": text, "result": {}, "retExtInfo": {}, "time": now_us // 1000}
    return json_answer(200, body)
