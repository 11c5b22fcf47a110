"""The real program in a real pseudo-terminal: three sizes, leaving in every way, stalls, resizes."""

import os
import select
import signal
import termios
import time

import pytest

from tests.app.terminal import Terminal

FAKE = ["-m", "tests.app.fake_source"]
SIZES = [(80, 24), (120, 40), (200, 50)]


def painted(text: str) -> bool:
    return "BTC" in text and "quit" in text


@pytest.mark.parametrize(("columns", "lines"), SIZES)
def test_the_program_fills_a_real_terminal_at_each_size(columns, lines):
    with Terminal(FAKE, columns, lines) as terminal:
        last = "▼ sell" if columns >= 120 else "+"
        text = terminal.until(lambda text: painted(text) and "+" in text and last in text)
        rows = text.split("\n")
        assert "BTC binance-usdm" in rows[0]
        assert "Z" in rows[0]
        assert "markets" in rows[1]
        assert rows[-1].lstrip().startswith("? help")
        for word, wide in (
            ("footprint", 120),
            ("profile", 120),
            ("▼ sell", 120),
            ("chart", 120),
        ):
            assert (word in text) == (columns >= wide), word
        assert ("volume" in rows[2]) == (columns >= 200)
        assert all(len(row) <= columns for row in rows)


@pytest.mark.parametrize("way", ["q", "\x03", signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_leaving_restores_the_terminal(way):
    with Terminal(FAKE, 120, 40) as terminal:
        terminal.until(painted)
        assert b"\x1b[?1049h" in terminal.raw
        assert terminal.screen.cursor.hidden
        if isinstance(way, str):
            terminal.send(way)
        else:
            terminal.process.send_signal(way)
        code = terminal.until_ended()
        assert code == (0 if isinstance(way, str) else 128 + way)
        tail = terminal.raw[terminal.raw.rindex(b"\x1b[?1049h") :]
        assert b"\x1b[?1049l" in tail
        assert tail.rindex(b"\x1b[?25h") > tail.rindex(b"\x1b[?25l")
        for mode in (b"1000", b"1003", b"1006", b"2004", b"1004"):
            assert tail.rindex(b"\x1b[?" + mode + b"l") > tail.rindex(b"\x1b[?" + mode + b"h"), mode
        assert termios.tcgetattr(terminal.child)[3] & termios.ECHO
        assert termios.tcgetattr(terminal.child)[3] & termios.ICANON
        assert b"Traceback" not in terminal.raw


def test_a_terminal_that_goes_away_ends_the_program():
    terminal = Terminal(FAKE, 80, 24)
    try:
        terminal.until(painted)
        os.close(terminal.fd)
        os.close(terminal.child)
        terminal.process.wait(timeout=10)
    finally:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


def test_a_resize_lays_out_anew_and_leaves_no_old_cells():
    with Terminal(FAKE, 120, 40) as terminal:
        terminal.until(painted)
        terminal.resize(80, 24)
        terminal.screen.reset()
        text = terminal.until(lambda text: painted(text) and "footprint" not in text and "Δ bar" in text)
        assert text.split("\n")[-1].lstrip().startswith("? help")
        terminal.resize(70, 20)
        terminal.until(lambda text: "needs 80x24, has 70x20" in text)
        terminal.resize(200, 50)
        terminal.until(lambda text: "volume" in text and "profile" in text and "needs" not in text)


def test_suspending_gives_the_terminal_back_and_continuing_paints_it_all_again():
    with Terminal(FAKE, 120, 40) as terminal:
        terminal.until(painted)
        terminal.send("\x1a")
        os.waitpid(terminal.process.pid, os.WUNTRACED)
        while select.select([terminal.fd], [], [], 0.1)[0]:
            terminal.read()
        assert terminal.raw.rindex(b"\x1b[?1049l") > terminal.raw.rindex(b"\x1b[?1049h")
        terminal.screen.reset()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.until(lambda text: painted(text) and "footprint" in text and "profile" in text)
        terminal.send("q")
        assert terminal.until_ended() == 0


def stalled(terminal, pulse):
    """Read nothing until the pty is full and the program must be waiting for it: then is the loop alive?"""
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        select.select([], [], [], 0.1)
    before = pulse.stat().st_size
    select.select([], [], [], 1.0)
    return pulse.stat().st_size - before


def test_a_stalled_terminal_does_not_stop_the_loop_and_catches_up_when_it_reads(tmp_path):
    pulse = tmp_path / "pulse"
    with Terminal([*FAKE, "--hz", "50", "--markets", "20", "--pulse", str(pulse)], 120, 40) as terminal:
        terminal.until(painted)
        assert stalled(terminal, pulse) > 20
        terminal.send("2")  # the chart goes; the program takes keys all the while
        terminal.until(lambda text: "chart ·" not in text and "footprint" in text, timeout=5)
        terminal.send("q")
        assert terminal.until_ended() == 0


def test_a_stalled_terminal_cannot_keep_the_program_from_ending(tmp_path):
    pulse = tmp_path / "pulse"
    with Terminal([*FAKE, "--hz", "50", "--markets", "20", "--pulse", str(pulse)], 120, 40) as terminal:
        terminal.until(painted)
        stalled(terminal, pulse)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(timeout=15) == 128 + signal.SIGTERM


def test_ctrl_l_paints_every_cell_again():
    def whole(text):
        words = ("BTC binance-usdm  6", "markets", "footprint", "profile", "trades", "? help")
        return all(word in text for word in words)

    with Terminal([*FAKE, "--hz", "0.2"], 120, 40) as terminal:
        terminal.until(whole)
        terminal.screen.reset()
        terminal.send("\x0c")
        terminal.until(whole)


def test_a_terminal_of_sixteen_colours_gets_only_those():
    with Terminal(FAKE, 80, 24, TERM="screen") as terminal:
        terminal.until(painted)
        assert b"38;5;" not in terminal.raw
        assert b"38;2;" not in terminal.raw
        assert b"\x1b[9" in terminal.raw or b";9" in terminal.raw


def test_growing_in_height_alone_paints_every_line_again():
    with Terminal([*FAKE, "--hz", "1"], 120, 40) as terminal:
        terminal.until(painted)
        terminal.resize(120, 42)
        terminal.screen.reset()
        terminal.until(
            lambda text: "BTC binance-usdm  6" in text.split("\n")[0] and "? help" in text.split("\n")[-1]
        )


def test_no_synchronized_output_inside_tmux():
    for inside, wanted in (("", True), ("/tmp/tmux-1/default,1,0", False)):
        with Terminal(FAKE, 80, 24, TMUX=inside) as terminal:
            terminal.until(painted)
            terminal.send("\x1b[?2026;2$y")  # the terminal answers that it can
            seen = len(terminal.raw)
            terminal.send("h")
            terminal.until(lambda text: "Numbers" in text or "Keys" in text)
            assert (b"\x1b[?2026h" in terminal.raw[seen:]) == wanted


def test_a_terminal_of_256_colours_gets_only_those_and_no_color_gets_none():
    with Terminal(FAKE, 80, 24) as terminal:
        terminal.until(painted)
        assert b";5;" in terminal.raw
        assert b"38;2;" not in terminal.raw
    with Terminal(FAKE, 80, 24, NO_COLOR="1") as terminal:
        terminal.until(painted)
        assert b"38;5;" not in terminal.raw
        assert b"38;2;" not in terminal.raw
