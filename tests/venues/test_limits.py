"""What every venue of the registry keeps to: limits of its requests, sides, units, ids, its own grammar."""

import gzip
import json
from fractions import Fraction
from pathlib import Path

import pytest

from cvdtui.errors import WireError
from cvdtui.model import BUY, SELL, Market, Trades
from cvdtui.venues import VENUES
from cvdtui.venues.grammar.decimals import INVERSE_DECIMALS, inverse_size, linear_size
from cvdtui.venues.grammar.events import id_of
from tests.venues.test_fixtures import fixture, parts

MESSAGES = Path(__file__).parents[3] / "shared" / "data"
MANY = 250


def names(venue, count):
    """Symbols of the venue's own shape: its fixture's first, and longer ones."""
    reader, _ = fixture(venue)
    first = reader.markets()[0].symbol
    return [first] + [f"{'ABCDEFGHIJ'[n % 10]}{n:03d}{first}"[:40] for n in range(count - 1)]


@pytest.mark.parametrize("venue", VENUES)
def test_subscriptions_keep_the_limits_and_name_every_market(venue):
    reader = VENUES[venue]()
    limits = reader.limits
    symbols = names(venue, MANY)
    streams = max(len(reader.streams(symbol)) for symbol in symbols)
    size = max(1, limits.streams_per_message // streams)
    sent = []
    for at in range(0, MANY, size):
        frames = reader.subscribe(symbols[at : at + size], 1)
        assert frames
        sent += frames
    assert all(len(frame.encode()) <= (limits.frame_bytes or 2**16) for frame in sent)
    assert all(isinstance(json.loads(frame), dict) for frame in sent)
    text = "".join(sent).upper()
    assert all(symbol.upper() in text for symbol in symbols)
    assert all(most_listed(json.loads(frame)) <= limits.streams_per_message for frame in sent)
    assert reader.unsubscribe(symbols[:1])
    assert 0 < limits.messages_per_second <= 1000
    assert limits.streams_per_socket >= streams


def most_listed(frame):
    """The longest list anywhere in a frame."""
    inner = frame.values() if isinstance(frame, dict) else frame if isinstance(frame, list) else ()
    return max([len(frame) if isinstance(frame, list) else 0, *(most_listed(one) for one in inner)])


@pytest.mark.parametrize("venue", VENUES)
def test_the_fixture_shows_a_buyer_and_a_seller(venue):
    reader, rows = fixture(venue)
    sides = {
        trade.side
        for row in rows
        if "trades" in row
        for part in parts(reader.decode(row["frame"]))
        if isinstance(part, Trades)
        for trade in part.trades
    }
    assert {BUY, SELL} <= sides


@pytest.mark.parametrize("venue", VENUES)
def test_the_fixture_shows_an_acknowledgement_and_the_response_to_a_heartbeat(venue):
    reader, rows = fixture(venue)
    events = {row.get("event") for row in rows}
    assert "Ack" in events
    assert "Pong" in events or not reader.limits.heartbeat_s


@pytest.mark.parametrize("venue", VENUES)
def test_sizes_are_contracts_in_base_units(venue):
    """Hundredths of them, which OKX trades: in base units, or of an inverse market in base units x price."""
    reader, rows = fixture(venue)
    for row in rows:
        batches = [] if "refused" in row else parts(reader.decode(row["frame"]))
        for batch in batches:
            market = batch.market if isinstance(batch, Trades) else None
            if market is None or (market.contract_size, market.inverse) == ("1", False):
                continue
            part = Fraction(market.contract_size) / 100
            for trade in batch.trades:
                size = Fraction(trade.size, 10**market.size_decimals)
                price = Fraction(trade.price, 10**market.price_decimals)
                notional = size * price if market.inverse else size
                off = abs(notional - round(notional / part) * part)
                rounding = price / 2 / 10**INVERSE_DECIMALS if market.inverse else 0
                assert off <= rounding, (row["case"], trade)


@pytest.mark.parametrize("venue", VENUES)
def test_addresses_come_from_the_configuration_where_it_names_them(venue):
    reader = VENUES[venue](ws_url="ws://127.0.0.1:9", rest_url="http://127.0.0.1:8/")
    assert reader.socket_url().startswith("ws://127.0.0.1:9")
    (request, *_) = reader.ask_markets()
    assert request.url.startswith("http://127.0.0.1:8/")
    assert request.weight > 0
    assert VENUES[venue]().socket_url().startswith("wss://")
    if reader.limits.heartbeat_s:
        assert reader.heartbeat()


@pytest.mark.parametrize("venue", VENUES)
def test_what_is_no_symbol_is_refused(venue):
    for text in ("", "BTC USDT", "BTC\u202eUSDT", "A" * 41, "[/x]"):
        with pytest.raises(WireError):
            VENUES[venue]().default_market(text)


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("frame", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"data":5}', b"1" * 5000])
def test_junk_is_an_error_of_the_wire_or_is_ignored(venue, frame):
    reader, _ = fixture(venue)
    try:
        event = reader.decode(frame)
    except WireError:
        return
    assert not isinstance(event, Trades)


def test_ids_that_are_no_numbers_become_one_everywhere_the_same():
    assert id_of("2290000000061666327") == 2290000000061666327
    assert id_of("9dc75fca-4bdd-4773-9f78-6f5d7ab2a110") == 0x9DC75FCA4BDD47739F786F5D7AB2A110
    assert id_of("20ee4ef8") == 286187206500233843505869045310968063368
    assert id_of("a") != id_of("b")


def test_inverse_sizes_are_rounded_half_even_at_ten_decimals():
    market = Market("x", "BTCUSD", price_decimals=1, size_decimals=INVERSE_DECIMALS, inverse=True)
    for contracts, price in ((1, 640_005), (7, 618_048), (123_456_789, 3), (1, 1)):
        exact = Fraction(contracts * 100 * 10**INVERSE_DECIMALS * 10, price)
        assert inverse_size(str(contracts), (100, 0), price, market) == round(exact)
    halves = Market("x", "y", price_decimals=0, size_decimals=INVERSE_DECIMALS, inverse=True)
    assert inverse_size("1", (1, 0), 2 * 10**10, halves) == 0, "half of a unit goes to the even 0"
    assert inverse_size("3", (1, 0), 2 * 10**10, halves) == 2, "one and a half units to the even 2"


def test_contracts_are_multiplied_without_a_float():
    assert linear_size("0.3", (1, 2), 3) == 3
    assert linear_size("100000000000000000001", (1, 0), 0) == 100000000000000000001


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="no recorded data at ../shared/data")
def test_recorded_okx_frames_give_the_known_truth():
    reader = VENUES["okx"](any_symbol=True)
    sums, count = {}, 0
    for line in (MESSAGES / "venue_raw" / "OKX.ws.1.0").read_bytes().splitlines():
        stamp, _, frame = line.partition(b": ")
        if b"<-" in stamp or not frame:
            continue
        event = reader.decode(frame)
        for trade in event.trades if isinstance(event, Trades) else ():
            count += 1
            units = Fraction(trade.side * trade.size, 10**event.market.size_decimals)
            sums[event.market.symbol] = sums.get(event.market.symbol, 0) + units
    assert count == 74
    assert sums["BTC-USDT"] == Fraction("2.50461057")


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="no recorded data at ../shared/data")
def test_documented_bybit_and_okx_messages_are_read():
    folder = MESSAGES / "venue_messages"
    bybit, okx = VENUES["bybit"](["BTCUSDT"]), VENUES["okx"](["BTC-USD", "BTC-USDT"])
    (trade,) = bybit.decode((folder / "bybit" / "ws_public_trade.json").read_bytes()).trades
    assert (trade.id, trade.side, trade.size) == (0x9DC75FCA4BDD47739F786F5D7AB2A110, BUY, 10)
    (trade,) = bybit.read_trades(
        (folder / "bybit" / "http_get_trades_recent.json").read_bytes(), "BTCUSDT"
    ).batch.trades
    assert (trade.price, trade.size, trade.side) == (2745050, 5, BUY)
    assert bybit.decode((folder / "bybit" / "ws_ticker_linear.json").read_bytes()).size == 68_744_761
    (trade,) = okx.decode((folder / "okx" / "ws_trades.json").read_bytes()).trades
    assert (trade.id, trade.count, trade.side) == (130639472, 3, BUY)
    page = okx.read_trades((folder / "okx" / "http_get_trades.json").read_bytes(), "BTC-USDT")
    assert [one.id for one in page.batch.trades] == [734864332, 734864333]
    for kind, contract in (("swap", "100"), ("futures", "100"), ("spot", "1")):
        found = okx.read_markets((folder / "okx" / f"http_get_instruments_{kind}.json").read_bytes())
        assert found[0].contract_size == contract, kind
        assert found[0].inverse == (kind != "spot"), kind


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="no recorded data at ../shared/data")
def test_recorded_coin_margined_trades_are_12035_contracts_sold_on_balance():
    reader = VENUES["binance-coinm"](["BTCUSD_PERP"])
    contracts, notional = 0, Fraction()
    with gzip.open(MESSAGES / "binance_raw" / "cm_btcusd_perp_20240808.gz") as lines:
        for line in lines:
            event = reader.decode(line.partition(b" ")[2])
            for trade in event.trades if isinstance(event, Trades) else ():
                contracts += trade.side * int(json.loads(line.partition(b" ")[2])["data"]["q"])
                decimals = event.market.price_decimals + event.market.size_decimals
                notional += Fraction(trade.side * trade.size * trade.price, 10**decimals)
    assert contracts == -12_035
    assert round(notional, 2) == -1_203_500, "price x base size is contracts x 100 USD, to the cent"
