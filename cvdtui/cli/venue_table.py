"""`cvdtui markets --venues`: what each venue of the registry provides, by its own grammar."""

from cvdtui.venues import VENUES, Venue


def venue_table() -> list[str]:
    """A header, and a line for each venue: missing trades, candles, address of its socket."""
    lines = [f"{'venue':<17}{'missing trades':<38}{'candles':<19}where"]
    for name, make in VENUES.items():
        venue = make()
        lines.append(f"{name:<17}{missing_trades(venue):<38}{candles(venue):<19}{venue.ws_url}")
    return lines


def missing_trades(venue: Venue) -> str:
    """How trades that were not received are found or fetched."""
    limits = venue.limits
    if venue.id_rule == "contiguous":
        return f"fetched by {limits.pages_by} over REST"
    if limits.trades_page > 1:
        return f"spans of time; newest {limits.trades_page} merged"
    return "spans of time; newest merged" if limits.trades_page else "spans of time"


def candles(venue: Venue) -> str:
    """Whether its candles give the session before the start."""
    return "taker-buy volume" if venue.limits.candles_page else "none"
