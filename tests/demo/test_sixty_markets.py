"""Sixty markets of six venues in one program, an exchange that errs: the sums are the exchange's own."""

import json

from tests.commands.running import finish, start

MINUTE_US = 60_000_000
FAULTS = "drop,dup,skip,malformed"
SUMS = ("buy", "sell", "delta", "open", "high", "low", "close")
BY_ID = ("binance", "okx")
"""Venues whose ids leave no hole: what was missing is fetched, every one."""


def spoilt(market, begin_us):
    """Whether a loss that the market reports may lie in this minute."""
    return any(
        gap["state"] == "lost"
        and gap["from_time_us"] < begin_us + MINUTE_US
        and gap["to_time_us"] >= begin_us
        for gap in market["gaps"]
    )


def test_sixty_markets_of_six_venues_end_with_the_sums_of_the_ledger(tmp_path):
    ledger = tmp_path / "truth.json"
    words = ("--markets", "60", "--seconds", "12", "--fault", FAULTS, "--ledger", str(ledger))
    code, out, err = finish(start(tmp_path, "demo", "--headless", "--json", *words))
    assert code == 0, err
    markets, books = json.loads(out)["markets"], json.loads(ledger.read_text())
    assert books["faults"]["skipped"]
    assert books["faults"]["repeated"]
    assert markets.keys() == books["markets"].keys()
    assert len(markets) == 60
    assert len({name.split(":")[0] for name in markets}) == 6
    assert any(market["rejected"] for market in markets.values()), "frames were broken, the exchange lived on"
    compared = 0
    for name, market in markets.items():
        true = books["markets"][name]
        states = {gap["state"] for gap in market["gaps"]}
        assert states <= {"filled", "lost"}, (name, states)
        if name.startswith(BY_ID):
            assert states <= {"filled"}, name
        if name.startswith("binance"):
            mine = [market["cvd"]["start"], market["cvd"]["session"], market["buy"], market["sell"]]
            assert mine == [true["cvd"]["start"], true["cvd"]["session"], true["buy"], true["sell"]], name
            continue
        bars = {bar["time_us"]: bar for bar in true["bars"]}
        whole = [bar for bar in market["bars"][1:] if not spoilt(market, bar["time_us"])]  # it began amid one
        for bar in whole:
            assert [bar[key] for key in SUMS] == [bars[bar["time_us"]][key] for key in SUMS], name
        compared += len(whole)
        assert market["last_time_us"] == true["last_time_us"], name
    assert compared > 40
