"""The benchmarks still run, at a size that says nothing about speed."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "bench"


def test_every_bench_prints_its_lines_or_why_it_is_skipped():
    argv = [sys.executable, str(BENCH / "run_all.py"), "--scale", "0.002", "--no-screen"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for bench, word in (
        ("bench_live", "live frame"),
        ("bench_replay", "replay --json"),
        ("bench_memory", "collection"),
        ("bench_viewports", "two viewers"),
        ("bench_markets", "loop lag"),
    ):
        assert word in done.stdout or f"{bench}: skipped: " in done.stdout
