"""One connection to TWS or the Gateway by ib_async, which is imported here alone. Never sends an order."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from cvdtui.errors import VenueError
from cvdtui.feeds.ibkr import words
from cvdtui.feeds.ibkr.options import IbkrOptions
from cvdtui.venues.grammar.events import clean
from cvdtui.venues.ibkr import Fields

if TYPE_CHECKING:
    from ib_async import IB, Contract, ContractDetails, HistoricalTickLast
    from ib_async.objects import TickAttribBidAsk, TickAttribLast

Stream = Literal["AllLast", "BidAsk"]
STREAMS: tuple[Stream, ...] = ("AllLast", "BidAsk")
PAGE = 1000
"""Historical ticks an answer holds at most, but for the rest of its last second."""
T = TypeVar("T")


class BusyError(VenueError):
    """The client id is in use: another try at once would not help."""


class StreamListener(Protocol):
    """Receiver of what TWS sends; every call is synchronous, in the order of the wire."""

    def on_last(  # noqa: PLR0913 - the fields of the tick
        self, request: int, time_s: int, price: float, size: float, *, past_limit: bool, unreported: bool
    ) -> None:
        """A trade, or a halt."""

    def on_quote(self, request: int, bid: float, ask: float, bid_size: float, ask_size: float) -> None:
        """A quote."""

    def on_packet(self) -> None:
        """Every tick of one read of the socket has been passed on."""

    def on_error(self, request: int, code: int, text: str) -> None:
        """An error or a notice of TWS; `request` is -1 where it is about the connection."""

    def on_undecoded(self, text: str) -> None:
        """A message that could not be read."""


class Gateway:
    """Opened once; `closed` is set when the connection has ended."""

    def __init__(self, options: IbkrOptions, listener: StreamListener, on_close: Callable[[], None]) -> None:
        # Its import takes 0.2 s: only a run with an IBKR market pays it.
        from ib_async import IB

        self.closed = asyncio.Event()
        self._on_close = on_close
        self._options = options
        self._listener = listener
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ib: IB = IB()
        # Else a refused request gives an empty list, which reads as no contract or no ticks.
        self._ib.RaiseRequestErrors = True
        self._subscribe_events(self._ib)

    async def open(self) -> None:
        """Connects; raises VenueError, BusyError where the client id is in use."""
        from ib_async import StartupFetchNONE

        options = self._options
        # A client id in use is error 326, then silence for the whole timeout: hence the race with `_failed`.
        # readonly is no safety guard (an order would still go out): this module has no call that sends one.
        connecting = asyncio.ensure_future(
            self._ib.connectAsync(
                options.host,
                options.port,
                clientId=options.client_id,
                timeout=options.connect_s,
                readonly=True,
                # Else ib_async fetches the account's orders, positions and executions first.
                fetchFields=StartupFetchNONE,
            )
        )
        try:
            await asyncio.wait({connecting, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
            await connecting
        except (OSError, TimeoutError) as error:
            raise VenueError(words.unreachable(options.host, options.port, error)) from None
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            self._failed.cancel()

    def end(self) -> None:
        """The connection has ended, or must: everything that waits for it goes on."""
        self.closed.set()
        self._on_close()

    def close(self) -> None:
        """Ends the connection for good."""
        self.closed.set()
        self._ib.errorEvent.clear()
        self._ib.updateEvent.clear()
        logging.getLogger("ib_async.Decoder").removeHandler(self._undecoded)
        with contextlib.suppress(ConnectionError):
            self._ib.disconnect()

    async def describe(self, fields: Fields) -> "list[ContractDetails]":
        """Every contract that fits; empty where none does. Raises VenueError."""
        try:
            return await self._answer(lambda: self._ib.reqContractDetailsAsync(contract_of(fields)))
        except _RefusedError as error:
            if error.status == words.NO_CONTRACT:
                return []
            raise

    async def match(self, pattern: str) -> "list[Contract]":
        """Contracts whose symbol or name begins like this, the nearest first. Raises VenueError."""
        found = await self._answer(lambda: self._ib.reqMatchingSymbolsAsync(pattern))
        return [one.contract for one in found or () if one.contract is not None]

    def subscribe(self, contract: "Contract", stream: Stream) -> int:
        """Requests ticks of a contract; the request's number, which they carry. Raises VenueError."""
        try:
            # Both streams share the Ticker; a refusal raises nothing and carries the request's number alone.
            ticker = self._ib.reqTickByTickData(contract, stream)
        except ConnectionError as error:
            raise VenueError(str(error)) from None
        return self._ib.wrapper.ticker2ReqId[stream][ticker]

    def cancel(self, contract: "Contract", stream: Stream) -> None:
        """Ends the stream of its ticks."""
        with contextlib.suppress(ConnectionError):
            self._ib.cancelTickByTickData(contract, stream)

    async def history(self, contract: "Contract", from_s: int) -> "list[HistoricalTickLast]":
        """A page of trades from a second on. Raises VenueError."""
        begin = datetime.fromtimestamp(from_s, UTC)
        ticks: list[HistoricalTickLast] = await self._answer(
            lambda: self._ib.reqHistoricalTicksAsync(contract, begin, "", PAGE, "TRADES", useRth=False)
        )
        return ticks

    # --- inside

    async def _answer(self, ask: Callable[[], Awaitable[T]]) -> T:
        from ib_async import RequestError

        try:
            async with asyncio.timeout(self._options.answer_s):
                return await ask()
        except RequestError as error:
            raise _RefusedError(words.refusal(error.code, error.message), status=error.code) from None
        except TimeoutError:
            raise VenueError(f"TWS gave no answer in {self._options.answer_s:g} s") from None
        except ConnectionError as error:
            raise VenueError(f"connection lost: {clean(str(error), 80)}") from None

    def _subscribe_events(self, ib: "IB") -> None:
        """Ticks are taken at the wrapper: in wire order, with IB's own time and the request's number.

        The ticker's list is cleared at the next read (polled every 100 ms it showed 25 of 400 ticks), and its
        times are those of arrival.
        """
        self._undecoded = _Undecoded(self._listener)
        _mute_loggers(self._undecoded)
        ib.errorEvent.clear()  # ib_async's own listener would request account data after 1102
        ib.errorEvent += self._on_error
        ib.updateEvent += self._listener.on_packet
        ib.disconnectedEvent += self.end
        ib.client.apiError += self._on_api_error
        wrapper, listener = ib.wrapper, self._listener
        last, quote = wrapper.tickByTickAllLast, wrapper.tickByTickBidAsk

        def on_last(  # noqa: PLR0913 - as ib_async calls it
            request: int,
            kind: int,
            time_s: int,
            price: float,
            size: float,
            marks: "TickAttribLast",
            exchange: str,
            conditions: str,
        ) -> None:
            last(request, kind, time_s, price, size, marks, exchange, conditions)
            listener.on_last(
                request, time_s, price, size, past_limit=marks.pastLimit, unreported=marks.unreported
            )

        def on_quote(  # noqa: PLR0913 - as ib_async calls it
            request: int,
            time_s: int,
            bid: float,
            ask: float,
            bid_size: float,
            ask_size: float,
            marks: "TickAttribBidAsk",
        ) -> None:
            quote(request, time_s, bid, ask, bid_size, ask_size, marks)
            listener.on_quote(request, bid, ask, bid_size, ask_size)

        wrapper.tickByTickAllLast = on_last  # type: ignore[method-assign,assignment]  # its only door to IB's own time
        wrapper.tickByTickBidAsk = on_quote  # type: ignore[method-assign,assignment]  # the same

    def _on_error(self, request: int, code: int, text: str, _contract: object) -> None:
        if words.meaning_of(code, request) == "busy":
            self._fail(BusyError(words.in_use(self._options.client_id)))
        self._listener.on_error(request, code, text)

    def _on_api_error(self, text: str) -> None:
        """The connection ended before it was ready; ib_async itself would wait its whole timeout."""
        if not self._ib.client.isReady() and "Peer closed" in text:
            host, port = self._options.host, self._options.port
            self._fail(VenueError(f"{host}:{port} closed the connection at once: is its API enabled?"))

    def _fail(self, error: VenueError) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


class _RefusedError(VenueError):
    """TWS refused one request; `status` is its number."""


class _Undecoded(logging.Handler):
    """Log handler for messages that ib_async cannot read: it skips them, and its log is the only report."""

    def __init__(self, listener: StreamListener) -> None:
        super().__init__(logging.ERROR)
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        self._listener.on_undecoded(clean(record.getMessage(), 160))


def _mute_loggers(undecoded: logging.Handler) -> None:
    """Keep logs off the terminal, which a screen may hold."""
    for name in ("ib_async", "eventkit"):
        log = logging.getLogger(name)
        log.propagate = False
        if not log.handlers:
            log.addHandler(logging.NullHandler())
    logging.getLogger("ib_async.Decoder").addHandler(undecoded)


def contract_of(fields: Fields) -> "Contract":
    """The fields as ib_async writes a contract."""
    from ib_async import Contract

    return Contract(
        secType=fields.sec_type,
        symbol=fields.symbol,
        exchange=fields.exchange,
        currency=fields.currency,
        lastTradeDateOrContractMonth=fields.expiry,
        localSymbol=fields.local_symbol,
        tradingClass=fields.trading_class,
        primaryExchange=fields.primary_exchange,
        multiplier=fields.multiplier,
        right=fields.right,
        strike=fields.strike,
        conId=fields.con_id,
    )
