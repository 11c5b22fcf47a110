"""Layers of tables become one Config; an error names the key and what was expected."""

import tomllib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdtui.config import Config, SessionTime, VenueAddress, dotted, load, merge
from cvdtui.config.names import split_dotted
from cvdtui.config.validators import BAR_NAMES, bar_text, parse_bar
from cvdtui.errors import ConfigError
from cvdtui.model import TIMEFRAMES
from cvdtui.sources import options
from tests.config.keys import every_key
from tests.config.shipped import SHIPPED, switched_on

VENUES = ("binance", "binance-usdm", "bybit", "ibkr")


def config(text: str, **names: tuple[str, ...]) -> Config:
    return load([("mine.toml", tomllib.loads(text))], **{"venues": VENUES, **names})


def refusal(text: str, **names: tuple[str, ...]) -> str:
    with pytest.raises(ConfigError) as caught:
        config(text, **names)
    return str(caught.value)


def test_the_shipped_file_says_what_the_defaults_are():
    assert load([("config.toml", switched_on(examples=False))], venues=VENUES) == Config()


def test_the_shipped_file_sets_nothing_by_itself_so_that_a_default_is_written_once():
    assert merge([("config.toml", tomllib.loads(SHIPPED.read_text("utf-8")))]) == {}


def test_the_shipped_file_shows_every_key_and_its_examples_are_good():
    load([("config.toml", switched_on(examples=True))], venues=VENUES)
    shown = {path for path, _ in merge([("config.toml", switched_on(examples=True))]).items()}
    names = {".".join(path) for path in shown}
    names |= {
        ".".join((*path, key))
        for path, (value, _) in merge([("config.toml", switched_on(examples=True))]).items()
        if isinstance(value, list)
        for table in value
        if isinstance(table, dict)
        for key in table
    }
    names |= {".".join((*path[:-1], "*")) for path in shown}
    names |= {".".join((*path[:-2], "*", path[-1])) for path in shown if len(path) > 1}
    assert [key for key in every_key() if key not in names] == []


def test_a_later_layer_wins_tables_are_merged_and_lists_replaced():
    got = load(
        [
            ("a", {"markets": ["binance:A", "binance:B"], "tape": {"hold": 1000, "gap_timeout_s": 5}}),
            ("b", {"markets": ["binance:C"], "tape": {"hold": 2000}}),
            ("c", {"row": {"markets": {"binance:C": 10}}}),
            ("d", {"row": {"markets": {"binance:A": "0.5"}}}),
        ]
    )
    assert got.markets == ("binance:C",)
    assert (got.tape.hold, got.tape.gap_timeout_s) == (2000, 5.0)
    assert got.row.markets == {"binance:C": Decimal(10), "binance:A": Decimal("0.5")}


def test_an_unknown_key_is_refused_with_its_origin_and_the_nearest_name():
    assert refusal("barr = 60") == "mine.toml: barr: no such key; did you mean bar?"
    assert refusal("[tape]\nhodl = 1") == "mine.toml: tape.hodl: no such key; did you mean tape.hold?"
    assert refusal("[venues.bybit]\nurl_ws = ''").startswith("mine.toml: venues.bybit.url_ws: no such key;")


def test_an_unknown_key_without_a_near_one_names_them_all():
    text = refusal("[history]\nqqqq = 1")
    assert text == "mine.toml: history.qqqq: no such key; known: history.klines, history.trades_minutes"


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (
            'bar = "7m"',
            'bar: expected a bar length, one of 5s 15s 1m 5m 15m 1h 4h 1d or the same in seconds, not "7m"',
        ),
        ("bar = 60.0", "bar: expected a bar length"),
        (
            "bar = true",
            "bar: expected a bar length, one of 5s 15s 1m 5m 15m 1h 4h 1d or the same in seconds, not true",
        ),
        ("rolling = 0", "rolling: expected a whole number of trades from 1 to 1000000, not 0"),
        ("rolling = true", "rolling: expected a whole number"),
        ('anchor = "sesion"', '"mark", not "sesion" (did you mean session?)'),
        ('unit = "BTC"', 'unit: expected one of "base", "quote", not "BTC"'),
        ("refresh_hz = nan", "refresh_hz: expected a number of redraws a second from 0.5 to 30, not nan"),
        ("min_print_size = -1", "min_print_size: expected a number"),
        ("min_print_size = inf", "min_print_size: expected a number"),
        ('time_zone = "Mars/Olympus"', "time_zone: expected a time zone"),
        ('time_zone = "../../etc/passwd"', "time_zone: expected a time zone"),
        ('exclude_zero = "no"', 'exclude_zero: expected true or false, not "no"'),
        ("mouse = 1", 'mouse: expected one of "auto", "on", "off", not 1'),
        ("markets = []", "markets: expected a list of markets"),
        ('markets = "binance:A"', "markets: expected a list of markets"),
        ('markets = ["binance:A", "binance:A"]', '("binance:A" is named twice)'),
        ('markets = ["binance:A", "BTCUSDT"]', '("BTCUSDT" is not a market)'),
        ("markets = [1]", "(1 is not a market)"),
        ('markets = ["binanc:A"]', '(no venue is named "binanc"; did you mean binance?)'),
        ('markets = ["binance:A B"]', '("binance:A B" is not a market)'),
        ('markets = ["binance:"]', '("binance:" is not a market)'),
        ('markets = ["binance:A\\n"]', "is not a market"),
        ("tape = 1", "tape: expected a table, not 1"),
        ("row = {markets = 1}", "row.markets: expected a table, not 1"),
        ("row = {default = 0}", 'row.default: expected "auto" or a row size in price units'),
        ("row = {default = nan}", "row.default: expected"),
        ('row = {default = "1e999999"}', "row.default: expected"),
        ('row = {markets = {"binance:A" = -1}}', 'row.markets."binance:A": expected "auto" or a row size'),
        (
            'row = {markets = {"A" = 1}}',
            "row.markets.A: expected as its name a market, such as binance-usdm:BTCUSDT",
        ),
        (
            'session = {start = "24:00"}',
            'session.start: expected a time of day, "00:00" to "23:59", not "24:00"',
        ),
        ("session = {start = 18:00:00}", "session.start: expected a time of day"),
        (
            'session = {markets = {"binance:A" = {zone = ""}}}',
            'session.markets."binance:A".zone: expected a time zone',
        ),
        (
            'venues = {binanse = {ws_url = "ws://a:1"}}',
            "venues.binanse: expected as its name the name of a venue",
        ),
        (
            'venues = {bybit = {ws_url = "http://a:1"}}',
            "expected ws://host:port or wss://host:port without a path",
        ),
        ('venues = {bybit = {rest_url = "http://a:1/v3"}}', "(the venue appends its own path)"),
        ('venues = {bybit = {rest_url = "http://u:p@a:1"}}', "(the venue appends its own path)"),
        (
            'venues = {bybit = {rest_url = "http://a:99999"}}',
            "venues.bybit.rest_url: expected http://host:port",
        ),
        ('venues = {bybit = {rest_url = "http://"}}', "venues.bybit.rest_url: expected http://host:port"),
        ('venues = {bybit = {rest_url = "http://a b"}}', "venues.bybit.rest_url: expected http://host:port"),
        (
            "venues = {bybit = {weight_share = 2}}",
            "weight_share: expected a number from 0.01 to 1, not 2",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_what_was_expected(toml: str, expected: str):
    text = refusal(toml)
    assert text.startswith("mine.toml: ")
    assert expected in text


def test_a_wrong_value_is_refused_even_where_a_later_layer_replaces_it():
    with pytest.raises(ConfigError, match=r"a: bar: expected"):
        load([("a", {"bar": "x"}), ("b", {"bar": 60})])


def test_themes_and_presets_are_checked_where_their_names_are_given():
    assert config('theme = "sepia"').theme == "sepia"
    text = refusal('theme = "drak"', themes=("dark", "light"))
    assert text == 'mine.toml: theme: expected the name of a theme, not "drak" (did you mean dark?)'
    assert "known: auto, trader" in refusal('preset = "zzz"', presets=("auto", "trader"))


def test_every_bar_length_has_a_name_and_both_spellings():
    for name, seconds in zip(BAR_NAMES, TIMEFRAMES, strict=True):
        assert parse_bar(name) == parse_bar(seconds) == parse_bar(str(seconds)) == seconds
        assert bar_text(seconds) == name


def test_a_market_may_have_its_own_session_row_and_address():
    got = config(
        """
        [session]
        start = "09:30"
        zone = "America/New_York"
        [session.markets."bybit:ES"]
        start = "18:00"
        [row]
        default = 5
        [row.markets]
        "bybit:ES" = 0.1
        "bybit:NQ" = "auto"
        [venues.bybit]
        ws_url = "ws://127.0.0.1:8080/"
        """
    )
    assert got.session.markets == {"bybit:ES": SessionTime(start="18:00")}
    assert got.session_of("bybit:ES") == ("18:00", "America/New_York")
    assert got.session_of("bybit:NQ") == ("09:30", "America/New_York")
    assert [got.row_of(f"bybit:{name}") for name in ("ES", "NQ", "CL")] == [Decimal("0.1"), None, Decimal(5)]
    assert got.venue("bybit") == VenueAddress(ws_url="ws://127.0.0.1:8080")
    assert got.venue("binance") == VenueAddress()


def test_merge_gives_the_origin_of_each_value():
    layers = [("shipped", {"bar": "1m", "tape": {"hold": 1}}), ("mine", {"tape": {"hold": 2}})]
    assert merge(layers) == {("bar",): ("1m", "shipped"), ("tape", "hold"): (2, "mine")}


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", '"a', 'a."b', "a b", "a=b", 'a."b"c'])
def test_a_dotted_key_with_an_empty_part_or_an_open_quote_is_no_key(text: str):
    with pytest.raises(ValueError, match=r".*"):
        split_dotted(text)


@given(st.lists(st.from_regex(r"[A-Za-z0-9._:/@-]{1,12}", fullmatch=True), min_size=1, max_size=4))
def test_a_dotted_key_reads_back_as_the_path_it_was_written_from(path: list[str]):
    assert split_dotted(dotted(path)) == tuple(path)


def test_presets_are_those_the_screen_knows():
    from cvdtui.app.layout import PRESETS

    assert tuple(PRESETS) == options.PRESETS
    assert Config().preset in PRESETS


def test_faults_are_those_the_demo_exchange_knows():
    from cvdtui.demo.faults import KNOWN

    assert KNOWN == options.FAULTS
