"""Tape speed, flip, spread, accumulation, large orders and naked POCs, by hand and by definition."""

from math import isclose
from statistics import pstdev

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cvdtui.engine.closed_bar import ClosedBar, InterestSample, MarketScale, Order, Orders
from cvdtui.signals.large import Large
from cvdtui.signals.spread import Spread
from tests.signals import reference
from tests.signals.bars import MINUTE_US, T, bars_of, evaluate, walks


def sides(emitted):
    return {place: [signal.side for signal in found] for place, found in emitted.items()}


# --- speed


def paced(counts, deltas=None):
    bars = bars_of([(1, 1, 1, delta) for delta in (deltas or [1] * len(counts))])
    return [replace(bar, trades=count) for bar, count in zip(bars, counts, strict=True)]


def test_three_times_the_mean_of_the_quarter_hour_before_is_fast():
    emitted, marks = evaluate("speed", paced([20] * 15 + [59, 60]))
    assert [mark.speed for mark in marks[:15]] == [None] * 15
    assert isclose(marks[15].speed, 59 / 20)
    # then 14 x 20 + 59 = 339 trades in 900 s, against 60 in 60 s
    assert isclose(marks[16].speed, 60 * 15 / 339)
    assert emitted == {}
    emitted, _ = evaluate("speed", paced([20] * 15 + [60, 80, 20, 20], [1] * 15 + [-1, 1, 1, 1]))
    assert sides(emitted) == {15: ["sell"]}, "emitted on the bar on which it begins, for its delta's side"
    assert emitted[15][0].values == {"speed": 1.0, "mean": 20 / 60, "ratio": 3.0}


@given(st.lists(st.integers(0, 30), max_size=50), st.data())
def test_speed_is_what_the_definition_gives_with_minutes_that_nobody_traded_in(counts, data):
    bars = [bar for bar in paced(counts) if bar.trades and data.draw(st.integers(0, 3))]
    emitted, marks = evaluate("speed", bars)
    for place, mark in enumerate(marks):
        due = reference.speed(bars, place)
        assert (mark.speed is None) == (due is None)
        assert due is None or isclose(mark.speed, due)
        before = reference.speed(bars, place - 1) if place else None
        begins = due is not None and due >= 3 - 1e-12 and not (before is not None and before >= 3 - 1e-12)
        assert (place in emitted) == begins


# --- flip


def test_cvd_flips_when_it_stands_beyond_the_noise_on_the_other_side():
    # deltas 4, -2, -1, -2: CVD 4, 2, 1, -1; their deviation at the end: sqrt(89) / 4 = 2.36
    rows = [(1, 1, 1, delta) for delta in (4, -2, -1, -2)]
    assert sides(evaluate("flip", bars_of(rows))[0]) == {}, "-1 is within the noise"
    rows.append((1, 1, 1, -2))  # -3, deviation 2.33
    emitted, _ = evaluate("flip", bars_of(rows))
    assert sides(emitted) == {4: ["sell"]}
    assert {**emitted[4][0].values, "strength": None} == {"cvd": "-3", "strength": None}
    deltas = [row[3] for row in rows]
    assert isclose(emitted[4][0].values["strength"], 3 / pstdev(deltas))
    assert sides(evaluate("flip", bars_of(rows), noise=0)[0]) == {3: ["sell"]}


def test_a_new_session_begins_without_a_side():
    rows = [(1, 1, 1, delta) for delta in (9, 9, -9, -9, -9, -9)]

    def shown(place, _bar):
        return {"session_us": 0 if place < 2 else 1}

    assert sides(evaluate("flip", bars_of(rows), shown=shown)[0]) == {}
    assert sides(evaluate("flip", bars_of(rows), shown=shown, anchor="start", noise=0)[0]) == {4: ["sell"]}


@given(walks(most=60), st.integers(1, 60))
def test_flips_are_what_the_definition_gives(bars, length):
    sessions = [place // length for place in range(len(bars))]
    emitted, _ = evaluate("flip", bars, shown=lambda place, _: {"session_us": sessions[place]})
    assert {place: found[0].side for place, found in emitted.items()} == reference.flips(bars, sessions)


# --- spread


def paired(mine, other, **parameters):
    rule = Spread(Spread.Parameters(**parameters), 60)
    emitted, zs = {}, []
    for place, (a, b) in enumerate(zip(mine, other, strict=True)):
        found = rule.push_pair(T + place * MINUTE_US, a, b, "x:Y")
        zs.append(rule.z)
        if found is not None:
            emitted[place] = found
    return emitted, zs


def test_a_spread_that_leaves_its_mean_is_emitted_when_it_crosses():
    # b is 1: both deltas have the same deviation; the spread is 0, 0, 0, then +2, +2, +2 of the last steps
    mine, other = [1, -1] * 4, [1, -1] * 4
    mine[6:8] = [1, 1]
    emitted, zs = paired(mine, other, n=4)
    assert zs[:3] == [None] * 3
    assert zs[3:6] == [0.0] * 3
    # window of bars 4..7: deltas (1, -1, 1, 1) and (1, -1, 1, -1): b = sqrt(3) / 2
    b = 3**0.5 / 2
    line = [1 - b, 0.0, 1 - b, 2.0]
    mean = sum(line) / 4
    due = (2 - mean) / (sum((v - mean) ** 2 for v in line) / 4) ** 0.5
    assert isclose(zs[7], due)
    assert [(place, one.side, one.time_us) for place, one in emitted.items()] == [
        (7, "buy", T + 7 * MINUTE_US)
    ]
    assert emitted[7].values == {"z": zs[7], "partner": "x:Y", "b": b}
    opposite, negative = paired(other, mine, n=4)
    assert isclose(negative[7], -zs[7])
    assert opposite[7].side == "sell"


def test_a_market_that_stands_still_gives_no_spread():
    assert paired([1, -1] * 10, [0] * 20, n=4)[1] == [None] * 20


def test_sums_of_twenty_bars_need_a_window_of_twenty():
    mine, other = [1, -1, 2] * 10, [1, -1, 1] * 10
    assert paired(mine, other, n=19, method="sum20") == ({}, [None] * 30)
    assert paired(mine, other, n=20, method="sum20")[1][19:] == [0.0] * 11, "one sum is its own mean"


def test_markets_that_trade_alike_have_a_spread_of_nothing_however_large_their_sums():
    deltas = [10**14 * (1 + place % 7) * (-1) ** place for place in range(60)]
    zs = [z for z in paired(deltas, deltas, n=20)[1] if z is not None]
    assert zs == [0.0] * 41
    usual = [delta // 10**4 for delta in deltas]
    nearly = [delta + 1_000 * (place > 55) for place, delta in enumerate(usual)]
    due = reference.spread_z(nearly, usual, 20)
    assert isclose(paired(nearly, usual, n=20)[1][-1], due, rel_tol=1e-6)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=8, max_size=40))
def test_the_spread_is_what_the_definition_gives(pairs):
    mine, other = [a for a, _ in pairs], [b for _, b in pairs]
    emitted, zs = paired(mine, other, n=10)
    beyond, before = 0, None
    for place, z in enumerate(zs):
        due = reference.spread_z(mine[: place + 1], other[: place + 1], 10)
        assert (z is None) == (due is None)
        assert z is None or isclose(z, due, rel_tol=1e-7, abs_tol=1e-7)
        side = 0 if z is None or abs(z) <= 1.5 else 1 if z > 0 else -1
        assert (place in emitted) == (side not in (0, beyond) and before is not None)
        beyond, before = side, z


# --- accumulation


def spot(count=40, rising=30):
    """Flat price with a range of 1 a bar; CVD that lies still, then rises faster and faster."""
    rows = [(101, 100, 100, 0 if place < rising else place - rising + 1) for place in range(count)]
    return bars_of(rows)


def accumulated(bars, samples, **parameters):
    """Accumulation with the z that the climax writes, and open interest as {time_us: value}."""
    from cvdtui.signals.accumulation import Accumulation
    from cvdtui.signals.zscore import Climax

    def interest(time_us):
        known = [at for at in samples if at <= time_us]
        return InterestSample(samples[max(known)], max(known)) if known else None

    score = Climax(Climax.Parameters(), 60)
    rule = Accumulation(Accumulation.Parameters(**parameters), 60)
    emitted = {}
    for place, bar in enumerate(bars):
        closed = ClosedBar(bar, 60, MarketScale(0, 0), interest=interest if samples is not None else None)
        score.push(closed)
        for signal in rule.push(closed):
            emitted[place] = signal
    return emitted


def test_spot_buying_over_falling_open_interest_is_emitted_once_with_every_condition():
    bars = spot()
    falling = {bar.time_us: 1000.0 - place for place, bar in enumerate(bars)}
    emitted = accumulated(bars, falling)
    assert list(emitted) == [30]
    (signal,) = emitted.values()
    assert signal.side == "buy"
    assert signal.values["range_atr"] == 1.0
    # the sample of a bar's own start is a minute old when it closes; the next bar's comes at that moment
    assert (signal.values["interest"], signal.values["interest_before"]) == (969.0, 983.0)
    assert signal.values["interest_age_s"] == 0.0
    assert signal.values["z"] > signal.values["z_before"] == 0.0


def test_without_open_interest_or_with_rising_or_wide_there_is_none():
    bars = spot()
    falling = {bar.time_us: 1000.0 - place for place, bar in enumerate(bars)}
    assert accumulated(bars, None) == {}
    assert accumulated(bars, {}) == {}
    assert accumulated(bars, {at: -value for at, value in falling.items()}) == {}
    assert accumulated(bars, dict.fromkeys(falling, 5.0)) == {}
    wide = bars_of(
        [(101 + place % 3, 100 + place % 3, 100 + place % 3, bar.delta) for place, bar in enumerate(bars)]
    )
    assert accumulated(wide, falling, range=1.0) == {}


def test_z_must_rise():
    # CVD leaps once and stays: z jumps, then falls bar by bar; the leap alone is emitted, and not again
    rows = [(101, 100, 100, 0)] * 30 + [(101, 100, 100, 50)] + [(101, 100, 100, 0)] * 8
    bars = bars_of(rows)
    rising = {bar.time_us: float(place) for place, bar in enumerate(bars)}
    falling = {at: -value for at, value in rising.items()}
    late = {at: value if place < 37 else -1.0 for place, (at, value) in enumerate(rising.items())}
    assert list(accumulated(bars, falling)) == [30]
    smooth = [
        reference.smoothed(reference.z_raw([b.cvd for b in bars[: end + 1]]) for end in range(at + 1))
        for at in (36, 37)
    ]
    assert smooth[0] > smooth[1] > 0, "z is above zero and falls when open interest begins to"
    assert accumulated(bars, late) == {}


@settings(max_examples=40)
@given(walks(least=25, most=45, step=1), st.lists(st.integers(0, 5), min_size=45, max_size=45))
def test_accumulation_is_what_the_definition_gives(bars, values):
    samples = {bar.time_us: float(value) for bar, value in zip(bars, values, strict=False)}
    emitted = accumulated(bars, samples)
    was, smooth = False, []
    for place in range(len(bars)):
        smooth.append(
            reference.smoothed(reference.z_raw([b.cvd for b in bars[: end + 1]]) for end in range(place + 1))
        )
        holds = False
        if place >= 20 and smooth[-2] is not None and smooth[-1] > 0 and smooth[-1] > smooth[-2]:
            last = bars[place - 4 : place + 1]
            height = max(bar.high for bar in last) - min(bar.low for bar in last)
            now = samples[bars[place + 1].time_us] if place + 1 < len(bars) else samples[bars[place].time_us]
            before = samples[bars[place - 13].time_us]
            holds = height <= 1.5 * reference.average_range(bars, place) and now < before
        assert (place in emitted) == (holds and not was)
        was = holds


# --- large orders, naked points of control


def test_large_orders_are_emitted_for_each_side_with_their_number_and_the_largest():
    scale = MarketScale(1, 2)  # a quote unit is 1000
    (bar,) = bars_of([(1, 1, 1, 0)])
    orders = (
        Order(T, 10_000, 200, 2_000_000_000, 1),
        Order(T + 1, 10_010, 300, 3_003_000_000, 1),
        Order(T + 2, 10_000, 100, 1_000_000_000, -1),
        Order(T + 3, 10_000, 99, 990_000_000, -1),
    )
    closed = ClosedBar(bar, 60, scale, orders=Orders((0, 0, 0, 0), orders))
    buy, sell = Large(Large.Parameters(), 60).push(closed)
    assert (buy.side, sell.side) == ("buy", "sell")
    assert buy.values == {
        "count": 2,
        "price": "1001",
        "size": "3",
        "value": 3_003_000.0,
        "trade_time_us": T + 1,
    }
    assert sell.values["count"] == 1
    assert [one.side for one in Large(Large.Parameters(value=2_500_000), 60).push(closed)] == ["buy"]


def test_a_touch_is_for_the_side_price_came_from():
    bars = bars_of([(12, 8, 12, 0), (12, 9, 9, 0), (11, 8, 8, 0)])
    touches = {1: [(10, 77)], 2: [(10, 78)]}
    emitted, _ = evaluate("naked_poc", bars, shown=lambda place, _: {"touched": touches.get(place, [])})
    assert sides(emitted) == {1: ["buy"], 2: ["sell"]}
    assert emitted[1][0].values == {"price": "10", "session_us": 77, "strength": 0.0}


def test_a_naked_poc_is_as_strong_as_the_sessions_that_left_it_alone():
    day = 86_400_000_000
    bars = bars_of([(12, 8, 12, 0), (12, 9, 9, 0), (11, 8, 8, 0)])
    touches = {1: [(10, 4 * day)], 2: [(10, 6 * day - 3_600_000_000)]}
    emitted, _ = evaluate(
        "naked_poc", bars, shown=lambda place, _: {"touched": touches.get(place, []), "session_us": 7 * day}
    )
    assert [emitted[place][0].values["strength"] for place in (1, 2)] == [3.0, 1.0], (
        "a session may have 23 or 25 hours"
    )
