"""Files that cannot be read, or break off: one clear error, nothing lost that came before it."""

import gzip
import os
import subprocess
import sys
import zipfile

import pytest

from cvdtui.errors import UnreadableError
from cvdtui.feeds.files import open_files
from cvdtui.feeds.files.blocks import LINE_LIMIT, OVERLONG, BlockSource
from cvdtui.model import Columns

NOW_US = 1_767_225_600_000_000
ROWS = "".join(
    f"{n},{61000 + n % 977}.{n % 10},{n * 7919 % 997}.5,{n},{n},{1723075200000 + n},true\n"
    for n in range(1, 60_000)
)


def opened(*paths):
    return open_files(paths, now=lambda: NOW_US, venue="binance")


def drained(reading):
    """How many rows came before it ended, and how it ended."""
    rows = 0
    try:
        for event in reading:
            rows += len(event) if isinstance(event, Columns) else 0
    except UnreadableError as error:
        return rows, error
    return rows, None


def test_a_missing_file_is_said_before_any_is_read(tmp_path):
    good = tmp_path / "A-aggTrades-1.csv"
    good.write_text(ROWS)
    with pytest.raises(UnreadableError, match=r"gone\.csv: No such file or directory") as caught:
        opened(good, tmp_path / "gone.csv")
    assert caught.value.exit_code == 66


def test_a_directory_is_no_file(tmp_path):
    with pytest.raises(UnreadableError, match="is a directory"):
        opened(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path):
    path = tmp_path / "A-aggTrades-1.csv"
    path.write_text(ROWS)
    path.chmod(0)
    with pytest.raises(UnreadableError, match="permission denied"):
        opened(path)


def test_the_name_of_a_file_is_cleaned_in_errors(tmp_path):
    with pytest.raises(UnreadableError) as caught:
        opened(tmp_path / "\x1b[31mred\u202e.csv")
    assert not {"\x1b", "\u202e"} & set(str(caught.value))
    with pytest.raises(UnreadableError):
        opened("nul\x00byte")


def test_a_truncated_gzip_ends_in_an_error_after_what_was_readable(tmp_path):
    path = tmp_path / "A-aggTrades-1.csv.gz"
    whole = gzip.compress(ROWS.encode())
    path.write_bytes(whole[: len(whole) // 2])
    rows, error = drained(opened(path))
    assert 10_000 < rows < 59_999
    assert "A-aggTrades-1.csv.gz: the compressed data is cut off" in str(error)
    path.write_bytes(whole)
    assert drained(opened(path)) == (59_999, None)


def test_a_damaged_gzip_is_unreadable(tmp_path):
    path = tmp_path / "A-aggTrades-1.csv.gz"
    whole = bytearray(gzip.compress(ROWS.encode()))
    whole[-6] ^= 0xFF
    path.write_bytes(whole)
    assert "A-aggTrades-1.csv.gz: not gzip, or damaged" in str(drained(opened(path))[1])


@pytest.mark.parametrize(("suffix", "reason"), [(".gz", "not gzip"), (".zip", "not a zip archive")])
def test_a_file_must_be_what_its_name_says(tmp_path, suffix, reason):
    path = tmp_path / f"A-aggTrades-1.csv{suffix}"
    path.write_text(ROWS[:1000])
    assert reason in str(drained(opened(path))[1])


def test_a_truncated_zip_is_unreadable(tmp_path):
    path = tmp_path / "A-aggTrades-1.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("A-aggTrades-1.csv", ROWS)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "not a zip archive, cut off or damaged" in str(drained(opened(path))[1])
    damaged = bytearray(whole)
    damaged[len(damaged) // 3] ^= 0xFF
    path.write_bytes(damaged)
    assert isinstance(drained(opened(path))[1], UnreadableError)


def test_chunks_are_whole_lines_and_lose_nothing_at_any_block_size(tmp_path):
    path = tmp_path / "text"
    for text in (b"", b"\n", b"one", b"one\n", b"one\n\ntwo\r\nthree", b"a" * 50 + b"\nb"):
        path.write_bytes(text)
        for block in range(1, 60):
            lines = []
            for _, chunks in BlockSource(path, block=block).members():
                for chunk in chunks:
                    assert chunk.data[chunk.last - 1] == ord("\n")
                    lines.extend(chunk.lines())
            assert lines == (
                text.split(b"\n")[:-1] if text.endswith(b"\n") else text.split(b"\n") if text else []
            ), (text, block)


def test_a_line_without_end_is_replaced_and_the_rest_is_read(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"first\n" + b"x" * (3 * LINE_LIMIT) + b"\nlast\n")
    lines = [
        line
        for _, chunks in BlockSource(path, block=100_000).members()
        for chunk in chunks
        for line in chunk.lines()
    ]
    assert lines == [b"first", OVERLONG.strip(), b"last"]


def test_the_share_read_grows_to_one(tmp_path):
    paths = []
    for name in ("A-aggTrades-1.csv", "A-aggTrades-2.csv"):
        path = tmp_path / name
        path.write_text(ROWS)
        paths.append(path)
    reading = opened(*paths)
    shares = [reading.share]
    shares.extend(reading.share for _ in reading)
    shares.append(reading.share)
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert {share for share in shares if 0.2 < share < 0.5}
    assert 0.5 in shares
    assert shares[-1] == 1.0


def test_reading_can_be_left_in_the_middle(tmp_path):
    path = tmp_path / "A-aggTrades-1.csv"
    path.write_text(ROWS)
    reading = opened(path)
    next(reading)
    reading.close()
    assert list(reading) == []


def test_numpy_waits_for_the_first_archive():
    code = "import sys, cvdtui.feeds.files, cvdtui.feeds.replay; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
