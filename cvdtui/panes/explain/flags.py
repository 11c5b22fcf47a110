"""Flags of the table and signals of the log, explained."""

from cvdtui.model import SignalView
from cvdtui.panes.clock import span
from cvdtui.panes.explain.entry import Entry, Sight, Way
from cvdtui.panes.line import narrow

SIGNALS = {
    "climax": "the first closed bar whose smoothed z of the CVD is beyond the extreme (±2)",
    "divergence": (
        "two pivots in a row where price goes one way and CVD the other: regular when price makes the new "
        "extreme, hidden when CVD does; emitted when the right side of the later pivot is complete"
    ),
    "efficiency": (
        "the bar on which a breakout (much price for little delta) or a churn (much delta, little price) "
        "begins"
    ),
    "slope": "the least-squares slope of the CVD is extreme among the last ones, with price near a key level",
    "spread": "z of this CVD minus b × the CVD of another market of the asset crosses its limit",
    "accumulation": (
        "spot z above 0 and rising, price in a narrow range, open interest of the perpetual falling"
    ),
    "stacked": "three or more diagonal imbalances of one side in rows that touch",
    "absorption": "much volume into the bar's high or low, most of it one way, and the close back inside",
    "speed": "trades a second at least 3 times their mean of 15 minutes",
    "naked_poc": "price trades at the point of control of a past session that was not traded since",
    "flip": "CVD of the session changes its sign by more than its noise",
    "large": (
        "taker orders of a million or more in quote units (fills of one time and side, one after the other)"
    ),
}
"""What each signal says; the README names its parameters."""
FLAGS = {
    "climax": SIGNALS["climax"],
    "div": SIGNALS["divergence"],
    "imb": SIGNALS["stacked"],
    "abs": SIGNALS["absorption"],
    "spread": SIGNALS["spread"],
    "flip": SIGNALS["flip"],
    "accum": SIGNALS["accumulation"],
    "npoc": SIGNALS["naked_poc"],
    "slope": SIGNALS["slope"],
    "speed": SIGNALS["speed"],
    "large": SIGNALS["large"],
    "breakout": SIGNALS["efficiency"],
    "churn": SIGNALS["efficiency"],
    "audit": "a closed bar of ours differs from the venue's own candle: see cover",
    "lost": "so many trades were missed and cannot be fetched any more",
    "rej": "so many frames or rows did not parse and were refused",
    "side": (
        "how sides were inferred, in percent of volume: q quote rule, m midpoint, t tick rule, ≈ candles, "
        "? unknown"
    ),
    "outside": "trades beyond the newest quote: quotes may run ahead of trades",
    "HALTED": "the venue says that trading is halted",
}
"""What a flag means, by the word in it."""


def meaning(text: str) -> str:
    """Of one flag."""
    return next((words for key, words in FLAGS.items() if key in text), "see the help")


def flags(sight: Sight) -> Entry:
    """Every flag of the row."""
    flags = sight.row.flags
    return Entry(
        " ".join(narrow(flag.glyph + flag.text) for flag in flags) or "none",
        (
            "signals of the bar that closed last, then what is wrong with the data; a ? beside one: "
            "incomplete data"
        ),
        ways=tuple(Way(narrow(flag.glyph + flag.text), (meaning(flag.text),)) for flag in flags),
    )


def signal(view: SignalView) -> Entry:
    """One line of the signal log."""
    inputs = [(key, _written(value)) for key, value in view.values.items()]
    inputs.append(("bars of", span(view.bar_seconds)))
    notes = [f"data: {view.quality}"] if view.quality else []
    if view.provisional:
        notes.append("provisional: the next bars may still take it back; it never alerts")
    points_to = "a rise" if view.side == "buy" else "a fall"
    return Entry(
        f"{view.signal} {'▲' if view.side == 'buy' else '▼'} {narrow(view.text)}",
        (
            f"{SIGNALS.get(view.signal, 'a signal')}. It points to {points_to}; known on a closed bar, never "
            "repainted"
        ),
        tuple(inputs),
        notes=tuple(notes),
    )


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_written(one) for one in value)
    return narrow(str(value))
