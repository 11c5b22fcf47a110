"""The README of alerts names every rule key, condition name and channel, with its needs and its default."""

from msgspec.structs import fields
from msgspec.toml import decode

from cvdtui.alerts.condition import NUMBERS, TRUTHS, Condition
from cvdtui.config import AlertChannel, AlertRule, Alerts
from cvdtui.config.alerts import KINDS, NEEDS, SIGNALS
from tests.readme_tables import modules, table

README = "cvdtui/alerts/README.md"


def default_of(cell: str) -> object:
    """A default as it stands in a table, in code."""
    return decode(f"value = {cell.strip('`')}".encode())["value"]


def written(struct: type, rows: dict[str, list[str]]) -> dict[str, object]:
    """The defaults of the rows that write one out."""
    names = {field.name for field in fields(struct)}
    return {name: default_of(row[0]) for name, row in rows.items() if row[0][0] == "`" and name in names}


def defaults(struct: type) -> dict[str, object]:
    return {field.name: field.default for field in fields(struct)}


def test_every_module_is_named():
    assert table(README, "module").keys() == modules("cvdtui/alerts")


def test_every_name_of_a_condition_has_a_row():
    assert table(README, "name").keys() == {*NUMBERS, *TRUTHS}
    assert all(Condition(name if name in TRUTHS else f"{name} > 0") for name in table(README, "name"))


def test_every_kind_of_channel_has_a_row_with_what_it_needs():
    rows = table(README, "kind")
    assert rows.keys() == set(KINDS)
    needs = {kind: tuple(row[0].replace("`", "").split(", ")) for kind, row in rows.items()}
    assert needs == {kind: NEEDS.get(kind, ("-",)) for kind in KINDS}


def test_every_key_of_a_rule_a_channel_and_of_alerts_has_a_row_with_its_default():
    tables = (("key of a rule", AlertRule), ("key of a channel", AlertChannel), ("key of `[alerts]`", Alerts))
    for heading, struct in tables:
        rows = table(README, heading)
        assert rows.keys() == {field.name for field in fields(struct)} - {"rules", "channels"}, heading
        assert written(struct, rows), heading
        for name, default in written(struct, rows).items():
            expected = defaults(struct)[name]
            assert (tuple(default) if isinstance(default, list) else default) == expected, f"{heading} {name}"


def test_every_signal_a_rule_can_ask_for_is_named():
    named = table(README, "key of a rule")["signal"][1]
    assert named.removeprefix("every signal, or one of ").split(", ") == list(SIGNALS)
