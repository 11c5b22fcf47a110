"""The arguments of `watch`, `score` and `alert`."""

import argparse
from pathlib import Path

from cvdtui.cli.argument_types import bar, number, symbol, whole
from cvdtui.sources.options import FORMATS


def watch(to: argparse.ArgumentParser) -> None:
    """`cvdtui watch`."""
    to.add_argument(
        "market", nargs="*", metavar="MARKET", help="venue:SYMBOL, instead of the configured markets"
    )
    group = to.add_argument_group("what is waited for")
    group.add_argument(
        "--when", required=True, metavar="EXPR", help="the condition: names, numbers, + - * / < > and or not"
    )
    group.add_argument("--once", action="store_true", help="end with the first time it holds")
    group.add_argument("--seconds", type=number(above=0), metavar="N", help="wait no longer than N seconds")
    group.add_argument("--demo", action="store_true", help="the markets of a demo exchange")
    group.add_argument("--bar", type=bar, metavar="LENGTH", help="bar length of z: 60, 1m, 15m, 4h ... (60)")
    group.add_argument("--rolling", type=whole(1), metavar="N", help="trades in the rolling CVD (1000)")


def score(to: argparse.ArgumentParser) -> None:
    """`cvdtui score`."""
    to.add_argument(
        "file", nargs="*", type=Path, metavar="FILE", help="recorded trades; without: the journal"
    )
    group = to.add_argument_group("the files")
    group.add_argument("--format", choices=FORMATS, default="auto", help="what they are (auto: by content)")
    group.add_argument("--venue", metavar="NAME", help="whose trades they are, where the file does not say")
    group.add_argument("--symbol", type=symbol, metavar="SYMBOL", help="of what, where the file does not say")
    group.add_argument("--bar", type=bar, metavar="LENGTH", help="bar length: 60, 1m, 15m, 4h ... (60)")
    group.add_argument("--rolling", type=whole(1), metavar="N", help="trades in the rolling CVD (1000)")
    group.add_argument("--journal", type=Path, metavar="FILE", help="another journal than your own")
    group.add_argument("--json", action="store_true", help="the scorecard as JSON, of each market too")


def alert(to: argparse.ArgumentParser) -> None:
    """`cvdtui alert`."""
    to.add_argument("action", choices=("test",), help="what to do")
    to.add_argument("channel", metavar="CHANNEL", help="bell, notice, desktop, or one of the configuration")
