"""How far one market's numbers can be trusted: in a word, in figures, and as flags beside them."""

from math import floor

from cvdtui.engine.closed_bar import Marks
from cvdtui.engine.coverage import late_start
from cvdtui.engine.market_state import MarketState
from cvdtui.model import AnchorName, Flag, Link, Quality
from cvdtui.snapshot.values import current

LETTERS = {"quote": "q", "midpoint": "m", "tick": "t", "candle": "≈", "unknown": "?"}
"""Sources of a side that are no flag of the exchange."""
INFERRED = frozenset({"quote", "midpoint", "tick"})
OUTSIDE = 0.01
"""From this share of trades outside the touch on it is shown."""
HALTED = "HALTED"


def quality_of(state: MarketState, anchor: AnchorName, now_us: int, link: Link | None) -> Quality:
    """How far the market's numbers can be trusted, in a word and in figures."""
    flow = state.flow
    span, known_us = (
        (flow.week, state.known.week_from_us) if anchor == "week" else (flow.session, state.known.from_us)
    )
    period = current(span, now_us)
    coverage = state.coverage(period, known_us)
    kind, text = _condition(state, coverage, now_us, link)
    audit = state.audit
    return Quality(
        coverage,
        kind,  # type: ignore[arg-type]  # one of the words below
        text,
        tuple(state.flow.sources.shares().items()),
        state.lost,
        state.tape.open_ids,
        state.duplicates,
        state.refused,
        audit.residual / 10**state.market.size_decimals if audit.compared else None,
        audit.compared,
        state.outside,
        late_start(period, known_us) or 0,
    )


def _condition(state: MarketState, coverage: float, now_us: int, link: Link | None) -> tuple[str, str]:
    """What is wrong first, then how much is known."""
    if link is not None and link.state == "refused":
        return "refused", "refused"
    # history alone has no trades but a volume: such a market is not waiting
    if not state.flow.trades and not state.flow.start.volume:
        return ("offline", "offline") if link is not None and link.state == "waiting" else ("waiting", "-")
    if link is not None and link.state in ("connecting", "stale", "waiting", "closed"):
        return "stale", f"stale {_age(now_us - max(link.last_data_us, state.flow.last_time_us))}".rstrip()
    # before the coverage: what is being fetched is not lost, and the coverage will come back
    if state.tape.open_ids:
        return "gap", f"gap {_short(state.tape.open_ids)}"
    return _known(state, coverage)


def _known(state: MarketState, coverage: float) -> tuple[str, str]:
    if state.progress is not None and state.is_filling:
        return "fill", f"fill {floor(state.progress * 100)} %"
    # rounded down: 100 is only said of what is known whole
    mark = "~" if is_inferred(state) else ""
    if coverage < 1:
        return "lost" if state.lost else "live", f"{mark}{floor(coverage * 1000) / 10:.1f}"
    return "live", mark or "100"


def flags_of(
    state: MarketState, marks: Marks | None, quality: Quality, link: Link | None = None
) -> tuple[Flag, ...]:
    """Marks beside the numbers."""
    flags: list[Flag] = []
    if marks is not None and marks.climax and marks.z is not None:
        flags.append(Flag("◆", "climax", "up" if marks.z > 0 else "down"))
    if quality.audit:
        flags.append(Flag("≠", "audit", "warn"))
    if quality.lost:
        flags.append(Flag("!", f"lost {_short(quality.lost)}", "warn"))
    if quality.rejected:
        flags.append(Flag("!", f"rej {_short(quality.rejected)}", "warn"))
    return (*flags, *side_flags(state, link))


def _age(age_us: int) -> str:
    """At most three characters; empty where nothing was ever received (its age is that of the epoch)."""
    seconds = max(0, age_us) // 1_000_000
    for length, unit in ((1, "s"), (60, "m"), (3600, "h"), (86_400, "d")):
        if seconds // length < 100:
            return f"{seconds // length}{unit}"
    return ""


def _short(count: int) -> str:
    """At most five characters."""
    for step, unit in ((1, ""), (1_000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        if count // step < 10_000:
            return f"{count // step}{unit}"
    return "many"


def is_inferred(state: MarketState) -> bool:
    """Whether any side of this market was inferred."""
    return not INFERRED.isdisjoint(state.flow.sources.volumes)


def side_flags(state: MarketState, link: Link | None) -> list[Flag]:
    """Shares in percent, the share of trades outside the touch, and a halt."""
    flags: list[Flag] = []
    if link is not None and link.text.startswith(HALTED):
        flags.append(Flag("!", HALTED, "warn"))
    shares = {source: share for source, share in state.flow.sources.shares().items() if source in LETTERS}
    if shares and (is_inferred(state) or "unknown" in shares):
        parts = [f"{percent(share)}{LETTERS[source]}" for source, share in shares.items()]
        flags.append(Flag("~", f"side {' '.join(parts)}", "note"))
    outside = state.outside
    if outside is not None and outside >= OUTSIDE:
        flags.append(Flag("!", f"{percent(outside)}% outside", "warn"))
    return flags


def percent(share: float) -> str:
    """A share as a whole percentage; `<1` for what would read 0, and 100 only for all."""
    if 0 < share < 0.01:
        return "<1"
    # 99.6 % would round to 100, which is only said of all
    return f"{min(99, round(100 * share)) if share < 1 else 100}"
