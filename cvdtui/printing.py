"""The report on stdout: JSON for programs, a short table for people; notices go to stderr."""

import sys
from collections.abc import Sequence

import msgspec

from cvdtui.board import Board
from cvdtui.config import Config
from cvdtui.flows import report_rows
from cvdtui.report import Json, report


def print_report(board: Board, config: Config, *, as_json: bool, notices: Sequence[str] = ()) -> None:
    """Writes the report once, alone on stdout."""
    for notice in notices:
        sys.stderr.write(f"cvdtui: {notice}\n")
    states = list(board.states.values())
    made = report(states, bar_seconds=config.bar, rows=report_rows(config, states))
    text = msgspec.json.encode(made).decode() if as_json else "\n".join(table(made))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(made: Json) -> list[str]:
    """A line a market: what a person wants to know of a report."""
    lines = [f"{'market':<28}{'trades':>10}{'CVD session':>18}{'CVD start':>18}{'VWAP':>14}  quality"]
    for name, market in made["markets"].items():
        vwap = "-" if market["vwap"] is None else f"{market['vwap']:.8g}"
        session, start = market["cvd"]["session"], market["cvd"]["start"]
        numbers = f"{market['trades']:>10}{session:>18}{start:>18}{vwap:>14}"
        lines.append(f"{name:<28}{numbers}  {_quality(market)}")
    lines.append("sizes in base units; CVD since the session's start, and of all that was seen")
    return lines


def _quality(market: Json) -> str:
    words = [f"coverage {market['coverage'] * 100:.4g} %"]
    words += [f"{market[key]} {key}" for key in ("lost", "duplicates", "rejected", "excluded") if market[key]]
    open_gaps = sum(1 for gap in market["gaps"] if gap["state"] == "open")
    if open_gaps:
        words.append(f"{open_gaps} gaps open")
    words += [f"{share * 100:.3g} % {source}" for source, share in market["side_source"].items()]
    return ", ".join(words)
