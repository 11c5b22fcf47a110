"""Error numbers of TWS: what each means to the feed, and a readable text."""

from typing import Literal

from cvdtui.venues.grammar.events import clean

Meaning = Literal["refused", "lost", "restored", "resubscribe", "farm lost", "farm back", "ignored", "busy"]

NO_CONTRACT = 200
"""Nothing fits the fields."""
_REFUSALS = {
    NO_CONTRACT: "no such contract",
    354: "no market data subscription for it (354)",
    10089: "needs another market data subscription (10089)",
    10090: "part of its market data is not subscribed (10090)",
    10186: "no market data subscription for it (10186)",
    10187: "historical ticks refused (10187)",
    10189: "no tick-by-tick data for it (10189)",
    10190: "no tick-by-tick slot is free: about 5 streams at 100 market data lines (10190)",
    10197: "another session uses the market data of this login (10197)",
    162: "history refused (162)",
    320: "the request was not understood (320)",
    321: "the request was refused (321)",
    322: "the request failed (322)",
    420: "no data for this contract over the API (420)",
    504: "not connected (504)",
}
"""Refusals of one request."""
_MEANINGS: dict[int, Meaning] = {
    326: "busy",
    1100: "lost",
    1101: "resubscribe",
    1102: "restored",
    2103: "farm lost",
    2104: "farm back",
    2110: "lost",
    300: "ignored",
    2100: "ignored",
    2105: "ignored",
    2106: "ignored",
    2107: "ignored",
    2108: "farm back",
    2119: "ignored",
    2157: "ignored",
    2158: "ignored",
    10167: "ignored",
}
COMPETING = 10197
NO_SLOT = 10190


def meaning_of(code: int, request: int) -> Meaning:
    """What an error is to the feed; one of a request that is not known otherwise is a refusal."""
    found = _MEANINGS.get(code)
    if found is not None:
        return found
    # Codes of 2100 to 2199 are warnings, whatever request they name.
    return "refused" if request >= 0 and not 2100 <= code < 2200 else "ignored"


def refusal(code: int, text: str) -> str:
    """Why a request was refused."""
    known = _REFUSALS.get(code)
    reason = clean(text, 100)
    return known if known is not None else f"TWS refuses: {reason or 'no reason given'} ({code})"


def in_use(client_id: int) -> str:
    """Client id taken (326)."""
    return f"client id {client_id} is in use: end the other program, or set ibkr.client_id to another number"


def unreachable(host: str, port: int, error: BaseException) -> str:
    """Why no connection came about."""
    place = f"{host}:{port}"
    if isinstance(error, ConnectionRefusedError):
        return (
            f"{place} refuses connections: is TWS or the Gateway running, its API enabled, the port right "
            "(7497 TWS paper, 7496 live, 4002 Gateway paper, 4001 live)?"
        )
    if isinstance(error, TimeoutError):
        return (
            f"{place} does not answer as TWS does: is a dialog open in its window, its version 972 or "
            "newer, this address trusted?"
        )
    return f"{place}: {clean(str(error), 120) or type(error).__name__}"


def ambiguous(name: str, found: list[str]) -> str:
    """Several contracts fit."""
    shown = "; ".join(clean(one, 60) for one in found[:4]) + ("; ..." if len(found) > 4 else "")
    return (
        f"{name}: {len(found)} contracts fit: {shown}. Name one by its fields in the configuration: "
        f'[ibkr.contracts."{name}"] with exchange, currency, expiry, local_symbol or con_id'
    )


def unknown(name: str) -> str:
    """No contract fits."""
    hint = "" if "@" in name else " A future needs its exchange, such as ibkr:ES@CME."
    return (
        f"{name}: no contract fits (200).{hint} Search with: cvdtui markets {name}; or give its fields "
        f'in [ibkr.contracts."{name}"]'
    )
