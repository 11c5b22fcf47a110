"""OKX v5 as the demo exchange imitates it, spot and swaps: channels, frames and REST."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from cvdtui.demo.assets import OKX, DemoMarket
from cvdtui.demo.bars import DemoTicks
from cvdtui.demo.decimals import padded, plain
from cvdtui.demo.dialect import ClientSession, DialectLimits, HttpAnswer, Keys, Message, json_answer
from cvdtui.demo.tapes import DemoTape, News, Tapes

TRADES, OPEN_INTEREST, LIQUIDATIONS = "trades", "open-interest", "liquidation-orders"
_MOST_ROWS = 100
_KEYS = Keys("px", "sz", "ts", "side", "instId")
# OKX pushes open interest about every 3 s.
_INTEREST_EVERY_US = 3_000_000
_FORCED_ONE_IN = 250
_UNKNOWN = "Instrument ID, Instrument ID code, or Spread ID doesn't exist."


class _Row(NamedTuple):
    """One trade of a tape and the single fills it stands for."""

    number: int
    time_us: int
    price: int
    size: int
    side: int
    fill: int
    fills: int


class DemoOkx:
    """OKX over the tapes of its markets (see `Dialect`)."""

    numbered = True
    """Ids are without a hole: what is left out can be seen."""

    def __init__(self, tapes: Tapes) -> None:
        self.venue = OKX
        # history-trades: 20 requests in 2 s.
        self.limits = DialectLimits(600, 50, 30.0, 60.0)
        self.tapes: Mapping[str, DemoTape] = tapes.of_venue(OKX)
        self._interest_us: dict[str, int] = {}

    def open(self, path: str, query: Mapping[str, str]) -> ClientSession | HttpAnswer:  # noqa: ARG002 - it takes none
        """`/ws/v5/public`."""
        if path != "/ws/v5/public":
            return json_answer(404, {"code": "404", "msg": "Not Found"})
        return ClientSession(combined=False)

    # --- the socket

    def receive(self, session: ClientSession, text: str) -> list[str]:
        """Act on ping, subscribe and unsubscribe; each argument is answered for itself."""
        # OKX closes a connection without a frame for 30 s; the heartbeat is a bare text.
        if text == "ping":
            return ["pong"]
        try:
            request = json.loads(text)
            operation, arguments = request["op"], request["args"]
            number = {"id": str(request["id"])} if "id" in request else {}
            if operation not in ("subscribe", "unsubscribe") or not isinstance(arguments, list):
                raise ValueError
            return [_json(self._act(session, operation, one) | number) for one in arguments]
        except (ValueError, TypeError, KeyError, AttributeError):
            body = {"event": "error", "code": "60012", "msg": f"Invalid request: {text[:200]}"}
            return [_json(body | {"connId": "demo"})]

    def _act(self, session: ClientSession, operation: str, argument: dict[str, str]) -> dict[str, object]:
        topic = f"{argument.get('channel', '')}:{argument.get('instId') or argument.get('instType', '')}"
        if operation == "unsubscribe":
            session.topics.pop(topic, None)
        elif self._knows(topic):
            session.topics[topic] = None
        else:
            named = ",".join(f"{key}:{value}" for key, value in argument.items())
            text = f"Wrong URL or {named} doesn't exist. Please use the correct URL, channel and parameters."
            return {"event": "error", "code": "60018", "msg": text, "connId": "demo"}
        return {"event": operation, "arg": argument, "connId": "demo"}

    def _knows(self, topic: str) -> bool:
        channel, _, name = topic.partition(":")
        if channel == LIQUIDATIONS:
            return name in ("SWAP", "FUTURES")
        return name in self.tapes and channel in (TRADES, OPEN_INTEREST)

    def delivers(self, session: ClientSession, topic: str) -> bool:  # noqa: ARG002 - one route
        """Always: what is not known was refused."""
        return self._knows(topic)

    def publish(self, news: Iterable[News], now_us: int, wanted: Collection[str]) -> list[Message]:
        """Trades, forced orders among them, then open interest that is due."""
        messages: list[Message] = []
        for tape, ticks in news:
            symbol = tape.listing.market.symbol
            if f"{TRADES}:{symbol}" in wanted:
                messages += self._trades(tape, ticks)
            if _type(tape.listing) == "SWAP" and f"{LIQUIDATIONS}:SWAP" in wanted:
                messages += self._liquidations(tape, ticks)
            name = f"{OPEN_INTEREST}:{symbol}"
            if name in wanted and now_us - self._interest_us.get(name, 0) >= _INTEREST_EVERY_US:
                self._interest_us[name] = now_us
                messages.append(self._open_interest(name, tape, now_us))
        return messages

    def recent(self, topic: str, count: int, now_us: int) -> list[Message]:  # noqa: ARG002 - trades carry their time
        """The newest `count` trades of a trade channel once more."""
        channel, _, symbol = topic.partition(":")
        tape = self.tapes.get(symbol)
        if tape is None or channel != TRADES:
            return []
        return self._trades(tape, tape.history.ticks(tape.position - count, tape.position))

    def wrap(self, session: ClientSession, message: Message) -> str:  # noqa: ARG002 - one shape
        """As it is."""
        return message.body

    def _trades(self, tape: DemoTape, ticks: DemoTicks) -> list[Message]:
        """One message a trade: the last of its ids, and how many they are."""
        symbol = tape.listing.market.symbol
        price, contracts = _writers(tape.listing)
        messages = []
        for row in _rows(tape, ticks):
            data = {
                "instId": symbol,
                # The last id of the trade, and `count` ids: contiguous is id - count == the id before.
                "tradeId": str(row.fill + row.fills - 1),
                "px": price(row.price),
                "sz": contracts(row.size),
                "side": "buy" if row.side > 0 else "sell",
                "ts": str(row.time_us // 1000),
                "count": str(row.fills),
                "source": "1" if row.number % 40 == 0 else "0",
                "seqId": row.number,
            }
            body = {"arg": {"channel": TRADES, "instId": symbol}, "data": [data]}
            messages.append(Message(f"{TRADES}:{symbol}", _json(body), row.number, tape.name, keys=_KEYS))
        return messages

    def _open_interest(self, topic: str, tape: DemoTape, now_us: int) -> Message:
        market = tape.listing.market
        _, contracts = _writers(tape.listing)
        interest = tape.open_interest
        row = {
            "instType": "SWAP",
            "instId": market.symbol,
            "oi": contracts(interest),
            "oiCcy": plain(interest, market.size_decimals),
            "ts": str(now_us // 1000),
        }
        body = {"arg": {"channel": OPEN_INTEREST, "instId": market.symbol}, "data": [row]}
        return Message(topic, _json(body), None, tape.name)

    def _liquidations(self, tape: DemoTape, ticks: DemoTicks) -> list[Message]:
        """A few of the trades were forced; `side` is the closing order's."""
        symbol = tape.listing.market.symbol
        price, contracts = _writers(tape.listing)
        details = [
            {
                "side": "buy" if row.side > 0 else "sell",
                "posSide": "short" if row.side > 0 else "long",
                "bkPx": price(row.price),
                "sz": contracts(row.size),
                "bkLoss": "0",
                "ccy": "",
                "ts": str(row.time_us // 1000),
            }
            for row in _rows(tape, ticks)
            if row.number % _FORCED_ONE_IN == 0
        ]
        if not details:
            return []
        data = [{"instType": "SWAP", "instId": symbol, "details": details}]
        body = {"arg": {"channel": LIQUIDATIONS, "instType": "SWAP"}, "data": data}
        return [Message(f"{LIQUIDATIONS}:SWAP", _json(body), None, tape.name)]

    # --- REST

    def weight(self, path: str, query: Mapping[str, str]) -> int:  # noqa: ARG002 - all cost the same
        """Requests are counted, not weighed."""
        return 1

    def answer(self, path: str, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        """Time, instruments and trades by id; errors come with status 200."""
        match path.removeprefix("/api/v5/"):
            case "public/time":
                return _data([{"ts": str(now_us // 1000)}])
            case "public/instruments":
                return self._instruments(query)
            case "market/history-trades":
                return self._history(query)
        return json_answer(404, {"code": "404", "msg": "Not Found"})

    def _instruments(self, query: Mapping[str, str]) -> HttpAnswer:
        kind, symbol = query.get("instType", ""), query.get("instId", "")
        if kind not in ("SPOT", "SWAP", "FUTURES"):
            return _failure("51000", "Parameter instType error")
        listed = [tape.listing for name, tape in self.tapes.items() if symbol in ("", name)]
        found = [_instrument(listing) for listing in listed if _type(listing) == kind]
        return _failure("51001", _UNKNOWN) if symbol and not found else _data(found)

    def _history(self, query: Mapping[str, str]) -> HttpAnswer:
        """Single fills, newest first: older than the id `after`, or the newest."""
        tape = self.tapes.get(query.get("instId", ""))
        if tape is None:
            return _failure("51001", _UNKNOWN)
        after, limit = query.get("after", ""), query.get("limit", "") or str(_MOST_ROWS)
        if not limit.isdigit() or (after and not after.isdigit()) or query.get("type", "1") != "1":
            return _failure("51000", "Parameter error")
        count = max(1, min(int(limit), _MOST_ROWS))
        end = tape.position
        if after:
            end = min(end, _position(tape, int(after)))
        # history-trades lists single fills even where the stream aggregates them.
        ticks = tape.history.ticks(end - count, end)
        fills = [one for row in _rows(tape, ticks) for one in _fills(tape.listing, row)]
        if after:
            fills = [one for one in fills if int(one["tradeId"]) < int(after)]
        return _data(fills[::-1][:count])

    def refusal(self, status: int, retry_after: int) -> HttpAnswer:
        """A refused request as OKX writes it."""
        if status in (418, 429):
            body = {"code": "50011", "msg": "Too Many Requests", "data": []}
            return json_answer(status, body, {"Retry-After": str(retry_after)})
        return json_answer(
            status, {"code": "50026" if status == 451 else "403", "msg": "Forbidden", "data": []}
        )

    def stamp(self, weight_used: int) -> dict[str, str]:  # noqa: ARG002 - OKX sends no weight
        """Nothing."""
        return {}


def _rows(tape: DemoTape, ticks: DemoTicks) -> Iterator[_Row]:
    first = tape.listing.first_id + ticks.first
    columns = (ticks.time_us, ticks.price, ticks.size, ticks.side, ticks.fill, ticks.fills)
    for number, values in enumerate(zip(*(column.tolist() for column in columns), strict=True), first):
        yield _Row(number, *values)


def _fills(listing: DemoMarket, row: _Row) -> Iterator[dict[str, str]]:
    """The single fills of a trade: its size in nearly equal parts."""
    price, contracts = _writers(listing)
    share, rest = divmod(row.size, row.fills)
    for number in range(row.fills):
        yield {
            "instId": listing.market.symbol,
            "tradeId": str(row.fill + number),
            "px": price(row.price),
            "sz": contracts(share + (rest if number == 0 else 0)),
            "side": "buy" if row.side > 0 else "sell",
            "ts": str(row.time_us // 1000),
        }


def _position(tape: DemoTape, fill: int) -> int:
    """How many trades begin before a single-fill id."""
    low, high = 0, tape.position
    while low < high:
        middle = (low + high) // 2
        if int(tape.history.ticks(middle, middle + 1).fill[0]) < fill:
            low = middle + 1
        else:
            high = middle
    return low


def _type(listing: DemoMarket) -> str:
    return "SPOT" if listing.market.kind == "spot" else "SWAP"


def _writers(listing: DemoMarket) -> tuple[Callable[[int], str], Callable[[int], str]]:
    """Prices, and sizes in contracts: a contract is a power of ten, so only the point moves."""
    market = listing.market
    places = market.size_decimals + Decimal(listing.contract).adjusted()
    return padded(market.price_decimals, market.price_decimals), padded(places, places)


def _instrument(listing: DemoMarket) -> dict[str, str]:
    market = listing.market
    price, contracts = _writers(listing)
    steps = {"instId": market.symbol, "state": "live", "tickSz": price(1), "lotSz": contracts(1)}
    if market.kind == "spot":
        return {**steps, "instType": "SPOT", "baseCcy": market.base, "quoteCcy": market.quote}
    family = f"{market.base}-{market.quote}"
    contract = {"ctVal": listing.contract, "ctMult": "1", "ctType": "linear", "ctValCcy": market.base}
    return {**steps, **contract, "instType": "SWAP", "instFamily": family, "settleCcy": market.quote}


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _data(rows: list[dict[str, str]]) -> HttpAnswer:
    return json_answer(200, {"code": "0", "msg": "", "data": rows})


def _failure(code: str, text: str) -> HttpAnswer:
    return json_answer(200, {"code": code, "msg": text, "data": []})
