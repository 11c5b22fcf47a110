"""The volume profile of the session, row by row."""

from typing import Literal

from cvdtui.engine.market_state import MarketState
from cvdtui.engine.profile import profile
from cvdtui.model import ProfileRow, ProfileView
from cvdtui.snapshot.values import Scaler, current, decimals_shown


def profile_view(state: MarketState, row: int, scaler: Scaler, now_us: int) -> ProfileView:
    """The profile of the session that holds `now_us`."""
    session = current(state.flow.session, now_us)
    decimals = decimals_shown(row, state)
    if session is None:
        return ProfileView(row / scaler.price, decimals, (), None, None, None, None, 0, 0.0)
    rows = session.rows(row)
    found = profile(rows)
    hvn, lvn = set(found.hvn), set(found.lvn)
    named: dict[int | None, Literal["vah", "val", "poc"]] = {
        found.vah: "vah",
        found.val: "val",
        found.poc: "poc",
    }
    drawn: list[ProfileRow] = []
    for number, (buy, sell, unknown) in sorted(rows.items()):
        drawn.append(
            ProfileRow(
                number * row / scaler.price,
                scaler.at_price(buy, number * row),
                scaler.at_price(sell, number * row),
                scaler.at_price(unknown, number * row),
                named.get(number, ""),
                "hvn" if number in hvn else "lvn" if number in lvn else "",
                in_value=found.val is not None and found.vah is not None and found.val <= number <= found.vah,
            )
        )

    def price(number: int | None) -> float | None:
        return None if number is None else number * row / scaler.price

    return ProfileView(
        row / scaler.price,
        decimals,
        tuple(drawn),
        price(found.poc),
        price(found.vah),
        price(found.val),
        session.value / (session.volume * scaler.price) if session.volume else None,
        session.cells_from_us or 0,
        session.cell_volume / session.volume if session.volume else 0.0,
    )
