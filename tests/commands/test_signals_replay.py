"""The real program prints the worked examples as documented, and takes parameters from the command line."""

import json

from tests.commands.running import finish, report, start

T = 1_723_161_240_000_000
NAME = "binance:XYZUSDT"


def recording(tmp_path):
    """A diagonal imbalance in the first minute, the worked zone in the second, one trade to close it."""
    rows = [(0, 9, 5, "sell"), (1, 10, 30, "buy")]
    rows += [(60_000_001, price, 1, "sell") for price in (9, 10, 11, 14)]
    rows += [(60_000_002, price, 30, "buy") for price in (10, 11, 12, 15)]
    rows += [(120_000_000, 10, 1, "buy")]
    path = tmp_path / "trades.jsonl"
    lines = (
        {"id": number, "time_us": T + at, "price": str(price), "size": str(size), "side": side}
        for number, (at, price, size, side) in enumerate(rows, 1)
    )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def words(tmp_path, *more):
    return (
        "replay",
        recording(tmp_path),
        "--venue",
        "binance",
        "--symbol",
        "XYZUSDT",
        "--json",
        "--row",
        "1",
        *more,
    )


def test_the_worked_diagonal_and_zone_are_in_the_report(tmp_path):
    market = report(tmp_path, *words(tmp_path))[NAME]
    first, second, last = market["bars"]
    assert first["imbalances"] == [["10", "buy"]]
    assert second["imbalances"] == [["10", "buy"], ["11", "buy"], ["12", "buy"], ["15", "buy"]]
    assert second["stacked"] == [["10", "12", "buy", 3]]
    assert (last["imbalances"], last["unfinished"]) == ([], [])
    assert market["signals"] == [
        {
            "signal": "stacked",
            "time_us": second["time_us"],
            "bar_seconds": 60,
            "side": "buy",
            "values": {"low": "10", "high": "12", "rows": 3},
        }
    ]


def test_parameters_are_set_on_the_command_line(tmp_path):
    market = report(tmp_path, *words(tmp_path, "--set", "signals.imbalance.min_volume=31"))[NAME]
    assert market["bars"][0]["imbalances"] == []
    own = f'signals.stacked.markets."{NAME}".rows=4'
    assert report(tmp_path, *words(tmp_path, "--set", own))[NAME]["signals"] == []
    other = 'signals.stacked.markets."binance:BTCUSDT".rows=4'
    assert len(report(tmp_path, *words(tmp_path, "--set", other))[NAME]["signals"]) == 1


def test_an_unknown_parameter_ends_with_its_nearest_name(tmp_path):
    code, out, err = finish(start(tmp_path, *words(tmp_path, "--set", "signals.imbalance.minvolume=3")))
    assert (code, out) == (78, "")
    assert "signals.imbalance.minvolume: no such key; did you mean signals.imbalance.min_volume?" in err
