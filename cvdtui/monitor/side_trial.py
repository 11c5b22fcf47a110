"""Side rules scored beside the exchange's flags: trades with their quotes, market by market."""

from collections.abc import Iterable

from cvdtui.engine.scale import at_scale
from cvdtui.engine.side_trial import Trial
from cvdtui.errors import WireError
from cvdtui.model import Market, SideScore, SideTrial, Trades
from cvdtui.venues import Several, Venue
from cvdtui.venues.grammar.decimals import TooFineError, grow, to_units
from cvdtui.venues.grammar.events import QuoteTexts


class Shadow:
    """Takes a venue's frames as they arrived; frames that are neither trade nor quote are skipped."""

    def __init__(self, venue: Venue, *, bar_us: int = 60_000_000) -> None:
        self.rejected = 0
        """Frames that do not parse."""
        self.quotes = 0
        self._venue = venue
        self._decode = venue.decoder()
        self._bar_us = bar_us
        self._scored: dict[str, _Scored] = {}
        self._kinds: dict[str, bool] = {}
        """Whether a market's trades come as aggTrade, by its first frame."""

    def take(self, frame: bytes, arrival_us: int) -> None:
        """One frame, and when it arrived."""
        quote = self._venue.read_quote(frame)
        if quote is not None:
            self.quotes += 1
            scored = self._scored.get(quote.symbol)
            if scored is None:
                market = self._venue.default_market(quote.symbol)
                scored = self._scored[quote.symbol] = _Scored(market, self._bar_us)
            scored.quote(quote, arrival_us)
            return
        try:
            event = self._decode(frame)
        except WireError:
            self.rejected += 1
            return
        # Binance may send the same trades as aggTrade and as trade: counting both would score each twice.
        is_agg = b'"aggTrade"' in frame
        for batch in event.events if isinstance(event, Several) else (event,):
            if isinstance(batch, Trades) and self._kinds.setdefault(batch.market.name, is_agg) == is_agg:
                self._trades(batch, arrival_us)

    def trials(self) -> tuple[SideTrial, ...]:
        """Results so far, one a market that traded."""
        return tuple(scored.result() for scored in self._scored.values() if scored.trial.trades)

    def _trades(self, batch: Trades, arrival_us: int) -> None:
        scored = self._scored.get(batch.market.symbol)
        if scored is None:
            scored = self._scored[batch.market.symbol] = _Scored(batch.market, self._bar_us)
        scored.trades(batch, arrival_us)


class _Scored:
    """One market's scores, in the finest scale that its trades and quotes have needed."""

    def __init__(self, market: Market, bar_us: int) -> None:
        self.trial = Trial(bar_us)
        self._market = market

    def quote(self, quote: QuoteTexts, arrival_us: int) -> None:
        try:
            self._price(quote.bid)
            ask = self._price(quote.ask)
            bid = self._price(quote.bid)  # again: a finer ask has changed the scale that the bid was read in
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
