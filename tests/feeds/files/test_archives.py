"""aggTrades files as the archive spells them, and with every defect met in them."""

import gzip
import zipfile
from collections import Counter

import pytest

from cvdtui.errors import NoDataError, UsageError
from cvdtui.feeds.files import FileNotice, Rejected, open_files
from cvdtui.model import Columns

NOW_US = 1_767_225_600_000_000

FUTURES = (
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
    "26129,61837.6,0.020,27781,27781,1723075200123,true\n"
    "26130,61837.7,1.500,27782,27790,1723075200124,false\n"
)
SPOT = (
    "3100000001,61837.63000000,0.02000000,3735683259,3735683260,1736294400123456,True,True\n"
    "3100000002,61837.64000000,0.00150000,3735683261,3735683261,1736294400123999,False,True\n"
)


def read(*paths, **options):
    return list(open_files(paths, now=lambda: NOW_US, **options))


def trades(events):
    """(id, time, price, size, side) of every row, prices and sizes as integers of the last market."""
    rows = []
    for event in events:
        if isinstance(event, Columns):
            arrays = (event.ids, event.time_us, event.price, event.size, event.side)
            rows.extend(zip(*(array.tolist() for array in arrays), strict=True))
    return rows


def refusals(events):
    return {event.reason: (event.count, event.where) for event in events if isinstance(event, Rejected)}


def market(events):
    return [event for event in events if isinstance(event, Columns)][-1].market


def write(folder, name, text):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_futures_file_has_a_header_and_milliseconds(tmp_path):
    events = read(write(tmp_path, "BTCUSDT-aggTrades-2024-08-08.csv", FUTURES))
    assert trades(events) == [
        (26129, 1723075200123000, 618376, 2, -1),
        (26130, 1723075200124000, 618377, 150, 1),
    ]
    found = market(events)
    assert (found.name, found.price_decimals, found.size_decimals) == ("binance-usdm:BTCUSDT", 1, 2)
    assert (found.base, found.quote, found.kind) == ("BTC", "USDT", "perp")


def test_a_spot_file_has_no_header_eight_columns_and_microseconds(tmp_path):
    events = read(write(tmp_path, "BTCUSDT-aggTrades-2025-01-08.csv", SPOT))
    assert market(events).name == "binance:BTCUSDT"
    assert (market(events).price_decimals, market(events).size_decimals) == (2, 4)
    assert trades(events) == [
        (3100000001, 1736294400123456, 6183763, 200, -1),
        (3100000002, 1736294400123999, 6183764, 15, 1),
    ]


@pytest.mark.parametrize("spelling", ["true", "True", "TRUE"])
def test_the_buyer_being_the_maker_means_the_aggressor_sold(tmp_path, spelling):
    text = FUTURES.replace("true", spelling)
    assert [row[4] for row in trades(read(write(tmp_path, "X-aggTrades-1.csv", text)))] == [-1, 1]


def test_gzip_zip_and_plain_are_told_by_their_first_bytes(tmp_path):
    plain = trades(read(write(tmp_path, "BTCUSDT-aggTrades-a.csv", FUTURES)))
    zipped = tmp_path / "BTCUSDT-aggTrades-b.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._BTCUSDT-aggTrades-b.csv", b"\x00\x05")
        archive.writestr("BTCUSDT-aggTrades-b.csv", FUTURES)
    packed = write(tmp_path, "BTCUSDT-aggTrades-c.csv.gz", gzip.compress(FUTURES.encode()))
    unnamed = write(tmp_path, "BTCUSDT-aggTrades-d", gzip.compress(FUTURES.encode()))
    assert len(plain) == 2
    assert trades(read(zipped)) == trades(read(packed)) == trades(read(unnamed)) == plain


def test_several_files_are_one_tape_in_the_order_given(tmp_path):
    first = write(tmp_path, "BTCUSDT-aggTrades-1.csv", FUTURES)
    second = write(
        tmp_path, "BTCUSDT-aggTrades-2.csv", FUTURES.replace("2613", "2614").replace("26129", "26131")
    )
    events = read(first, second)
    assert [row[0] for row in trades(events)] == [26129, 26130, 26131, 26140]
    assert {event.market.name for event in events if isinstance(event, Columns)} == {"binance-usdm:BTCUSDT"}


def test_a_symbol_that_is_not_in_the_name_must_be_said(tmp_path):
    path = write(tmp_path, "trades.csv", FUTURES)
    with pytest.raises(UsageError, match="--symbol") as caught:
        read(path)
    assert caught.value.exit_code == 64
    assert market(read(path, symbol="ethusdt", venue="binance")).name == "binance:ETHUSDT"


@pytest.mark.parametrize(
    "options", [{"form": "parquet"}, {"venue": "nasdaq"}, {"symbol": "BTC USDT"}, {"symbol": "\x1b[31m"}]
)
def test_options_that_cannot_be_are_a_usage_error_before_any_file_is_read(tmp_path, options):
    with pytest.raises(UsageError) as caught:
        open_files([write(tmp_path, "A-aggTrades-1.csv", FUTURES)], now=lambda: NOW_US, **options)
    assert "\x1b" not in str(caught.value)


def test_what_was_guessed_is_said(tmp_path):
    notices = [
        e.text for e in read(write(tmp_path, "A-aggTrades-1.csv", FUTURES)) if isinstance(e, FileNotice)
    ]
    assert notices == ["A-aggTrades-1.csv: taken for binance-usdm by its columns; --venue says otherwise"]
    assert not [e for e in read(tmp_path / "A-aggTrades-1.csv", venue="binance") if isinstance(e, FileNotice)]


def test_the_folder_tells_the_venue_of_seven_columns_without_a_header(tmp_path):
    (tmp_path / "futures" / "um").mkdir(parents=True)
    bare = FUTURES.partition("\n")[2]
    assert market(read(write(tmp_path / "futures" / "um", "A-aggTrades-1.csv", bare))).venue == "binance-usdm"
    assert market(read(write(tmp_path, "A-aggTrades-1.csv", bare))).venue == "binance"


DEFECTS = {
    "7,nan,1,1,1,1723075200000,true": "price is not a number",
    "7,Infinity,1,1,1,1723075200000,true": "price is not a number",
    "7,-61837.6,1,1,1,1723075200000,true": "price is negative",
    "7,0.0,1,1,1,1723075200000,true": "price is zero",
    "7,1e300,1,1,1,1723075200000,true": "price is absurd",
    "7,61837.6,0.000,1,1,1723075200000,true": "size is zero",
    "7,61837.6,-0.5,1,1,1723075200000,true": "size is negative",
    "7,61837.6,1000000000000000,1,1,1723075200000,true": "size is absurd",
    "7,61837.6,,1,1,1723075200000,true": "size is not a number",
    "7,61837.6,0.0000000000001,1,1,1723075200000,true": "size has more than 12 decimals",
    "x7,61837.6,1,1,1,1723075200000,true": "id is not a whole number",
    "-7,61837.6,1,1,1,1723075200000,true": "id is not a whole number",
    "7,61837.6,1,1,1,soon,true": "time is not a whole number",
    "7,61837.6,1,1,1,1230767999999,true": "time is not between 2009 and tomorrow",
    "7,61837.6,1,1,1,1767312000001,true": "time is not between 2009 and tomorrow",
    "7,61837.6,1,1,1,17230752000001,true": "time is not between 2009 and tomorrow",
    "7,61837.6,1,1,1,1723075200000,maybe": "is_buyer_maker is neither true nor false",
    "7,61837.6,1,1,1,1723075200000": "not 7 or 8 columns",
    "7,61837.6,1,1,1,1723075200000,true,true,true": "not 7 or 8 columns",
    "\x1b[2Jcursor": "not 7 or 8 columns",
}


@pytest.mark.parametrize(("line", "reason"), DEFECTS.items())
def test_a_defect_costs_its_own_row_and_is_counted_with_its_line(tmp_path, line, reason):
    head, first, second = FUTURES.splitlines()
    text = f"{head}\n{first}\n{line}\n{second}\n{line}\n"
    events = read(write(tmp_path, "A-aggTrades-1.csv", text))
    assert [row[0] for row in trades(events)] == [26129, 26130]
    assert refusals(events) == {reason: (2, "A-aggTrades-1.csv:3")}
    assert {event.market for event in events if isinstance(event, Rejected)} == {"binance-usdm:A"}


def test_a_defect_in_a_plain_file_is_found_by_the_fast_way_too(tmp_path):
    """Rows that look right to the digit and are wrong in value."""
    rows = [f"{n},61837.6,0.{n:03d},1,1,1723075200000,true" for n in range(1000, 1400)]
    rows[10] = "1010,00000.0,0.500,1,1,1723075200000,true"
    rows[20] = "1020,61837.6,0.000,1,1,1723075200000,true"
    rows[30] = "1030,61837.6,0.500,1,1,1130767999999,true"
    events = read(write(tmp_path, "A-aggTrades-1.csv", "\n".join(rows)), venue="binance")
    assert len(trades(events)) == 397
    assert {reason: count for reason, (count, _) in refusals(events).items()} == {
        "price is zero": 1, "size is zero": 1, "time is not between 2009 and tomorrow": 1,
    }  # fmt: skip
    assert refusals(events)["size is zero"][1] == "A-aggTrades-1.csv:21"


def test_a_tape_of_tomorrow_is_read_until_a_day_from_now(tmp_path):
    text = FUTURES.replace("1723075200123", str(NOW_US // 1000 + 86_400_000))
    assert len(trades(read(write(tmp_path, "A-aggTrades-1.csv", text)))) == 2


def test_quotes_signs_spaces_and_exponents_are_read_exactly(tmp_path):
    text = FUTURES + '"26131", +6.18377e4 ,15E-1,"27791",27799, 1723075200125 ,"false"\n'
    events = read(write(tmp_path, "A-aggTrades-1.csv", text))
    assert trades(events)[2][2:] == (618377, 150, 1)
    assert refusals(events) == {}


def test_rows_before_a_finer_one_keep_their_scale_and_a_row_too_large_for_it_is_refused(tmp_path):
    text = FUTURES + "26131,0.000000000001,900000000000,1,1,1723075200000,true\n"
    events = read(write(tmp_path, "A-aggTrades-1.csv", text))
    assert market(events).price_decimals == 12
    assert trades(events)[0][2] == 618376 * 10**11
    large = "26131,99999999999,1,1,1,1723075200000,true\n26132,0.000000000001,1,1,1,1723075200000,true\n"
    events = read(write(tmp_path, "B-aggTrades-1.csv", FUTURES + large))
    assert [row[0] for row in trades(events)] == [26129, 26130, 26132]
    assert refusals(events) == {"price is absurd": (1, "B-aggTrades-1.csv:4")}


def test_a_byte_order_mark_and_windows_line_ends_are_no_defect(tmp_path):
    text = b"\xef\xbb\xbf" + FUTURES.replace("\n", "\r\n").encode()
    assert len(trades(read(write(tmp_path, "A-aggTrades-1.csv", text)))) == 2
    bare = b"\xef\xbb\xbf" + FUTURES.partition("\n")[2].encode()
    events = read(write(tmp_path, "A-aggTrades-2.csv", bare))
    assert (len(trades(events)), refusals(events)) == (2, {})


@pytest.mark.parametrize("name", ["A-aggTrades-1.csv", "candles.csv"])
def test_another_table_is_refused_by_its_columns_whatever_its_name(tmp_path, name):
    path = write(tmp_path, name, "time,open,high,low,close,volume\n1,2,3,4,5,6\n")
    with pytest.raises(
        NoDataError, match=r"columns are time,open,high,low,close,volume, expected agg_trade_id,"
    ) as caught:
        read(path, form="binance-aggtrades")
    assert caught.value.exit_code == 65


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (FUTURES.splitlines()[0] + "\n", "empty"),
        ("1,2,3\n4,5,6\n", r"2 rejected, the first at A-aggTrades-1.csv:1 \(not 7 or 8 columns\)"),
    ],
)
def test_a_file_without_one_usable_row_has_its_reason(tmp_path, text, reason):
    with pytest.raises(NoDataError, match=reason):
        read(write(tmp_path, "A-aggTrades-1.csv", text), form="binance-aggtrades")


def test_bytes_of_no_format_are_named_cleaned(tmp_path):
    with pytest.raises(NoDataError, match="neither aggTrades rows nor frames nor JSON lines") as caught:
        read(write(tmp_path, "A-aggTrades-1.csv", b"\x7fELF\x02\x1b[31m\x00\xff\xfe\n" * 50))
    assert "\x1b" not in str(caught.value)


def test_rows_are_the_same_whatever_the_number_of_threads(tmp_path):
    rows = "".join(
        f"{n},61{n % 1000:03d}.6,{n % 13}.020,1,1,{1723075200000 + n},true\n" for n in range(150_000)
    )
    path = write(tmp_path, "A-aggTrades-1.csv", rows)
    one, four = (read(path, venue="binance", threads=threads) for threads in (1, 4))
    assert Counter(type(event) for event in one)[Columns] > 2
    assert trades(one) == trades(four)
    assert len(trades(one)) == 150_000
