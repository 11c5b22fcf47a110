"""Binance's market-data frames as strings: aggTrade, trade, bookTicker, kline."""

from collections.abc import Collection, Iterator, Mapping

from cvdtui.demo.assets import DemoMarket
from cvdtui.demo.bars import DemoBars, DemoTicks
from cvdtui.demo.decimals import padded
from cvdtui.demo.dialect import Message
from cvdtui.demo.tapes import DemoTape

INTERVALS = {"1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "4h": 14400}
INTERVALS |= {"6h": 21600, "8h": 28800, "12h": 43200, "1d": 86400}
"""Kline intervals served, in seconds; all divide a day."""

_JSON = ("false", "true")
_KLINE_EVERY_US = (2_000_000, 250_000)
"""How often an open kline is sent: spot, USD-M."""


def interval_seconds(interval: str) -> int:
    """Seconds of a kline interval, 0 when there is no such interval."""
    return INTERVALS.get(interval, 0)


def rpi_size(trade_id: int, size: int) -> int:
    """The part of a USD-M trade that met retail price improvement orders: in `q`, not in `nq`."""
    mixed = trade_id * 2654435761 >> 9
    return 0 if mixed % 24 else size if mixed % 48 else size // 2


class Numbers:
    """How one instrument's prices, sizes and values are written."""

    __slots__ = ("price", "size", "value")

    def __init__(self, listing: DemoMarket) -> None:
        market = listing.market
        both = market.price_decimals + market.size_decimals
        self.price = padded(market.price_decimals, listing.price_shown)
        self.size = padded(market.size_decimals, listing.size_shown)
        self.value = padded(
            both, max(both, listing.price_shown + listing.size_shown if market.kind == "perp" else 8)
        )


class DemoFrames:
    """Writes frames of one venue's markets; times are ms x `factor` (1000 gives microseconds)."""

    def __init__(self, tapes: Mapping[str, DemoTape], *, usdm: bool) -> None:
        self._usdm = usdm
        self._numbers = {tape.name: Numbers(tape.listing) for tape in tapes.values()}
        self._klines: dict[str, tuple[int, int, int]] = {}
        """Topic -> (open time of the kline last sent, when, trades before its end)."""

    def agg_trades(
        self, topic: str, tape: DemoTape, ticks: DemoTicks, now_us: int, factor: int
    ) -> list[Message]:
        """One frame per aggregate trade."""
        write, symbol, event = self._numbers[tape.name], tape.listing.market.symbol, now_us // 1000 * factor
        messages = []
        for trade_id, time_us, price, size, side, fill, fills in _rows(tape, ticks):
            # m: the buyer is the maker, so the taker sold
            p, q, maker, last = write.price(price), write.size(size), _JSON[side < 0], fill + fills - 1
            when = time_us // 1000 * factor
            if self._usdm:
                # q includes trades against retail price improvement orders, nq (since 2025-12-31) does not.
                nq = write.size(size - rpi_size(trade_id, size))
                body = (
                    f'{{"e":"aggTrade","E":{event},"a":{trade_id},"s":"{symbol}","p":"{p}","q":"{q}","nq":"{nq}",'
                    f'"f":{fill},"l":{last},"T":{when},"m":{maker},"st":1}}'
                )
            else:
                body = (
                    f'{{"e":"aggTrade","E":{event},"s":"{symbol}","a":{trade_id},"p":"{p}","q":"{q}",'
                    f'"f":{fill},"l":{last},"T":{when},"m":{maker},"M":true}}'
                )
            messages.append(Message(topic, body, trade_id, tape.name))
        return messages

    def trades(self, topic: str, tape: DemoTape, ticks: DemoTicks, now_us: int, factor: int) -> list[Message]:
        """One frame per single trade; half of the ids USD-M skips are insurance-fund prints off the tick."""
        write, symbol, event = self._numbers[tape.name], tape.listing.market.symbol, now_us // 1000 * factor
        messages = []
        due = _next_fill(tape, ticks.first)
        for trade_id, time_us, price, size, side, fill, fills in _rows(tape, ticks):
            when, maker, p = time_us // 1000 * factor, _JSON[side < 0], write.price(price)
            head = f'{{"e":"trade","E":{event},'
            # Prints of the insurance fund are off the tick and take an id: a client must drop them,
            # https://dev.binance.vision/t/18342
            if self._usdm and due < fill and due % 2:
                body = f'"T":{when},"s":"{symbol}","t":{due},"p":"{p}37","q":"{write.size(size)}",'
                body += f'"X":"INSURANCE_FUND","m":{maker}}}'
                messages.append(Message(topic, head + body, trade_id, tape.name))
            due = fill + fills
            share, rest = divmod(size, fills)
            for number in range(fills):
                q = write.size(share + (rest if number == 0 else 0))
                body = f'"s":"{symbol}","t":{fill + number},"p":"{p}","q":"{q}",'
                if self._usdm:
                    kind = "RPI" if rpi_size(trade_id, size) else "MARKET"
                    body = f'"T":{when},{body}"X":"{kind}","m":{maker}}}'
                else:
                    body += f'"T":{when},"m":{maker},"M":true}}'
                messages.append(Message(topic, head + body, trade_id, tape.name))
        return messages

    def book_ticker(self, topic: str, tape: DemoTape, ticks: DemoTicks, now_us: int, factor: int) -> Message:
        """The quote around the newest trade: a buy was at the ask, a sell at the bid."""
        write, symbol = self._numbers[tape.name], tape.listing.market.symbol
        price, update = int(ticks.price[-1]), int(ticks.fill[-1]) * 7
        bid = price - 1 if ticks.side[-1] > 0 else price
        low, high = int(ticks.size[0]), int(ticks.size[-1])
        quote = (
            f'"s":"{symbol}","b":"{write.price(bid)}","B":"{write.size(low)}",'
            f'"a":"{write.price(bid + 1)}","A":"{write.size(high)}"'
        )
        if not self._usdm:
            return Message(topic, f'{{"u":{update},{quote}}}', None, tape.name)
        event, when = now_us // 1000 * factor, int(ticks.time_us[-1]) // 1000 * factor
        return Message(
            topic, f'{{"e":"bookTicker","u":{update},"E":{event},"T":{when},{quote},"st":1}}', None, tape.name
        )

    def forget_klines(self, wanted: Collection[str]) -> None:
        """Forget when klines were sent that have no subscriber any more."""
        for topic in [topic for topic in self._klines if topic not in wanted]:
            del self._klines[topic]

    def klines(self, topic: str, tape: DemoTape, interval: str, now_us: int, factor: int) -> list[Message]:
        """The open kline when it changed and is due, after the closing frame of the one before."""
        step = INTERVALS[interval] * 1_000_000
        begin = now_us // step * step
        sent_begin, sent_us, sent_end = self._klines.get(topic, (begin, 0, -1))
        due = now_us - sent_us >= _KLINE_EVERY_US[self._usdm] and tape.position != sent_end
        if not due and begin == sent_begin:
            return []
        self._klines[topic] = (begin, now_us, tape.position)
        count = (begin - sent_begin) // step + 1
        bars = tape.history.bars(INTERVALS[interval], sent_begin, count, tape.position, now_us)
        last = len(bars.time_us) - 1
        return [
            Message(
                topic, self._kline(tape, bars, i, interval, now_us, factor, closed=i < last), None, tape.name
            )
            for i in range(len(bars.time_us))
        ]

    def _kline(  # noqa: PLR0913 - everything a kline frame holds
        self, tape: DemoTape, bars: DemoBars, i: int, interval: str, now_us: int, factor: int, *, closed: bool
    ) -> str:
        write, symbol = self._numbers[tape.name], tape.listing.market.symbol
        begin = int(bars.time_us[i]) // 1000
        end = (begin + INTERVALS[interval] * 1000) * factor - 1
        first = last = -1
        if bars.end[i] > bars.begin[i]:
            first = int(tape.history.ticks(int(bars.begin[i]), int(bars.begin[i]) + 1).fill[0])
            final = tape.history.ticks(int(bars.end[i]) - 1, int(bars.end[i]))
            last = int(final.fill[0] + final.fills[0]) - 1
        p, s, v = write.price, write.size, write.value
        return (
            f'{{"e":"kline","E":{now_us // 1000 * factor},"s":"{symbol}",'
            f'"k":{{"t":{begin * factor},"T":{end},"s":"{symbol}",'
            f'"i":"{interval}","f":{first},"L":{last},"o":"{p(int(bars.open[i]))}",'
            f'"c":"{p(int(bars.close[i]))}","h":"{p(int(bars.high[i]))}","l":"{p(int(bars.low[i]))}",'
            f'"v":"{s(int(bars.volume[i]))}","n":{int(bars.fills[i])},"x":{_JSON[closed]},'
            f'"q":"{v(int(bars.value[i]))}","V":"{s(int(bars.buy[i]))}","Q":"{v(int(bars.buy_value[i]))}","B":"0"}}}}'
        )


def _next_fill(tape: DemoTape, position: int) -> int:
    """The single-trade id that follows the trade before `position`."""
    before = tape.history.ticks(position - 1, position)
    return int(before.fill[-1] + before.fills[-1]) if len(before.fill) else tape.listing.first_fill


def _rows(tape: DemoTape, ticks: DemoTicks) -> Iterator[tuple[int, int, int, int, int, int, int]]:
    first = tape.listing.first_id + ticks.first
    return zip(
        range(first, first + len(ticks.price)),
        ticks.time_us.tolist(),
        ticks.price.tolist(),
        ticks.size.tolist(),
        ticks.side.tolist(),
        ticks.fill.tolist(),
        ticks.fills.tolist(),
        strict=True,
    )
