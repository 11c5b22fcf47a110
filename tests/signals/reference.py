"""The definitions once more, slowly: each judges one bar from all bars up to it, in exact fractions."""

from fractions import Fraction
from math import sqrt
from statistics import pvariance


def variance(values):
    return pvariance([Fraction(value) for value in values])


def z_raw(cvds, n=20):
    if len(cvds) < n:
        return None
    window = [Fraction(value) for value in cvds[-n:]]
    spread = variance(window)
    return float(window[-1] - sum(window) / n) / sqrt(spread) if spread else 0.0


def z_flow(deltas, n=20):
    if len(deltas) < n:
        return None
    spread = variance(deltas[-n:])
    return sum(deltas[-n:]) / (sqrt(spread) * sqrt(n)) if spread else 0.0


def smoothed(values, n=5):
    out = None
    for value in values:
        if value is not None:
            out = value if out is None else out + 2 / (n + 1) * (value - out)
    return out


def climax(bars, at, extreme=2.0):
    def z(end):
        cvds = [bar.cvd for bar in bars[: end + 1]]
        return smoothed(z_raw(cvds[: stop + 1]) for stop in range(len(cvds)))

    now, before = z(at), z(at - 1) if at else None
    return (
        now
        if now is not None and abs(now) > extreme and before is not None and abs(before) <= extreme
        else None
    )


def pivots(bars, end, left, right, high):
    """Places of the pivots whose right side is complete at bar `end`."""
    values = [bar.high if high else -bar.low for bar in bars]
    return [
        p
        for p in range(left, end - right + 1)
        if all(values[p] > v for v in values[p - left : p])
        and all(values[p] >= v for v in values[p + 1 : p + right + 1])
    ]


def divergences(bars, at, left=5, right=5, apart=60, strength=Fraction(1, 2), tick=1):
    """(side, type, first, second) of all that are known on bar `at` and not before."""
    found = []
    for high in (True, False):
        places = pivots(bars, at, left, right, high)
        if len(places) < 2 or places[-1] != at - right:
            continue
        one, two = places[-2:]
        if two - one > apart:
            continue
        need = strength**2 * variance([bar.delta for bar in bars[max(0, two - 99) : two + 1]]) * (two - one)
        cvd = bars[two].cvd - bars[one].cvd
        if high:
            price, side = bars[two].high - bars[one].high, "sell"
            kind = "regular" if price >= tick and cvd < 0 else "hidden" if price <= -tick and cvd > 0 else ""
        else:
            price, side = bars[two].low - bars[one].low, "buy"
            kind = "regular" if price <= -tick and cvd > 0 else "hidden" if price >= tick and cvd < 0 else ""
        if kind and cvd**2 >= need:
            found.append((side, kind, one, two))
    return found


def efficiency(bars, at, w=5, window=100, least=20):
    """(e, phase); (None, "") without a value."""
    if at < w:
        return None, ""
    spans = range(max(w, at - window + 1), at + 1)
    dps = [bars[i].close - bars[i - w].close for i in spans]
    dcs = [bars[i].cvd - bars[i - w].cvd for i in spans]
    dp, dc, vp, vc = dps[-1], dcs[-1], variance(dps), variance(dcs)
    if len(dps) < least or not dc or not vp or not vc:
        return None, ""
    square = (Fraction(dp) ** 2 / vp) / (Fraction(dc) ** 2 / vc)
    if square > 4 and dp**2 >= vp:
        return sqrt(square), "breakout"
    if square < Fraction(1, 4) and dc**2 >= vc:
        return sqrt(square), "churn"
    return sqrt(square), "balanced"


def slope_z(bars, at, n=20, window=100):
    def slope(end):
        ys = [Fraction(bar.cvd) for bar in bars[end - n + 1 : end + 1]]
        middle_x, middle_y = Fraction(n - 1, 2), sum(ys) / n
        over = sum((x - middle_x) * (y - middle_y) for x, y in enumerate(ys))
        return over / sum((x - middle_x) ** 2 for x in range(n))

    if at - (n - 1) < window - 1:
        return None
    slopes = [slope(end) for end in range(at - window + 1, at + 1)]
    spread = variance(slopes)
    return float(slopes[-1] - sum(slopes) / window) / sqrt(spread) if spread else 0.0


def average_range(bars, at, n=14):
    """ATR as a fraction; None before there are n bars."""
    if at + 1 < n:
        return None
    ranges = []
    for i in range(at - n + 1, at + 1):
        tops, bottoms = [bars[i].high], [bars[i].low]
        if i:
            tops.append(bars[i - 1].close)
            bottoms.append(bars[i - 1].close)
        ranges.append(max(tops) - min(bottoms))
    return Fraction(sum(ranges), n)


def imbalances(rows, ratio=3, least=0):
    """[(row, side)] of {row: (buy, sell, unknown)}."""
    found = []
    for r in sorted(rows):
        buy, sell, _ = rows[r]
        against_buy = rows.get(r - 1, (0, 0, 0))[1]
        against_sell = rows.get(r + 1, (0, 0, 0))[0]
        if against_buy > 0 and buy >= ratio * against_buy and buy >= least:
            found.append((r, "buy"))
        if against_sell > 0 and sell >= ratio * against_sell and sell >= least:
            found.append((r, "sell"))
    return found


def zones(found, least=3):
    out = []
    for side in ("buy", "sell"):
        numbers = {r for r, of in found if of == side}
        for low in sorted(numbers):
            if low - 1 in numbers:
                continue
            high = low
            while high + 1 in numbers:
                high += 1
            if high - low + 1 >= least:
                out.append((low, high, side, high - low + 1))
    return sorted(out)


def absorbed(rows, high, low, close):
    """[(row, side)] where `high`, `low` and `close` are row numbers."""
    traded = [sum(row) for row in rows.values() if sum(row)]
    out = []
    for extreme, inside, sign, side in ((high, -1, 1, "sell"), (low, 1, -1, "buy")):
        two = [rows.get(extreme, (0, 0, 0)), rows.get(extreme + inside, (0, 0, 0))]
        volume = sum(map(sum, two))
        delta = sum(row[0] - row[1] for row in two)
        if (
            volume
            and Fraction(volume, 2) >= 2 * Fraction(sum(traded), len(traded))
            and sign * Fraction(delta, volume) >= Fraction(2, 5)
            and abs(extreme - close) >= 2
        ):
            out.append((extreme, side))
    return out


def speed(bars, at, seconds=60, minutes=15):
    span = max(minutes * 60, seconds) * 1_000_000
    begin = bars[at].time_us - span
    before = sum(bar.trades for bar in bars[:at] if bar.time_us >= begin)
    if bars[0].time_us > begin or not before:
        return None
    return (bars[at].trades / seconds) / (before / (span / 1_000_000))


def flips(bars, sessions, noise=1):
    """{place: side}; `sessions` names each bar's session."""
    out, sign, base = {}, 0, 0
    for i, bar in enumerate(bars):
        if i == 0 or sessions[i] != sessions[i - 1]:
            sign, base = 0, bar.cvd - bar.delta
        cvd = bar.cvd - base
        if not cvd or cvd**2 < noise**2 * variance([b.delta for b in bars[max(0, i - 99) : i + 1]]):
            continue
        now = 1 if cvd > 0 else -1
        if sign and now != sign:
            out[i] = "buy" if now > 0 else "sell"
        sign = now
    return out


def spread_z(mine, other, n=100):
    """z at the end of two lists of deltas."""
    if len(mine) < n:
        return None
    mine, other = mine[-n:], other[-n:]
    if not variance(other):
        return None
    b = sqrt(variance(mine)) / sqrt(variance(other))
    a_sum = b_sum = 0
    line = []
    for a, o in zip(mine, other, strict=True):
        a_sum, b_sum = a_sum + a, b_sum + o
        line.append(a_sum - b * b_sum)
    middle = sum(line) / n
    deviation = sqrt(sum((v - middle) ** 2 for v in line) / n)
    return (line[-1] - middle) / deviation if deviation else 0.0
