"""Accuracy of side rules: every method against the exchange's own flag, on the same trades and quotes.

Measured on two tapes of Binance spot: the newest quote gave 0.49 and 0.50 of the sides, because quotes arrive
before their trades; one 50 ms older 0.92 and 0.96, the tick rule 0.97 and 0.95.

Candle: a bar's whole volume by the sign of its close - open. BVC: the share bought is the normal distribution
of the bar's change over its deviation (Easley, Lopez de Prado, O'Hara, Review of Financial Studies 25, 2012).
"""

from collections import deque
from itertools import pairwise
from math import erf, sqrt
from statistics import pstdev

from cvdtui.engine.side import Quotes, SideRule, TickRule, against_quote
from cvdtui.model import BUY, MINUTE_US, UNKNOWN, SideScore, Trade

LAGS_MS = (5, 20, 50)
"""Ages of the quote, in ms, that Lee-Ready is measured with besides the newest."""
BARS = 5_000
"""Closed bars remembered for BVC."""


class _Tally:
    """The sides that one method inferred, and how many were right."""

    __slots__ = ("assigned", "assigned_volume", "cvd", "right", "right_volume")

    def __init__(self) -> None:
        self.assigned = 0
        self.right = 0
        self.assigned_volume = 0
        self.right_volume = 0
        self.cvd = 0

    def count(self, side: int, trade: Trade) -> None:
        if side == UNKNOWN:
            return
        self.assigned += 1
        self.assigned_volume += trade.size
        self.cvd += side * trade.size
        if side == trade.side:
            self.right += 1
            self.right_volume += trade.size


class _TrialBar:
    """One time bar with its true buy volume."""

    __slots__ = ("close", "index", "open", "true_buy", "volume")

    def __init__(self, index: int, price: int) -> None:
        self.index = index
        self.open = self.close = price
        self.volume = 0
        self.true_buy = 0


class Trial:
    """Measures every method on one market's trades with true sides and its quotes, in order of arrival."""

    def __init__(self, bar_us: int = MINUTE_US) -> None:
        self.trades = 0
        self.volume = 0
        self.cvd = 0
        """By the true sides, in size units."""
        self._bar_us = bar_us
        self._tick = TickRule()
        self._quotes = Quotes()
        self._lee_ready = [(0, SideRule()), *((lag, SideRule(lag_us=1000 * lag)) for lag in LAGS_MS)]
        self._tallies = {name: _Tally() for name in self._names()}
        self._bars: deque[_TrialBar] = deque(maxlen=BARS)

    @property
    def outside(self) -> float:
        """Share of trades outside the touch."""
        newest = self._lee_ready[0][1]
        return newest.outside / newest.quoted if newest.quoted else 0.0

    def on_quote(self, bid: int | None, ask: int | None, time_us: int) -> None:
        """Takes a quote that arrived at `time_us`, prices in units; None for an empty side."""
        self._quotes.add(bid, ask, time_us)
        for _, rule in self._lee_ready:
            rule.on_quote(bid, ask, time_us)

    def on_trade(self, trade: Trade, time_us: int) -> None:
        """Takes a trade that arrived at `time_us`; one without a true side is skipped."""
        if trade.side == UNKNOWN:
            return
        self.trades += 1
        self.volume += trade.size
        self.cvd += trade.side * trade.size
        tallies = self._tallies
        tallies["tick rule"].count(self._tick.side_of(trade.price), trade)
        touch = self._quotes.in_force()
        inferred = against_quote(trade.price, *touch) if touch is not None else None
        tallies["quote rule"].count(inferred[0] if inferred is not None else UNKNOWN, trade)
        for lag, rule in self._lee_ready:
            tallies[_lee_ready(lag)].count(rule.side_of(trade.price, time_us)[0], trade)
        self._to_bar(trade)

    def scores(self, size_unit: int = 1) -> tuple[SideScore, ...]:
        """The score of each method in a fixed order, sizes divided by `size_unit`; empty before any trade."""
        if not self.trades:
            return ()
        by_trade = (self._score(name, size_unit) for name in self._tallies)
        return (*by_trade, self._candle(size_unit), self._bvc(size_unit))

    def rescale(self, price_factor: int, size_factor: int) -> None:
        """Brings every integer to finer decimals."""
        self._tick.rescale(price_factor)
        self._quotes.rescale(price_factor)
        for _, rule in self._lee_ready:
            rule.rescale(price_factor)
        self.volume *= size_factor
        self.cvd *= size_factor
        for tally in self._tallies.values():
            tally.assigned_volume *= size_factor
            tally.right_volume *= size_factor
            tally.cvd *= size_factor
        for bar in self._bars:
            bar.open *= price_factor
            bar.close *= price_factor
            bar.volume *= size_factor
            bar.true_buy *= size_factor

    # --- inside

    @staticmethod
    def _names() -> tuple[str, ...]:
        return "tick rule", "quote rule", _lee_ready(0), *(_lee_ready(lag) for lag in LAGS_MS)

    def _to_bar(self, trade: Trade) -> None:
        index = trade.time_us // self._bar_us
        bar = self._bars[-1] if self._bars else None
        if bar is None or index > bar.index:
            bar = _TrialBar(index, trade.price)
            self._bars.append(bar)
        bar.close = trade.price
        bar.volume += trade.size
        if trade.side == BUY:
            bar.true_buy += trade.size

    def _score(self, name: str, unit: int) -> SideScore:
        tally = self._tallies[name]
        return SideScore(
            name,
            tally.right / self.trades,
            tally.right_volume / self.volume if self.volume else 0.0,
            1 - tally.assigned_volume / self.volume if self.volume else 0.0,
            tally.cvd / unit,
            self.cvd / unit,
            self.volume / unit,
        )

    def _candle(self, unit: int) -> SideScore:
        # an unchanged bar is split in halves: its direction says nothing
        shares = [0.5 if bar.close == bar.open else float(bar.close > bar.open) for bar in self._bars]
        return self._by_bars("candle", shares, unit)

    def _bvc(self, unit: int) -> SideScore:
        bars = list(self._bars)
        closes = [bars[0].open, *(bar.close for bar in bars)]  # the first bar has no close before it
        changes = [after - before for before, after in pairwise(closes)]
        deviation = pstdev(changes)
        shares = [0.5 * (1 + erf(change / deviation / sqrt(2))) if deviation else 0.5 for change in changes]
        return self._by_bars("BVC", shares, unit)

    def _by_bars(self, name: str, shares: list[float], unit: int) -> SideScore:
        """The score of a method that splits whole bars: right is the volume it shares with the true split."""
        right = cvd = true_cvd = 0.0
        volume = 0
        for bar, share in zip(self._bars, shares, strict=True):
            bought, true_sell = share * bar.volume, bar.volume - bar.true_buy
            right += min(bought, bar.true_buy) + min(bar.volume - bought, true_sell)
            cvd += 2 * bought - bar.volume
            true_cvd += bar.true_buy - true_sell
            volume += bar.volume
        accuracy = right / volume if volume else 0.0
        return SideScore(name, None, accuracy, 0.0, cvd / unit, true_cvd / unit, volume / unit)


def _lee_ready(lag_ms: int) -> str:
    return f"Lee-Ready {lag_ms} ms" if lag_ms else "Lee-Ready"
