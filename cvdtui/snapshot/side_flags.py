"""How a market's sides were obtained, in a few signs: `side 97q 2m 1t`."""

from cvdtui.engine.market_state import MarketState
from cvdtui.model import Flag, Link

LETTERS = {"quote": "q", "midpoint": "m", "tick": "t", "candle": "≈", "unknown": "?"}
"""Sources of a side that are no flag of the exchange."""
INFERRED = frozenset({"quote", "midpoint", "tick"})
OUTSIDE = 0.01
"""From this share of trades outside the touch on it is shown."""
HALTED = "HALTED"


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
