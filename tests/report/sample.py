"""The tape of the README's sample: four trades, one of them late, and a market that did not trade."""

from typing import Any

import msgspec

from cvdtui.board.board import Board
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.model import Market, Trade, Trades
from cvdtui.report.market import report

PERP = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp", 1, 3)
SPOT = Market("binance", "BTCUSDT", "BTC", "USDT", "spot", 2, 5)
T = 1_723_075_200_000_000
"""2024-08-08 00:00 UTC."""
ROW = 10 * 10**PERP.price_decimals
TRADES = (
    Trade(501, T, 618_000, 1_000, 1),
    Trade(503, T + 1_000_000, 618_120, 500, -1),
    Trade(502, T + 500_000, 618_010, 500, 1),
    Trade(504, T + 61_000_000, 618_050, 250, -1),
)


def sample() -> dict[str, Any]:
    """The report as a program reads it."""
    board = Board(lambda market: Flow(market, timeframes=(60,), limits=EVERYTHING))
    board.add(PERP)
    board.add(SPOT)
    for trade in TRADES:
        board.on_trades(Trades(PERP, (trade,)))
    board.finish()
    made = report(board.states.values(), bar_seconds=60, rows={PERP.name: ROW, SPOT.name: None})
    return msgspec.json.decode(msgspec.json.encode(made))
