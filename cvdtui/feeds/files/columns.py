"""A block of aggTrades lines becomes columns of exact integers, with every refused row counted."""

import csv
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cvdtui.errors import WireError
from cvdtui.feeds.files import exact
from cvdtui.feeds.files.digits import I64, decimal, whole
from cvdtui.feeds.files.layout import Block, Mask, Rows, guess, search
from cvdtui.model import BUY

Sides = npt.NDArray[np.int8]
_PLACES = tuple(10**n for n in range(19))


class ColumnScale(Struct, frozen=True, gc=False):
    """Decimals of price and size."""

    price: int = 0
    size: int = 0

    def and_also(self, other: "ColumnScale") -> "ColumnScale":
        """The finer of both, each for itself."""
        return ColumnScale(max(self.price, other.price), max(self.size, other.size))


class Refused(Struct, gc=False):
    """How many rows of a block were refused for one reason, and the first of them."""

    count: int
    line: int


class Part(Struct, eq=False, gc=False):
    """The usable rows of a block in file order, in integers of `scale`."""

    lines: int
    scale: ColumnScale
    ids: I64
    time_us: I64
    price: I64
    size: I64
    side: Sides
    refused: dict[str, Refused]

    def rescale(self, scale: ColumnScale) -> None:
        """To finer decimals, in place; rows that would no longer fit are refused."""
        for name, places in (
            ("price", scale.price - self.scale.price),
            ("size", scale.size - self.scale.size),
        ):
            if places and len(self.ids):
                self._grow(name, places)
        self.scale = scale

    def _grow(self, name: str, places: int) -> None:
        fits = getattr(self, name) < exact.MAX_SCALED // _PLACES[places]
        if not fits.all():
            note(self.refused, f"{name} is absurd", int(np.count_nonzero(~fits)), 0)
            self._keep(fits)
        setattr(self, name, getattr(self, name) * _PLACES[places])

    def _keep(self, rows: Mask) -> None:
        self.ids, self.time_us, self.side = self.ids[rows], self.time_us[rows], self.side[rows]
        self.price, self.size = self.price[rows], self.size[rows]


def note(refused: dict[str, Refused], reason: str, count: int, line: int) -> None:
    """Counts refused rows; the first line seen for a reason stays its example."""
    if reason in refused:
        refused[reason].count += count
    else:
        refused[reason] = Refused(count, line)


class _Values(Struct, eq=False, gc=False):
    """The numbers of rows in one pattern; price and size in units of their last written digit."""

    lines: I64
    ids: I64
    time_us: I64
    price: I64
    size: I64
    side: Sides
    price_places: int
    size_places: int


def read_block(block: Block, scale: ColumnScale, latest_us: int) -> Part:
    """Every line of a block; the result's scale is `scale` or finer, as its rows need."""
    starts, ends = block.lines()
    refused: dict[str, Refused] = {}
    rows = guess(block, starts, ends) if len(ends) else None
    groups = [rows] if rows is not None else list(search(block, starts))
    values = [_check(_read(block, group), latest_us, refused) for group in groups]
    # A row in quotes, with an exponent or of a width of its own is rare, and read by itself.
    slow = {} if rows is not None else _read_slowly(block, starts, ends, groups, latest_us, refused)
    for group in values:
        scale = ColumnScale(
            _needed(group.price, group.price_places, scale.price),
            _needed(group.size, group.size_places, scale.size),
        )
    for row in slow.values():
        scale = scale.and_also(ColumnScale(row.price[1], row.size[1]))
    return _join(len(ends), values, slow, scale, refused)


def _read(block: Block, rows: Rows) -> _Values:
    words = block.words
    ids = whole(words, rows.id_end, rows.id_width).view(np.int64)
    stamp = whole(words, rows.time_end, rows.time_width).view(np.int64)
    price = decimal(words, rows.price_end, rows.price_width, rows.price_fraction).view(np.int64)
    size = decimal(words, rows.size_end, rows.size_width, rows.size_fraction).view(np.int64)
    side = np.subtract(BUY, 2 * rows.maker.view(np.int8), dtype=np.int8)
    places = max(rows.price_fraction, 0), max(rows.size_fraction, 0)
    return _Values(rows.lines, ids, stamp, price, size, side, *places)


def _check(values: _Values, latest_us: int, refused: dict[str, Refused]) -> _Values:
    """Milliseconds become microseconds; rows that cannot be are counted and dropped."""
    stamp = values.time_us
    if int(stamp.max()) < exact.MICROSECONDS_FROM:
        stamp *= 1000
    # Both units in one block: each row is converted by its own magnitude.
    elif int(stamp.min()) < exact.MICROSECONDS_FROM:
        np.multiply(stamp, 1000, out=stamp, where=stamp < exact.MICROSECONDS_FROM)
    bad = np.zeros(0, np.bool_)
    for name, number, places in (
        ("price", values.price, values.price_places),
        ("size", values.size, values.size_places),
    ):
        if int(number.min()) == 0:
            bad = _refuse(values, bad, number == 0, f"{name} is zero", refused)
        absurd = 10 ** (exact.MAX_WHOLE_DIGITS + places)
        if int(number.max()) >= absurd:
            bad = _refuse(values, bad, number >= absurd, f"{name} is absurd", refused)
    if int(stamp.min()) < exact.EARLIEST_US or int(stamp.max()) > latest_us:
        wrong = (stamp < exact.EARLIEST_US) | (stamp > latest_us)
        bad = _refuse(values, bad, wrong, exact.WRONG_TIME, refused)
    return _kept(values, ~bad) if len(bad) else values


def _refuse(values: _Values, bad: Mask, wrong: Mask, reason: str, refused: dict[str, Refused]) -> Mask:
    """Counts the rows that are wrong and were not refused already."""
    fresh = wrong & ~bad if len(bad) else wrong
    if fresh.any():
        first = int(np.argmax(fresh))
        note(refused, reason, int(np.count_nonzero(fresh)), int(values.lines[first]))
    return bad | wrong if len(bad) else wrong


def _kept(values: _Values, keep: Mask) -> _Values:
    return _Values(
        values.lines[keep],
        values.ids[keep],
        values.time_us[keep],
        values.price[keep],
        values.size[keep],
        values.side[keep],
        values.price_places,
        values.size_places,
    )


def _read_slowly(  # noqa: PLR0913 - what is left, and where to count it
    block: Block, starts: I64, ends: I64, groups: Iterable[Rows], latest_us: int, refused: dict[str, Refused]
) -> dict[int, exact.ExactRow]:
    """The lines no group holds, one by one."""
    left = np.ones(len(ends), np.bool_)
    for group in groups:
        left[group.lines] = False
    rows: dict[int, exact.ExactRow] = {}
    for line in np.flatnonzero(left).tolist():
        raw = block.data[starts[line] : ends[line]].tobytes()
        if not raw.strip():
            continue
        try:
            rows[line] = exact.agg_trade(_fields(raw), latest_us)
        except WireError as error:
            note(refused, str(error), 1, line)
    return rows


def _fields(raw: bytes) -> list[str]:
    try:
        text = raw.decode().strip()
        return next(csv.reader([text], strict=True)) if '"' in text else text.split(",")
    except UnicodeDecodeError as error:
        raise WireError(exact.NOT_TEXT) from error
    except csv.Error as error:
        raise WireError(exact.BAD_COLUMNS) from error


def _needed(number: I64, places: int, at_least: int) -> int:
    """The fewest decimals, `at_least` or more, that write every number without loss."""
    while at_least < places:
        step = _PLACES[places - at_least]
        if ((number // step) * step == number).all():
            return at_least
        at_least += 1
    return at_least


def _scaled(number: I64, places: int, to: int) -> I64:
    if places > to:
        number //= _PLACES[places - to]
    elif places < to:
        number *= _PLACES[to - places]
    return number


def _join(
    lines: int,
    values: list[_Values],
    slow: dict[int, exact.ExactRow],
    scale: ColumnScale,
    refused: dict[str, Refused],
) -> Part:
    """All rows in file order, in one scale."""
    groups = [_in_scale(group, scale, refused) for group in values]
    if slow or not groups:
        groups.append(_columns_of(slow, scale, refused))
    if len(groups) == 1:
        one = groups[0]
        return Part(lines, scale, one.ids, one.time_us, one.price, one.size, one.side, refused)
    order = np.argsort(np.concatenate([group.lines for group in groups]), kind="stable")
    return Part(
        lines,
        scale,
        np.concatenate([group.ids for group in groups])[order],
        np.concatenate([group.time_us for group in groups])[order],
        np.concatenate([group.price for group in groups])[order],
        np.concatenate([group.size for group in groups])[order],
        np.concatenate([group.side for group in groups])[order],
        refused,
    )


def _in_scale(values: _Values, scale: ColumnScale, refused: dict[str, Refused]) -> _Values:
    """A group in units of the scale; rows too large for it are refused."""
    bad = np.zeros(0, np.bool_)
    pairs = (
        ("price", values.price, values.price_places, scale.price),
        ("size", values.size, values.size_places, scale.size),
    )
    for name, number, places, to in pairs:
        limit = exact.MAX_SCALED // _PLACES[max(to - places, 0)]
        if len(number) and int(number.max()) >= limit:
            bad = _refuse(values, bad, number >= limit, f"{name} is absurd", refused)
    if len(bad):
        values = _kept(values, ~bad)
    values.price = _scaled(values.price, values.price_places, scale.price)
    values.size = _scaled(values.size, values.size_places, scale.size)
    return values


def _columns_of(slow: dict[int, exact.ExactRow], scale: ColumnScale, refused: dict[str, Refused]) -> _Values:
    """The same columns of rows read one by one."""
    rows: list[tuple[int, ...]] = []
    for line, row in slow.items():
        price = row.price[0] * _PLACES[scale.price - row.price[1]]
        size = row.size[0] * _PLACES[scale.size - row.size[1]]
        if max(price, size) >= exact.MAX_SCALED:
            note(refused, f"{'price' if price >= exact.MAX_SCALED else 'size'} is absurd", 1, line)
        else:
            rows.append((line, row.id, row.time_us, price, size, row.side))
    grid = np.array(rows, np.int64).reshape(-1, 6).T.copy()
    side = grid[5].astype(np.int8)
    return _Values(grid[0], grid[1], grid[2], grid[3], grid[4], side, scale.price, scale.size)
