"""The recipe in cvdtui/venues/README.md, followed to the letter in a copy of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = Path(__file__).parent / "recipe"
NAME = "tidewater"
MODULE = f"cvdtui/venues/{NAME}.py"
REGISTRY = "cvdtui/venues/__init__.py"
FIXTURE = f"tests/venues/{NAME}.jsonl"
README = "cvdtui/venues/README.md"
TEST_README = "tests/venues/test_readme.py"
FACTS = "fetched by id over REST | none | taker's | base | https://docs.example.org"
ROW = f"| `{NAME}` | spot (`BTC-USD`) | {FACTS} |\n"


def recipe():
    found = re.search(r"^## Add a venue\n(.*)", (ROOT / README).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return re.findall(r"^(\d)\. (.*?)(?=^\d\. |\Z)", found[1], re.DOTALL | re.MULTILINE)


class Exchange(BaseHTTPRequestHandler):
    """Tidewater's REST: its clock and its books."""

    def do_GET(self):
        books = [{"name": "BTC-USD"}, {"name": "ETH-USD"}, {"name": "BTC-EUR"}]
        body = json.dumps({"ms": 1_790_000_000_000, "books": books}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Nothing to standard error."""


@pytest.fixture
def exchange():
    """Its address on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Exchange) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def copy(tmp_path):
    """The repository as it is shipped, in a folder of its own."""
    leave = shutil.ignore_patterns("__pycache__", ".*")
    for folder in ("cvdtui", "tests", "themes"):
        shutil.copytree(ROOT / folder, tmp_path / "copy" / folder, ignore=leave)
    for file in ("README.md", "pyproject.toml", "config.toml"):
        shutil.copy(ROOT / file, tmp_path / "copy" / file)
    return tmp_path / "copy"


def run(copy, *words):
    """Exit code and output of `python -m WORDS` in the copy."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env={**environment, "HOME": str(copy.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def checked(copy):
    """The tests that run over the registry, for the made-up venue alone."""
    quiet = ("pytest", "-q", "-p", "no:cacheprovider", f"--ignore={TEST_README}")
    return run(copy, *quiet, "-k", NAME, "tests/venues", "tests/feeds/test_every_venue.py")


def documented(copy):
    """The tests of README and of the venues' own."""
    return run(copy, "pytest", "-q", "-p", "no:cacheprovider", "tests/house/test_readme.py", TEST_README)


def files(copy):
    return {
        str(path.relative_to(copy)): sha256(path.read_bytes()).hexdigest()
        for path in copy.rglob("*")
        if path.is_file()
    }


def follow(copy):
    """The recipe's steps."""
    shutil.copy(RECIPE / f"{NAME}.py", copy / MODULE)
    registry = (copy / REGISTRY).read_text("utf-8")
    end = '}\n"""Every venue by name."""'
    assert registry.count(end) == 1
    line = f'    "{NAME}": _Named("{NAME}:{NAME.title()}"),\n'
    (copy / REGISTRY).write_text(registry.replace(end, line + end), "utf-8")
    shutil.copy(RECIPE / f"{NAME}.jsonl", copy / FIXTURE)


def test_a_made_up_venue_touches_exactly_three_files_and_is_a_venue_like_any_other(copy, exchange):
    before = files(copy)
    follow(copy)
    after = files(copy)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed == {MODULE, REGISTRY, FIXTURE}
    assert [path for _, text in recipe() for path in re.findall(r"`([^`]+/[^`]+)`", text)[:1]] == [
        MODULE.replace(NAME, "NAME"),
        REGISTRY,
        FIXTURE.replace(NAME, "NAME"),
    ]
    code, output = checked(copy)
    assert code == 0, output
    assert int(re.search(r"(\d+) passed", output)[1]) >= 20, output
    code, output = run(copy, "ruff", "check", "cvdtui/venues")
    assert code == 0, output
    code, output = run(copy, "cvdtui", "markets", "--venues")
    assert code == 0, output
    assert re.search(rf"^{NAME} +fetched by id over REST +none +wss://ws.example.org$", output, re.MULTILINE)
    unreachable = f"venues.{NAME}.rest_url=http://127.0.0.1:9"
    code, output = run(copy, "cvdtui", "markets", "BTC", "--venue", NAME, "--set", unreachable)
    assert (code, "127.0.0.1:9" in output) == (69, True), output
    at = f"venues.{NAME}.rest_url={exchange}"
    code, output = run(copy, "cvdtui", "markets", "BTC", "--venue", NAME, "--set", at)
    listed = [line.split()[:3] for line in output.splitlines() if line.startswith(f"{NAME}:")]
    assert (code, listed[:1]) == (0, [[f"{NAME}:BTC-USD", "BTC/USD", "spot"]]), output
    assert f"{NAME}:ETH-USD" not in [name for name, *_ in listed], output


def test_names_typed_for_a_made_up_venue_are_found_as_it_writes_them(copy):
    follow(copy)
    configured = f'markets=["{NAME}:ETH-USD", "kraken:ETH/USD"]'
    code, output = run(copy, "cvdtui", "run", "BTC", "--json", "--set", configured)
    assert (code, f'"BTC" may mean {NAME}:BTC-USD, kraken:BTC/USD; name one' in output) == (64, True), output
    assert f"did you mean {NAME}?" in run(copy, "cvdtui", "run", "tidewate:BTC-USD")[1]


def test_its_row_in_the_table_is_required_by_name_and_is_all_that_the_documents_need(copy):
    follow(copy)
    code, output = documented(copy)
    assert (code, f"venue {NAME} has no row in {README}" in output) == (1, True), output
    table = (copy / README).read_text("utf-8")
    (copy / README).write_text(table.replace("| `bitmex` |", f"{ROW}| `bitmex` |"), "utf-8")
    code, output = documented(copy)
    assert code == 0, output


def test_a_forgotten_fixture_fails_by_the_name_of_the_venue(copy):
    follow(copy)
    (copy / FIXTURE).unlink()
    code, output = run(copy, "pytest", "-q", "-k", f"fixture and {NAME}", "tests/venues/test_fixtures.py")
    assert code == 1
    assert f"venue {NAME} has no fixture {FIXTURE}" in output
