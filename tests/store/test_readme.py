"""The README of store names every file, module and key of a journal line."""

from msgspec.structs import fields

from cvdtui.store import journal, user_state
from cvdtui.store.entries import BarEntry, SignalEntry
from tests.readme_tables import modules, table

README = "cvdtui/store/README.md"


def test_every_module_is_named():
    assert table(README, "module").keys() == modules("cvdtui/store")


def test_every_key_of_a_line_has_a_row():
    for heading, entry in (("key of a bar", BarEntry), ("key of a signal", SignalEntry)):
        names = {field.encode_name for field in fields(entry)}
        assert table(README, heading).keys() == {"kind", *names}, heading


def test_every_file_has_a_row():
    paths = (user_state.config_path(), user_state.state_path(), user_state.journal_path())
    rows = table(README, "file")
    assert all(path is not None and path.name in rows for path in paths)
    assert journal.aside(user_state.journal_path(), journal.FILES - 1).name.endswith(".3")
    assert {f".{number}" for number in (1, journal.FILES - 1)} <= rows.keys()
    assert "instruments/VENUE@HOST.json" in rows
    assert rows["signals.jsonl"][-1] == rows["signals.jsonl.lock"][-1] == "0600"
