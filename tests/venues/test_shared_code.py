"""Shared code names no venue: what differs between exchanges is a method of the venue."""

import ast
import re
from pathlib import Path

import pytest

from cvdtui.venues import VENUES

CODE = Path(__file__).parents[2] / "cvdtui"
FAMILIES = sorted({name.partition("-")[0] for name in VENUES})
NAMED = re.compile(rf"(?<![A-Za-z])({'|'.join(FAMILIES)})(?![A-Za-z])", re.IGNORECASE)
REGISTRY = "venues/__init__.py"
ALLOWED = {
    "cli/help_texts.py": "examples",
    "cli/parsers.py": "help of flags: a format's name, what the demo exchange lists",
    "cli/usage.py": "examples",
    "config/alerts.py": "an example in an error text",
    "config/schema.py": "the markets of a first start",
    "config/validators.py": "examples in error texts",
    "feeds/files/guess.py": "archives of aggTrades are a format of their own, which one exchange publishes",
    "feeds/files/order.py": "the name of that format",
    "sources/options.py": "the name of that format",
}
"""Modules outside venues/NAME and the demo exchange that name a venue in code, and why they must."""


def own(path):
    """Whether a module is a venue's own, or of the demo exchange, which imitates some."""
    first, *rest = path.split("/")
    return first == "demo" or (first == "venues" and rest[0].removesuffix(".py") in FAMILIES)


def names_in(source):
    """Venues named in code: in strings (not docstrings), identifiers and imports."""
    tree = ast.parse(source)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in bare:
                texts.append(text)
            case ast.ImportFrom(module=str(module)):
                texts += [module, *(one.name for one in node.names)]
            case ast.Import(names=names):
                texts += [one.name for one in names]
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.FunctionDef(name=text):
                texts.append(text)
            case ast.ClassDef(name=text):
                texts.append(text)
    return [found[0] for text in texts for found in NAMED.finditer(text.replace("_", " "))]


def naming():
    paths = {str(path.relative_to(CODE)): path for path in CODE.rglob("*.py")}
    found = {path: names_in(file.read_text("utf-8")) for path, file in paths.items() if not own(path)}
    return {path: names for path, names in found.items() if names and path != REGISTRY}


def test_no_shared_module_names_a_venue_in_code_but_those_that_must():
    found = naming()
    assert {path: names for path, names in found.items() if path not in ALLOWED} == {}
    assert sorted(found) == sorted(ALLOWED), "an exception that is needed no longer"


def test_the_registry_names_venues_in_its_lines_alone_one_each():
    source = (CODE / REGISTRY).read_text("utf-8")
    lines = re.findall(r'^    "([a-z-]+)": _Named\(.*\),$', source, re.MULTILINE)
    assert lines == list(VENUES)
    assert names_in(re.sub(r'^    "[a-z-]+": _Named\(.*\),\n', "", source, flags=re.MULTILINE)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('if venue.name == "kraken": pass', ["kraken"]),
        ('X = "binance-usdm:BTCUSDT"', ["binance"]),
        ("from cvdtui.venues.binance.quotes import STREAMS", ["binance"]),
        ("class Okx: pass", ["Okx"]),
        ("OKX_LIMIT = 1", ["OKX"]),
        ('"""As Kraken does."""', []),
        ('X = "a gateway, navigate, aggregate"', []),
    ],
)
def test_what_counts_as_naming_one(source, found):
    assert names_in(source) == found
