"""Which contracts a pattern may mean: what `cvdtui markets ibkr:ES` lists."""

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct

from cvdtui.errors import VenueError
from cvdtui.feeds.ibkr.gateway import Gateway
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.venues.grammar.events import clean
from cvdtui.venues.ibkr import NAME, STOCK_EXCHANGES, Fields

if TYPE_CHECKING:
    from ib_async import Contract, ContractDetails

MOST_FUTURES = 40


class Candidate(Struct, frozen=True, order=True):
    """One contract, and how it is written here."""

    market: str
    """`ibkr:SYMBOL`, or `con_id N` for a contract that only fields can name."""
    kind: str
    """IB's own word: STK, FUT, CONTFUT, CASH ..."""
    exchange: str
    currency: str
    text: str
    """Its long name, or its expiry."""
    con_id: int


async def candidates(pattern: str, options: IbkrOptions) -> list[Candidate]:
    """Contracts whose symbol or name matches; `ES@CME` only those of that exchange. Raises VenueError."""
    symbol, _, exchange = pattern.removeprefix(f"{NAME}:").partition("@")
    gateway = Gateway(options, _NoStreams(), on_close=lambda: None)
    try:
        await gateway.open()
        requested = [
            Fields(sec_type="CONTFUT", symbol=symbol.upper(), exchange=exchange),
            Fields(sec_type="FUT", symbol=symbol.upper(), exchange=exchange),
            # ESZ6 is a future's local symbol, ES its symbol.
            Fields(sec_type="FUT", local_symbol=symbol.upper(), exchange=exchange),
        ]
        matching = await gateway.match(symbol)
        described = await asyncio.gather(*(_described(gateway, fields) for fields in requested))
    finally:
        gateway.close()
    every = [_candidate(one, "") for one in matching]
    every += [_dated(one) for details in described for one in details[:MOST_FUTURES]]
    found = {(one.con_id, one.kind): one for one in every}
    return sorted(one for one in found.values() if not exchange or one.exchange == exchange)


async def _described(gateway: Gateway, fields: Fields) -> "list[ContractDetails]":
    try:
        return await gateway.describe(fields)
    except VenueError:
        if gateway.closed.is_set():
            raise
        return []  # IB refuses some requests without an exchange: the others still answer


def _dated(details: "ContractDetails") -> Candidate:
    contract = details.contract
    if contract is None:
        raise VenueError("TWS described a contract without naming it")
    words = f"{contract.lastTradeDateOrContractMonth} {details.longName}".strip()
    return _candidate(contract, words)


def _candidate(contract: "Contract", text: str) -> Candidate:
    exchange = contract.exchange or contract.primaryExchange
    return Candidate(
        _name(contract, exchange),
        clean(contract.secType, 10),
        clean(exchange, 20),
        clean(contract.currency, 10),
        clean(text or getattr(contract, "description", ""), 60),
        contract.conId,
    )


def _name(contract: "Contract", exchange: str) -> str:
    """The shortest name that this program reads back as this contract."""
    symbol, kind = contract.symbol, contract.secType
    if kind == "STK" and contract.currency == "USD" and (not exchange or exchange in STOCK_EXCHANGES):
        return f"{NAME}:{symbol.replace(' ', '.')}"
    if kind == "CONTFUT" and exchange:
        return f"{NAME}:{symbol}@{exchange}"
    if kind == "FUT" and exchange and " " not in contract.localSymbol:
        return f"{NAME}:{contract.localSymbol}@{exchange}"
    if kind == "CASH":
        return f"{NAME}:{symbol}.{contract.currency}"
    if kind == "CRYPTO":
        return f"{NAME}:{symbol}.{contract.currency}@{exchange or 'PAXOS'}"
    return f"con_id {contract.conId}"


class _NoStreams:
    """A StreamListener of a connection without streams."""

    def on_last(self, *_: object, **__: object) -> None: ...
    def on_quote(self, *_: object) -> None: ...
    def on_packet(self) -> None: ...
    def on_error(self, request: int, code: int, text: str) -> None: ...
    def on_undecoded(self, text: str) -> None: ...
