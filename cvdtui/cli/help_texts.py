"""What `cvdtui COMMAND --help` says above and below the arguments, and of the faults of the demo exchange."""

from cvdtui.sources.options import Fault

DESCRIPTIONS = {
    "side-error": "How often inferred sides are wrong: tick rule, quote rule, Lee-Ready, candle and BVC on\n"
    "trades whose true side is known. Frames of trades and bookTicker, <receipt ns> <json>.",
    "run": "Live order flow of the configured markets, or of those named here.",
    "demo": "Live order flow from a small exchange on this machine. It sends the venues' own formats,\n"
    "made by a seeded order-flow model, and can fail on request.",
    "replay": "Recorded trades: Binance aggTrades archives (CSV or zip), frames of a WebSocket (.gz\n"
    "allowed), or JSON lines. Several files of one market are one tape.",
    "markets": "Instruments of the venues of your markets (or of those named), as requested now or less\n"
    "than ten minutes ago. PATTERN is a name as people type it, or a part of one.",
    "watch": "Wait until a condition holds for one of the markets, and print that as a line of JSON. The\n"
    "exit code is 0 when it held, 1 when the time was up and it never did, 69 when no venue answered.",
    "score": "How often price went the way of each signal, 5, 20 and 60 bars later, beside how often it\n"
    "does after any bar: of recorded trades, or of the journal that live runs keep.",
    "alert": "Send a test alert through one channel, once, and print the result (69: not delivered).",
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

FAULT_TEXTS: dict[Fault, str] = {
    "drop": "lost connections",
    "dup": "repeated trades",
    "skip": "missing trades",
    "stall": "silence",
    "malformed": "broken frames",
    "slow": "late data",
    "429": "refused requests",
}
