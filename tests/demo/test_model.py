from itertools import pairwise

import numpy as np
import pytest

from cvdtui.demo.assets import MOST, assets
from cvdtui.demo.market_data import histories, week_of
from cvdtui.errors import UsageError

NOON_US = 1_795_005_432_100_000
DAY_US = 86_400_000_000
MINUTE_US = 60_000_000


def _tape(history, count=3000, now=NOON_US):
    end = history.index_at(now)
    return history.ticks(end - count, end)


def test_the_same_seed_gives_the_same_tape_and_another_seed_another():
    one, same, other = (histories(seed, 4, 40.0, NOON_US) for seed in (5, 5, 6))
    for a, b, c in zip(one, same, other, strict=True):
        assert all(np.array_equal(x, y) for x, y in zip(_tape(a), _tape(b), strict=True))
        assert not np.array_equal(_tape(a).price, _tape(c).price)


@pytest.mark.parametrize("hours", [30, -40])
def test_an_exchange_started_at_another_time_of_the_week_tells_the_same_history(hours):
    now, then = (histories(5, 2, 40.0, at)[0] for at in (NOON_US, NOON_US + hours * 3_600_000_000))
    moment = min(NOON_US, NOON_US + hours * 3_600_000_000)
    assert now.index_at(moment) == then.index_at(moment)
    assert all(
        np.array_equal(x, y) for x, y in zip(_tape(now, 500, moment), _tape(then, 500, moment), strict=True)
    )


def test_history_goes_on_past_the_days_it_was_built_for_without_a_seam():
    history = histories(5, 1, 40.0, NOON_US)[0]
    midnight = NOON_US // DAY_US * DAY_US + DAY_US
    history.reach(midnight + MINUTE_US)
    ticks = history.ticks(
        history.index_at(midnight - 2 * MINUTE_US), history.index_at(midnight + 2 * MINUTE_US)
    )
    moves = np.abs(np.diff(ticks.price)) / ticks.price[0]
    assert ticks.time_us[0] < midnight < ticks.time_us[-1]
    assert moves.max() < 0.003
    assert set(ticks.fill[1:] - ticks.fill[:-1] - ticks.fills[:-1]) <= {0, 1}


def test_running_sums_are_the_sums_of_the_trades():
    for history in histories(5, 3, 40.0, NOON_US):
        end = history.index_at(NOON_US)
        for length in (1, 17, 5000):
            ticks = history.ticks(end - length, end)
            delta = history.delta_before(end) - history.delta_before(end - length)
            volume = history.volume_before(end) - history.volume_before(end - length)
            assert (delta, volume) == ((ticks.size * ticks.side).sum(), ticks.size.sum())
            assert history.time_of(end - length) == ticks.time_us[0]
            assert history.index_at(int(ticks.time_us[-1])) >= end


@pytest.mark.parametrize("rate", [2.0, 60.0, 500.0, 2000.0])
def test_the_rate_is_kept_over_a_day(rate):
    markets = histories(5, 12, rate, NOON_US)
    count = sum(history.index_at(NOON_US) - history.index_at(NOON_US - DAY_US) for history in markets)
    assert count / 86_400 == pytest.approx(rate, rel=0.15)
    counts = [history.index_at(NOON_US) - history.index_at(NOON_US - DAY_US) for history in markets]
    assert max(counts) == counts[0]


def test_sides_cling_together_trades_share_milliseconds_and_sizes_have_tails():
    for history in histories(5, 12, 60.0, NOON_US):
        ticks = _tape(history, 20_000)
        assert np.corrcoef(ticks.side[:-1], ticks.side[1:])[0, 1] > 0.3
        assert 0.1 < np.mean(np.diff(ticks.time_us) == 0) < 0.6
        assert ticks.size.max() > 50 * np.median(ticks.size)
        assert ticks.size.min() >= 1
        waits = np.diff(ticks.time_us)
        assert waits.std() > 1.5 * waits.mean()  # a Poisson process would give 1


def test_spot_and_perpetual_of_an_asset_stay_together_in_price_and_flow():
    perp, spot = histories(5, 2, 60.0, NOON_US)
    bars = [h.bars(60, NOON_US // DAY_US * DAY_US, 1440, h.index_at(NOON_US), NOON_US) for h in (perp, spot)]
    prices = [b.close / 10**h.listing.market.price_decimals for b, h in zip(bars, (perp, spot), strict=True)]
    assert np.abs(prices[0] / prices[1] - 1).max() < 0.001
    deltas = [2 * b.buy - b.volume for b in bars]
    assert np.corrcoef(deltas[0], deltas[1])[0, 1] > 0.3
    assert np.corrcoef(np.diff(bars[0].close), deltas[0][1:])[0, 1] > 0.2


def test_there_are_minutes_of_heavy_buying_that_do_not_move_the_price_and_rises_that_nobody_buys():
    history = histories(5, 1, 60.0, NOON_US)[0]
    bars = history.bars(60, NOON_US - 2 * DAY_US, 2 * 1440, history.index_at(NOON_US), NOON_US)
    move = (bars.close - bars.open) / np.std(bars.close - bars.open)
    share = (2 * bars.buy - bars.volume) / bars.volume
    busy = bars.volume > 1.5 * np.median(bars.volume)
    assert (busy & (np.abs(share) > 0.4) & (np.abs(move) < 0.3)).sum() > 20
    assert ((move > 1) & (share < -0.05)).sum() > 10
    assert ((move < -1) & (share > 0.05)).sum() > 10


def test_prices_stay_within_reach_of_where_they_began_for_months():
    later = NOON_US + 120 * DAY_US
    for history in histories(5, 12, 2.0, NOON_US)[::2]:
        history.reach(later)
        days = history.bars(86_400, 0, 200, history.index_at(later), later)
        assert len(days.time_us) > 120
        assert days.close.max() / days.close.min() < 1.6


def test_markets_come_in_pairs_the_best_known_first():
    names = [listing.market.name for asset in assets(5) for listing in asset.listings]
    both = ["binance-usdm:BTCUSDT", "binance:BTCUSDT", "binance-usdm:ETHUSDT", "binance:ETHUSDT"]
    assert names == [*both, "binance-usdm:SOLUSDT"]
    everything = [listing for asset in assets(MOST) for listing in asset.listings]
    assert len({listing.market.name for listing in everything}) == MOST == 60
    assert all(a.first_id != b.first_id for a, b in pairwise(everything))


@pytest.mark.parametrize("markets", [0, MOST + 1, -1])
def test_a_number_of_markets_that_cannot_be_is_refused(markets):
    with pytest.raises(UsageError, match=f"markets: {markets} given, 1 to {MOST} expected"):
        assets(markets)


def test_the_week_begins_on_monday():
    assert week_of(NOON_US) == NOON_US // DAY_US * DAY_US - 2 * DAY_US
    assert week_of(week_of(NOON_US)) == week_of(NOON_US)
    assert week_of(week_of(NOON_US) - 1) == week_of(NOON_US) - 7 * DAY_US
