"""The text screenshots: what the program draws of the fixed snapshot, in their files and in README.md."""

import pytest

from tests.app.make_screenshots import README, SCREENSHOTS, blocks, marked, stored, updated

DOCUMENT = "before\n<!-- screenshot: ladder -->\n\n```text\nold\nlines\n```\nafter\n"


@pytest.mark.parametrize("name", SCREENSHOTS)
def test_a_screenshot_is_what_the_program_draws(name):
    assert SCREENSHOTS[name]() == stored(name), "python -m tests.app.make_screenshots writes it anew"


def test_the_screenshots_have_the_sizes_they_name():
    screen, ladder = (stored(name).splitlines() for name in ("screen_80x24", "ladder"))
    assert len(screen) == 24
    assert max(map(len, screen)) == 80
    assert len(ladder) == 14
    assert max(map(len, ladder)) == 56


def test_the_screenshots_show_marks_that_a_trader_looks_for():
    screen = stored("screen_80x24")
    assert all(
        mark in screen for mark in ("▼div", "◆climax", "CVD 5h20/40m", "▁▁▃", "99.2", "gap 12", "~side")
    )
    assert all(mark in stored("ladder") for mark in ("■", "▲┃", "▼", "Δ", "64 000"))


def test_the_readme_contains_the_screenshots_it_marks():
    text = README.read_text(encoding="utf-8")
    assert blocks(text) == {name: stored(name) for name in marked(text)}


def test_a_marked_block_is_read_and_written():
    assert marked(DOCUMENT) == ["ladder"]
    assert blocks(DOCUMENT) == {"ladder": "old\nlines\n"}
    new = updated(DOCUMENT, {"ladder": "new \\1\n", "screen_80x24": "unused\n"})
    assert new == DOCUMENT.replace("old\nlines\n", "new \\1\n")


def test_a_marker_without_its_block_is_noticed():
    text = DOCUMENT.replace("```text\nold\nlines\n```\n", "")
    assert marked(text) == ["ladder"]
    assert blocks(text) == {}
