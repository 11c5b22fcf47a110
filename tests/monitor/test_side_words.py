"""The help explains how sides are inferred, and how wrong they are where the true ones are known."""

from cvdtui.model import SideScore, SideTrial
from cvdtui.panes.help import Help
from tests.panes.snapshots import frame, snapshot, texts

SCORES = (
    SideScore("tick rule", 0.969, 0.973, 0.0, 72.3, 73.8, 2761.0),
    SideScore("candle", None, 0.559, 0.0, -396.6, 73.8, 2761.0),
)


def shown(**changes):
    return texts(Help().paint(frame(100, 200, snapshot(**changes))))


def test_the_trials_of_shadow_side_stand_in_the_help():
    lines = shown(trials=(SideTrial("binance-usdm:BTCUSDT", 21_313, 0.45, SCORES),))
    head = next(at for at, line in enumerate(lines) if line.lstrip().startswith("binance-usdm:BTCUSDT"))
    assert "21313 trades, 45 % outside the newest quote" in lines[head]
    assert lines[head + 2].split() == ["tick", "rule", "96.9", "%", "97.3", "%", "0.1", "%"]
    assert lines[head + 3].split() == ["candle", "-", "55.9", "%", "17.0", "%"]
    assert not any("shadow_side" in line for line in lines)


def test_without_them_it_says_how_to_get_them():
    text = " ".join(" ".join(shown()).split())
    assert "shadow_side = true" in text
    assert "Ellis, Michaely, O'Hara 2000" in text
