"""`cvdtui replay`: the known truths of recorded tapes, and what bad files get."""

import gzip
import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from decimal import Decimal

import pytest

from tests.commands.running import DATA, environment, finish, report, start

recorded = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded tapes of ../shared/data are not here")

HEADER = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
ROWS = (
    "1,100.5,2,1,1,1700000000000,false\n"
    "2,100.0,1.5,2,2,1700000001000,true\n"
    "3,101.0,0.25,3,3,1700000061000,True\n"
)


def plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text


def raw_trades(*names: str) -> list[tuple[int, Decimal, Decimal, bool]]:
    """(time in us, price, size, sold) of recorded frames, read the obvious way."""
    trades = []
    for name in names:
        with gzip.open(DATA / "binance_raw" / name, "rt") as lines:
            for line in lines:
                data = json.loads(line.partition(" ")[2]).get("data", {})
                if data.get("e") == "trade":
                    trades.append((data["T"] * 1000, Decimal(data["p"]), Decimal(data["q"]), data["m"]))
    return trades


def slow_bars(trades: list[tuple[int, Decimal, Decimal, bool]], row: Decimal) -> list[dict]:
    """The bars of one minute in exact decimals, with the rows of their footprint."""
    groups = defaultdict(list)
    for trade in trades:
        groups[trade[0] // 60_000_000 * 60_000_000].append(trade)
    bars, cvd = [], Decimal(0)
    for time_us in sorted(groups):
        buy = sell = run = high = low = Decimal(0)
        cells = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for _, price, size, sold in groups[time_us]:
            buy, sell = (buy, sell + size) if sold else (buy + size, sell)
            run += -size if sold else size
            high, low = max(high, run), min(low, run)
            cells[(price / row + Decimal("0.5")) // 1 * row][sold] += size
        cvd += run
        prices = [trade[1] for trade in groups[time_us]]
        bars.append(
            {
                "time_us": time_us,
                "open": plain(prices[0]),
                "high": plain(max(prices)),
                "low": plain(min(prices)),
                "close": plain(prices[-1]),
                "buy": plain(buy),
                "sell": plain(sell),
                "unknown": "0",
                "delta": plain(run),
                "source": "taker",
                "delta_high": plain(high),
                "delta_low": plain(low),
                "cvd": plain(cvd),
                "trades": len(prices),
                "rows": [[plain(at), plain(both[0]), plain(both[1])] for at, both in sorted(cells.items())],
            }
        )
    return bars


@recorded
@pytest.mark.parametrize(
    ("files", "market", "count", "start_cvd", "session"),
    [
        (["usdm_btcusdt_20240808.gz"], "binance-usdm:BTCUSDT", 21313, "73.786", "73.786"),
        (
            ["spot_btcusdt_20240808.gz", "spot_btcusdt_20240809.gz"],
            "binance:BTCUSDT",
            19904,
            "-28.93328",
            "-10.07835",
        ),
    ],
)
def test_recorded_tapes_give_their_known_truths_in_sums_bars_rows_and_profile(
    tmp_path, files, market, count, start_cvd, session
):
    paths = [str(DATA / "binance_raw" / name) for name in files]
    made = report(tmp_path, "replay", "--json", "--bar", "60", "--row", "10", *paths)[market]
    assert (made["trades"], made["duplicates"], made["lost"], made["rejected"]) == (count, 0, 0, 0)
    assert made["cvd"]["start"] == start_cvd
    assert made["cvd"]["session"] == session
    assert made["coverage"] == 1.0
    assert made["gaps"] == []
    trades = raw_trades(*files)
    due = slow_bars(trades, Decimal(10))
    assert [{key: bar[key] for key in due[0]} for bar in made["bars"]] == due
    last_day = max(trade[0] for trade in trades) // 86_400_000_000
    today = [trade for trade in trades if trade[0] // 86_400_000_000 == last_day]
    rows = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for _, price, size, sold in today:
        rows[(price / 10 + Decimal("0.5")) // 1 * 10][sold] += size
    assert made["profile"]["rows"] == [[plain(at), plain(b), plain(s)] for at, (b, s) in sorted(rows.items())]
    top = max(rows, key=lambda at: (sum(rows[at]), -at))
    assert made["profile"]["poc"] == plain(top)
    vwap = sum(price * size for _, price, size, _ in today) / sum(trade[2] for trade in today)
    assert made["vwap"] == pytest.approx(float(vwap), rel=1e-14)


def test_an_archive_gives_the_same_report_plain_zipped_and_by_the_line(tmp_path):
    table = tmp_path / "BTCUSDT-aggTrades-2023-11-14.csv"
    table.write_text(HEADER + ROWS)
    zipped = tmp_path / "BTCUSDT-aggTrades-2023-11-14.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(table, table.name)
    lines = tmp_path / "BTCUSDT.jsonl"
    sides = ("buy", "sell", "sell")
    lines.write_text(
        "".join(
            json.dumps({"id": int(i), "time_us": int(t) * 1000, "price": p, "size": q, "side": side}) + "\n"
            for (i, p, q, _, _, t, _), side in zip(
                (row.split(",") for row in ROWS.splitlines()), sides, strict=True
            )
        )
    )
    words = ("replay", "--json", "--venue", "binance-usdm", "--symbol", "BTCUSDT")
    made = [report(tmp_path, *words, str(path)) for path in (table, zipped, lines)]
    assert made[0] == made[1] == made[2]
    market = made[0]["binance-usdm:BTCUSDT"]
    assert market["cvd"] == {"start": "0.25", "session": "0.25", "week": "0.25", "rolling": "0.25"}
    assert [bar["delta"] for bar in market["bars"]] == ["0.5", "-0.25"]
    assert (market["bars"][0]["delta_high"], market["bars"][0]["delta_low"]) == ("2", "0")


def test_rows_that_do_not_parse_are_counted_and_said_and_the_rest_is_kept(tmp_path):
    path = tmp_path / "BTCUSDT-aggTrades-2023-11-14.csv"
    bad = "4,NaN,1,4,4,1700000062000,true\n5,100,-1,5,5,1700000062000,true\nnonsense\n"
    path.write_text(HEADER + ROWS + bad + "6,100,1e30,6,6,1700000062000,true\n")
    code, out, err = finish(start(tmp_path, "replay", "--json", "--venue", "binance-usdm", str(path)))
    assert code == 0, err
    market = json.loads(out)["markets"]["binance-usdm:BTCUSDT"]
    assert (market["trades"], market["rejected"]) == (3, 4)
    assert "rejected" in err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("BTCUSDT-aggTrades-x.csv", b"a,b,c\n1,2,3\n", 65),
        ("empty.jsonl", b"", 65),
        ("not.gz", b"plain text", 66),
        ("missing.csv", None, 66),
    ],
)
def test_files_that_cannot_be_used_get_one_line_and_their_exit_code(tmp_path, name, content, code):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    words = ("replay", "--json", "--venue", "binance", "--symbol", "BTCUSDT", str(path))
    got, out, err = finish(start(tmp_path, *words))
    assert got == code, err
    assert out == ""
    last = err.strip().splitlines()[-1]
    assert last.startswith("cvdtui: ")
    assert name in last
    assert "Traceback" not in err


def test_what_came_before_a_file_breaks_off_is_in_the_report(tmp_path):
    whole, cut = tmp_path / "BTCUSDT-aggTrades-1.csv", tmp_path / "cut.gz"
    whole.write_text(ROWS)
    rows = "".join(
        f"{n},100,1,{n},{n},{1_700_000_100_000 + n},{'true' if n % 2 else 'false'},true\n"
        for n in range(4, 80_000)
    )
    cut.write_bytes(gzip.compress(rows.encode())[:-4000])
    words = ("replay", "--json", "--venue", "binance", "--symbol", "BTCUSDT", str(whole), str(cut))
    code, out, err = finish(start(tmp_path, *words))
    assert code == 66, err
    (market,) = json.loads(out)["markets"].values()
    assert 40_000 < market["trades"] < 80_000
    assert Decimal(market["buy"]) - Decimal(market["sell"]) == Decimal(market["cvd"]["start"])
    (line,) = err.strip().splitlines()
    assert f"{cut}: the compressed data is cut off" in line
    assert line.endswith("; the report holds what came before")


def test_a_replay_without_a_screen_never_loads_one(tmp_path):
    path = tmp_path / "BTCUSDT-aggTrades-2023-11-14.csv"
    path.write_text(HEADER + ROWS)
    program = (
        "import sys; from cvdtui.cli import main; code = main(sys.argv[1:]);"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('textual', 'websockets')];"
        "sys.exit(code)"
    )
    words = [sys.executable, "-c", program, "replay", "--json", str(path)]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
