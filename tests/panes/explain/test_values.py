"""The page that explains a number, against plain computations over the very snapshot it was made from."""

from statistics import pstdev

import pytest

from cvdtui.engine.columns.rows import slice_of
from cvdtui.model import Facts, Flag, Quality, VolumeSums
from cvdtui.panes.clock import Clock
from cvdtui.panes.explain.entry import Sight
from cvdtui.panes.explain.flags import FLAGS, SIGNALS
from cvdtui.panes.explain.pane import BOOKS
from cvdtui.signals.registry import EMITTING
from tests.engine.busy_tape import tape
from tests.panes import snapshots
from tests.panes import test_groups as groups
from tests.snapshot.test_signals import MARKET, NOW, board_of, settled

DAY_US = 86_400_000_000


@pytest.fixture(scope="module")
def board():
    """A board with a busy tape; the mark was dropped half way."""
    columns, board = tape(), board_of()
    half = len(columns) // 2
    board.on_columns(slice_of(columns, 0, half))
    board.states[MARKET.name].flow.drop_mark(NOW)
    board.on_columns(slice_of(columns, half, len(columns)))
    settled(board)
    return board


@pytest.fixture(scope="module")
def shot(board):
    return settled(board, explain=True)


def entry(shot, pane, number, bar=None):
    row = next(row for row in shot.rows if row.market.name == shot.view.market)
    at_hand = shot.detail.bars[-1] if bar is None and shot.detail and shot.detail.bars else bar
    return BOOKS[pane][number](Sight(shot, row, Clock(), at_hand))


def ways(page):
    return {way.words: way.values for way in page.ways}


def number(text):
    """`+1 203.4 BTC` -> 1203.4."""
    digits = "".join(char for char in text.replace(" %", "") if char in "+-.0123456789")
    return float(digits)


def here(page):
    (way,) = [way for way in page.ways if way.here]
    return way


# --- the table ------------------------------------------------------------


def test_cvd_by_every_anchor_in_both_units(shot):
    page = entry(shot, "markets", "CVD")
    found = {way.words.split()[0].strip(","): way.values for way in page.ways}
    for one in shot.detail.facts.anchors:
        base, quote = found[one.anchor]
        assert number(base) == pytest.approx(one.base, abs=1e-3)
        assert number(quote) == pytest.approx(one.quote, abs=1e-2)
        assert base.endswith(" BTC")
        assert quote.endswith(" USDT")
    assert here(page).words.startswith("session since 00:00Z")
    assert number(page.value) == pytest.approx(shot.rows[0].cvd, abs=1e-3)
    bought, sold = (number(dict(page.inputs)[word]) for word in ("bought", "sold"))
    assert bought - sold == pytest.approx(shot.rows[0].cvd, abs=1e-2)


def test_the_convention_in_force_follows_anchor_and_unit(board):
    shot = settled(board, explain=True, anchor="week", unit="quote")
    page = entry(shot, "markets", "CVD")
    assert here(page).words.startswith("week since")
    assert page.value.endswith(" USDT")
    assert number(page.value) == pytest.approx(number(here(page).values[1]))
    assert here(entry(shot, "markets", "Δ bar")).words == "quote units (u)"


def test_the_forming_bar_in_both_units_in_percent_and_the_bar_before(shot):
    page, detail = entry(shot, "markets", "Δ bar"), shot.detail
    forming, before = detail.bars[-1], detail.bars[-2]
    found = ways(page)
    assert number(found["base units (u)"][0]) == pytest.approx(forming.delta, abs=1e-3)
    assert number(found["in % of the bar's volume"][0]) == pytest.approx(
        forming.delta / forming.volume * 100, abs=0.01
    )
    last = next(values for words, values in found.items() if words.startswith("the bar before"))
    assert number(last[0]) == pytest.approx(before.delta, abs=1e-3)


def test_the_change_by_other_beginnings(shot):
    page, row, facts = entry(shot, "markets", "chg %"), shot.rows[0], shot.detail.facts
    found = ways(page)
    assert number(found["24 hours"][0]) == pytest.approx((row.last / facts.day_ago - 1) * 100, abs=0.006)
    assert number(found["since the week's open"][0]) == pytest.approx(
        (row.last / facts.week_open - 1) * 100, abs=0.006
    )
    assert number(page.value) == pytest.approx((row.last / facts.session_open - 1) * 100, abs=0.006)


def test_delta_percent_of_all_of_known_sides_and_by_value(shot):
    sums = shot.detail.facts.session
    found = [number(way.values[0]) for way in entry(shot, "markets", "Δ %").ways]
    due = [sums.delta / sums.volume, sums.delta / (sums.buy + sums.sell), sums.value_delta / sums.value]
    assert found[:3] == pytest.approx([share * 100 for share in due], abs=0.006)


def test_unknown_sides_are_in_volume_and_not_in_delta():
    facts = Facts(session=VolumeSums(60.0, 20.0, 20.0, 640.0, 256.0))
    shot = snapshots.snapshot(
        detail=snapshots.detail(facts=facts), rows=(snapshots.btc_row(delta_ratio=0.4),)
    )
    found = ways(entry(shot, "markets", "Δ %"))
    assert found["delta / volume"] == ("+40.00 %",)
    assert found["of what has a known side only"] == ("+50.00 %",)
    assert ways(entry(shot, "markets", "volume"))["base units (u)"] == ("100 BTC",)


def test_z_smoothed_raw_and_by_the_other_method(shot):
    page, z = entry(shot, "markets", "z"), shot.detail.facts.z
    found = ways(page)
    assert number(found["raw, before smoothing"][0]) == pytest.approx(
        (z.cvd - z.mean) / z.deviation, abs=1e-4
    )
    closed = [bar.delta for bar in shot.detail.bars if bar.closed][-20:]
    flow = sum(closed) / (pstdev(closed) * 20**0.5)
    assert number(found["raw, method flow: by what CVD moved"][0]) == pytest.approx(flow, abs=1e-4)
    assert number(here(page).values[0]) == pytest.approx(shot.rows[0].z, abs=1e-4)


def test_coverage_says_what_is_missing_and_the_weeks_figure():
    quality = Quality(0.97, "lost", "97.0", (("taker", 0.9), ("unknown", 0.1)), lost=41, open=3, duplicates=7)
    facts = Facts(session_cover=0.97, week_cover=0.999)
    shot = snapshots.snapshot(
        detail=snapshots.detail(facts=facts), rows=(snapshots.btc_row(quality=quality),)
    )
    page = entry(shot, "markets", "cover")
    inputs = dict(page.inputs)
    assert page.value == "97.0 %"
    assert inputs["lost for good"] == "41"
    assert inputs["missing, being fetched"] == "3"
    assert inputs["repeated, dropped"] == "7"
    assert inputs["sides by unknown"] == "10.00 %"
    assert ways(page) == {"of the session": ("97.00 %",), "of the week": ("99.90 %",)}


# --- chart, profile, ladder, dashboard ------------------------------------------------------------


def test_the_crosshairs_cvd_since_the_other_anchors_is_what_their_bars_add_up_to(board):
    shot = settled(board, explain=True, anchor="start")
    detail = shot.detail
    begin = NOW - NOW % DAY_US
    at = next(at for at, bar in enumerate(detail.bars) if bar.time_us >= begin) + 3
    page = entry(shot, "chart", "CVD", detail.bars[at])
    due = sum(bar.delta for bar in detail.bars[: at + 1] if bar.time_us >= begin)
    session = next(way for way in page.ways if way.words.startswith("session"))
    assert number(session.values[0]) == pytest.approx(due, abs=1e-3)
    assert here(page).words.startswith("start")
    assert number(here(page).values[0]) == pytest.approx(detail.bars[at].cvd, abs=1e-3)
    before = next(bar for bar in reversed(detail.bars) if bar.time_us < begin)
    session = next(way for way in entry(shot, "chart", "CVD", before).ways if way.words.startswith("session"))
    assert session.values == ("begins later",)


def test_a_bars_delta_in_percent_and_as_a_candle_would_tell(shot):
    bar = shot.detail.bars[-4]
    found = ways(entry(shot, "chart", "Δ", bar))
    sign = 1 if bar.close > bar.open else -1 if bar.close < bar.open else 0
    candle = next(values for words, values in found.items() if "candle" in words)
    assert number(candle[0]) == pytest.approx(sign * bar.volume, abs=1e-3)
    assert number(found["in % of its volume"][0]) == pytest.approx(bar.delta / bar.volume * 100, abs=0.01)


def test_value_areas_of_68_and_70_percent_by_both_rules(shot):
    page, facts, profile = entry(shot, "profile", "VAH"), shot.detail.facts, shot.detail.profile
    assert [way.words[:5].strip(" ,") for way in page.ways] == ["70 %", "70 %", "68 %", "68 %"]
    for way, area in zip(page.ways, facts.areas, strict=True):
        assert number(way.values[0].removeprefix("VAL")) == pytest.approx(area.low)
        assert number(way.values[1].removeprefix("VAH")) == pytest.approx(area.high)
    assert number(page.value) == pytest.approx(profile.vah)
    assert number(entry(shot, "profile", "VAL").value) == pytest.approx(profile.val)


def test_vwap_is_the_quotient_of_its_inputs(shot):
    page = entry(shot, "profile", "VWAP")
    value, size = (number(text) for _, text in page.inputs)
    assert number(page.value) == pytest.approx(value / size, abs=0.06)


def test_the_point_of_control_and_the_rows_most_bought_and_most_sold(shot):
    rows = shot.detail.profile.rows
    found = ways(entry(shot, "profile", "POC"))
    for words, key in (("bought", lambda row: row.buy), ("sold", lambda row: row.sell)):
        assert number(found[f"by what was {words} alone"][0]) == max(rows, key=key).price


def test_imbalances_at_other_ratios_stand_beside_those_that_the_ladder_marks(shot):
    page, bar = entry(shot, "footprint", "sell × buy"), shot.detail.ladder.bars[-1]
    signs = [cell.imbalance for cell in bar.cells.values()]
    assert here(page).words.endswith("at 300 %")
    assert here(page).values == (f"▲ {signs.count('buy')}  ▼ {signs.count('sell')}",)
    assert [way.words.split(" at ")[1] for way in page.ways] == ["200 %", "300 %", "400 %", "500 %"]
    assert [way.values for way in page.ways] == [
        (f"▲ {found.buys}  ▼ {found.sells}",) for found in shot.detail.facts.imbalances
    ]
    paused = entry(snapshots.snapshot(), "footprint", "sell × buy")
    assert paused.ways == ()
    assert "ratios are counted while the screen moves (space)" in paused.notes
    assert not any("space" in note for note in page.notes)


def test_the_totals_of_the_ladder_are_those_of_its_newest_bar():
    shot = snapshots.snapshot()
    assert entry(shot, "footprint", "Δ").value == "-44 BTC"
    assert entry(shot, "footprint", "max").value == "+8 BTC"
    assert entry(shot, "footprint", "min").value == "-46 BTC"
    assert entry(shot, "footprint", "vol").value == "138 BTC"
    assert dict(entry(shot, "footprint", "max").inputs)["given back since"] == "52 BTC"


def test_the_efficiency_of_the_inputs_shown_is_the_one_in_force(shot):
    page, dashboard = entry(shot, "zscore", "efficiency"), shot.detail.dashboard
    assert number(here(page).values[0]) == pytest.approx(dashboard.efficiency, abs=1e-4)
    closed = [bar for bar in shot.detail.bars if bar.closed]
    price = closed[-1].close - closed[-6].close
    moved = sum(bar.delta for bar in closed[-5:])
    assert number(dict(page.inputs)["price change"]) == pytest.approx(price)
    assert number(dict(page.inputs)["CVD change"]) == pytest.approx(moved, abs=1e-3)


def test_orders_by_value_add_up_to_the_delta_of_the_bar(shot):
    page = entry(shot, "zscore", "orders")
    closed = next(bar for bar in reversed(shot.detail.bars) if bar.closed)
    assert sum(number(way.values[0]) for way in page.ways) == pytest.approx(closed.delta, abs=1e-2)
    assert number(page.value) == pytest.approx(closed.delta, abs=1e-2)


def test_a_groups_sum_is_that_of_the_markets_counted_and_names_those_that_are_not():
    shot = groups.shot()
    page = entry(shot, "group", "CVD")
    found = ways(page)
    counted = [part for part in groups.PARTS if not part.why]
    assert number(page.value) == sum(part.cvd for part in counted) == 1_500_000
    assert [number(found[part.market.name][0]) for part in counted] == [part.cvd for part in counted]
    assert found[groups.BYBIT.name] == ("left out: stale 14s",)
    spread = number(entry(shot, "group", "spot").value) - number(entry(shot, "group", "perp").value)
    assert number(entry(shot, "group", "spot-perp").value) == spread


def test_every_signal_and_every_flag_that_it_raises_has_words():
    assert set(SIGNALS) >= set(EMITTING)
    flags = (Flag("▼", "div?", "down"), Flag("", "4×imb", "up"), Flag("~", "side 97q 3t", "note"))
    shot = snapshots.snapshot(rows=(snapshots.btc_row(flags=flags),))
    page = ways(entry(shot, "markets", "flags"))
    assert page == {
        "▼div?": (FLAGS["div"],),
        "4×imb": (FLAGS["imb"],),
        "~side 97q 3t": (FLAGS["side"],),
    }
