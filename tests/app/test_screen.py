"""The app under Textual's pilot at three sizes, and what it loads before the first frame."""

import asyncio
import subprocess
import sys

import pytest
from msgspec.structs import replace

from cvdtui.app import MonitorApp
from cvdtui.app.keys import KEYS
from cvdtui.model import Quality, Snapshot, View
from cvdtui.panes.bottom import Footer, Status
from cvdtui.panes.clock import Clock
from cvdtui.panes.header import Header
from cvdtui.panes.help import Help
from cvdtui.panes.line import length
from cvdtui.panes.styles import plain
from tests.app.fake_source import FakeReplay, FakeSource, load_themes
from tests.app.terminal import ROOT
from tests.panes.snapshots import BTC, NOON, btc_row, detail, frame, roles, rows, snapshot, texts

THEMES = load_themes()


def lines_of(app):
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def run(scene, *, size=(120, 40), source=None, **options):
    async def main():
        app = MonitorApp(
            source or FakeSource(12, live=False),
            **{"themes": THEMES, "theme": "dark", "ascii_only": False, **options},
        )
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await scene(app, pilot)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("size", "titles"),
    [
        ((80, 24), ["markets"]),
        ((120, 40), ["markets", "chart", "footprint", "profile", "trades"]),
        ((200, 50), ["markets", "chart", "footprint", "profile", "trades"]),
    ],
)
def test_the_whole_screen_at_its_three_sizes(size, titles):
    async def scene(app, pilot):
        lines = lines_of(app)
        assert len(lines) == size[1]
        assert lines[0].startswith(" BTC binance-usdm")
        assert lines[0].endswith("14:32:07Z")
        assert "CVD since 00:00Z" in lines[0]
        assert lines[-1].startswith(" ? help  q quit")
        assert [
            word
            for word in ("markets", "chart", "footprint", "profile", "trades")
            if any(f"╶ {word}" in line for line in lines)
        ] == titles
        assert sum("100" in line or "99.2" in line for line in lines) >= 10
        if size[0] == 200:
            row = next(line for line in lines if "╶ chart" in line)
            assert "╶ footprint" in row
            assert "╶ profile" in row
            assert "╶ trades" in row

    run(scene, size=size)


def test_the_first_frame_comes_before_the_feeds_are_started():
    class Slow(FakeSource):
        seen: list[str]

        async def start(self):
            self.seen = lines_of(self.app)
            await super().start()

    source = Slow(6, live=False, wait=10**9)

    async def scene(app, pilot):
        source.app = app
        for _ in range(50):
            if source.started:
                break
            await pilot.pause(0.01)
        assert "▸BTC binance-usdm" in "\n".join(source.seen)
        assert "0/6 connecting" in source.seen[0]

    async def main():
        app = MonitorApp(source, themes=THEMES, theme="dark", ascii_only=False)
        source.app = app
        async with app.run_test(size=(120, 40)) as pilot:
            await scene(app, pilot)

    asyncio.run(main())
    assert source.stopped


def test_nothing_heavy_is_loaded_for_the_first_frame():
    code = (
        "import sys; import cvdtui.app; import cvdtui.theme;"
        "heavy = 'numpy duckdb ib_async httpx2 websockets pandas zoneinfo'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_keys_reach_the_controller_and_the_screen_changes_at_once():
    async def scene(app, pilot):
        await pilot.press("down", "]")
        assert app.controller.view.market == "binance:BTCUSDT"
        lines = lines_of(app)
        assert lines[0].startswith(" BTC binance ")
        assert " 5m " in lines[0]
        assert "timeframe 5m" in lines[-2]
        await pilot.press("colon", *"tf 1h", "enter")
        assert " 1h " in lines_of(app)[0]
        await pilot.press("question_mark")
        assert any("╶ explain · CVD · binance:BTCUSDT" in line for line in lines_of(app))
        await pilot.press("question_mark")
        assert "╶ help" in lines_of(app)[1]
        await pilot.press("escape")
        assert "╶ markets" in lines_of(app)[1]
        assert not any("╶ explain" in line for line in lines_of(app))

    run(scene)


def test_themes_switch_live_and_the_choice_is_handed_out():
    saved = []

    async def scene(app, pilot):
        def ground():
            return app.screen._compositor.render_strips()[5]._segments[1].style.bgcolor

        dark = ground()
        await pilot.press("t")
        assert ground() != dark
        await pilot.press("colon", *"theme mono", "enter")
        assert ground() is None
        await pilot.press("colon", *"theme pink", "enter")
        assert "no theme 'pink'; there are dark, light, mono" in lines_of(app)[-2]

    run(scene, save_theme=saved.append)
    assert saved == ["light", "mono"]


def test_a_choice_that_cannot_be_saved_is_kept_and_reported():
    def refuse(_):
        raise PermissionError("read-only")

    async def scene(app, pilot):
        await pilot.press("t")
        assert "theme light, not saved: read-only" in lines_of(app)[-2]

    run(scene, save_theme=refuse)


def test_no_color_means_the_monochrome_theme(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(app, pilot):
        styles = [segment.style for strip in app.screen._compositor.render_strips() for segment in strip]
        assert all(style.color is None and style.bgcolor is None for style in styles if style)

    run(scene)


def test_in_ascii_nothing_else_is_written_and_every_mark_is_there():
    async def scene(app, pilot):
        for _ in range(5):
            app._tick()
        await pilot.pause()
        text = "\n".join(lines_of(app))
        assert text.isascii()
        for mark in (">BTC", "^ buy", "v sell", "x", "<POC", "D bar", "*", "#"):
            assert mark in text, mark
        await pilot.press("question_mark")
        assert "\n".join(lines_of(app)).isascii()

    run(scene, ascii_only=True, source=FakeSource(12))
    assert plain("漢é▲") == "??^"


def test_too_small_says_the_size_needed_in_one_line():
    async def scene(app, pilot):
        assert [line.strip() for line in lines_of(app) if line.strip()] == ["needs 80x24, has 60x20"]
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.05)
        assert "markets" in lines_of(app)[1]

    run(scene, size=(60, 20))


def test_a_pane_that_fails_says_so_and_leaves_the_others_alone():
    class Torn(FakeSource):
        def snapshot(self, view: View) -> Snapshot:
            shot = super().snapshot(view)
            return replace(shot, detail=replace(shot.detail, ladder=None)) if shot.detail else shot

    async def scene(app, pilot):
        text = "\n".join(lines_of(app))
        assert "footprint: AttributeError" in text
        assert "╶ chart" in text
        assert "╶ profile" in text

    run(scene, source=Torn(6, live=False))


def test_a_click_chooses_a_market_and_a_pane():
    async def scene(app, pilot):
        await pilot.click("#markets", offset=(10, 3))
        assert app.controller.view.market == "binance:BTCUSDT"
        await pilot.click("#footprint", offset=(5, 5))
        assert app._layout_state.focus == "footprint"

    run(scene)


def test_the_footer_names_the_keys_of_the_focused_pane_at_80_columns():
    async def scene(app, pilot):
        assert "enter open" in lines_of(app)[-1]
        for key, words in (("2", "crosshair"), ("3", "centre"), ("4", "row size"), ("5", "least size")):
            await pilot.press(key)
            last = lines_of(app)[-1]
            assert words in last, key
            assert "? help" in last
            assert "q quit" in last
            assert "esc back" in last

    run(scene, size=(80, 24))


def test_in_a_replay_the_footer_and_the_header_are_the_replays():
    source = FakeSource(6, live=False)
    source.replay = FakeReplay()

    async def scene(app, pilot):
        assert "space pause" in lines_of(app)[-1]
        await pilot.press("space")
        assert "space go on" in lines_of(app)[-1]

    run(scene, source=source)
    shot = snapshot(clock="replay 2024-08-08 12:00:01Z 10x")
    assert texts(Header().paint(frame(120, 1, shot)))[0].endswith("replay 2024-08-08 12:00:01Z 10x")


def test_the_header_drops_what_matters_least_when_room_is_scarce():
    def header(width, shot=None, clock=None):
        return texts(Header().paint(frame(width, 1, shot, clock=clock or Clock())))[0]

    assert header(120).startswith(" BTC binance-usdm  64 123.4 +1.24 %   1m   CVD since 00:00Z +1 203.4")
    assert header(80) == " BTC binance-usdm  64 123.4   1m   CVD since 00:00Z       ● 4/4 live  12:00:07Z"
    assert header(60).startswith(" BTC binance-usdm  64 123.4   1m")
    assert header(140, clock=Clock("Asia/Tokyo")).endswith("12:00:07Z 21:00:07 JST")
    hurt = snapshot(rows=(btc_row(quality=Quality(0.992, "lost", "99.2", lost=41)), *rows()[1:]))
    assert "⚠ cover 99.2 " in header(130, hurt)
    late = btc_row(quality=Quality(0.015, "live", "1.5", from_us=NOON - 240_000_000))
    assert "⚠ cover 1.5 from 11:56Z " in header(130, snapshot(rows=(late, *rows()[1:])))


@pytest.mark.parametrize(
    ("anchor", "since", "words"),
    [
        ("session", NOON - 43_200_000_000, "CVD since 00:00Z"),
        ("week", NOON - 43_200_000_000 - 3 * 86_400_000_000, "CVD since week Mon 00:00Z"),
        ("rolling", 0, "CVD of 1000 trades"),
        ("start", NOON - 60_000_000, "CVD since start 11:59Z"),
        ("mark", NOON, "CVD since mark 12:00Z"),
        ("mark", 0, "CVD since mark"),
    ],
)
def test_the_header_says_where_the_cvd_begins(anchor, since, words):
    found = detail(anchor=anchor, anchor_us=since, rolling_trades=1000)
    shot = snapshot(view=View(market=BTC.name, anchor=anchor), detail=found)
    assert f"{words} " in texts(Header().paint(frame(120, 1, shot)))[0]


def test_the_status_line_names_trouble_first_then_notices_then_quality():
    status = Status()
    assert texts(status.paint(frame(80, 1)))[0] == " 90 000 trades · taker 100 %"
    full = Quality(
        0.99,
        "lost",
        "99.0",
        (("quote", 0.97), ("tick", 0.03)),
        lost=41,
        duplicates=3,
        rejected=2,
        audit=0.0,
        audited=12,
    )
    shot = snapshot(rows=(btc_row(quality=full),))
    assert texts(status.paint(frame(120, 1, shot)))[0] == (
        " 90 000 trades · quote 97 % · tick 3 % · 41 lost · 3 duplicates dropped · 2 rejected · "
        "audit: 0 off over 12 bars"
    )
    assert (
        texts(status.paint(frame(80, 1, snapshot(notices=("a", "gap of 12 filled")))))[0]
        == " gap of 12 filled"
    )
    bad = replace(snapshot().links[0], state="waiting", text="503; retry in 8 s")
    line = status.paint(frame(80, 1, snapshot(links=(bad,), notices=("a",))))[0]
    assert texts([line])[0] == " ⚠ fstream.binance.com: 503; retry in 8 s"
    assert roles(line)["⚠ fstream.binance.com: 503; retry in 8 s"] == "warn"
    status.message = "said"
    assert texts(status.paint(frame(80, 1)))[0] == " said"
    status.prompt = (":", "tf 5m", 5)
    assert texts(status.paint(frame(20, 1)))[0] == ":tf 5m"


def test_a_long_prompt_scrolls_with_its_cursor():
    status = Status()
    status.prompt = ("/", "x" * 50 + "END", 53)
    line = status.paint(frame(20, 1))[0]
    assert length(line) == 20
    assert "END" in texts([line])[0]


def test_the_footer_leaves_out_what_does_not_fit():
    footer = Footer()
    footer.keys = tuple((key.shown, key.words) for key in KEYS)
    assert length(footer.paint(frame(80, 1))[0]) <= 80


def test_the_help_names_every_key_and_every_number():
    pane = Help()
    pane.keys = tuple((key.shown, key.words) for key in KEYS)
    text = "\n".join(texts(pane.paint(frame(100, 80))))
    for key in KEYS:
        assert key.shown in text
        assert key.words in text
    for word in ("delta", "CVD", "POC", "VAH", "VWAP", "imbalance", "cover", "z", "HVN", "≈", "~"):
        assert word in text
    small = Help()
    small.keys = pane.keys
    shown = set()
    for _ in range(40):
        shown |= set(texts(small.paint(frame(80, 21)))[1:])
        small.press("j")
    assert all(length(line) <= 80 for line in small.paint(frame(80, 21)))
    assert len(shown) > 40


def test_a_pane_of_a_market_that_did_not_change_is_not_drawn_again():
    still = snapshot()

    class Still(FakeSource):
        def snapshot(self, view):
            self.snapshots_taken += 1
            return replace(still, view=view, time_us=still.time_us + self.snapshots_taken * 1_000_000)

    async def scene(app, pilot):
        await pilot.pause()
        painted = []
        chart = app._views["chart"]
        draw = chart.pane.paint
        chart.pane.paint = lambda frame: painted.append(1) or draw(frame)
        before = lines_of(app)[0]
        app._tick()
        app._tick()
        await pilot.pause()
        assert painted == []
        assert lines_of(app)[0] != before
        await pilot.press("tab", "left")
        assert painted
        assert "price 64 1" in "".join(lines_of(app))

    run(scene, source=Still(1, live=False))


def test_a_source_that_cannot_stop_does_not_keep_the_screen():
    class Stuck(FakeSource):
        async def stop(self):
            raise OSError("disk full")

    async def scene(app, pilot):
        await pilot.press("q")

    run(scene, source=Stuck(3, live=False))
