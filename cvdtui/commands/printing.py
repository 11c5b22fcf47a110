"""The report on stdout: JSON for programs, a short table for people; notices go to stderr."""

import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from cvdtui.board.board import Board
from cvdtui.board.setup import configured_evaluators, report_rows
from cvdtui.config import Config
from cvdtui.report.market import Json, report


def print_report(
    board: Board,
    config: Config,
    *,
    as_json: bool,
    notices: Sequence[str] = (),
    silent: Mapping[str, str] | None = None,
) -> None:
    """Writes the report once, alone on stdout; `silent` as `report` takes it."""
    for notice in notices:
        sys.stderr.write(f"cvdtui: {notice}\n")
    states = list(board.states.values())
    rows = report_rows(config, states)
    with _collector_resting():
        encode = msgspec.json.Encoder().encode
        content = report(
            states,
            bar_seconds=config.bar,
            rows=rows,
            silent=silent,
            make_evaluator=configured_evaluators(config),
            keep=(lambda bar: msgspec.Raw(encode(bar))) if as_json else None,
        )
        text = encode(content) if as_json else "\n".join(table(content)).encode()
        sys.stdout.flush()  # text written before must not come after the bytes
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()


@contextmanager
def _collector_resting() -> Iterator[None]:
    """No garbage collection meanwhile: a report is millions of small lists without a cycle.

    Walking them again and again takes 40 % of the time. They are frozen, so that the collection at the end
    of the program, which comes next, does not walk them either.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def table(content: Json) -> list[str]:
    """The report in short: a line a market, a line an asset of several markets."""
    lines = [f"{'market':<28}{'trades':>10}{'CVD session':>18}{'CVD start':>18}{'VWAP':>14}  quality"]
    for name, market in content["markets"].items():
        vwap = "-" if market["vwap"] is None else f"{market['vwap']:.8g}"
        session, start = market["cvd"]["session"], market["cvd"]["start"]
        numbers = f"{market['trades']:>10}{session:>18}{start:>18}{vwap:>14}"
        lines.append(f"{name:<28}{numbers}  {_quality(market)}")
    lines += _groups(content["groups"])
    lines.append("sizes in base units; CVD since the session's start, and of all that was seen")
    return lines


def _groups(groups: Json) -> list[str]:
    """A line an asset of more than one market; nothing where there is none."""
    several = {name: group for name, group in groups.items() if len(group["parts"]) > 1}
    if not several:
        return []
    lines = [
        "",
        f"{'asset':<14}{'money':>6}{'CVD session':>18}{'spot':>18}{'perp':>18}{'spot-perp':>18}  markets",
    ]
    for name, group in several.items():
        keys = ("cvd", "spot", "perp", "spot_minus_perp")
        numbers = "".join(f"{float(group[key]['session']):>18,.0f}".replace(",", " ") for key in keys)
        left = "".join(f", without {market} ({why})" for market, why in group["excluded"].items())
        counted = len(group["parts"]) - len(group["excluded"])
        lines.append(f"{name:<14}{group['money']:>6}{numbers}  {counted} of {len(group['parts'])}{left}")
    return [*lines, "in quote units, every dollar coin taken for one dollar", ""]


def _since(time_us: int | None) -> str:
    """` from 14:02 UTC`, where the session before that is not known."""
    if time_us is None:
        return ""
    return f" from {datetime.fromtimestamp(time_us // 1_000_000, UTC):%H:%M} UTC"


def _quality(market: Json) -> str:
    words = [f"coverage {market['coverage'] * 100:.4g} %{_since(market['known_from_time_us'])}"]
    words += [f"{market[key]} {key}" for key in ("lost", "duplicates", "rejected", "excluded") if market[key]]
    open_gaps = sum(1 for gap in market["gaps"] if gap["state"] == "open")
    if open_gaps:
        words.append(f"{open_gaps} gaps open")
    words += [f"{share * 100:.3g} % {source}" for source, share in market["side_source"].items()]
    return ", ".join(words)
