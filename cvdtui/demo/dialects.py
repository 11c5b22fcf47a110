"""The venues that the demo exchange imitates, each by its own dialect."""

from collections.abc import Callable

from cvdtui.demo.assets import BYBIT, BYBIT_INVERSE, BYBIT_SPOT, OKX, SPOT, USDM, VENUES
from cvdtui.demo.binance import DemoBinance
from cvdtui.demo.bybit import DemoBybit
from cvdtui.demo.dialect import Dialect
from cvdtui.demo.okx import DemoOkx
from cvdtui.demo.tapes import Tapes


def dialects(tapes: Tapes) -> tuple[Dialect, ...]:
    """Binance's two venues, and the others that list a market, in the order of their ports."""
    listed = {tape.listing.market.venue for tape in tapes.tapes} | {USDM, SPOT}
    makers: dict[str, Callable[[], Dialect]] = {
        USDM: lambda: DemoBinance(USDM, tapes),
        SPOT: lambda: DemoBinance(SPOT, tapes),
        BYBIT: lambda: DemoBybit(BYBIT, tapes),
        OKX: lambda: DemoOkx(tapes),
        BYBIT_SPOT: lambda: DemoBybit(BYBIT_SPOT, tapes),
        BYBIT_INVERSE: lambda: DemoBybit(BYBIT_INVERSE, tapes),
    }
    return tuple(makers[venue]() for venue in VENUES if venue in listed)
