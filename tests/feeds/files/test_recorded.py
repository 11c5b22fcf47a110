"""Real recordings, where they are present: counts and sums as an independent computation gave them."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from cvdtui.feeds.files import Ignored, Rejected, open_files
from cvdtui.model import Trades

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
RAW = DATA / "binance_raw"

pytestmark = pytest.mark.skipif(not RAW.is_dir(), reason="the recorded market data is not here")


def totals(*paths):
    """Trades, CVD, frames ignored and refused, by market."""
    count, cvd, ignored, refused, last = Counter(), Counter(), Counter(), Counter(), {}
    for event in open_files(paths, now=lambda: 1_800_000_000_000_000):
        if isinstance(event, Trades):
            name = event.market.symbol
            for trade in event.trades:
                count[name] += 1
                cvd[name] += Decimal(trade.side * trade.size).scaleb(-event.market.size_decimals)
                assert trade.id == last.get(name, trade.id - 1) + 1
                last[name] = trade.id
        elif isinstance(event, Ignored):
            ignored[event.market] += event.count
        elif isinstance(event, Rejected):
            refused[event.reason] += event.count
    return count, cvd, ignored, refused


def test_two_spot_files_join_to_one_tape():
    count, cvd, ignored, refused = totals(RAW / "spot_btcusdt_20240808.gz", RAW / "spot_btcusdt_20240809.gz")
    assert count == {"BTCUSDT": 9_757 + 10_147}
    assert cvd == {"BTCUSDT": Decimal("-28.93328")}
    assert ignored == {"binance:BTCUSDT": 79_670}
    assert refused == {}


@pytest.mark.parametrize(
    ("name", "symbol", "count", "cvd"),
    [
        ("spot_btcusdt_20240808.gz", "BTCUSDT", 9_757, "-18.73079"),
        ("spot_btcusdt_20240809.gz", "BTCUSDT", 10_147, "-10.20249"),
        ("usdm_btcusdt_20240808.gz", "BTCUSDT", 21_313, "73.786"),
        ("cm_btcusd_perp_20240808.gz", "BTCUSD_PERP", 2_286, "-12035"),
    ],
)
def test_a_file_alone_gives_its_truth(name, symbol, count, cvd):
    trades, delta, _, refused = totals(RAW / name)
    assert trades == {symbol: count}
    assert delta == {symbol: Decimal(cvd)}
    assert refused == {}


def test_a_recording_with_epoch_seconds_and_connection_notes():
    path = DATA / "venue_raw" / "BINANCE_FUTURES.ws.1.0"
    if not path.exists():
        path = next(DATA.glob("venue_raw/BINANCE_FUTURES*"))
    count, _, _, refused = totals(path)
    assert sum(count.values()) == 91
    assert refused == {}
