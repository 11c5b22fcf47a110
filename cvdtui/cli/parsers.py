"""The arguments of every command, as argparse knows them.

A default that is shown comes from where it is written: the schema of the configuration for a flag that stands
for a key, the options of the command for the others.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from cvdtui.cli.argument_types import bar, faults, number, row, symbol, whole
from cvdtui.cli.help_texts import DESCRIPTIONS, EXAMPLES, FAULT_TEXTS
from cvdtui.config import DEFAULTS
from cvdtui.config.validators import ROW, bar_text
from cvdtui.errors import UsageError
from cvdtui.sources.options import FORMATS, DemoOptions, ReplayOptions

DEMO = DemoOptions(config=DEFAULTS)
REPLAY = ReplayOptions(config=DEFAULTS, files=())


class _Parser(argparse.ArgumentParser):
    """Reports an error as UsageError instead of ending the program with exit code 2."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message.removeprefix('argument ')}; see {self.prog} --help")


def parser(command: str) -> argparse.ArgumentParser:
    """The parser of a command; its `error` raises UsageError."""
    made = _Parser(
        prog=f"cvdtui {command}",
        description=DESCRIPTIONS[command],
        epilog="examples:\n" + EXAMPLES[command],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        # An abbreviation that works today would become ambiguous, and break scripts, with the next flag.
        allow_abbrev=False,
    )
    _ARGUMENTS[command](made)
    group = made.add_argument_group("configuration")
    group.add_argument("--config", type=Path, metavar="FILE", help="read FILE instead of your configuration")
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set any configuration key, dotted; may be repeated. Quotes protect a name with dots: "
        'row.markets."binance:BTCUSDT"=10',
    )
    return made


def _run(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "market",
        nargs="*",
        metavar="MARKET",
        help="venue:SYMBOL, or a name that means one (btc-perp), instead of the configured markets",
    )
    _common(to)


def _demo(to: argparse.ArgumentParser) -> None:
    group = to.add_argument_group("the demo exchange")
    group.add_argument(
        "--seed",
        type=whole(0),
        default=DEMO.seed,
        metavar="N",
        help=f"the same seed gives the same trades ({DEMO.seed})",
    )
    group.add_argument(
        "--markets",
        type=whole(1),
        default=DEMO.markets,
        metavar="N",
        help=f"how many markets it lists ({DEMO.markets}, of Binance; 13 to 16 add the BTC and ETH "
        "perpetuals of Bybit and OKX, 17 to 20 their spot markets, 21 to 24 Bybit's inverse ones, 25 to 32 "
        "SOL and XRP on both, then more of Binance: 60 in all, of six venues)",
    )
    group.add_argument(
        "--rate",
        type=number(above=0),
        default=DEMO.rate,
        metavar="N",
        help=f"trades a second, all markets together ({DEMO.rate:g})",
    )
    group.add_argument(
        "--fault",
        type=faults,
        action="extend",
        default=[],
        metavar="F[,F...]",
        help="what it does wrong (nothing): "
        + ", ".join(f"{name} ({text})" for name, text in FAULT_TEXTS.items())
        + ". skip and stall spare Bybit, whose ids could never reveal a missing trade",
    )
    group.add_argument(
        "--ledger", type=Path, metavar="FILE", help="write the true trades and sums to FILE, as JSON"
    )
    _common(to)


def _replay(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", nargs="+", type=Path, metavar="FILE", help="recorded trades")
    group = _files(to)
    group.add_argument(
        "--speed",
        type=number(above=-1),
        metavar="X",
        help="times the recorded speed, 0 as fast as it can (1 on the screen, 0 headless)",
    )
    _common(to)


def _markets(to: argparse.ArgumentParser) -> None:
    to.add_argument("pattern", nargs="?", default="", metavar="PATTERN", help="a name, or a part of one")
    group = to.add_argument_group("where")
    group.add_argument(
        "--venue",
        action="append",
        default=[],
        metavar="NAME",
        help="this venue's instruments, instead of those of your venues; may be repeated",
    )
    group.add_argument(
        "--refresh",
        action="store_true",
        help="request the lists anew; else one less than ten minutes old is used, or an older one, with its "
        "age, where a venue cannot be reached",
    )
    group.add_argument(
        "--venues",
        action="store_true",
        help="the venues themselves: what becomes of missing trades, whether candles give the session, "
        "where they are",
    )


def _side_error(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", nargs="+", type=Path, metavar="FILE", help="frames with their time of receipt")
    group = to.add_argument_group("the files")
    group.add_argument("--venue", metavar="NAME", help="whose frames they are, where the file does not say")
    _bar(group, "bars of candle and BVC")
    group.add_argument("--json", action="store_true", help="as JSON, alone on stdout")


def _watch(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "market", nargs="*", metavar="MARKET", help="venue:SYMBOL, instead of the configured markets"
    )
    group = to.add_argument_group("what is waited for")
    group.add_argument(
        "--when", required=True, metavar="EXPR", help="the condition: names, numbers, + - * / < > and or not"
    )
    group.add_argument(
        "--once",
        action="store_true",
        help="end with the first time it holds; without, a line each time it begins to hold for a market",
    )
    group.add_argument("--seconds", type=number(above=0), metavar="N", help="wait no longer than N seconds")
    group.add_argument("--demo", action="store_true", help="watch the markets of a demo exchange")
    _bar(group, "bar length of z")
    _rolling(group)


def _score(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "file", nargs="*", type=Path, metavar="FILE", help="recorded trades; without: the journal"
    )
    group = _files(to)
    _bar(group)
    _rolling(group)
    group.add_argument("--journal", type=Path, metavar="FILE", help="another journal than your own")
    group.add_argument(
        "--json", action="store_true", help="the scorecard as JSON: of all markets together and of each"
    )


def _alert(to: argparse.ArgumentParser) -> None:
    to.add_argument("action", choices=("test",), help="what to do")
    to.add_argument("channel", metavar="CHANNEL", help="bell, notice, desktop, or one of the configuration")


def _config(to: argparse.ArgumentParser) -> None:
    to.add_argument("action", choices=("path", "show", "check"), help="what to do")


_ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "run": _run,
    "demo": _demo,
    "replay": _replay,
    "markets": _markets,
    "side-error": _side_error,
    "watch": _watch,
    "score": _score,
    "alert": _alert,
    "config": _config,
}


def _files(to: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    group = to.add_argument_group("the files")
    group.add_argument(
        "--format",
        choices=FORMATS,
        default=REPLAY.format,
        help=f"what they are ({REPLAY.format}: by content)",
    )
    group.add_argument("--venue", metavar="NAME", help="whose trades they are, where the file does not say")
    group.add_argument(
        "--symbol", type=symbol, metavar="SYMBOL", help="of which market, where the file does not say"
    )
    return group


def _common(to: argparse.ArgumentParser) -> None:
    group = to.add_argument_group("what is shown and for how long")
    group.add_argument(
        "--headless",
        action="store_true",
        help="no screen, a report at the end; needed where there is no terminal",
    )
    group.add_argument(
        "--json", action="store_true", help="the report as JSON, once, alone on stdout; implies --headless"
    )
    group.add_argument("--seconds", type=number(above=0), metavar="N", help="stop after N seconds")
    _bar(group)
    _rolling(group)
    group.add_argument(
        "--row",
        type=row,
        # None is a value here (automatic rows), so only an absent argument can say that none was given.
        default=argparse.SUPPRESS,
        metavar="SIZE",
        help="row size of footprint and profile in price units for every market, or auto "
        f"({ROW.written(DEFAULTS.row.default)})",
    )


def _bar(group: argparse._ArgumentGroup, what: str = "bar length") -> None:
    shown = bar_text(DEFAULTS.bar)
    group.add_argument("--bar", type=bar, metavar="LENGTH", help=f"{what}: 60, 1m, 15m, 4h ... ({shown})")


def _rolling(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--rolling", type=whole(1), metavar="N", help=f"trades in the rolling CVD ({DEFAULTS.rolling})"
    )
