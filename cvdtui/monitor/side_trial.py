"""Side rules in shadow: trades whose sides are told, with their quotes, judged market by market."""

from collections.abc import Iterable

from cvdtui.engine.scale import at_scale
from cvdtui.engine.side_trial import Trial
from cvdtui.errors import WireError
from cvdtui.model import Market, SideScore, SideTrial, Trades
from cvdtui.venues import Several, Venue
from cvdtui.venues.binance.quotes import Touch, read_quote
from cvdtui.venues.grammar.decimals import TooFineError, grow, to_units


class Shadow:
    """Takes a venue's frames as they arrived; what is neither trade nor quote is passed over."""

    def __init__(self, venue: Venue, *, bar_us: int = 60_000_000) -> None:
        self.rejected = 0
        """Frames that do not parse."""
        self.quotes = 0
        self._venue = venue
        self._bar_us = bar_us
        self._judged: dict[str, _Judged] = {}
        self._kinds: dict[str, bool] = {}
        """Whether a market's trades are those of aggTrade: of two kinds of trades the first counts."""

    def take(self, frame: bytes, arrival_us: int) -> None:
        """One frame, and when it arrived."""
        quote = read_quote(frame)
        if quote is not None:
            self.quotes += 1
            judged = self._judged.get(quote.symbol)
            if judged is None:
                market = self._venue.default_market(quote.symbol)
                judged = self._judged[quote.symbol] = _Judged(market, self._bar_us)
            judged.quote(quote, arrival_us)
            return
        try:
            event = self._venue.decode(frame)
        except WireError:
            self.rejected += 1
            return
        for one in event.events if isinstance(event, Several) else (event,):
            is_agg = b'"aggTrade"' in frame
            if isinstance(one, Trades) and self._kinds.setdefault(one.market.name, is_agg) == is_agg:
                self._trades(one, arrival_us)

    def trials(self) -> tuple[SideTrial, ...]:
        """What came of it, one a market that traded."""
        return tuple(judged.result() for judged in self._judged.values() if judged.trial.trades)

    def _trades(self, batch: Trades, arrival_us: int) -> None:
        judged = self._judged.get(batch.market.symbol)
        if judged is None:
            judged = self._judged[batch.market.symbol] = _Judged(batch.market, self._bar_us)
        judged.trades(batch, arrival_us)


class _Judged:
    """One market's trial, in the finest scale that its trades and quotes have needed."""

    def __init__(self, market: Market, bar_us: int) -> None:
        self.trial = Trial(bar_us)
        self._market = market

    def quote(self, quote: Touch, arrival_us: int) -> None:
        try:
            self._price(quote.bid)
            ask = self._price(quote.ask)
            bid = self._price(quote.bid)  # again: the ask may have made the scale finer
        except WireError:
            self.trial.on_quote(None, None, arrival_us)
            return
        self.trial.on_quote(bid, ask, arrival_us)

    def trades(self, batch: Trades, arrival_us: int) -> None:
        self._grow(batch.market.price_decimals, batch.market.size_decimals)
        for trade in at_scale(batch, self._market):
            self.trial.on_trade(trade, arrival_us)

    def result(self) -> SideTrial:
        unit: int = 10**self._market.size_decimals
        return SideTrial(self._market.name, self.trial.trades, self.trial.outside, self.trial.scores(unit))

    def _price(self, text: str) -> int:
        try:
            return to_units(text, self._market.price_decimals)
        except TooFineError as error:
            self._grow(error.decimals, 0)
            return to_units(text, self._market.price_decimals)

    def _grow(self, price_decimals: int, size_decimals: int) -> None:
        before = self._market
        self._market = grow(before, price_decimals, size_decimals)
        if self._market is not before:
            self.trial.rescale(
                10 ** (self._market.price_decimals - before.price_decimals),
                10 ** (self._market.size_decimals - before.size_decimals),
            )


def table(trials: Iterable[SideTrial]) -> list[str]:
    """The trials as lines of text."""
    lines: list[str] = []
    for trial in trials:
        true = _number(trial.scores[0].true_cvd)
        ahead = f"{100 * trial.outside:.1f} % of trades outside the newest quote"
        lines.append(f"{trial.market}: {trial.trades} trades, CVD {true} by the exchange's flags, {ahead}")
        lines.append(f"{'method':<16}{'right':>9}{'by volume':>11}{'no side':>9}{'CVD':>14}{'CVD error':>11}")
        lines += [_line(score) for score in trial.scores]
        lines.append("")
    return lines[:-1]


def _line(score: SideScore) -> str:
    right = "-" if score.accuracy is None else f"{100 * score.accuracy:.1f} %"
    shares = f"{100 * score.volume_accuracy:>9.1f} %{100 * score.unassigned:>7.1f} %"
    error = 100 * abs(score.cvd - score.true_cvd) / score.volume if score.volume else 0.0
    return f"{score.method:<16}{right:>9}{shares}{_number(score.cvd):>14}{error:>9.1f} %"


def _number(value: float) -> str:
    return f"{value:.8g}"
