"""The arguments of every command, as argparse knows them."""

import argparse
from pathlib import Path
from typing import NoReturn

from cvdtui.cli import signal_arguments
from cvdtui.cli.argument_types import bar, faults, number, row, symbol, whole
from cvdtui.errors import UsageError
from cvdtui.sources.options import FAULTS, FORMATS

DESCRIPTIONS = {
    "side-error": "How wrong inferred sides are: what tick rule, quote rule, Lee-Ready, candle and BVC\n"
    "make of trades whose true side is known. Frames of trades and bookTicker, <receipt ns> <json>.",
    "run": "Live order flow of the configured markets, or of those named here.",
    "demo": "Live order flow from a small exchange on this machine. It speaks the venues' own formats over\n"
    "a seeded order-flow model, and can misbehave on request.",
    "replay": "Recorded trades: Binance aggTrades archives (CSV or zip), frames of a WebSocket (.gz\n"
    "allowed), or JSON lines. Several files of one market are one tape.",
    "markets": "Instruments of the venues of your markets (or of those named), asked for, or as kept from\n"
    "the last time. PATTERN is a name as people type it, or a part of one.",
    "watch": "Wait until a condition holds for one of the markets, and say so in a line of JSON. The exit\n"
    "code is 0 when it held, 1 when the time was up and it never did, 69 when no venue answered.",
    "score": "How often price went the way each signal said, 5, 20 and 60 bars later, beside how often it\n"
    "does after any bar: of recorded trades, or of the journal that live runs keep.",
    "alert": "Send a test alert through one channel, once, and say what came of it (69: it did not get out).",
    "config": "Where the user's configuration is (path), every value in force and its origin (show), or\n"
    "whether the file is good (check).",
}

EXAMPLES = {
    "side-error": """\
  cvdtui side-error spot_btcusdt.gz
  cvdtui side-error usdm.gz --venue binance-usdm --bar 15s --json""",
    "run": """\
  cvdtui run
  cvdtui run binance-usdm:BTCUSDT binance:BTCUSDT --bar 5m
  cvdtui run --headless --seconds 60 --json
  cvdtui run --set venues.binance.rest_url=https://data-api.binance.vision""",
    "demo": """\
  cvdtui demo
  cvdtui demo --markets 20 --rate 2000
  cvdtui demo --seed 7 --fault drop,dup,skip --ledger truth.json --seconds 60 --json""",
    "replay": """\
  cvdtui replay BTCUSDT-aggTrades-2024-08-08.zip
  cvdtui replay usdm.gz --venue binance-usdm --json --bar 60 --row 10
  cvdtui replay trades.jsonl --venue binance --symbol BTCUSDT --speed 100""",
    "markets": """\
  cvdtui markets pepe
  cvdtui markets btc-perp --venue bybit --venue okx
  cvdtui markets BTC/USD --refresh
  cvdtui markets ibkr:ES""",
    "watch": """\
  cvdtui watch --once --when 'z > 2 and coverage > 0.99'
  cvdtui watch --when 'abs(delta_5m) > 100 or climax' --seconds 3600 binance-usdm:BTCUSDT
  cvdtui watch --once --demo --when 'last > 0 and live'""",
    "score": """\
  cvdtui score
  cvdtui score BTCUSDT-aggTrades-2024-08-08.zip --bar 5m
  cvdtui score usdm.gz --venue binance-usdm --json""",
    "alert": """\
  cvdtui alert test bell
  cvdtui alert test phone""",
    "config": """\
  $EDITOR "$(cvdtui config path)"
  cvdtui config check
  cvdtui config show --set bar=5m""",
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong by UsageError instead of leaving the program with exit code 2."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message.removeprefix('argument ')}; see {self.prog} --help")


def parser(command: str) -> argparse.ArgumentParser:
    """The parser of `run`, `demo`, `replay` or `config`; its `error` raises UsageError."""
    made = _Parser(
        prog=f"cvdtui {command}",
        description=DESCRIPTIONS[command],
        epilog="examples:\n" + EXAMPLES[command],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    {
        "run": _run,
        "demo": _demo,
        "replay": _replay,
        "markets": _markets,
        "side-error": _side_error,
        "watch": signal_arguments.watch,
        "score": signal_arguments.score,
        "alert": signal_arguments.alert,
        "config": _config,
    }[command](made)
    _settings(made)
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
    group.add_argument("--seed", type=whole(0), default=1, metavar="N", help="same seed, same trades (1)")
    group.add_argument("--markets", type=whole(1), default=12, metavar="N", help="how many it lists (12)")
    group.add_argument(
        "--rate",
        type=number(above=0),
        default=200.0,
        metavar="N",
        help="trades a second, all markets together (200)",
    )
    group.add_argument(
        "--fault",
        type=faults,
        action="extend",
        default=[],
        metavar="F[,F...]",
        help="what it does wrong: " + ", ".join(FAULTS),
    )
    group.add_argument("--ledger", type=Path, metavar="FILE", help="where it writes what was true, as JSON")
    _common(to)


def _replay(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", nargs="+", type=Path, metavar="FILE", help="recorded trades")
    group = to.add_argument_group("the files")
    group.add_argument("--format", choices=FORMATS, default="auto", help="what they are (auto: by content)")
    group.add_argument("--venue", metavar="NAME", help="whose trades they are, where the file does not say")
    group.add_argument("--symbol", type=symbol, metavar="SYMBOL", help="of what, where the file does not say")
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
        "--venue", action="append", default=[], metavar="NAME", help="this venue's; may be repeated"
    )
    group.add_argument(
        "--refresh", action="store_true", help="ask the venues, however fresh what was kept is"
    )
    group.add_argument("--venues", action="store_true", help="the venues there are, and what each tells")


def _side_error(to: argparse.ArgumentParser) -> None:
    to.add_argument("file", nargs="+", type=Path, metavar="FILE", help="frames with their time of receipt")
    group = to.add_argument_group("the files")
    group.add_argument("--venue", metavar="NAME", help="whose frames they are, where they do not tell")
    group.add_argument("--bar", type=bar, metavar="LENGTH", help="bars of candle and BVC (1m)")
    group.add_argument("--json", action="store_true", help="as JSON, alone on stdout")


def _config(to: argparse.ArgumentParser) -> None:
    to.add_argument("action", choices=("path", "show", "check"), help="what to do")


def _common(to: argparse.ArgumentParser) -> None:
    group = to.add_argument_group("what is shown and for how long")
    group.add_argument("--headless", action="store_true", help="no screen; a report at the end")
    group.add_argument(
        "--json", action="store_true", help="the report as JSON, alone on stdout; implies --headless"
    )
    group.add_argument("--seconds", type=number(above=0), metavar="N", help="stop after N seconds")
    group.add_argument("--bar", type=bar, metavar="LENGTH", help="bar length: 60, 1m, 15m, 4h ... (60)")
    group.add_argument("--rolling", type=whole(1), metavar="N", help="trades in the rolling CVD (1000)")
    group.add_argument(
        "--row",
        type=row,
        default=argparse.SUPPRESS,
        metavar="SIZE",
        help="row size in price units, or auto (auto)",
    )


def _settings(to: argparse.ArgumentParser) -> None:
    group = to.add_argument_group("configuration")
    group.add_argument("--config", type=Path, metavar="FILE", help="read FILE instead of your configuration")
    group.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="set any key, dotted; may be repeated"
    )
