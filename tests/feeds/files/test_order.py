"""Several files are one tape, whatever order they are named in: by the time of their first rows."""

import gzip
import itertools
import json

import pytest

from cvdtui.board.setup import counted_board
from cvdtui.cli.config_layers import checked
from cvdtui.commands.replay import feed
from cvdtui.feeds.files import open_files
from cvdtui.feeds.files.order import by_time
from cvdtui.report.market import report

MS = 1_723_161_600_000


def row(number, time_ms, *, sold=False):
    return f"{number},{600 + number % 5}.0,{number % 7 + 1},{number},{number},{time_ms},{str(sold).lower()}\n"


def rows(first, last, begin_ms=MS):
    return "".join(row(n, begin_ms + (n - first) * 1_000, sold=n % 3 == 0) for n in range(first, last))


def counted(paths):
    board = counted_board(checked([]))
    feed(board, open_files(paths, now=lambda: (MS + 10**9) * 1_000, venue="binance-usdm"))
    board.finish()
    (market,) = report([*board.states.values()], bar_seconds=60, rows={})["markets"].values()
    return market


@pytest.fixture
def parts(tmp_path):
    """A month and a day of it, and the hours after it."""
    month, day = tmp_path / "BTCUSDT-aggTrades-2024-01.csv", tmp_path / "BTCUSDT-aggTrades-2024-01-31.csv"
    month.write_text(rows(1, 301))
    day.write_text(rows(201, 301, MS + 200_000))
    hours = []
    for number in range(3):
        hours.append(tmp_path / f"BTCUSDT-aggTrades-h{number}.csv")
        hours[-1].write_text(rows(301 + number * 50, 351 + number * 50, MS + (300 + number * 50) * 1_000))
    return [month, day, *hours]


def test_every_order_of_the_names_gives_the_same_report(parts):
    first = counted(parts)
    assert (first["trades"], first["duplicates"], first["lost"], first["coverage"]) == (450, 100, 0, 1.0)
    for order in itertools.islice(itertools.permutations(parts), 1, 120, 7):
        assert counted(order) == first


def test_a_file_that_is_newest_first_inside_loses_nothing(tmp_path):
    path = tmp_path / "BTCUSDT-aggTrades-2024-01-31.csv"
    path.write_text("".join(reversed(rows(1, 301).splitlines(keepends=True))))
    straight = tmp_path / "straight" / path.name
    straight.parent.mkdir()
    straight.write_text(rows(1, 301))
    assert counted([path]) == counted([straight])


def test_ids_that_begin_anew_are_said_and_nothing_is_lost_in_either_order(tmp_path):
    old, new = tmp_path / "LUNAUSDT-aggTrades-2022-05-12.csv", tmp_path / "LUNAUSDT-aggTrades-2022-05-31.csv"
    old.write_text(rows(34_000_000, 34_000_050))
    new.write_text(rows(1, 81, MS + 3_600_000))
    for order in ([old, new], [new, old]):
        market = counted(order)
        assert (market["trades"], market["duplicates"], market["lost"]) == (130, 0, 0)
        (gap,) = market["gaps"]
        assert (gap["state"], gap["missing"], gap["after"], gap["before"]) == ("anew", None, 34_000_049, 1)
        assert 0 < market["coverage"] < 1


def test_every_format_tells_when_it_begins(tmp_path):
    files = {
        "c.jsonl": json.dumps({"id": 1, "time_us": MS * 1000 + 3, "price": "1", "size": "1", "side": "buy"}),
        "b.txt": f'{MS * 10**6 + 2_000} {{"stream":"x"}}',
        "a.txt": f'{MS // 1000}.000001: {{"e":"trade"}}',
        "e.txt": json.dumps({"e": "trade", "T": MS + 7}),
        "d.csv": "agg_trade_id,p,q,f,l,transact_time,m\n" + row(1, MS + 5),
    }
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text + "\n")
    packed = tmp_path / "z.gz"
    packed.write_bytes(gzip.compress(row(1, MS - 1).encode()))
    assert [path.name for path in by_time([*paths, packed], None)] == [
        "z.gz", "a.txt", "b.txt", "c.jsonl", "d.csv", "e.txt",
    ]  # fmt: skip


def test_where_one_file_tells_no_time_the_order_is_as_it_was_named(tmp_path):
    late, odd = tmp_path / "late.csv", tmp_path / "odd.csv"
    late.write_text(row(1, MS))
    odd.write_text("nothing here\n")
    missing = tmp_path / "missing.csv"
    assert by_time([late, odd], None) == [late, odd]
    assert by_time([late, missing], None) == [late, missing]
