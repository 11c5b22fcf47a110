"""The help (`?`): what each number means, which convention is in force, what the marks are, and the keys."""

from cvdtui.model import SideScore
from cvdtui.panes.line import Answer, Frame, Line, title, wrap

NUMBERS = (
    (
        "any number",
        "? explains the selected one: formula, its inputs now, its value by other conventions.",
    ),
    (
        "delta Δ",
        "volume bought at the ask minus volume sold at the bid, by the aggressor's side (the exchange's).",
    ),
    (
        "CVD",
        "running sum of delta since the anchor: session 00:00 UTC, week Monday 00:00 UTC, last N trades,",
    ),
    ("", "start, or your mark."),
    ("Δ bar, Δ 5m", "delta of the forming bar; delta of the last 300 seconds of exchange time."),
    ("Δ %", "session delta / session volume. chg %: last / session open - 1."),
    ("spark", "CVD at the end of each step, scaled to itself; the column's head says span and step."),
    ("z", "(CVD - mean of 20 bars) / their deviation, smoothed over 5. Beyond ±1 half of the time even at"),
    ("", "random; ◆ marks the first bar beyond ±2."),
    (
        "cover",
        "share of the session's volume known exactly; 100 when nothing is open or lost. Dim: not complete.",
    ),
    (
        "",
        "gap n: n trades being fetched; lost: some never came; fill: history is coming; stale: no data.",
    ),
    ("", "≥14:02Z: the session is known from then on. ≈ estimated from candles, ~ side inferred."),
    (
        "footprint",
        "sell × buy of each price row: sold at the bid × bought at the ask. ▲ ▼ diagonal imbalance, 3 to 1:",
    ),
    ("", "a buy against the sell one row below, a sell against the buy one row above. ┃ three that touch."),
    ("", "■ point of control of the bar. max, min: extremes of running delta. ┊ that zone in later bars,"),
    ("", "until price trades through it. At the ends of a bar: ◇ absorption, ◂ unfinished auction."),
    (
        "profile",
        "█ bought ▒ sold in the session. POC: row of most volume. VAH, VAL: ends of the 70 % value area,",
    ),
    ("", "row by row from the POC. HVN, LVN: rows at or beyond the 70th / 30th percentile."),
    ("", "VWAP: value / volume of the session. It says from when it was built."),
    ("", "nPOC: POC of an earlier session not traded since. PDH, PDL: its high and low. lvl: yours."),
    (
        "TPO",
        "T in the profile: a letter for every half hour in which a row traded, A first. POC: most letters.",
    ),
    ("", "┊ initial balance, the first hour's range. single: rows with one letter."),
    (
        "record",
        "below the log: how often price closed beyond the signal's close, its way, after 5, 20, 60 bars;",
    ),
    ("", "95 % interval of the n that stand a horizon apart; base: the same after any bar of the market."),
    (
        "trades",
        "newest first; ▲ the buyer was the aggressor, ▼ the seller; those below the least size are left out.",
    ),
    (
        "OI",
        "open interest, one side of it, and its change since the session began or it is known; dim when",
    ),
    (
        "",
        "it is older than a minute. Liquidated: positions closed by force in the session, longs (by a sell)",
    ),
    ("", "and shorts; `at least` where the venue reports only some. They are trades of the tape as well."),
    (
        "groups",
        "v: the markets of one asset added up as price x signed size. Every dollar coin is taken for 1 USD.",
    ),
    (
        "",
        "spot-perp: CVD of spot minus that of perpetuals and futures. Markets without data are left out.",
    ),
    (
        "links",
        "connections: messages a second, reconnects, trades being fetched and lost, request weight used,",
    ),
    ("", "clock: how far the exchange's clock is ahead of ours."),
    ("units", "sizes in the base coin (contracts converted); u shows value in the quote currency instead."),
)
"""(word, what it means): the conventions in force."""

MARKS = (
    ("▲ ▼", "a sign of a rise, of a fall. Dim: on incomplete data (⚠ says which), or ? provisional."),
    ("◆", "climax: the first bar whose smoothed z is beyond ±2; on the CVD of the chart, in the z-score."),
    (
        "△ ── ▲",
        "divergence, bullish, from the earlier pivot (hollow) to the later (filled), on price and on CVD;",
    ),
    ("▽ ── ▼", "bearish. Solid: regular, price makes a new extreme. Dashed: hidden, CVD does."),
    ("▲?", "dim with a ?: provisional, the bars right of its later pivot may still take it back."),
    ("━ ground", "bars whose z is extreme (±2): another ground, and a heavy time axis below them."),
    ("╌", "chart and ladder: a key level (l). z-score: ±2; the faint line is ±1, the end of neutral."),
    ("•", "z-score: the raw z of a bar; the column is the smoothed one, dim while neutral."),
    ("↑ ↓", "z rose, fell with the last bar."),
    ("◇ ┃ ○ ●", "in the log: absorption, stacked imbalances, a naked POC touched, large trades."),
    ("·", "in the log: efficiency (breakout, churn), slope, spread, accumulation, tape speed, CVD flip."),
    (
        "efficiency",
        "how far price went for the delta spent, over 5 bars, both in their own deviations: above 2 a",
    ),
    ("", "breakout (thin), below 0.5 a churn (absorbed), else balanced."),
)
"""(mark, what it means): on the chart, in the z-score pane and in the signal log."""

SIDES = (
    (
        "q quote",
        "at or beyond the touch that stood when the trade came: at the ask bought, at the bid sold.",
    ),
    ("m midpoint", "inside the touch: above the midpoint bought, below it sold."),
    ("t tick", "at the midpoint or without a quote: by the last price that differed. ? unknown."),
    (
        "outside",
        "trades beyond the touch. Many mean that quotes run ahead of trades: ibkr.quote_lag_ms repairs.",
    ),
    (
        "published",
        "right by trades: quote rule 76.4, tick rule 77.7, Lee-Ready 81.1 % (Nasdaq 1996-97; Ellis,",
    ),
    ("", "Michaely, O'Hara 2000); Lee-Ready 85 % (TORQ; Odders-White 2000); BVC 7 to 16 points below"),
    ("", "the tick rule (Chakrabarty, Pascual, Shkilko 2013)."),
    ("CVD error", "a share of the volume. It is not 1 - right: few wrong sides can turn a CVD."),
)
"""(word, what it means): the signs of `side 97q 2m 1t`."""


class Help:
    """State: how far it is scrolled, and the keys to list, set by the screen."""

    name = "help"
    hints = (("j k", "scroll"), ("esc", "back"))

    def __init__(self) -> None:
        self.keys: tuple[tuple[str, str], ...] = ()
        self._top = 0
        self._page = 10
        self._length = 0

    def press(self, key: str) -> Answer | None:
        steps = {
            "up": -1,
            "k": -1,
            "down": 1,
            "j": 1,
            "pageup": -self._page,
            "pagedown": self._page,
            "space": self._page,
        }
        ends = {"g": 0, "home": 0, "G": self._length, "end": self._length}
        if key not in steps and key not in ends:
            return None
        self._top = ends[key] if key in ends else self._top + steps[key]
        return Answer()

    def paint(self, frame: Frame) -> list[Line]:
        lines: list[Line] = [(("Keys", "title"),), *self._keys(frame.width), (), (("Numbers", "title"),)]
        for word, text in NUMBERS:
            lines += _paragraph(word, text, frame.width)
        lines += [(), (("Marks", "title"),)]
        for word, text in MARKS:
            lines += _paragraph(word, text, frame.width)
        lines += _sides(frame)
        self._length = len(lines)
        self._page = max(frame.height - 1, 1)
        self._top = max(min(self._top, len(lines) - self._page), 0)
        left = max(len(lines) - self._top - self._page, 0)
        head = title(frame, "help", f"{left} more lines: j, PgDn" if left else "esc goes back")
        return [head, *lines[self._top : self._top + self._page]]

    def _keys(self, width: int) -> list[Line]:
        """The key table in as many columns as fit."""
        wide = 40
        columns = max(width // wide, 1)
        rows = -(-len(self.keys) // columns)
        lines: list[Line] = []
        for row in range(rows):
            spans: list[tuple[str, str]] = []
            for key, words in self.keys[row::rows]:
                spans += [(f" {key:<12}", "key"), (f"{words[: wide - 14]:<{wide - 13}}", "text")]
            lines.append(tuple(spans))
        return lines


def _sides(frame: Frame) -> list[Line]:
    """How sides are inferred, how often that was wrong in published studies, and how often it is here."""
    lines: list[Line] = [(), (("Sides that are inferred (Interactive Brokers)", "title"),)]
    for word, text in SIDES:
        lines += _paragraph(word, text, frame.width)
    if not frame.snapshot.trials:
        text = "shadow_side = true tests these rules by the exchanges' own flags; cvdtui side-error by files"
        return [*lines, *_paragraph("here", text, frame.width)]
    for trial in frame.snapshot.trials:
        head = f"{trial.trades} trades, {100 * trial.outside:.0f} % outside the newest quote"
        lines += [(), ((f" {trial.market}", "key"), (f"  {head}", "text"))]
        lines.append(((f"   {'method':<16}{'right':>8}{'by volume':>11}{'CVD error':>11}", "dim"),))
        lines += [((_score(score), "text"),) for score in trial.scores]
    return lines


def _score(score: SideScore) -> str:
    right = "-" if score.accuracy is None else f"{100 * score.accuracy:.1f} %"
    error = 100 * abs(score.cvd - score.true_cvd) / score.volume if score.volume else 0.0
    return f"   {score.method:<16}{right:>8}{100 * score.volume_accuracy:>9.1f} %{error:>9.1f} %"


def _paragraph(word: str, text: str, width: int) -> list[Line]:
    """A word at the left and its text broken at spaces beside it."""
    rows = wrap(text, max(width - 15, 20))
    return [((f" {word if not at else '':<13}", "key"), (row, "text")) for at, row in enumerate(rows)]
