"""Accuracy of inferred sides: by hand, and on recorded trades."""

import gzip
import json
from pathlib import Path

import pytest
from msgspec.structs import astuple

from cvdtui.cli import main
from cvdtui.engine.side_trial import Trial
from cvdtui.feeds.files.stamped import to_us
from cvdtui.model import BUY, SELL, Trade
from cvdtui.monitor.side_trial import Shadow
from cvdtui.venues import VENUES
from cvdtui.venues.binance.quotes import read_quote
from tests.commands.running import DATA

RAW = DATA / "binance_raw"
MINUTE = 60_000_000


def scores(trial):
    return {score.method: score for score in trial.scores()}


def test_each_method_is_measured_by_the_true_side():
    trial = Trial()
    trial.on_quote(100, 102, 0)
    trial.on_trade(Trade(1, 0, 102, 5, BUY), 1_000)  # the quote is right, the tick rule has no side yet
    trial.on_quote(102, 104, 10_000)  # runs ahead of
    trial.on_trade(Trade(2, 0, 102, 3, BUY), 10_100)  # the buy that caused it: at its bid
    trial.on_trade(Trade(3, 0, 101, 2, SELL), 40_000)  # outside the touch
    found = scores(trial)
    assert trial.outside == pytest.approx(1 / 3)
    assert (found["tick rule"].accuracy, found["tick rule"].unassigned) == (pytest.approx(1 / 3), 0.8)
    assert found["quote rule"].accuracy == pytest.approx(2 / 3)
    assert (found["Lee-Ready"].cvd, found["Lee-Ready"].true_cvd) == (5 - 3 - 2, 6)
    assert found["Lee-Ready 5 ms"].volume_accuracy == pytest.approx(5 / 10)
    assert found["Lee-Ready 20 ms"].accuracy == pytest.approx(1 / 3)


def test_candle_and_bvc_split_whole_bars():
    trial = Trial(MINUTE)
    for minute, (first, last) in enumerate([(100, 110), (110, 100), (100, 110), (110, 100)]):
        trial.on_trade(Trade(2 * minute, minute * MINUTE, first, 4, BUY), 0)
        trial.on_trade(Trade(2 * minute + 1, minute * MINUTE + 1, last, 6, SELL), 0)
    found = scores(trial)
    assert found["candle"].cvd == 10 - 10 + 10 - 10
    assert found["candle"].volume_accuracy == pytest.approx((4 + 6 + 4 + 6) / 40)
    # the changes are +10, -10, +10, -10, their deviation 10: the normal distribution at one deviation
    up = 0.8413447460685429
    right = 2 * (4 + (10 - up * 10)) + 2 * (6 + (1 - up) * 10)
    assert found["BVC"].volume_accuracy == pytest.approx(right / 40)
    assert found["BVC"].cvd == pytest.approx(0)


def test_finer_prices_and_sizes_midway_change_no_score():
    def run(factor_from):
        trial, factor = Trial(), 1
        for place in range(40):
            if place == factor_from:
                trial.rescale(10, 100)
                factor = 10
            trial.on_quote((100 + place % 3) * factor, (102 + place % 4) * factor, place * 7_000)
            size = (1 + place % 5) * factor**2
            price = (101 + place % 3) * factor
            trial.on_trade(
                Trade(place, place * MINUTE // 4, price, size, BUY if place % 2 else SELL), place * 7_000
            )
        return trial.scores(factor**2)

    for grown, plain in zip(run(20), run(99), strict=True):
        assert astuple(grown)[1:] == pytest.approx(astuple(plain)[1:])


@pytest.mark.parametrize(
    ("stamp", "us"),
    [
        (b"1723161600001692584", 1_723_161_600_001_692),
        (b"1723161600.25", 1_723_161_600_250_000),
        (b"1723161600", 1_723_161_600_000_000),
        (b"1723161600123", 1_723_161_600_123_000),
        (b"1723161600123456", 1_723_161_600_123_456),
    ],
)
def test_times_of_receipt_are_read_in_every_unit(stamp, us):
    assert to_us(stamp) == us


def test_a_quote_is_read_in_both_of_its_shapes_and_nothing_else_is_one():
    plain = b'{"u":400900217,"s":"BNBUSDT","b":"25.3519","B":"31.2","a":"25.3652","A":"40.6"}'
    assert read_quote(plain).bid == "25.3519"
    wrapped = b'{"stream":"x@bookTicker","data":' + plain[:-1] + b',"e":"bookTicker","T":1,"E":2}}'
    assert read_quote(wrapped).ask == "25.3652"
    assert read_quote(b'{"e":"trade","s":"BNBUSDT"}') is None
    assert read_quote(b'{"stream":"x@bookTicker","data":{}}') is None


def frames(*texts):
    return "".join(f"{1_723_161_600_000_000_000 + 10**9 * at} {text}\n" for at, text in enumerate(texts))


QUOTE = '{"stream":"abcusdt@bookTicker","data":{"u":5,"s":"ABCUSDT","b":"9.9","B":"1","a":"10.123","A":"1"}}'
TRADE = (
    '{"stream":"abcusdt@trade","data":{"e":"trade","E":1723161600000,"s":"ABCUSDT","t":%d,"p":"%s","q":"2",'
    '"T":1723161600000,"m":%s,"M":true}}'
)


def test_the_command_reports_every_market_of_a_file_as_json(tmp_path: Path, capsys):
    file = tmp_path / "mine.gz"
    with gzip.open(file, "wt") as out:
        out.write(frames(QUOTE, TRADE % (1, "10.123", "false"), TRADE % (2, "9.9", "true"), '{"u":1,"x":'))
    assert main(["side-error", str(file), "--json", "--bar", "15s"]) == 0
    made = json.loads(capsys.readouterr().out)
    (market,) = made["markets"]
    assert (made["bar_seconds"], market["market"], market["trades"]) == (15, "binance:ABCUSDT", 2)
    assert {score["method"]: score["accuracy"] for score in market["scores"]}["quote rule"] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (frames(QUOTE), "no trades of binance"),
        (frames(TRADE % (1, "9", "true")), "no quotes"),
        (TRADE % (1, "9", "true") + "\n", "no trades"),
    ],
)
def test_a_file_that_cannot_be_measured_names_what_it_lacks(tmp_path: Path, capsys, text, words):
    file = tmp_path / "mine.jsonl"
    file.write_text(text)
    assert main(["side-error", str(file)]) == 65
    assert words in capsys.readouterr().err


@pytest.mark.skipif(not RAW.exists(), reason="no recorded data beside this repository")
@pytest.mark.parametrize(
    ("file", "venue", "cvd", "tick", "newest", "older"),
    [
        ("spot_btcusdt_20240808.gz", "binance", -18.73079, (0.969, -14.35), (0.492, 29.1), (0.818, -1.9)),
        ("spot_btcusdt_20240809.gz", "binance", -10.20249, (0.96, 3.9), (0.54, -31.1), (0.966, -13.3)),
        ("usdm_btcusdt_20240808.gz", "binance-usdm", 73.786, (0.969, 72.3), (0.866, 604), (0.968, 94.5)),
    ],
)
def test_recorded_trades_give_the_accuracies_that_were_measured_before(file, venue, cvd, tick, newest, older):
    shadow = Shadow(VENUES[venue](any_symbol=True, now=lambda: 1_800_000_000_000_000))
    from cvdtui.feeds.files.stamped import StampedFrames

    for arrival_us, frame in StampedFrames(RAW / file, venue):
        shadow.take(frame, arrival_us)
    (trial,) = shadow.trials()
    found = {score.method: score for score in trial.scores}
    for method, (accuracy, found_cvd) in {
        "tick rule": tick,
        "Lee-Ready": newest,
        "Lee-Ready 20 ms": older,
    }.items():
        assert found[method].accuracy == pytest.approx(accuracy, abs=0.003)
        assert found[method].cvd == pytest.approx(found_cvd, rel=0.03)
        assert found[method].true_cvd == pytest.approx(cvd)
    assert trial.outside > 0.3
