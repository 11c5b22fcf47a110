"""Whatever is done to the size of the terminal, the program lives and shows what fits."""

import os
import random
import subprocess
import sys
import time
from itertools import pairwise

from tests.app.terminal import ROOT, Terminal
from tests.programs import needs

FAKE = ["-m", "tests.app.fake_source", "--hz", "20"]
ROUNDS = int(os.environ.get("CVDTUI_RESIZES", "120"))
"""How many random sizes; `CVDTUI_RESIZES=2000` is the long run."""
SPLITS = int(os.environ.get("CVDTUI_SPLITS", "8"))


def painted(text):
    return "BTC" in text and "quit" in text


def test_random_resizes_never_end_the_program():
    rng = random.Random(5)
    sizes = [(240 if number % 2 else rng.randint(20, 200), rng.randint(6, 70)) for number in range(ROUNDS)]
    assert any(after[0] < before[0] for before, after in pairwise(sizes))
    with Terminal(FAKE, 120, 40) as terminal:
        terminal.until(painted)
        for columns, lines in sizes:
            terminal.resize(columns, lines)
            for _ in range(rng.randint(1, 3)):  # at any point of a repaint, or between two
                terminal.read(0.02)
            assert terminal.process.poll() is None, terminal.text()
        terminal.resize(120, 40)
        terminal.screen.reset()
        terminal.send("\x0c")
        terminal.until(painted)
        terminal.send("q")
        assert terminal.until_ended() == 0
        assert b"Traceback" not in terminal.raw


def test_splitting_a_tmux_pane_beside_and_below_never_ends_the_program(tmp_path):
    socket = str(tmp_path / "tmux")

    def tmux(*arguments):
        clean = {key: value for key, value in os.environ.items() if key != "TMUX"}
        done = subprocess.run(
            [needs("tmux"), "-S", socket, "-f", "/dev/null", *arguments],
            cwd=ROOT,
            env={**clean, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def until(holds):
        end = time.monotonic() + 20
        while not holds(shown := tmux("capture-pane", "-p", "-t", "main.0")):
            assert time.monotonic() < end, shown

    rng = random.Random(9)
    tmux("new-session", "-d", "-s", "main", "-x", "200", "-y", "60", sys.executable, *FAKE)
    try:
        tmux("set-option", "-g", "remain-on-exit", "on")
        until(painted)
        for _ in range(SPLITS):
            way, size = rng.choice(["-h", "-v"]), str(rng.randint(20, 80))
            tmux("split-window", "-d", way, "-l", f"{size}%", "-t", "main.0", "cat")
            width, height = tmux("display", "-p", "-t", "main.0", "#{pane_width} #{pane_height}").split()
            small = int(width) < 80 or int(height) < 24
            until(lambda text, small=small: ("needs" in text) if small else painted(text))
            tmux("kill-pane", "-t", "main.1")
            until(painted)
        assert tmux("display", "-p", "-t", "main.0", "#{pane_dead}").strip() == "0"
    finally:
        tmux("kill-server")
