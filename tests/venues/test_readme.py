"""The table of venues in cvdtui/venues/README.md against the registry, the grammar and the fixtures."""

import json
import re
from pathlib import Path

import pytest

from cvdtui.cli import venue_table
from cvdtui.venues import VENUES
from tests.venues.test_fixtures import HERE

VENUES_FOLDER = Path(__file__).parents[2] / "cvdtui" / "venues"
README = (VENUES_FOLDER / "README.md").read_text("utf-8")
COLUMNS = ["venue", "products", "missing trades", "candles", "sides", "sizes", "documentation"]


def rows(text):
    """The table: a dictionary a venue, by the names of its columns."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0] == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells[2:]]


def faults(text):
    """Every way in which the table is not true of the code."""
    table = {row["venue"].strip("`"): row for row in rows(text)}
    missing = [f"venue {name} has no row in cvdtui/venues/README.md" for name in VENUES if name not in table]
    unknown = [f"{name} is no venue of the registry" for name in table if name not in VENUES]
    wrong_facts = [fault for name in VENUES if name in table for fault in wrong(name, table[name])]
    return missing + unknown + wrong_facts


def wrong(name, row):
    venue = VENUES[name]()
    facts = {
        "missing trades": venue_table.missing_trades(venue),
        "candles": venue_table.candles(venue),
        "sides": sides(name, row["sides"]),
        "sizes": sizes(venue, row["sizes"]),
        "products": products(venue, row["products"]),
        "documentation": documentation(venue, row["documentation"]),
    }
    return [f"{name}: {key} {row[key]!r}, but {fact!r}" for key, fact in facts.items() if row[key] != fact]


def sides(name, cell):
    """Whose side the frames carry, by the fixture's trades whose frame names one."""
    lines = (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()[1:]
    inverted = False
    for row in map(json.loads, lines):
        sent = re.findall(r'"(?:side|S)":\s*"(buy|sell)"', row["frame"], re.IGNORECASE)
        if len(sent) == len(row.get("trades", [])) == 1:
            inverted |= sent[0].lower() != row["trades"][0][4]
    owner = "maker's, inverted" if inverted else "taker's"
    return cell if cell.startswith(owner) else owner


def sizes(venue, cell):
    """The units of a pair's markets in the venue's spellings; a cell may have more words around them."""
    markets = [venue.default_market(one) for leg in ("spot", "perp") for one in venue.spell("BTC", "", leg)]
    units = {
        "base": any(not one.inverse for one in markets),
        "contracts": any(one.contract_size != "1" for one in markets),
        "USD": any(one.inverse for one in markets),
    }
    true = [word for word, is_unit in units.items() if is_unit]
    return cell if set(re.findall(r"base|contracts|USD", cell)) == set(true) else " ".join(true)


def products(venue, cell):
    """The first example is what the venue writes for Bitcoin; all are symbols that it reads."""
    written = [one for leg in ("spot", "perp") for one in venue.spell("BTC", "", leg)]
    examples = re.findall(r"`([^`]+)`", cell)
    is_true = bool(examples) and examples[0] in written
    return cell if is_true and all(venue.default_market(one).symbol == one for one in examples) else written


def documentation(venue, cell):
    """The link stands in a docstring of the venue's own modules."""
    module = type(venue).__module__.split(".")[2]
    own = VENUES_FOLDER / module
    files = own.rglob("*.py") if own.is_dir() else [own.with_suffix(".py")]
    texts = [file.read_text("utf-8") for file in files]
    links = {link.rstrip(".,;") for text in texts for link in re.findall(r"https://[^\s,)]+", text)}
    return cell if cell in links else sorted(links)


def test_the_table_is_true_of_every_venue():
    assert faults(README) == []
    assert len(rows(README)) == len(VENUES)
    assert "`cvdtui markets --venues`" in README


@pytest.mark.parametrize("name", [row["venue"].strip("`") for row in rows(README)])
def test_a_row_that_is_missing_is_a_fault(name):
    without = "\n".join(line for line in README.splitlines() if not line.startswith(f"| `{name}` |"))
    assert faults(without) == [f"venue {name} has no row in cvdtui/venues/README.md"]


def test_a_row_of_no_venue_is_a_fault():
    row = next(line for line in README.splitlines() if line.startswith("| `kraken` |"))
    assert faults(README.replace(row, f"{row}\n{row.replace('kraken', 'krakken', 1)}")) == [
        "krakken is no venue of the registry"
    ]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("kraken", "fetched by time over REST", "fetched by id over REST"),
        ("kraken", "| none |", "| taker-buy volume |"),
        ("coinbase", "maker's, inverted", "taker's"),
        ("kraken", "taker's", "maker's, inverted"),
        ("gate-futures", "contracts of base", "base"),
        ("bybit-inverse", "| USD |", "| base |"),
        ("bitmex", "XBTUSD", "BTCUSD"),
        ("okx", "https://www.okx.com/docs-v5/en/", "https://www.okx.com/docs-v4/en/"),
        ("bybit-spot", "newest 60", "newest 1000"),
        ("binance", "taker-buy volume", "none"),
    ],
)
def test_a_changed_fact_is_a_fault(name, before, after):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
    assert before in row
    (fault,) = faults(README.replace(row, row.replace(before, after)))
    assert fault.startswith(f"{name}: ")
