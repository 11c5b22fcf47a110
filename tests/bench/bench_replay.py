"""A file of aggTrades into the report, against the pandas tutorial: `python tests/bench/bench_replay.py`.

Whole processes by turns, wall time (the shortest of each) and peak memory: `cvdtui replay --json` (bars,
footprint, profile, every CVD, every signal) against tests/bench/peer_pandas.py (read, drop duplicates, sign,
accumulate, daily sums, rolling 1000; no footprint). "CVD and bars alone" is the same program with the
footprint's cells and the signals left out. Where other programs run at the same time the processor time
is the better measure: ours reads on two cores.
Every report is held against a sum of the file's own digits, and against pandas within its float error.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from decimal import Decimal
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from lines import Line, Skipped, show, write  # noqa: E402 - beside this file

ROWS = 5_000_000
ROUNDS = 3
KINDS: dict[str, tuple[str, ...]] = {
    "futures, 2 days": (),
    "spot, 2 days": ("--spot",),
    "futures, 60 days": ("--days", "60"),
}
INFORMS = "futures, 60 days"
"""Its report is 86,000 bars with all their rows, some sixty megabytes: how that grows."""


class Run(NamedTuple):
    """One process: seconds, megabytes at most, what it printed."""

    seconds: float
    processor: float
    megabytes: float
    answer: dict[str, Any]


def run(argv: list[str]) -> Run:
    """Runs a program to its end; its peak of memory is the kernel's."""
    with tempfile.NamedTemporaryFile() as out:
        launch = [sys.executable, str(HERE / "launch.py"), out.name, sys.executable, *argv]
        took = json.loads(subprocess.run(launch, check=True, capture_output=True, cwd=HERE.parents[1]).stdout)
        if took["code"]:
            raise SystemExit(f"{' '.join(argv)}: exit code {took['code']}")
        figures = took["seconds"], took["processor_seconds"], took["megabytes"]
        return Run(*figures, essence(json.load(out)))


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """What a check needs of an answer."""
    if "markets" not in answer:
        return answer
    (market,) = answer["markets"].values()
    bars = sum(Decimal(bar["delta"]) for bar in market["bars"])
    return {key: market[key] for key in ("trades", "buy", "sell", "cvd")} | {"bars": bars}


def replay(path: Path) -> list[str]:
    return ["-m", "cvdtui", "replay", "--headless", "--json", str(path)]


def replay_without_cells(path: Path) -> None:
    """`cvdtui replay --json` with no volume by price, no orders, no signals: bars, CVDs, VWAP."""
    import numpy as np

    from cvdtui.board import setup
    from cvdtui.cli import main as cvdtui
    from cvdtui.engine.columns import sums as column_sums
    from cvdtui.report import market
    from cvdtui.signals.evaluator import SignalEvaluator

    none = np.zeros(0, np.int64)
    setup.Flow = partial(setup.Flow, keeps_orders=False)
    market.BarNotes.of = lambda *_, **__: {}
    SignalEvaluator.catch_up = lambda *_: []
    column_sums.cells_of = lambda _, __, starts, ___: (none, none, np.zeros(len(starts) + 1, np.int64))
    sys.exit(cvdtui(replay(path)[2:]))


def sums(path: Path) -> dict[str, Decimal]:
    """Trades, buy, sell and CVD of a file whose repeated rows stand together, from its digits alone."""
    count = buy = sell = 0
    places, last = 0, ""
    with path.open() as lines:
        for line in lines:
            number, _, size, _, _, _, maker = line.rstrip().split(",")[:7]
            if number == last or not number.isdigit():
                continue
            last = number
            places = len(size.partition(".")[2])
            count += 1
            if maker.lower() == "true":
                sell += int(size.replace(".", ""))
            else:
                buy += int(size.replace(".", ""))
    unit = Decimal(1).scaleb(-places)
    return {"trades": Decimal(count), "buy": buy * unit, "sell": sell * unit, "cvd": (buy - sell) * unit}


def check(due: dict[str, Decimal], report: dict[str, Any], pandas: dict[str, Any]) -> None:
    """The report is the file's own sums to the last digit, and pandas' within its float error."""
    found = {key: Decimal(report[key]) for key in ("trades", "buy", "sell")}
    found["cvd"] = Decimal(report["cvd"]["start"])
    if found != due or report["bars"] != due["cvd"]:
        raise SystemExit(f"the file sums to {due}, the report has {found}, its bars {report['bars']}")
    near = 1e-9 * float(due["buy"] + due["sell"]) + 1e-6
    for key, theirs in (("start", pandas["cvd"]), ("rolling", pandas["rolling"])):
        if abs(float(report["cvd"][key]) - theirs) > near:
            raise SystemExit(f"CVD {key} is {report['cvd'][key]}, pandas has {theirs}")


def made(kind: str, rows: int, folder: Path) -> Path:
    """The file of a kind; made once a folder."""
    path = folder / f"{kind.replace(', ', '-').replace(' ', '')}-{rows}" / "BTCUSDT-aggTrades-2024-08-08.csv"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".part")
        maker = [str(HERE / "make_aggtrades.py"), str(fresh), "--rows", str(rows), *KINDS[kind]]
        subprocess.run([sys.executable, *maker], check=True)
        fresh.rename(path)
    return path


def race(path: Path, rounds: int, *, alone: bool) -> dict[str, list[Run]]:
    """Runs of all by turns."""
    programs = {"ours": replay(path), "pandas": [str(HERE / "peer_pandas.py"), str(path)]}
    if alone:
        programs["alone"] = [str(HERE / "bench_replay.py"), "--without-cells", str(path)]
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, argv in programs.items():
            runs[name].append(run(argv))
    return runs


def lines_of(kind: str, runs: dict[str, list[Run]]) -> list[Line]:
    """Seconds and megabytes side by side."""
    seconds = {name: min(one.seconds for one in of) for name, of in runs.items()}
    processor = {name: min(one.processor for one in of) for name, of in runs.items()}
    memory = {name: max(one.megabytes for one in of) for name, of in runs.items()}
    names = {"ours": ("replay --json", ">= 3"), "alone": ("CVD and bars alone", ">= 5")}
    lines = []
    for name in [name for name in names if name in runs]:
        words, wanted = names[name]
        ratio = seconds["pandas"] / seconds[name]
        took = f"{seconds[name]:.2f} s", f"{seconds['pandas']:.2f} s"
        lines.append(Line(f"{words}, {kind}", *took, ratio, "" if kind == INFORMS else wanted))
    worked = f"{processor['ours']:.2f} s", f"{processor['pandas']:.2f} s"
    lines.append(Line(f"processor time, {kind}", *worked, processor["pandas"] / processor["ours"]))
    held = f"{memory['ours']:.0f} MB", f"{memory['pandas']:.0f} MB"
    return [
        *lines,
        Line(f"memory of replay --json, {kind}", *held, memory["ours"] / memory["pandas"], "<= 1"),
    ]


def measure(scale: float = 1.0, folder: Path | None = None) -> list[Line]:
    """All lines of this benchmark; files stay in `folder` for the next time."""
    if find_spec("pandas") is None:
        raise Skipped("pandas is not installed: pip install '.[bench]'")
    folder = folder or Path(tempfile.gettempdir()) / "cvdtui-bench"
    lines = []
    for number, kind in enumerate(KINDS):
        path = made(kind, int(ROWS * scale), folder)
        runs = race(path, ROUNDS if scale == 1 else 1, alone=number == 0)
        check(sums(path), runs["ours"][0].answer, runs["pandas"][0].answer)
        lines += lines_of(kind, runs)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help=f"share of {ROWS:,} rows")
    parser.add_argument("--folder", type=Path, help="where the files are kept")
    parser.add_argument("--without-cells", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.without_cells:
        replay_without_cells(options.without_cells)
    return show(measure(options.scale, options.folder))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Skipped as why:
        write(f"skipped: {why}")
