"""What the screen costs, beside a minimal Textual app on the same pty: `python tests/bench/bench_screen.py`.

First content: from starting `cvdtui run` to the first market name on a pty of 120x40, against a Textual app
of one line. Drawing: CPU of the whole process (the made-up source included) with 20 markets, all of them
changing ten times a second, against the same minimal app changing its one line ten times a second.

Both run as programs do that have been run before: their modules are compiled, whatever this shell sets about
bytecode, and one start of each goes ahead uncounted. `--uncompiled` shows the first start of a fresh copy:
ours is compiled then, and Textual, which an installer has compiled, is not.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.app.terminal import Terminal

MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        self.line = Static("BTC 0")
        yield self.line
    def on_mount(self):
        self.count = 0
        self.set_interval(0.1, self.tick)
    def tick(self):
        self.count += 1
        self.line.update(f"BTC {self.count}", layout=False)
Minimal().run()
"""
SCREEN = ["-m", "tests.app.fake_source", "--markets", "20", "--wait", "5"]
NOWHERE = [
    f"--set=venues.{venue}.{kind}_url={scheme}://127.0.0.1:9"
    for venue in ("binance", "binance-usdm")
    for kind, scheme in (("ws", "ws"), ("rest", "http"))
]
PROGRAM = ["-m", "cvdtui", "run", *NOWHERE]
"""The real program; nothing answers at its addresses."""


def first_content(argv: list[str], word: str, **env: str) -> float:
    begun = time.monotonic()
    with Terminal(argv, 120, 40, **env) as terminal:
        while word.encode() not in terminal.raw:
            if not terminal.read(0.5) or time.monotonic() - begun > 20:
                raise SystemExit(f"{argv}: no {word!r} on the screen:\n{terminal.text()}")
        return time.monotonic() - begun


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def drawing(argv: list[str], seconds: float) -> tuple[float, float]:
    """(share of a core, bytes a second) over `seconds`, from two seconds after the start."""
    with Terminal(argv, 120, 40) as terminal:
        drain(terminal, 2.0)
        cpu, size, begun = cpu_seconds(terminal.process.pid), len(terminal.raw), time.monotonic()
        drain(terminal, seconds)
        spent = time.monotonic() - begun
        return (cpu_seconds(terminal.process.pid) - cpu) / spent, (len(terminal.raw) - size) / spent


def drain(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            terminal.raw += os.read(terminal.fd, 1 << 20) if ready(terminal.fd) else b""
        except OSError:
            raise SystemExit("the program ended early") from None


def ready(fd: int) -> bool:
    import select

    return bool(select.select([fd], [], [], 0.05)[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--uncompiled", action="store_true", help="nothing of ours is compiled beforehand")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        starts(args.runs, {"PYTHONDONTWRITEBYTECODE": "1"} if args.uncompiled else compiled(kept))
    share, size = drawing(SCREEN, args.seconds)
    least, small = drawing(["-c", MINIMAL], args.seconds)
    words = f"screen {share:.1%} and {size / 1000:.1f} kB/s, minimal {least:.1%} and {small / 1000:.1f} kB/s"
    write("20 markets at 10 Hz", words, share / max(least, 1e-4), "screen < 12 %")


def compiled(folder: str) -> dict[str, str]:
    """Bytecode is kept as it is of an installed program, and not in the working copy."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


def starts(runs: int, env: dict[str, str]) -> None:
    ours, minimal = [], []
    for _ in range(runs + 1):
        minimal.append(first_content(["-c", MINIMAL], "BTC", **env))
        ours.append(first_content(PROGRAM, "BTC", **env))
    a, b = statistics.median(ours[1:]), statistics.median(minimal[1:])
    write("first content", f"cvdtui run {a * 1000:.0f} ms, minimal {b * 1000:.0f} ms", a / b, "<= 1.5")


def write(what: str, words: str, ratio: float, wanted: str) -> None:
    sys.stdout.write(f"{what}: {words}; ratio {ratio:.2f} (wanted {wanted})\n")


if __name__ == "__main__":
    main()
