"""Binance's REST as the demo exchange imitates it: exchangeInfo, aggTrades, klines, openInterest ..."""

import json
from collections.abc import Mapping

from cvdtui.demo.assets import DemoMarket
from cvdtui.demo.binance_frames import INTERVALS, Numbers, rpi_size
from cvdtui.demo.decimals import padded
from cvdtui.demo.dialect import HttpAnswer, json_answer
from cvdtui.demo.tapes import DemoTape

_HOUR_MS = 3_600_000
_KEPT_US = 48 * 3_600_000_000
"""USD-M answers aggTrades of the last 48 hours only."""


class _BadRequestError(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.answer = json_answer(400, {"code": code, "msg": text})


class DemoRest:
    """Answers GETs from the tapes of one venue's markets."""

    def __init__(self, tapes: Mapping[str, DemoTape], *, usdm: bool) -> None:
        self._tapes = tapes
        self._usdm = usdm
        self._prefix = "/fapi/v1/" if usdm else "/api/v3/"
        self._most_klines = 1500 if usdm else 1000
        self._numbers = {tape.name: Numbers(tape.listing) for tape in tapes.values()}

    def weight(self, path: str, query: Mapping[str, str]) -> int:
        """Request weight by Binance's tables."""
        match path.removeprefix(self._prefix):
            case "aggTrades":
                # Weights of the documentation: aggTrades costs USD-M 20 of 2,400, spot 4 of 6,000 a minute.
                return 20 if self._usdm else 4
            case "klines":
                return _kline_weight(query.get("limit", "")) if self._usdm else 2
            case "exchangeInfo":
                return 1 if self._usdm else 20
            case _:
                return 1

    def answer(self, path: str, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        """The answer at the moment `now_us`; errors as {"code", "msg"} with HTTP 400 or 404."""
        routes = {
            "ping": lambda: json_answer(200, {}),
            "time": lambda: json_answer(200, {"serverTime": now_us // 1000}),
            "exchangeInfo": lambda: self._exchange_info(query, now_us),
            "aggTrades": lambda: self._agg_trades(query, now_us),
            "klines": lambda: self._klines(query, now_us),
        }
        if self._usdm:
            routes["openInterest"] = lambda: self._open_interest(query, now_us)
        name = path.removeprefix(self._prefix) if path.startswith(self._prefix) else ""
        if name not in routes:
            return json_answer(404, {"code": -5000, "msg": f"Path {path}, Method GET is invalid"})
        try:
            return routes[name]()
        except _BadRequestError as error:
            return error.answer

    def _agg_trades(self, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        tape = self._tape(query)
        limit = min(_number(query, "limit", 500), 1000)
        start, end, from_id = (_optional(query, key) for key in ("startTime", "endTime", "fromId"))
        if from_id is not None and (start is not None or end is not None):
            raise _BadRequestError(-1128, "Combination of optional parameters invalid.")
        if start is not None and end is not None and end - start > _HOUR_MS:
            raise _BadRequestError(-1127, "More than 1 hours between startTime and endTime.")
        history = tape.history
        least = history.index_at(now_us - _KEPT_US - 1) if self._usdm else 0
        if from_id is not None:
            low, high = from_id - tape.listing.first_id, tape.position
        else:
            low = 0 if start is None else history.index_at(min(start * 1000 - 1, now_us))
            high = (
                tape.position
                if end is None
                else min(history.index_at(min(end * 1000 + 999, now_us)), tape.position)
            )
            if start is None:
                low = max(low, high - limit)
        low = max(low, least)
        return self._listed(tape, low, min(high, low + limit))

    def _listed(self, tape: DemoTape, low: int, high: int) -> HttpAnswer:
        write, ticks = self._numbers[tape.name], tape.history.ticks(low, high)
        price, size = write.price, write.size
        rows = []
        columns = (ticks.time_us, ticks.price, ticks.size, ticks.side, ticks.fill, ticks.fills)
        first = tape.listing.first_id + ticks.first
        for i, (t, p, s, side, f, n) in enumerate(zip(*(c.tolist() for c in columns), strict=True), first):
            tail = "" if self._usdm else ',"M":true'
            net = f'"nq":"{size(s - rpi_size(i, s))}",' if self._usdm else ""
            maker = "true" if side < 0 else "false"
            rows.append(
                f'{{"a":{i},"p":"{price(p)}","q":"{size(s)}",{net}"f":{f},"l":{f + n - 1},'
                f'"T":{t // 1000},"m":{maker}{tail}}}'
            )
        return HttpAnswer(200, f"[{','.join(rows)}]".encode())

    def _klines(self, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        tape = self._tape(query)
        interval = query.get("interval", "")
        if not interval:
            raise _BadRequestError(
                -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed."
            )
        if interval not in INTERVALS:
            raise _BadRequestError(-1120, "Invalid interval.")
        limit = min(_number(query, "limit", 500), self._most_klines)
        start, end = _optional(query, "startTime"), _optional(query, "endTime")
        step = INTERVALS[interval] * 1000
        last = min(now_us // 1000 if end is None else end, now_us // 1000) // step * step
        first = last - (limit - 1) * step if start is None else -(-start // step) * step
        first = max(first, tape.history.first_us // 1000)
        count = min(limit, (last - first) // step + 1)
        write = self._numbers[tape.name]
        p, s, v = write.price, write.size, write.value
        bars = tape.history.bars(step // 1000, first * 1000, count, tape.position, now_us)
        rows = [
            [
                t // 1000,
                p(o),
                p(h),
                p(lo),
                p(c),
                s(vol),
                t // 1000 + step - 1,
                v(value),
                n,
                s(buy),
                v(buy_value),
                "0",
            ]
            for t, o, h, lo, c, vol, buy, value, buy_value, n, _, _ in zip(
                *(c.tolist() for c in bars), strict=True
            )
        ]
        return json_answer(200, rows)

    def _exchange_info(self, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        names = list(self._tapes)
        if not self._usdm and "symbol" in query:
            names = [query["symbol"]]
        elif not self._usdm and "symbols" in query:
            names = _names(query["symbols"])
        symbols = [self._symbol(self._tape({"symbol": name}).listing) for name in names]
        limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}
        info = {
            "timezone": "UTC",
            "serverTime": now_us // 1000,
            "rateLimits": [{**limit, "limit": 2400 if self._usdm else 6000}],
            "exchangeFilters": [],
            "symbols": symbols,
        }
        return json_answer(200, info)

    def _symbol(self, listing: DemoMarket) -> dict[str, object]:
        market = listing.market
        tick = padded(market.price_decimals, listing.price_shown)
        step = padded(market.size_decimals, listing.size_shown)
        price = {"minPrice": tick(1), "maxPrice": tick(10**13), "tickSize": tick(1)}
        lot = {"minQty": step(1), "maxQty": step(10**13), "stepSize": step(1)}
        common: dict[str, object] = {
            "symbol": market.symbol,
            "status": "TRADING",
            "baseAsset": market.base,
            "quoteAsset": market.quote,
            "filters": [{"filterType": "PRICE_FILTER", **price}, {"filterType": "LOT_SIZE", **lot}],
        }
        if not self._usdm:
            own = {
                "baseAssetPrecision": 8,
                "quotePrecision": 8,
                "quoteAssetPrecision": 8,
                "isSpotTradingAllowed": True,
            }
            return {
                **common,
                **own,
                "orderTypes": ["LIMIT", "MARKET"],
                "permissions": [],
                "permissionSets": [["SPOT"]],
            }
        own = {
            "pricePrecision": listing.price_shown,
            "quantityPrecision": listing.size_shown,
            "baseAssetPrecision": 8,
        }
        return {
            **common,
            **own,
            "pair": market.symbol,
            "contractType": "PERPETUAL",
            "deliveryDate": 4133404800000,
            "marginAsset": market.quote,
            "quotePrecision": 8,
            "underlyingType": "COIN",
        }

    def _open_interest(self, query: Mapping[str, str], now_us: int) -> HttpAnswer:
        tape = self._tape(query)
        size = self._numbers[tape.name].size(tape.open_interest)
        body = {"symbol": tape.listing.market.symbol, "openInterest": size, "time": now_us // 1000}
        return json_answer(200, body)

    def _tape(self, query: Mapping[str, str]) -> DemoTape:
        symbol = query.get("symbol", "")
        if not symbol:
            raise _BadRequestError(
                -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
            )
        tape = self._tapes.get(symbol)
        if tape is None:
            raise _BadRequestError(-1121, "Invalid symbol.")
        return tape


def _optional(query: Mapping[str, str], key: str) -> int | None:
    text = query.get(key)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise _BadRequestError(
            -1100, f"Illegal characters found in parameter '{key}'; legal range is '^[0-9]{{1,20}}$'."
        )
    return int(text)


def _number(query: Mapping[str, str], key: str, default: int) -> int:
    value = _optional(query, key)
    if value == 0:
        raise _BadRequestError(-1130, f"Data sent for parameter '{key}' is not valid.")
    return default if value is None else value


def _names(text: str) -> list[str]:
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _BadRequestError(-1100, "Illegal characters found in parameter 'symbols'.")
    return names


def _kline_weight(limit: str) -> int:
    wanted = int(limit) if limit.isascii() and limit.isdigit() else 500
    return 1 if wanted < 100 else 2 if wanted < 500 else 5 if wanted <= 1000 else 10
