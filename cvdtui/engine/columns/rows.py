"""Parts of Columns: as Trades, by slice, by row numbers, or in finer decimals."""

import numpy as np

from cvdtui.engine.columns.sums import Ints
from cvdtui.engine.scale import WORD, factors
from cvdtui.model import Columns, Market, Trade


def trades_of(columns: Columns, start: int = 0) -> list[Trade]:
    """The rows from number `start` on as Trades."""
    return [
        Trade(*row)
        for row in zip(
            columns.ids[start:].tolist(),
            columns.time_us[start:].tolist(),
            columns.price[start:].tolist(),
            columns.size[start:].tolist(),
            columns.side[start:].tolist(),
            strict=True,
        )
    ]


def slice_of(columns: Columns, low: int, high: int) -> Columns:
    """Rows low <= row < high, as views."""
    return columns.taken(slice(low, high))


def rescaled(columns: Columns, market: Market) -> Columns | None:
    """The same rows in integers of `market` (at least as fine); None where they do not fit 64 bits."""
    price_factor, size_factor = factors(columns.market, market)
    if price_factor == size_factor == 1:
        return columns
    if not fits(columns.price, price_factor) or not fits(columns.size, size_factor):
        return None
    return Columns(
        market,
        columns.ids,
        columns.time_us,
        columns.price * price_factor,
        columns.size * size_factor,
        columns.side,
        id_rule=columns.id_rule,
        source=columns.source,
    )


def fits(values: Ints, factor: int) -> bool:
    """Whether values x factor fit 64 bits."""
    return factor == 1 or not len(values) or int(np.abs(values).max()) * factor < WORD
