"""From a market's name to the one contract it means, its decimals, and when its sessions begin."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from cvdtui.errors import VenueError
from cvdtui.feeds.ibkr import words
from cvdtui.feeds.ibkr.ticks import decimals_of
from cvdtui.model import Market
from cvdtui.venues.grammar.events import clean
from cvdtui.venues.ibkr import NAME, Fields

if TYPE_CHECKING:
    from ib_async import Contract, ContractDetails

    from cvdtui.feeds.ibkr.gateway import Gateway

_ZONES = {
    "JST": "Asia/Tokyo",
    "EST": "America/New_York",
    "CST": "America/Chicago",
    "HKT": "Asia/Hong_Kong",
    "GB-Eire": "Europe/London",
    "BST": "Europe/London",
}
"""IB's names of zones that are no IANA names, or are others there (EST never knows summer)."""


async def qualify(gateway: "Gateway", symbol: str, fields: Fields) -> "ContractDetails":
    """The one contract that fits; raises VenueError where none does, or several do.

    Of a continuous future it is the contract that is its front now: IB streams no other.
    """
    name = f"{NAME}:{symbol}"
    found = [one for one in await gateway.describe(fields) if _contract(one).secType == fields.sec_type]
    if not found:
        raise VenueError(words.unknown(name), status=words.NO_CONTRACT)
    # One contract may be described once for each exchange it trades on.
    if len({_contract(one).conId for one in found}) > 1:
        raise VenueError(words.ambiguous(name, [describe(one) for one in found]), status=words.NO_CONTRACT)
    if fields.sec_type != "CONTFUT":
        return found[0]
    front = _contract(found[0])
    same = Fields(sec_type="FUT", con_id=front.conId, exchange=front.exchange)
    dated = await gateway.describe(same)
    if not dated:
        raise VenueError(
            f"{name}: its front contract {clean(front.localSymbol, 20)} is not known as a future"
        )
    return dated[0]


def describe(details: "ContractDetails") -> str:
    """A contract in a line: what distinguishes it from the others that fit."""
    one = _contract(details)
    parts = (
        one.secType,
        one.localSymbol or one.symbol,
        one.exchange,
        one.primaryExchange if one.primaryExchange != one.exchange else "",
        one.currency,
        one.lastTradeDateOrContractMonth,
        f"con_id {one.conId}",
    )
    return clean(" ".join(part for part in parts if part), 100)


def market_of(details: "ContractDetails", market: Market) -> Market:
    """The market with the decimals its contract is traded in; its prices may be finer yet."""
    one = _contract(details)
    tick = details.minTick if 0 < details.minTick < 1e6 else 10.0**-market.price_decimals
    prices = max(market.price_decimals, decimals_of(tick))
    step = details.sizeIncrement if 0 < details.sizeIncrement < 1 and market.kind == "crypto" else 1.0
    return replace(
        market,
        base=clean(one.symbol, 20) or market.base,
        quote=clean(one.currency, 8) or market.quote,
        price_decimals=prices,
        size_decimals=max(market.size_decimals, decimals_of(step)),
        tick=max(1, round(tick * 10**prices)),
    )


def stream_contract(details: "ContractDetails", fields: Fields) -> "Contract":
    """The contract whose ticks are requested: stocks on SMART stay there, whatever their own exchange."""
    one = _contract(details)
    # A description carries the exchange it was found on, which would narrow a SMART stream to it.
    if fields.exchange:
        one.exchange = fields.exchange
    return one


def session_start(details: "ContractDetails", hours: str) -> tuple[str, str] | None:
    """("HH:MM", zone) when a session begins by the exchange's hours; None where they are not known.

    The hours read `20261120:CLOSED;20261122:1700-20261123:1600`; the first stretch that is open counts.
    """
    zone = zone_of(details.timeZoneId)
    listed = details.liquidHours if hours == "rth" else details.tradingHours
    if zone is None:
        return None
    for stretch in listed.split(";"):
        begin = stretch.partition("-")[0].rpartition(":")[2]
        if len(begin) == 4 and begin.isascii() and begin.isdigit() and begin < "2400" and begin[2] < "6":
            return f"{begin[:2]}:{begin[2:]}", zone
    return None


def zone_of(name: str) -> str | None:
    """The IANA name of a time zone as IB writes it (`EST (Eastern Standard Time)`); None when unknown."""
    word = name.partition(" ")[0]
    zone = _ZONES.get(word, word)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return None
    return zone


def _contract(details: "ContractDetails") -> "Contract":
    if details.contract is None:
        raise VenueError("TWS described a contract without naming it")
    return details.contract
