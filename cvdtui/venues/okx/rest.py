"""OKX's REST responses read into markets and trades.

https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments,
.../#order-book-trading-market-data-get-trades-history.
"""

from msgspec import Raw, Struct
from msgspec.json import Decoder

from cvdtui.errors import WireError
from cvdtui.model import Kind, Market
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS, TooFineError, decimals_of, linear_size, to_units
from cvdtui.venues.grammar.events import Page, clean, refuse, to_us
from cvdtui.venues.grammar.instruments import Instruments, Row, decode
from cvdtui.venues.grammar.parsing import failure_in, is_wanted, page_of
from cvdtui.venues.okx.frames import OkxTradeRow, number, row_of

UNKNOWN_SYMBOL = 51001
KINDS: dict[str, Kind] = {"SPOT": "spot", "SWAP": "perp", "FUTURES": "future"}


class _Instrument(Struct, gc=False):
    instId: str
    instType: str
    state: str = "live"
    baseCcy: str = ""
    quoteCcy: str = ""
    settleCcy: str = ""
    instFamily: str = ""
    """Base and quote of a contract, whose own fields for them are empty."""
    ctVal: str = ""
    ctMult: str = ""
    ctType: str = ""
    tickSz: str = ""
    lotSz: str = ""


class _Response(Struct):
    code: str = ""
    msg: str = ""
    data: list[Raw] = []


class _Time(Struct, gc=False):
    ts: str


_RESPONSE = Decoder(_Response)
_INSTRUMENT = Decoder(_Instrument)
_TIME = Decoder(_Time)
_TRADE = Decoder(OkxTradeRow)


def type_of(symbol: str) -> str:
    """SPOT, SWAP or FUTURES, by the symbol's last part."""
    delivery = symbol.partition("-")[2].partition("-")[2]
    return "SPOT" if not delivery else "SWAP" if delivery == "SWAP" else "FUTURES"


def _rows(body: bytes) -> list[Raw]:
    """The rows of a response; raises WireError with the exchange's own text for a refusal."""
    response = decode(_RESPONSE, body)
    if response.code != "0":
        raise refuse(None, f"{clean(response.code, 20)}: {clean(response.msg)}")
    return response.data


def read_time(body: bytes) -> int:
    """The exchange's clock in us."""
    rows = _rows(body)
    if not rows:
        raise refuse(None, "no time in the response")
    return to_us(number(decode(_TIME, rows[0]).ts))


def read_failure(body: bytes) -> tuple[int, str]:
    """Code and cleaned text of an error response; (0, "") when it is none."""
    return failure_in(_RESPONSE, body, _failure)


def _failure(response: _Response) -> tuple[int, str]:
    code = max(0, number(response.code))
    return code, response.msg if code else ""


def read_markets(body: bytes, symbols: frozenset[str]) -> tuple[Market, ...]:
    """Instruments among `symbols` (or all that trade), with the size of their contracts."""
    if read_failure(body)[0] == UNKNOWN_SYMBOL:
        return ()
    found: list[Market] = []
    for raw in _rows(body):
        try:
            one = decode(_INSTRUMENT, raw)
            if one.instType in KINDS and is_wanted(one.instId, symbols, trades=one.state == "live"):
                found.append(_market(one))
        except (WireError, TooFineError):
            continue  # one malformed instrument does not spoil the others
    return tuple(found)


def _market(one: _Instrument) -> Market:
    family = one.instFamily.partition("-")
    decimals = decimals_of(one.tickSz)
    contract = "1" if one.instType == "SPOT" else _product(one.ctVal, one.ctMult or "1")
    inverse = one.ctType == "inverse"
    lot = decimals_of(one.lotSz) + decimals_of(contract)
    return Market(
        "okx",
        one.instId,
        clean(one.baseCcy or family[0], 20),
        clean(one.quoteCcy or family[2], 20),
        KINDS[one.instType],
        price_decimals=decimals,
        size_decimals=INVERSE_DECIMALS if inverse else lot,
        tick=to_units(one.tickSz, decimals) or 1,
        contract_size=contract,
        inverse=inverse,
    )


def _product(value: str, factor: str) -> str:
    """Contract value x multiplier as a plain decimal; empty where it makes none."""
    places = decimals_of(value) + decimals_of(factor)
    part = decimals_of(factor)
    units = linear_size(value, (to_units(factor, part), part), places)
    if not units:
        return ""
    digits = str(units).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits


def read_trades(instruments: Instruments, body: bytes, symbol: str) -> Page:
    """Single fills, oldest first: the newest come first."""
    return page_of(instruments, symbol, _rows(body), _row, "contiguous", by_id=True)


def _row(raw: Raw) -> Row:
    return row_of(decode(_TRADE, raw))
