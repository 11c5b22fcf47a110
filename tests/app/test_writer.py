"""The difference writer: whatever it leaves out, the terminal shows what a full repaint would show."""

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from cvdtui.app.writer import CellWriter

WIDTH, HEIGHT = 24, 5
STYLES = [
    Style.parse(text)
    for text in (
        "",
        "bold",
        "dim",
        "#5fafff",
        "#ffaf00 on #303030",
        "bold #5fafff on #303030",
        "reverse",
        "underline italic #d0d0d0",
    )
]
TEXT = st.text(st.sampled_from("ab 1▁█×⠓漢"), min_size=1, max_size=12)
PIECE = st.tuples(
    st.integers(0, WIDTH - 1),
    st.integers(0, HEIGHT - 1),
    st.lists(st.tuples(TEXT, st.sampled_from(STYLES)), min_size=1, max_size=3),
)


def cells(screen):
    return [
        [
            (c.data, c.fg, c.bg, c.bold, c.italics, c.underscore, c.reverse)
            for c in (screen.buffer[y][x] for x in range(WIDTH))
        ]
        for y in range(HEIGHT)
    ]


def blank_lines():
    return [(0, y, [Segment(" " * WIDTH, STYLES[0])]) for y in range(HEIGHT)]


def terminal():
    screen = pyte.Screen(WIDTH, HEIGHT)
    screen.reset_mode(pyte.modes.DECAWM)
    return screen, pyte.Stream(screen)


def narrow(pieces):
    """Pieces cut at the right edge, as a compositor hands them over."""
    for x, y, runs in pieces:
        left = WIDTH - x
        segments = []
        for text, style in runs:
            clean = text.replace("漢", "x")[:left]
            left -= len(clean)
            if clean:
                segments.append(Segment(clean, style))
        yield x, y, segments


@given(st.lists(st.lists(PIECE, min_size=1, max_size=6), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None)
def test_differences_show_what_a_full_repaint_shows(frames):
    ours, ours_in = terminal()
    full, full_in = terminal()
    writer = CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT)
    ours_in.feed(writer.update(blank_lines()))
    everything = blank_lines()
    for frame in frames:
        pieces = list(narrow(frame))
        everything += pieces
        ours_in.feed(writer.update(pieces))
    fresh = CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT)
    for piece in everything:
        fresh.forget()
        full_in.feed(fresh.update([piece]))
    assert cells(ours) == cells(full)


BEYOND = st.tuples(
    st.integers(0, 2 * WIDTH),
    st.integers(-2, HEIGHT + 2),
    st.lists(st.tuples(TEXT, st.sampled_from(STYLES)), min_size=1, max_size=3),
)


@given(st.lists(BEYOND, min_size=1, max_size=12))
@settings(max_examples=150, deadline=None)
def test_what_was_laid_out_for_a_larger_terminal_is_cut_at_the_edge(frame):
    """As after a resize: pieces that begin, or reach, beyond the new width or height."""
    plain = [
        (x, y, [Segment(text.replace("漢", "x"), style) for text, style in runs]) for x, y, runs in frame
    ]
    cut = [piece for piece in plain if piece[0] < WIDTH and 0 <= piece[1] < HEIGHT]
    texts = [(x, y, [(one.text, one.style) for one in runs]) for x, y, runs in cut]
    ours, ours_in = terminal()
    full, full_in = terminal()
    ours_in.feed(CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT).update(plain))
    full_in.feed(CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT).update(narrow(texts)))
    assert cells(ours) == cells(full)


@pytest.mark.parametrize("text", ["abc", "漢字", "ab漢"])
@pytest.mark.parametrize("x", [WIDTH - 1, WIDTH, WIDTH + 1, 10 * WIDTH])
def test_a_piece_that_begins_at_or_beyond_the_edge_ends_nothing(text, x):
    CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT).update([(x, 0, [Segment(text), Segment(text)])])


def test_a_wide_character_cut_by_the_edge_is_a_blank():
    screen, stream = terminal()
    writer = CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT)
    stream.feed(writer.update([(WIDTH - 2, 0, [Segment("a漢b")])]))
    assert screen.display[0] == " " * (WIDTH - 2) + "a "
    assert not screen.display[1].strip()


def test_the_same_frame_twice_writes_nothing():
    writer = CellWriter(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    frame = [(0, 1, [Segment("price 64 123.4", STYLES[3])])]
    assert writer.update(frame)
    assert writer.update(frame) == ""
    writer.forget()
    assert writer.update(frame)


def test_one_changed_digit_costs_a_move_a_colour_and_the_digit():
    writer = CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT)
    writer.update([(0, 1, [Segment("64 123.4", STYLES[3])])])
    assert writer.update([(0, 1, [Segment("64 123.5", STYLES[3])])]) == "\x1b[2;8H\x1b[38;5;75m5\x1b[0m"


def test_a_turn_between_styles_is_the_shortest_that_is_right():
    writer = CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT)
    plain, bold, dim = Style.null(), Style.parse("bold"), Style.parse("dim")
    assert writer.turn(plain, bold) == "\x1b[1m"
    assert writer.turn(bold, plain) in {"\x1b[22m", "\x1b[0m"}
    assert writer.turn(bold, dim) in {"\x1b[22;2m", "\x1b[0;2m"}
    assert (
        writer.turn(Style.parse("#5fafff on #303030"), Style.parse("#ffaf00 on #303030")) == "\x1b[38;5;214m"
    )
    assert writer.turn(bold, bold) == ""


def test_without_colours_none_are_written():
    writer = CellWriter(WIDTH, HEIGHT, None)
    assert "38" not in writer.update([(0, 0, [Segment("x", STYLES[4])])])


def test_a_wide_character_leaves_no_half_behind():
    screen, stream = terminal()
    writer = CellWriter(WIDTH, HEIGHT, ColorSystem.EIGHT_BIT)
    stream.feed(writer.update([(0, 0, [Segment("漢字 abc", STYLES[0])])]))
    stream.feed(writer.update([(0, 0, [Segment("xy字 abc", STYLES[0])])]))
    stream.feed(writer.update([(0, 0, [Segment("xyzw abc", STYLES[0])])]))
    assert screen.display[0].rstrip() == "xyzw abc"
