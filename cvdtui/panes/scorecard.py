"""The record of a signal: how often price went its way, beside how often it does after any bar."""

from cvdtui.model import HorizonScore, Scorecard
from cvdtui.panes.clock import span
from cvdtui.panes.line import Frame, Line, fit, title

ROOMY = (66, 14)
"""From this width and height on a table, below one line."""


def record_lines(frame: Frame, wanted: tuple[str, str] | None) -> list[Line]:
    """The last lines of the log; `wanted` is (market, signal), whose record may not be computed yet."""
    if wanted is None or frame.height < 4:
        return []
    card = frame.snapshot.scorecard
    # a record of the line selected before may still be in the snapshot
    known = card if card is not None and (card.market, card.signal) == wanted else None
    if frame.width >= ROOMY[0] and frame.height >= ROOMY[1]:
        return _table(frame, wanted, known)
    if known is None:
        return [((f" {wanted[1]}: ...", "dim"),)]
    return [_short(known, frame.width)]


def _table(frame: Frame, wanted: tuple[str, str], card: Scorecard | None) -> list[Line]:
    market, signal = wanted
    if card is None:
        # as high as the table to come, so that the log above it does not move
        return [title(frame, f"record of {signal} · {market}"), (), (), (), ()]
    head = title(
        frame,
        f"record of {signal} · {market} · {span(card.bar_seconds)}",
        f"{card.emitted} signals on {card.bars:,} bars".replace(",", " "),
    )
    if not card.lines:
        return [head, ((f" {_none(card)}", "dim"),), (), (), ()]
    columns = f" {'after':<7}{'went its way':>13}{'95 % interval':>17}{'any bar':>10}{'n':>6}{'apart':>7}"
    rows = [_row(line) for line in card.lines]
    return [head, ((columns, "head"),), *rows, *([()] * (3 - len(rows)))]


def _row(line: HorizonScore) -> Line:
    interval = f"{line.low * 100:.0f} .. {line.high * 100:.0f} %"
    return (
        (f" {f'+{line.horizon}':<7}", "text"),
        (f"{line.rate * 100:>11.1f} %", _role(line)),
        (f"{interval:>17}", "text"),
        (f"{line.base * 100:>8.1f} %", "dim"),
        (f"{line.count:>6}", "text"),
        (f"{line.apart:>7}", "dim"),
    )


def _role(line: HorizonScore) -> str:
    """Marked only where the base rate lies beyond the interval."""
    return "up" if line.low > line.base else "down" if line.high < line.base else "text"


def _short(card: Scorecard, width: int) -> Line:
    """`climax +5 58 % (40..74) n 31, any bar 51 %`, and further horizons as far as they fit."""
    if not card.lines:
        return ((fit(f" {_none(card)}", width), "dim"),)
    spans = [(f" {card.signal} ", "title")]
    used = len(spans[0][0])
    for line in card.lines:
        after, rate = f"+{line.horizon} ", f"{line.rate * 100:.0f}%"
        rest = f" ({line.low * 100:.0f}..{line.high * 100:.0f}) n{line.count} base {line.base * 100:.0f}%  "
        size = len(after) + len(rate) + len(rest)
        if used + size - 2 > width:
            break
        used += size
        spans += [(after, "dim"), (rate, _role(line)), (rest, "text")]
    return tuple(spans)


def _none(card: Scorecard) -> str:
    return f"{card.signal}: n 0, none of {card.emitted} is a horizon old yet"
