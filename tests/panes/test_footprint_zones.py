"""The ladder's zones that outlive their bar, and the marks at the extremes of bars."""

from msgspec.structs import replace

from cvdtui.model import LadderMark, LadderZone
from cvdtui.panes.footprint import FootprintPane
from cvdtui.panes.styles import plain
from tests.panes import snapshots

BEFORE = snapshots.NOON - snapshots.MINUTE
FIRST = snapshots.NOON - 2 * snapshots.MINUTE
ZONE = LadderZone(6412, 6414, "buy", FIRST, 0)
MARKS = (
    LadderMark(BEFORE, 6415, "unfinished", "sell"),
    LadderMark(BEFORE, 6411, "absorption", "buy"),
    LadderMark(BEFORE, 6411, "unfinished", "buy"),
)


def painted(zones=(ZONE,), marks=MARKS):
    ladder = replace(snapshots.ladder(), zones=zones, marks=marks)
    return FootprintPane().paint(
        snapshots.frame(56, 14, snapshots.snapshot(detail=snapshots.detail(ladder=ladder)))
    )


def row_of(lines, label):
    return next(line for line in lines if line[0][0].startswith(label))


def test_marks_stand_at_the_extremes_and_absorption_goes_first():
    lines = painted(zones=())
    assert ("◂", "down") in row_of(lines, "64 150")
    assert ("◇", "up") in row_of(lines, "64 110")
    assert ("◂", "up") not in row_of(lines, "64 110")
    assert "?" not in plain("".join(snapshots.texts(lines)))


def test_a_zone_runs_through_the_bars_after_it():
    lines = painted(marks=())
    count = {
        label: snapshots.texts([row_of(lines, label)])[0].count("┊")
        for label in ("64 140", "64 130", "64 110")
    }
    assert count == {"64 140": 1, "64 130": 1, "64 110": 0}
    assert ("┊", "up") in row_of(lines, "64 140")
    assert ("┃", "up") in row_of(lines, "64 140"), "the bar's own stack stands over the zone"
    assert "?" not in plain("".join(snapshots.texts(lines)))


def test_a_zone_ends_before_the_bar_that_traded_through_it():
    ended = LadderZone(6410, 6411, "sell", FIRST, snapshots.NOON)
    lines = painted(zones=(ended,), marks=())
    assert [role for text, role in row_of(lines, "64 110") if text == "┊"] == ["down"]
    assert [role for text, role in row_of(lines, "64 100") if text == "┊"] == ["down"], (
        "where nothing traded too"
    )
    longer = painted(zones=(replace(ended, to_us=0),), marks=())
    assert [role for text, role in row_of(longer, "64 110") if text == "┊"] == ["down", "down"]
