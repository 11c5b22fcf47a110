"""The report computed a second time: slowly, in decimals and fractions, sharing nothing with the engine."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from statistics import median, quantiles
from zoneinfo import ZoneInfo

EXACT = Context(prec=200)
TIMEFRAMES = (5, 15, 60, 300, 900, 3600, 14400, 86400)


@dataclass(frozen=True)
class Row:
    """One trade as a venue would send it."""

    id: int
    time_us: int
    price: Decimal
    size: Decimal
    side: int


@dataclass
class SlowTape:
    """The arrivals that count: each id once, in order, from the lowest id of the first batch on."""

    rows: list[Row] = field(default_factory=list)
    duplicates: int = 0
    lost: list[tuple[int, int, int]] = field(default_factory=list)
    """(after, before, how many)."""

    def __init__(self, batches):
        first = min(row.id for row in batches[0])
        seen = {}
        self.duplicates = 0
        for row in [row for batch in batches for row in batch]:
            if row.id < first or row.id in seen:
                self.duplicates += 1
            else:
                seen[row.id] = row
        self.rows = [seen[number] for number in sorted(seen)]
        self.lost = []
        for one, other in zip(self.rows, self.rows[1:], strict=False):
            if other.id - one.id > 1:
                self.lost.append((one.id, other.id, other.id - one.id - 1))


def text(value):
    """A plain decimal without trailing zeros."""
    value = Decimal(value).normalize(EXACT)
    return "0" if value == 0 else format(value, "f")


def delta(rows):
    return sum((row.size * row.side for row in rows), Decimal(0))


def volume(rows, side=None):
    return sum((row.size for row in rows if side is None or row.side == side), Decimal(0))


def session_start(time_us, start="00:00", zone="UTC"):
    """The latest local `start` at or before the time, looked for day by day."""
    hours, minutes = map(int, start.split(":"))
    moment = datetime.fromtimestamp(time_us // 1_000_000, UTC)
    days = [moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=shift) for shift in (1, 0, -1, -2)]
    starts = [
        int(datetime(day.year, day.month, day.day, hours, minutes, tzinfo=ZoneInfo(zone)).timestamp())
        * 1_000_000
        for day in days
    ]
    return max(begin for begin in starts if begin <= time_us)


def week_start(time_us):
    day = datetime.fromtimestamp(time_us // 1_000_000, UTC).date()
    monday = day - timedelta(days=day.weekday())
    return int(datetime(monday.year, monday.month, monday.day, tzinfo=UTC).timestamp()) * 1_000_000


def row_of(price, size):
    """Nearest multiple, ties up: floor(price / row + 1/2) x row."""
    number = (Fraction(price) / Fraction(size) + Fraction(1, 2)).__floor__()
    return number * size


def footprint(rows, size):
    """{row price: [buy, sell, unknown]}."""
    found = {}
    for row in rows:
        cell = found.setdefault(row_of(row.price, size), [Decimal(0), Decimal(0), Decimal(0)])
        cell[{1: 0, -1: 1, 0: 2}[row.side]] += row.size
    return found


def row_texts(found):
    return [[text(price), text(cell[0]), text(cell[1])] for price, cell in sorted(found.items())]


def slow_bars(rows, seconds, row_size, *, excludes_zero=False, source="taker"):
    by_start = {}
    for row in rows:
        by_start.setdefault(row.time_us // (seconds * 1_000_000) * seconds * 1_000_000, []).append(row)
    bars, cvd = [], Decimal(0)
    for start in sorted(by_start):
        inside = by_start[start]
        prices = [row.price for row in inside]
        running = [delta(inside[: n + 1]) for n in range(len(inside))]
        if not excludes_zero:
            running.append(Decimal(0))
        cvd += delta(inside)
        bars.append(
            {
                "time_us": start,
                "open": text(prices[0]),
                "high": text(max(prices)),
                "low": text(min(prices)),
                "close": text(prices[-1]),
                "buy": text(volume(inside, 1)),
                "sell": text(volume(inside, -1)),
                "unknown": text(volume(inside, 0)),
                "delta": text(delta(inside)),
                "source": source,
                "delta_high": text(max(running)),
                "delta_low": text(min(running)),
                "cvd": text(cvd),
                "trades": len(inside),
                "rows": row_texts(footprint(inside, row_size)),
            }
        )
    return bars


def slow_auto_row(bars, tick):
    """The smallest 1-2-5 multiple of the tick with a median of (high - low) / row of at most 12."""
    ranges = [Fraction(bar["high"]) - Fraction(bar["low"]) for bar in bars[-100:]]
    power = 0
    while True:
        for digit in (1, 2, 5):
            size = tick * digit * 10**power
            if median(span / Fraction(size) for span in ranges) <= 12:
                return size
        power += 1


def slow_profile(found):
    """POC, value area by one row, nodes by Python's own percentiles on fractions."""
    volumes = {price: sum(cell) for price, cell in sorted(found.items())}
    order = list(volumes)
    poc = min(order, key=lambda price: (-volumes[price], price))
    low = high = order.index(poc)
    total = sum(volumes.values())
    while Fraction(sum(volumes[price] for price in order[low : high + 1])) < Fraction(7, 10) * Fraction(
        total
    ):
        above = volumes[order[high + 1]] if high + 1 < len(order) else None
        below = volumes[order[low - 1]] if low else None
        if below is None or (above is not None and above >= below):
            high += 1
        else:
            low -= 1
    hvn, lvn = [], []
    if len(order) > 1:
        cuts = quantiles([Fraction(size) for size in volumes.values()], n=100, method="exclusive")
        hvn = [text(price) for price in order if Fraction(volumes[price]) >= cuts[69]]
        lvn = [text(price) for price in order if Fraction(volumes[price]) <= cuts[29]]
    return {
        "poc": text(poc),
        "vah": text(order[high]),
        "val": text(order[low]),
        "hvn": hvn,
        "lvn": lvn,
        "rows": row_texts(found),
    }


def five_minutes(rows, now_us):
    return delta([row for row in rows if row.time_us > now_us - 300_000_000])


def slow_report(  # the whole of one market's report
    tape, *, seconds, rolling, row=None, tick=None, start="00:00", zone="UTC", excludes_zero=False
):
    with localcontext(EXACT):
        rows = tape.rows
        if row is None:
            plain = slow_bars(rows, seconds, tick, excludes_zero=excludes_zero)
            row = slow_auto_row(plain[:-1] or plain, tick)
        bars = slow_bars(rows, seconds, row, excludes_zero=excludes_zero)
        last = max(session_start(one.time_us, start, zone) for one in rows)
        session = [one for one in rows if session_start(one.time_us, start, zone) == last]
        monday = max(week_start(one.time_us) for one in rows)
        total = volume(rows)
        shares = {"taker": volume(rows, 1) + volume(rows, -1), "unknown": volume(rows, 0)}
        notional = sum(Fraction(one.price) * Fraction(one.size) for one in session)
        return {
            "trades": len(rows),
            "duplicates": tape.duplicates,
            "lost": sum(count for _, _, count in tape.lost),
            "lost_gaps": tape.lost,
            "first_time_us": rows[0].time_us,
            "last_time_us": max(one.time_us for one in rows),
            "buy": text(volume(rows, 1)),
            "sell": text(volume(rows, -1)),
            "unknown": text(volume(rows, 0)),
            "cvd": {
                "start": text(delta(rows)),
                "session": text(delta(session)),
                "week": text(delta([one for one in rows if week_start(one.time_us) == monday])),
                "rolling": text(delta(rows[-rolling:])),
            },
            "rolling_trades": rolling,
            "vwap": float(notional / Fraction(volume(session))),
            "side_source": {
                name: float(Fraction(size) / Fraction(total)) for name, size in shares.items() if size
            },
            "bar_seconds": seconds,
            "bars": bars,
            "profile": {"row": text(row), **slow_profile(footprint(session, row))},
        }
