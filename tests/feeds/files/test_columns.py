"""The fast reader of aggTrades rows against the slow one in exact decimals."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cvdtui.errors import WireError
from cvdtui.feeds.files import Rejected, exact
from cvdtui.feeds.files.aggtrades import AggTradesReader
from cvdtui.feeds.files.blocks import BlockSource
from cvdtui.feeds.files.columns import _fields
from cvdtui.model import Columns, Market

LATEST_US = 1_800_000_000_000_000
MARKET = Market("binance-usdm", "BTCUSDT", "BTC", "USDT", "perp")

WHOLE = st.integers(0, 10**12).map(str)
ID = st.one_of(st.integers(2_300_000_000, 2_300_000_400).map(str), WHOLE, st.just("9" * 17))
DECIMALS = st.one_of(
    st.tuples(st.integers(61_000, 62_000), st.integers(0, 9)).map(lambda p: f"{p[0]}.{p[1]}"),
    st.tuples(st.integers(0, 10**6), st.integers(0, 999)).map(lambda p: f"{p[0]}.{p[1]:03d}"),
    st.decimals("0.00000001", "99999999", places=8).map(str),
    st.integers(0, 10**9).map(str),
    st.decimals("0", "10000000000000000", places=2).map(str),
)
ODD = st.sampled_from(
    ["", "nan", "NaN", "inf", "-1", "-0.5", "+2.5", "1e3", "1E-3", "1e400", "0", "0.000", ".50", "5.", ".",
     " 7.25 ", '"3.5"', "1_000", "0x10", "٣", "é", "12345678901234567890", "1000000000000000", "1.2.3",
     "999999999999999.9", "0.0000000000001", "0.000000000001", "0.0000000001", "61837.6\x00", "61:37.6",
     "-", "1,5", "007.50"]
)  # fmt: skip
TIME = st.one_of(
    st.integers(1_723_000_000_000, 1_724_000_000_000).map(str),
    st.integers(1_723_000_000_000_000, 1_724_000_000_000_000).map(str),
    st.sampled_from(
        ["0", "1723161255", "1723161255342.0", "9999999999999999", "1230767999999", "99999999999999"]
    ),
)
MAKER = st.sampled_from(
    ["true", "false", "True", "False", "TRUE", "tRue", "xrue", "1true", "1false", "maybe", "", "t"]
)


@st.composite
def rows(draw):
    """A row, right or wrong, in the spelling of some archive."""
    plain = draw(st.integers(0, 3)) > 0
    price = draw(DECIMALS if plain else st.one_of(DECIMALS, ODD))
    size = draw(DECIMALS if plain else st.one_of(DECIMALS, ODD))
    first, last = (draw(WHOLE if plain else st.one_of(WHOLE, ODD)) for _ in range(2))
    number = draw(ID if plain else st.one_of(ID, ODD))
    maker = draw(st.sampled_from(["true", "false", "True", "False"]) if plain else MAKER)
    fields = [number, price, size, first, last, draw(TIME), maker]
    if draw(st.booleans()):
        fields.append(draw(st.sampled_from(["True", "true", "False", "yes"])))
    return ",".join(fields)


@st.composite
def archives(draw):
    """A file's bytes: one spelling with odd lines, or all mixed; any line ending, the last one optional."""
    lines = draw(
        st.lists(st.one_of(rows(), st.sampled_from(["", "garbage", "a,b,c", ",,,,,,"])), max_size=12)
    )
    if draw(st.booleans()):
        base = draw(st.integers(0, 100))
        steady = [
            f"{base + n},618{n % 90 + 10}.5,{n % 7}.25,{n},{n + 1},1723161255{n:03d},true" for n in range(40)
        ]
        at = draw(st.integers(0, len(steady)))
        lines = steady[:at] + lines + steady[at:]
    endings = draw(st.sampled_from(["\n", "\r\n", "mixed"]))
    ends = [draw(st.sampled_from(["\n", "\r\n"])) if endings == "mixed" else endings for _ in lines]
    if ends and draw(st.booleans()):
        ends[-1] = ""
    return "".join(line + end for line, end in zip(lines, ends, strict=True)).encode()


def slow(data: bytes) -> tuple[list[tuple], Counter]:
    """Every row through csv and Decimal: id, time, price, size, side; and the reasons of those refused."""
    kept, refused = [], Counter()
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        try:
            fields = _fields(line)
            row = exact.agg_trade(fields, LATEST_US)
        except WireError as error:
            refused[str(error)] += 1
            continue
        price, size = Decimal(fields[1].strip()), Decimal(fields[2].strip())
        assert price == Decimal(row.price[0]).scaleb(-row.price[1])
        assert size == Decimal(row.size[0]).scaleb(-row.size[1])
        kept.append((row.id, row.time_us, price, size, row.side))
    return kept, refused


def fast(path, data: bytes, block: int) -> tuple[list[tuple], Counter]:
    """The same through the columns."""
    path.write_bytes(data)
    kept, refused = [], Counter()
    for name, chunks in BlockSource(path, block=block).members():
        for event in AggTradesReader(MARKET, LATEST_US, threads=1).read(name, chunks):
            if isinstance(event, Columns):
                kept.extend(values(event))
            else:
                refused[event.reason] += event.count
    return kept, refused


def values(columns: Columns) -> list[tuple]:
    """The rows of columns in exact decimals."""
    market = columns.market
    arrays = (columns.ids, columns.time_us, columns.price, columns.size, columns.side)
    return [
        (
            number,
            time,
            Decimal(price).scaleb(-market.price_decimals),
            Decimal(size).scaleb(-market.size_decimals),
            side,
        )
        for number, time, price, size, side in zip(*(array.tolist() for array in arrays), strict=True)
    ]


def without_the_absurd(kept: list[tuple], refused: Counter) -> tuple[list[tuple], Counter]:
    """Rows too large for the finest decimals of a file are refused late by one reader: set aside for both."""
    plain = [row for row in kept if row[2] < 10**6 and row[3] < 10**6]
    return plain, Counter({reason: n for reason, n in refused.items() if not reason.endswith("absurd")})


@settings(max_examples=400, deadline=None)
@given(archives(), st.integers(1, 400))
@example(b"1,2.5,3,4,5,1723161255342,true", 1)
@example(b"1,2.5,3,4,5,1723161255342,true\n1,2.5,3,4,5,1723161255342,false\r\n", 1 << 20)
@example(b"1,2.5,3,4,5,1723161255342,1false\n2,2.5,3,4,5,1723161255342,false\n", 1 << 20)
@example(b"1,2:5.5,3.0,4,5,1723161255342,true\n2,25.5,3.0,4,5,1723161255342,frue\n", 1 << 20)
def test_columns_hold_what_the_slow_reader_reads_whatever_the_block(tmp_path_factory, data, block):
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    if data.split(b"\n")[0].strip(b" \r") in (b"garbage", b"a,b,c"):
        data = b"\n" + data
    expected, refusals = slow(data)
    kept, refused = fast(path, data, block)
    assert without_the_absurd(kept, refused) == without_the_absurd(expected, refusals)
    absurd = sum(n for reason, n in refused.items() if reason.endswith("absurd"))
    assert len(kept) + absurd == len(expected) + sum(
        n for reason, n in refusals.items() if reason.endswith("absurd")
    )


ROWS = (
    b"2300000000,61837.7,1.000,5200000001,5200000002,1723075200000,true\n"
    b"2300000001,61837,0.005,5200000003,5200000004,1723075200620,False\r\n"
    b"not a row\n"
    b"\n"
    b"2300000002,61837.65,12,5200000005,5200000006,1723075200622000,True,True\n"
    b"2300000003,61837.70,0.0020,5200000007,5200000009,1723075200622,false"
)


def test_a_block_may_end_at_any_byte(tmp_path):
    expected, refusals = slow(ROWS)
    assert len(expected) == 4
    assert refusals == {exact.BAD_COLUMNS: 1}
    for block in range(1, len(ROWS) + 2):
        assert fast(tmp_path / "rows.csv", ROWS, block) == (expected, refusals), block


def test_rows_of_one_spelling_take_the_guess_and_broken_ones_the_search(tmp_path, monkeypatch):
    from cvdtui.feeds.files import columns

    calls = []
    search = columns.search
    monkeypatch.setattr(columns, "search", lambda *args: calls.append(1) or search(*args))
    steady = b"".join(b"%d,61837.7,%d.125,1,2,1723075200000,true\n" % (n + 1000, n) for n in range(1, 500))
    kept, refused = fast(tmp_path / "rows.csv", steady, 1 << 20)
    assert (len(kept), refused, calls) == (499, {}, [])
    kept, refused = fast(tmp_path / "rows.csv", steady + b"7,nan,1.0,1,2,1723075200000,true\n", 1 << 20)
    assert (len(kept), refused, calls) == (499, {"price is not a number": 1}, [1])


def steady_rows(count=60):
    """Rows of one spelling: sizes of many widths, ids and times whose leading digits change midway."""
    return [
        f"{2_299_999_970 + n},61837.{n % 10},{n**4 * 7 % 10**8 + 1}.25,{n},{n},"
        f"{1_723_099_999_970 + n},{n % 3 == 0}"
        for n in range(10, 10 + count)
    ]


def test_steady_rows_are_read_as_they_are(tmp_path):
    data = "\n".join(steady_rows()).encode()
    assert fast(tmp_path / "rows.csv", data, 1 << 20) == slow(data)
    assert len(slow(data)[0]) == 60


@pytest.mark.parametrize("at", [0, 30], ids="row {}".format)
def test_a_wrong_byte_anywhere_in_a_row_is_seen(tmp_path, at):
    rows = [row.encode() for row in steady_rows()]
    row = rows[at]
    for place in range(len(row) + 1):
        for byte in b'0:/.,- \r"eT\xff':
            for broken in (
                row[:place] + bytes([byte]) + row[place + 1 :],
                row[:place] + bytes([byte]) + row[place:],
            ):
                near = [*rows[max(0, at - 2) : at], broken, *rows[at + 1 : at + 3]]
                data = b"\n".join(near)
                assert fast(tmp_path / "rows.csv", data, 1 << 10) == slow(data), broken


@pytest.mark.parametrize(
    "size", ["10000000000000001.50", "1000000000000001.50", "0000000000000000000001.50", ".50", "5."]
)
def test_a_size_of_unusual_width_among_plain_ones_is_read_right(tmp_path, size):
    data = "\n".join([*steady_rows(), f"2300000500,61837.5,{size},70,70,1723100000000,true"]).encode()
    kept, refused = fast(tmp_path / "rows.csv", data, 1 << 20)
    assert (kept, refused) == slow(data)
    assert len(kept) + sum(refused.values()) == 61


def test_a_refused_row_is_named_by_its_line_in_whatever_block(tmp_path):
    path = tmp_path / "rows.csv"
    rows = steady_rows()
    rows[40] = rows[40].replace("1723", "soon")
    path.write_text("\n".join(rows))
    for block in (100, 1000, 10**6):
        for name, chunks in BlockSource(path, block=block).members():
            events = list(AggTradesReader(MARKET, LATEST_US).read(name, chunks))
        assert [event.where for event in events if isinstance(event, Rejected)] == ["rows.csv:41"], block


def test_the_market_grows_with_the_first_finer_value_and_stays_fine(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(
        b"1,100.50000000,2.00000000,1,1,1723075200000,true\n"
        b"2,100.25000000,2.12500000,1,1,1723075200000,true\n"
        b"3,100.00000000,2.00000000,1,1,1723075200000,true\n"
    )
    reader = AggTradesReader(MARKET, LATEST_US)
    events = [
        event for name, chunks in BlockSource(path, block=50).members() for event in reader.read(name, chunks)
    ]
    assert [(event.market.price_decimals, event.market.size_decimals) for event in events] == [
        (1, 0),
        (2, 3),
        (2, 3),
    ]
    assert [event.price.tolist() for event in events] == [[1005], [10025], [10000]]
    assert [event.size.tolist() for event in events] == [[2], [2125], [2000]]
