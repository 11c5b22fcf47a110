"""The paced replay, driven by a clock the test owns."""

import asyncio
import gzip
import json
import zlib
from itertools import pairwise

import pytest

from cvdtui.errors import UnreadableError
from cvdtui.feeds.files import open_files
from cvdtui.feeds.replay import ReplayFeed, Timer

T0 = 1_723_161_240_000_000
SECOND = 1_000_000
PATIENCE_S = 5.0


class Clock(Timer):
    """Time that passes only while the feed waits, and at each hand-over if the machine is slow."""

    def __init__(self):
        self.now = 100.0
        self.waits = []

    def monotonic(self):
        return self.now

    async def wait(self, event, seconds):
        if seconds is None:
            self.waits.append(None)
            await event.wait()
        elif not event.is_set():
            self.waits.append(seconds)
            self.now += seconds
            await asyncio.sleep(0)


class Seen:
    """A sink that writes down what it got and when, and may act on it."""

    def __init__(self, clock):
        self.clock = clock
        self.trades = []
        self.links = []
        self.rejected = []
        self.ignored = []
        self.act = lambda trade: None
        self.cost_s = 0.0
        self.got = asyncio.Event()

    def on_trades(self, batch):
        self.clock.now += self.cost_s
        for trade in batch.trades:
            self.trades.append((trade.id, round(self.clock.now - 100.0, 6)))
            self.act(trade)
        self.got.set()

    def on_link(self, link):
        self.links.append((link.state, link.markets))

    def on_rejected(self, market, reason, count=1):
        self.rejected.append((market, reason, count))

    def on_ignored(self, market, count=1):
        self.ignored.append((market, count))

    def ids(self):
        return [number for number, _ in self.trades]


def recording(folder, times, *extra, name="mine.jsonl"):
    """Trades 1, 2, 3 ... at these seconds after T0."""
    row = {"price": "100", "size": "1", "side": "buy"}
    lines = [json.dumps(row | {"id": n, "time_us": T0 + int(t * SECOND)}) for n, t in enumerate(times, 1)]
    path = folder / name
    path.write_text("\n".join([*lines, *extra]))
    return open_files([path], now=lambda: T0 + 10**12)


def play(folder, times, *extra, speed=1.0, prepare=lambda feed, seen, clock: None, drive=None):
    """Plays to the end under `drive`; what the sink saw, the clock, the feed."""

    async def main():
        clock = Clock()
        seen = Seen(clock)
        feed = ReplayFeed(recording(folder, times, *extra), seen, speed=speed, timer=clock)
        prepare(feed, seen, clock)
        async with asyncio.timeout(PATIENCE_S):
            running = asyncio.create_task(feed.run())
            if drive is not None:
                await drive(feed, seen, clock)
            await running
        return seen, clock, feed

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("speed", "at"), [(1.0, [0, 2, 2, 5.5]), (10.0, [0, 0.2, 0.2, 0.55]), (1000.0, [0, 0.002, 0.002, 0.0055])]
)
def test_trades_come_as_far_apart_as_they_happened_divided_by_the_speed(tmp_path, speed, at):
    seen, _, feed = play(tmp_path, [0, 2, 2, 5.5], speed=speed)
    assert seen.trades == list(zip([1, 2, 3, 4], at, strict=True))
    assert abs(feed.now_us() - T0 - int(5.5 * SECOND)) <= 1
    assert (feed.share, feed.ended) == (1.0, True)


def test_speed_zero_never_waits(tmp_path):
    seen, clock, feed = play(tmp_path, range(0, 50_000, 10), speed=0)
    assert seen.ids() == list(range(1, 5001))
    assert clock.waits == []
    assert feed.now_us() == T0 + 49_990 * SECOND


def test_the_clock_runs_between_trades_and_never_backwards(tmp_path):
    shown = []

    def prepare(feed, seen, clock):
        seen.act = lambda trade: shown.append((feed.now_us() - T0) / SECOND)
        assert feed.now_us() == 0

    play(tmp_path, [0, 3, 2.5, 4], prepare=prepare)
    assert shown == [0, 3, 3, 4]


def test_pause_stops_the_clock_and_resume_goes_on_from_there(tmp_path):
    def prepare(feed, seen, clock):
        seen.act = lambda trade: feed.pause() if trade.id == 2 else None

    async def drive(feed, seen, clock):
        while not feed.paused:
            await seen.got.wait()
            seen.got.clear()
        clock.now += 1000.0
        assert feed.now_us() == T0 + 2 * SECOND
        assert seen.ids() == [1, 2]
        feed.resume()

    seen, _, _ = play(tmp_path, [0, 2, 5], prepare=prepare, drive=drive)
    assert seen.trades == [(1, 0), (2, 2), (3, 1005)]


def test_a_step_plays_one_trade_or_the_rest_of_its_bar(tmp_path):
    async def drive(feed, seen, clock):
        steps = [
            (0, [1]),
            (60 * SECOND, [1, 2, 3]),
            (0, [1, 2, 3, 4]),
        ]
        for bar_us, expected in steps:
            seen.got.clear()
            feed.step(bar_us)
            while seen.ids() != expected:
                await seen.got.wait()
                seen.got.clear()
        assert feed.now_us() == T0 + 61 * SECOND
        feed.resume()

    seen, clock, _ = play(tmp_path, [0, 1, 59.9, 61, 62], prepare=lambda feed, *_: feed.pause(), drive=drive)
    assert seen.ids() == [1, 2, 3, 4, 5]
    assert [wait for wait in clock.waits if wait] == [1.0]


def test_a_step_while_playing_is_none(tmp_path):
    seen, _, _ = play(tmp_path, [0, 1], prepare=lambda feed, *_: feed.step())
    assert seen.trades == [(1, 0), (2, 1)]


def test_the_speed_changes_on_the_way_and_keeps_the_clock(tmp_path):
    def prepare(feed, seen, clock):
        seen.act = lambda trade: feed.set_speed(100) if trade.id == 2 else None

    seen, _, feed = play(tmp_path, [0, 10, 20], prepare=prepare)
    assert seen.trades == [(1, 0), (2, 10), (3, 10.1)]
    feed.set_speed(5000)
    assert feed.speed == 1000
    feed.set_speed(0.1)
    assert feed.speed == 1
    feed.set_speed(-3)
    assert feed.speed == 0


def test_a_machine_too_slow_for_the_speed_slows_the_clock_and_loses_nothing(tmp_path):
    shown = []

    def prepare(feed, seen, clock):
        seen.cost_s = 0.01
        seen.act = lambda trade: shown.append(feed.now_us())

    times = [n / 100 for n in range(2000)]
    seen, _, _ = play(tmp_path, times, speed=1000, prepare=prepare)
    assert seen.ids() == list(range(1, 2001))
    assert all(a <= b for a, b in pairwise(shown))
    behind = [now - (T0 + int(t * SECOND)) for now, t in zip(shown, times, strict=True)]
    assert max(behind) < 60 * SECOND


def test_a_silence_of_more_than_a_minute_is_jumped(tmp_path):
    seen, _, _ = play(tmp_path, [0, 59, 59 + 3600, 59 + 3601])
    assert seen.trades == [(1, 0), (2, 59), (3, 59), (4, 60)]


def test_an_earlier_stretch_of_time_turns_the_clock_back(tmp_path):
    seen, _, feed = play(tmp_path, [7200, 7201, 0, 1])
    assert seen.trades == [(1, 0), (2, 1), (3, 1), (4, 2)]
    assert feed.now_us() == T0 + SECOND


def test_what_was_refused_and_who_is_played_is_told(tmp_path):
    seen, _, _ = play(tmp_path, [0], "garbage")
    assert seen.rejected == [("file:MINE", "mine.jsonl:2: not a JSON object", 1)]
    assert seen.links == [("live", ("file:MINE",)), ("quiet", ("file:MINE",))]


def test_an_archive_is_played_like_frames(tmp_path):
    path = tmp_path / "BTCUSDT-aggTrades-1.csv"
    path.write_text("".join(f"{n},61837.6,0.5,1,1,{T0 // 1000 + n},true,True\n" for n in range(1000)))

    async def main():
        clock = Clock()
        seen = Seen(clock)
        notes = []
        feed = ReplayFeed(open_files([path], now=lambda: T0 + 10**12), seen, note=notes.append, timer=clock)
        async with asyncio.timeout(PATIENCE_S):
            await feed.run()
        return seen, notes

    seen, notes = asyncio.run(main())
    assert seen.trades == [(n, round(n / 1000, 6)) for n in range(1000)]
    assert notes == ["BTCUSDT-aggTrades-1.csv: taken for binance by its columns; --venue says otherwise"]


ARCHIVE = [f"{n},61837.6,0.5,1,1,{T0 // 1000 + n * n},true,True" for n in range(20_000)]
FRAMES = [
    f'{{"e":"aggTrade","E":1,"s":"BTCUSDT","a":{n},"p":"6.1","q":"1","T":{T0 // 1000 + n * n},"m":true}}'
    for n in range(20_000)
]


@pytest.mark.parametrize("lines", [ARCHIVE, FRAMES], ids=["archive", "frames"])
def test_a_file_that_breaks_off_raises_after_its_last_trade(tmp_path, lines):
    path = tmp_path / "BTCUSDT-aggTrades-1.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode())[:-2000])

    async def main():
        clock = Clock()
        seen = Seen(clock)
        feed = ReplayFeed(open_files([path], now=lambda: T0 + 10**12), seen, speed=0, timer=clock)
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(UnreadableError):
                await feed.run()
        return seen

    seen = asyncio.run(main())
    assert seen.ids() == list(range(len(seen.trades)))
    plain = zlib.decompressobj(31).decompress(path.read_bytes())
    assert len(seen.trades) == plain.count(b"\n")


def test_a_replay_can_be_cancelled_while_it_reads_and_while_it_waits(tmp_path):
    async def main(turns):
        seen = Seen(Clock())
        feed = ReplayFeed(recording(tmp_path, [0, 3000]), seen)
        running = asyncio.create_task(feed.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        if turns > 1:
            await seen.got.wait()
        running.cancel()
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(asyncio.CancelledError):
                await running

    asyncio.run(main(1))
    asyncio.run(main(2))


def test_a_pause_within_a_burst_holds_back_the_rest_of_it(tmp_path):
    def prepare(feed, seen, clock):
        seen.act = lambda trade: feed.pause() if trade.id == 1 else None

    async def drive(feed, seen, clock):
        await seen.got.wait()
        assert feed.paused
        held = len(seen.trades)
        await asyncio.sleep(0)
        assert len(seen.trades) == held < 1500
        feed.resume()

    seen, _, _ = play(tmp_path, [0] * 1500, prepare=prepare, drive=drive)
    assert seen.ids() == list(range(1, 1501))


def test_the_real_timer_is_woken_by_a_wish(tmp_path):
    async def main():
        seen = Seen(Clock())
        feed = ReplayFeed(recording(tmp_path, [0, 30]), seen)
        async with asyncio.timeout(PATIENCE_S):
            running = asyncio.create_task(feed.run())
            await seen.got.wait()
            feed.set_speed(0)
            await running
        return seen

    assert asyncio.run(main()).ids() == [1, 2]


def test_the_loop_has_its_turns_while_a_fast_replay_runs(tmp_path):
    turns = []

    async def drive(feed, seen, clock):
        while not feed.ended:
            turns.append(len(seen.trades))
            await asyncio.sleep(0)

    def prepare(feed, seen, clock):
        seen.cost_s = 0.001

    play(tmp_path, range(20_000), speed=0, prepare=prepare, drive=drive)
    assert max(b - a for a, b in pairwise(turns)) < 3000
