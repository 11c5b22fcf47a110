"""The page of an explained number: which one it begins with, where it leads, and that it fits."""

import pytest

from cvdtui.model import Flag, MarketRow, SignalView, View
from cvdtui.panes.chart import ChartPane
from cvdtui.panes.clock import Clock
from cvdtui.panes.columns import COLUMNS
from cvdtui.panes.explain.flags import SIGNALS
from cvdtui.panes.explain.pane import BOOKS, Explain
from cvdtui.panes.explain.table import BOOK as TABLE
from cvdtui.panes.footprint import FootprintPane
from cvdtui.panes.group import GroupPane
from cvdtui.panes.groups import GroupsPane
from cvdtui.panes.line import Frame, length
from cvdtui.panes.links import LinksPane
from cvdtui.panes.markets import MarketsPane
from cvdtui.panes.profile import ProfilePane
from cvdtui.panes.signals import SignalsPane
from cvdtui.panes.styles import plain
from cvdtui.panes.tape import TapePane
from cvdtui.panes.zscore import ZScorePane
from tests.engine.busy_tape import tape
from tests.panes import snapshots
from tests.panes import test_groups as groups
from tests.snapshot.test_signals import board_of, settled


@pytest.fixture(scope="module")
def shot():
    board = board_of()
    board.on_columns(tape())
    return settled(board, explain=True)


def page(pane, shot, width=80, height=21, keys=(), **changes):
    one = Explain()
    one.turn_to(pane)
    frame = Frame(shot, width, height, Clock(), **changes)
    lines = one.paint(frame)
    for key in keys:
        one.press(key)
        lines = one.paint(frame)
    return lines


def words(lines):
    return "\n".join(snapshots.texts(lines))


def test_every_column_of_the_table_is_explained():
    assert len(TABLE) == len(COLUMNS)
    for name, column in zip(TABLE, COLUMNS, strict=True):
        assert name == column.head or column.name == "spark"


def test_it_begins_with_the_column_that_is_sorted_by_and_goes_to_its_neighbours():
    shot = snapshots.snapshot()
    assert "explain · CVD" in words(page(MarketsPane(), shot))
    table = MarketsPane()
    table.sort = "bar"
    assert "explain · Δ bar" in words(page(table, shot))
    assert "explain · Δ 5m" in words(page(table, shot, keys=["right"]))
    assert "explain · volume" in words(page(table, shot, keys=["left"]))
    assert "explain · market" in words(page(MarketsPane(), shot, keys=["right"] * 7))


def test_the_chart_is_explained_at_its_crosshair():
    shot, chart = snapshots.snapshot(), ChartPane()
    chart.paint(snapshots.frame(80, 21, shot))
    for _ in range(3):
        chart.press("left")
    bar = shot.detail.bars[-3]
    text = words(page(chart, shot, keys=["left"]))
    assert "explain · Δ ·" in text
    assert f"from {Clock().hms(bar.time_us)}Z" in text
    assert "still forming" not in text


def test_the_convention_in_force_is_marked_and_only_it(shot):
    lines = page(MarketsPane(), shot, 120)
    marked = [text for text in snapshots.texts(lines) if "▸" in text]
    assert len(marked) == 1
    assert "session since 00:00Z" in marked[0]


def test_the_row_under_the_cursor_is_explained_and_can_be_changed_from_the_page():
    shot = snapshots.snapshot(
        view=View(market=snapshots.ETH.name), detail=snapshots.detail(market=snapshots.ETH)
    )
    assert "explain · CVD · okx:ETH-USDT" in words(page(MarketsPane(), shot, 120))
    table = MarketsPane()
    table.update(shot.rows, shot.time_us)
    table.selected = snapshots.BTC.name
    one = Explain()
    one.turn_to(table)
    one.paint(Frame(shot, 120, 30, Clock()))
    assert one.press("j").view == {"market": snapshots.ETH.name}


def test_a_signal_of_the_log_is_explained_with_its_values():
    signal = SignalView("climax", snapshots.NOON, 60, "buy", "climax up", values={"z": 2.25})
    shot = snapshots.snapshot(detail=snapshots.detail(signals=(signal,)))
    log = SignalsPane()
    log.paint(snapshots.frame(80, 21, shot))
    text = words(page(log, shot, 120))
    assert SIGNALS["climax"][:40] in text
    assert "z 2.25" in text
    assert "points to a rise" in text


@pytest.mark.parametrize(
    "pane", [MarketsPane, ChartPane, FootprintPane, ProfilePane, ZScorePane, GroupPane, TapePane, LinksPane]
)
@pytest.mark.parametrize("size", [(80, 21), (120, 17), (200, 17), (40, 10)])
def test_every_number_has_a_page_that_fits_with_and_without_what_it_is_made_of(pane, size, shot):
    bare = snapshots.snapshot(rows=(MarketRow(snapshots.BTC),), detail=None)
    for seen in (shot, snapshots.snapshot(), bare, snapshots.snapshot(detail=snapshots.detail(bars=()))):
        one = Explain()
        one.turn_to(pane())
        for _ in BOOKS[pane().name]:
            lines = one.paint(Frame(seen, *size, Clock()))
            one.press("right")
            assert len(lines) <= size[1]
            assert all(length(line) <= size[0] for line in lines)
            text = words(lines)
            assert text.startswith("╶ explain ·")
            assert plain(text).count("?") == text.count("?")


def test_the_page_asks_for_the_rows_of_its_number_and_never_for_fewer_while_that_stays():
    one, shot = Explain(), snapshots.snapshot()
    one.turn_to(MarketsPane())
    frame = Frame(shot, 120, 30, Clock())
    lines = one.paint(frame)
    filled = sum(bool(line) for line in lines)
    assert one.rows == filled
    more = snapshots.snapshot(rows=(snapshots.btc_row(flags=(Flag("◆", "climax", "up"),) * 3),))
    for _ in range(5):
        one.press("right")
    one.paint(Frame(more, 120, 30, Clock()))
    before = one.rows
    one.paint(frame)
    assert one.rows == before
    one.press("right")
    one.paint(frame)
    assert one.rows != before


def test_the_table_of_groups_is_explained_as_the_group_is():
    shot = groups.shot()
    table = MarketsPane()
    table.groups = GroupsPane()
    for pane in (table, GroupPane()):
        text = words(page(pane, shot, 120))
        assert "explain · CVD" in text
        assert "left out: stale 14s" in text


def test_without_a_market_it_says_so():
    shot = snapshots.snapshot(rows=(), detail=None, view=View())
    assert "select a market" in words(page(MarketsPane(), shot))
