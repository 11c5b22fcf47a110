"""The journal: what was written survives a kill; it is bounded; a full disk is reported and waited out."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvdtui.errors import UnreadableError
from cvdtui.model import Signal, SignalEvent
from cvdtui.store.entries import BarEntry, SignalEntry, signal_entry
from cvdtui.store.journal import FILES, Journal, files_of
from cvdtui.store.reading import read, read_tail

ROOT = Path(__file__).resolve().parents[2]


def bar(number: int, market: str = "binance:BTCUSDT") -> BarEntry:
    return BarEntry(
        market=market, seconds=60, time_us=number * 60_000_000, open="1.5", high="2", low="1", close="1.75"
    )


def climax(number: int, **more: object) -> SignalEntry:
    found = Signal("climax", number * 60_000_000, 60, "buy", {"z": 2.5})
    return signal_entry(SignalEvent(market="binance:BTCUSDT", signal=found, price=1.75, **more), 7)


def journal(path: Path, notes: list[str] | None = None, megabytes: float = 1) -> Journal:
    return Journal(path, megabytes=megabytes, note=(notes if notes is not None else []).append)


def test_what_is_written_reads_back_sorted_and_once(tmp_path):
    path = tmp_path / "new" / "signals.jsonl"
    writer = journal(path)
    entries = [bar(2), climax(2, parameters={"length": 20}), bar(1), climax(2), climax(1, backfilled=True)]
    assert writer.write(entries) == 5
    writer.close()
    found = read(path)
    assert list(found.bars) == [("binance:BTCUSDT", 60)]
    assert list(found.bars["binance:BTCUSDT", 60].values()) == [bar(1), bar(2)]
    assert list(found.signals.values()) == [entries[4], entries[1]]
    assert found.skipped == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_a_journal_that_is_not_there_cannot_be_read_but_its_tail_is_empty(tmp_path):
    with pytest.raises(UnreadableError, match="No such file"):
        read(tmp_path / "none")
    assert read_tail(tmp_path / "none").signals == {}


def test_strange_and_torn_lines_are_skipped_and_counted(tmp_path):
    path = tmp_path / "signals.jsonl"
    journal(path).write([bar(1)])
    with path.open("ab") as file:
        file.write(
            b'\n{"kind": "other"}\nnot json\n\xff\xfe\n[]\n' + b"[" * 5000 + b'\n{"kind": "bar", "mark'
        )
    assert read(path).skipped == 6
    later = journal(path)
    later.write([bar(2)])
    found = read(path)
    assert list(found.bars["binance:BTCUSDT", 60]) == [60_000_000, 120_000_000]
    assert found.skipped == 6


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.integers(0, 2000))
def test_wherever_a_line_is_cut_all_before_it_is_kept_and_writing_goes_on(tmp_path, cut):
    path = tmp_path / "cut.jsonl"
    path.unlink(missing_ok=True)
    journal(path).write([bar(number) for number in range(1, 9)])
    whole = path.read_bytes()
    path.write_bytes(whole[: min(cut, len(whole))])
    before = whole[: min(cut, len(whole))].count(b"\n")
    journal(path).write([bar(100)])
    found = read(path)
    bars = list(found.bars["binance:BTCUSDT", 60])
    assert bars[:before] == [number * 60_000_000 for number in range(1, before + 1)]
    assert bars[-1] == 6_000_000_000
    assert len(bars) + found.skipped - before - 1 in (0, 1)


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.store.test_journal import bar, journal
writer = journal(Path(sys.argv[1]), megabytes=100)
number = 0
while True:
    number += 1
    writer.write([bar(number), bar(number, "binance:ETHUSDT")])
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_leaves_every_line_it_had_written(tmp_path):
    path = tmp_path / "signals.jsonl"
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(ROOT)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdout
    written = 0
    for _ in range(300):
        written = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    found = read(path)
    for market in ("binance:BTCUSDT", "binance:ETHUSDT"):
        times = list(found.bars[market, 60])
        assert times[:written] == [number * 60_000_000 for number in range(1, written + 1)]
    assert found.skipped <= 1


def test_it_is_bounded_and_drops_the_oldest(tmp_path):
    path = tmp_path / "signals.jsonl"
    writer = journal(path, megabytes=0.04)
    for number in range(1, 2001):
        writer.write([bar(number)])
    sizes = [file.stat().st_size for file in files_of(path)]
    assert len(sizes) == FILES
    assert max(sizes) <= 10_000
    times = [time // 60_000_000 for time in read(path).bars["binance:BTCUSDT", 60]]
    assert times == list(range(times[0], 2001))
    assert times[0] > 1
    assert list(read_tail(path).bars["binance:BTCUSDT", 60])[-1] == 2000 * 60_000_000


def test_two_programs_write_one_journal_and_lose_nothing(tmp_path):
    path = tmp_path / "signals.jsonl"
    one, two = journal(path, megabytes=0.04), journal(path, megabytes=0.04)
    for number in range(1, 101):
        one.write([bar(number)])
        two.write([bar(number, "binance:ETHUSDT")])
    found = read(path)
    latest = [list(found.bars[market, 60])[-1] for market in ("binance:BTCUSDT", "binance:ETHUSDT")]
    assert latest == [6_000_000_000, 6_000_000_000]
    assert found.skipped == 0
    assert one.lost == two.lost == 0


def test_a_journal_that_is_deleted_under_way_begins_anew(tmp_path):
    path = tmp_path / "signals.jsonl"
    writer = journal(path)
    writer.write([bar(1)])
    path.unlink()
    writer.write([bar(2)])
    assert list(read(path).bars["binance:BTCUSDT", 60]) == [120_000_000]


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.store.test_journal import bar, journal
path, notes = Path(sys.argv[1]), []
writer = journal(path, notes)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
counts = [writer.write([bar(n)]) for n in range(1, 21)]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
counts.append(writer.write([bar(100)]))
print(counts.count(0), writer.lost, *notes, sep="|")
"""


def test_a_full_disk_is_said_once_and_when_there_is_room_writing_goes_on(tmp_path):
    path = tmp_path / "signals.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), str(ROOT)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    unwritten, lost, *notes = done.stdout.strip().split("|")
    assert int(unwritten) == int(lost) > 5
    assert len(notes) == 2
    assert "cannot be written: File too large; signals are not kept" in notes[0]
    assert f"is written again; {lost} entries were not kept" in notes[1]
    found = read(path)
    bars = list(found.bars["binance:BTCUSDT", 60])
    assert bars == [*(n * 60_000_000 for n in range(1, 21 - int(lost))), 6_000_000_000]
    assert found.skipped == 1, "the line that the full disk cut"


def test_a_folder_that_cannot_be_written_is_said_not_raised(tmp_path):
    (tmp_path / "file").write_text("")
    notes: list[str] = []
    writer = journal(tmp_path / "file" / "signals.jsonl", notes)
    assert writer.write([bar(1)]) == 0
    assert writer.write([bar(1)]) == 0
    assert len(notes) == 1
    assert writer.lost == 2
