"""Words that several panes share: titles of the selected market, and why a pane is still empty."""

from cvdtui.model import Link, MarketDetail, MarketRow, Snapshot
from cvdtui.panes import numbers
from cvdtui.panes.clock import Clock, span
from cvdtui.panes.line import narrow


def market_words(detail: MarketDetail) -> str:
    """`BTC binance-usdm`."""
    return f"{detail.market.base or detail.market.symbol} {detail.market.venue}"


def heading(pane: str, detail: MarketDetail | None) -> str:
    """`chart · BTC binance-usdm · 1m`."""
    if detail is None:
        return pane
    return f"{pane} · {market_words(detail)} · {span(detail.timeframe)}"


def waiting(snapshot: Snapshot) -> tuple[str, ...]:
    """Why there is no data yet: the link's own words when it has any."""
    name = snapshot.view.market
    row = next((row for row in snapshot.rows if row.market.name == name), None)
    if row is None:
        return ("select a market",)
    what = f"{row.market.base or row.market.symbol} {row.market.venue}"
    link = next((link for link in snapshot.links if row.market.name in link.markets), None)
    if link is None:
        return (f"waiting for the first trade of {what}",)
    if link.state in {"live", "quiet"}:
        ago = max(snapshot.time_us - link.since_us, 0) // 1_000_000
        return (f"waiting for the first trade of {what}, connected {ago} s ago",)
    return (f"waiting for the first trade of {what}", link_words(link))


def interest_words(row: MarketRow | None, now_us: int, clock: Clock) -> str:
    """`OI 81 234 +0.40 % since 00:00Z, 12s old · liquidated 3 longs 1.2, 5 shorts 3.4 at least`; or empty."""
    parts: list[str] = []
    if row is not None and row.interest is not None:
        known = row.interest
        change = ""
        if known.change is not None:
            change = (
                f" {numbers.percent(known.change, signed=True)} % since {clock.since(known.from_us, now_us)}"
            )
        parts.append(
            f"OI {numbers.number(known.size)}{change}, {max(now_us - known.time_us, 0) // 1_000_000}s old"
        )
    if row is not None and row.liquidated is not None:
        forced = row.liquidated
        longs = f"{forced.longs} longs {numbers.number(forced.long_size)}"
        shorts = f"{forced.shorts} shorts {numbers.number(forced.short_size)}"
        parts.append(f"liquidated {longs}, {shorts}{'' if forced.complete else ' at least'}")
    return " · ".join(parts)


def link_words(link: Link) -> str:
    """`host: why`; the host is named once."""
    host, words = narrow(link.host or link.name), narrow(link.text) or link.state
    return words if host in words else f"{host}: {words}"
