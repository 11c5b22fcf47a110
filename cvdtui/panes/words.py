"""Sentences that more than one pane says: titles of the market at hand, and why a pane is still empty."""

from cvdtui.model import Link, MarketDetail, Snapshot
from cvdtui.panes.clock import span
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
    """Why there is nothing yet, in words: the link's own when it has any."""
    name = snapshot.view.market
    row = next((row for row in snapshot.rows if row.market.name == name), None)
    if row is None:
        return ("choose a market",)
    what = f"{row.market.base or row.market.symbol} {row.market.venue}"
    link = next((link for link in snapshot.links if row.market.name in link.markets), None)
    if link is None:
        return (f"waiting for the first trade of {what}",)
    if link.state in {"live", "quiet"}:
        ago = max(snapshot.time_us - link.since_us, 0) // 1_000_000
        return (f"waiting for the first trade of {what}, connected {ago} s ago",)
    return (f"waiting for the first trade of {what}", link_words(link))


def link_words(link: Link) -> str:
    """`host: why`; the host is named once."""
    host, words = narrow(link.host or link.name), narrow(link.text) or link.state
    return words if host in words else f"{host}: {words}"
