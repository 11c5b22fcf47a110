"""The README of IBKR names every module, key, default and reported code."""

from msgspec.structs import fields
from msgspec.toml import decode

from cvdtui.config import DEFAULTS
from cvdtui.config.schema import IbkrConfig, IbkrContract
from cvdtui.feeds.ibkr import IbkrOptions, history, words
from cvdtui.feeds.ibkr.gateway import PAGE
from cvdtui.venues.ibkr import fields_of
from tests.readme_tables import ROOT, modules, table

README = "cvdtui/feeds/ibkr/README.md"


def test_every_module_is_named():
    assert table(README, "module").keys() == modules("cvdtui/feeds/ibkr")


def test_every_key_has_a_row_with_its_default():
    rows = table(README, "key")
    assert {name.removesuffix(".*") for name in rows} == {
        f"ibkr.{field.name}" for field in fields(IbkrConfig)
    }
    shown = {name: cell.strip() for name, (cell, _) in rows.items() if name != "ibkr.contracts.*"}
    host, port = shown.pop("ibkr.host").split(", ")
    shown |= {"ibkr.host": host, "ibkr.port": port}
    for field in fields(IbkrConfig):
        if field.name != "contracts":
            value = decode(f"value = {shown[f'ibkr.{field.name}'].strip('`')}".encode())["value"]
            assert value == (list(field.default) if field.default == () else field.default), field.name


def test_every_field_of_a_contract_is_named():
    named = table(README, "key")["ibkr.contracts.*"][1]
    assert all(f"`{field.name}`" in named for field in fields(IbkrContract))


def test_every_code_that_means_something_has_a_row():
    codes = {int(code) for row in table(README, "code") for code in row.split(", ")}
    meanings = {code for code, meaning in words._MEANINGS.items() if meaning != "ignored"}
    assert codes == meanings | words._REFUSALS.keys()


def test_the_contracts_are_those_of_the_names_and_one_of_every_kind_of_name():
    rows = table(README, "name")
    names = [name.removeprefix("ibkr:") for name in rows if name.startswith("ibkr:")]
    kinds = [fields_of(name).sec_type for name in names]
    assert kinds == ["STK", "STK", "STK", "CONTFUT", "FUT", "CASH", "CRYPTO"]
    assert [text.partition(",")[0].partition(" ")[0] for (text,) in rows.values()] == [
        "stock", "stock", "stock", "future", "future", "forex", "crypto", "by",
    ]  # fmt: skip


def test_every_limit_has_a_row():
    minutes = round(history.WINDOW_S / 60)
    assert list(table(README, "limit")) == [
        "about 5 tick-by-tick streams per 100 market data lines",
        "50 messages a second to TWS",
        f"{PAGE:,} historical ticks a request, {history.REQUESTS} requests in {minutes} minutes",
        "one program a client id",
    ]
    ibkr = DEFAULTS.ibkr
    options = IbkrOptions(host=ibkr.host, port=ibkr.port, client_id=ibkr.client_id, hours=ibkr.hours)
    *_, (pacing,), (client,) = table(README, "limit").values()
    assert f"wait {options.backfill_s:.0f} s for it" in pacing
    assert f"after {options.busy_s:.0f} s" in client


def test_every_port_of_tws_and_the_gateway_is_named():
    text = (ROOT / README).read_text(encoding="utf-8")
    assert all(port in text for port in ("7497 TWS paper", "7496 TWS live", "4002 Gateway", "4001 Gateway"))
