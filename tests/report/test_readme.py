"""The report's README: its sample is a real report, and each key of a real report has its row."""

import json
import re
from pathlib import Path

import pytest

import cvdtui.report
from cvdtui.engine.columns.rows import slice_of
from cvdtui.engine.flow import EVERYTHING, Flow
from cvdtui.engine.market_state import MarketState
from cvdtui.report.market import report
from tests.engine.busy_tape import MARKET, tape
from tests.report.sample import PERP, sample

README = (Path(cvdtui.report.__file__).parent / "README.md").read_text(encoding="utf-8")


def rows_of(title: str) -> list[str]:
    """The keys that the table of a section explains."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"no section {title}"
    return re.findall(r"^\| `(\w+)` \|", found[1], re.MULTILINE)


def objects_of(made: dict) -> dict[str, list[dict]]:
    """The objects of a report by the section that explains them."""
    markets, groups = list(made["markets"].values()), list(made["groups"].values())
    return {
        "The report": [made],
        "A market": markets,
        "A gap": [gap for market in markets for gap in market["gaps"]],
        "CVD": [market["cvd"] for market in markets],
        "A bar": [bar for market in markets for bar in market["bars"]],
        "The profile": [market["profile"] for market in markets],
        "A signal": [signal for market in markets for signal in market["signals"]],
        "A group": groups,
        "A part of a group": [part for group in groups for part in group["parts"].values()],
    }


@pytest.fixture(scope="module")
def objects() -> dict[str, list[dict]]:
    """Of the sample, and of a busy market whose file has a hole."""
    state = MarketState(MARKET, lambda market: Flow(market, timeframes=(300,), limits=EVERYTHING))
    columns = tape(hours=6)
    state.accept_columns(slice_of(columns, 0, 9_000))
    state.accept_columns(slice_of(columns, 9_200, len(columns)))
    state.finish()
    busy = objects_of(report([state], bar_seconds=300, rows={}))
    return {name: [*found, *busy[name]] for name, found in objects_of(sample()).items()}


SECTIONS = list(objects_of(sample()))


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_of_a_real_report_has_its_row_and_every_row_its_key(title, objects):
    found = {key for thing in objects[title] for key in thing}
    rows = rows_of(title)
    assert sorted(rows) == sorted(found)
    assert objects[title]


def test_signals_of_incomplete_data_alone_say_so(objects):
    said = {"quality" in signal for signal in objects["A signal"]}
    assert said == {True, False}


def test_the_sample_is_the_report_of_the_tape_it_names():
    found = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert found
    made = sample()
    made["markets"] = {PERP.name: made["markets"][PERP.name]}
    assert json.loads(found[1]) == made


def test_links_lead_to_a_section():
    titles = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.*)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([a-z-]+)\)", README)) <= titles
