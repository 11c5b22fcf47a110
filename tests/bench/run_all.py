"""Every ratio in one table: `python tests/bench/run_all.py` (`--scale 0.1`: quick, without a limit).

A benchmark whose peer is not installed is skipped, with the reason. The screen's own benchmark follows the
table.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import bench_live
import bench_markets
import bench_memory
import bench_replay
import bench_viewports
from lines import HEAD, Line, Skipped, write

BENCHES = (bench_live, bench_replay, bench_memory, bench_viewports, bench_markets)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of the full size; below 1 no limit applies"
    )
    parser.add_argument("--no-screen", action="store_true", help="leave the screen out: it needs a pty")
    options = parser.parse_args()
    write(HEAD)
    done: list[Line] = []
    for bench in BENCHES:
        try:
            lines = bench.measure(options.scale)
        except Skipped as why:
            write(f"{bench.__name__}: skipped: {why}")
            continue
        done += lines if options.scale == 1 else [line._replace(wanted="") for line in lines]
        write(*done[-len(lines) :])
    if not options.no_screen:
        subprocess.run([sys.executable, str(Path(__file__).with_name("bench_screen.py"))], check=False)
    return 0 if all(line.ok for line in done) else 1


if __name__ == "__main__":
    sys.exit(main())
