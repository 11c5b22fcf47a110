"""From the configuration to a board, its flows, row sizes and evaluators: no other place builds a Board."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec import convert, structs

from cvdtui.board.board import Board
from cvdtui.config import Config, VenueAddress
from cvdtui.engine.flow import EVERYTHING, Flow, MemoryLimits
from cvdtui.engine.market_state import MarketState
from cvdtui.engine.orders import ORDER_SLOTS, OrderLimits
from cvdtui.engine.session import SessionClock
from cvdtui.errors import UsageError
from cvdtui.model import TIMEFRAMES, Market, Now
from cvdtui.signals.evaluator import MakeEvaluator
from cvdtui.signals.large import Large
from cvdtui.signals.parameters import parameters
from cvdtui.signals.peers import evaluator_maker
from cvdtui.signals.size_buckets import SizeBuckets


def live_board(config: Config, now: Now) -> Board:
    """For feeds: every bar length of the screen, limits of memory as configured; `now` is the local clock."""
    return _board(config, live_limits(config), live=True, now=now)


def played_board(config: Config) -> Board:
    """For files shown on the screen: any bar may be looked back on, so all of them are kept."""
    prints = config.memory.prints
    return _board(config, MemoryLimits(None, None, prints, None), welcomes_all=True)


def counted_board(config: Config) -> Board:
    """For the report: the configured bar length alone and everything kept; the report evaluates signals."""
    return Board(flow_maker(config, (config.bar,), EVERYTHING), hold_limit=None, welcomes_all=True)


def _board(
    config: Config,
    limits: MemoryLimits,
    *,
    live: bool = False,
    now: Now | None = None,
    welcomes_all: bool = False,
) -> Board:
    board = Board(
        flow_maker(config, sorted({*TIMEFRAMES, config.bar}), limits),
        # Of a file everything comes: a hole in it may be filled by its last row.
        hold_limit=config.tape.hold if live else None,
        live=live,
        now=now,
        welcomes_all=welcomes_all,
        row_of=lambda market: row_units(config, market),
        make_evaluator=configured_evaluators(config),
    )
    board.set_levels(config.levels)
    return board


def configured_evaluators(config: Config) -> MakeEvaluator:
    """Evaluators with the signal parameters and row sizes of the configuration."""
    return evaluator_maker(config, lambda market: row_units(config, market))


def flow_maker(config: Config, timeframes: Sequence[int], limits: MemoryLimits) -> Callable[[Market], Flow]:
    """Flows with the sessions, the rolling window and the conventions of the configuration."""

    def make(market: Market) -> Flow:
        start, zone = config.session_of(market.name)
        return Flow(
            market,
            timeframes=timeframes,
            rolling=config.rolling,
            session_clock=SessionClock(start, zone),
            limits=limits,
            excludes_zero=config.exclude_zero,
            order_limits=order_limits(config, market.name, limits),
        )

    return make


def order_limits(config: Config, market: str, limits: MemoryLimits) -> OrderLimits:
    """Where the classes of order value end, and from which value on an order is kept for any bar length."""
    kept = ORDER_SLOTS if limits.bars is not None else None
    if not config.signals:
        return OrderLimits(slots=kept)
    by_bar = [parameters(config.signals, market, seconds) for seconds in TIMEFRAMES]
    classes = convert(by_bar[0]["size_buckets"], SizeBuckets.Parameters, from_attributes=True)
    # Orders are stored once for all bar lengths, so the least of their limits decides.
    large = [convert(one["large"], Large.Parameters, from_attributes=True).value for one in by_bar]
    return OrderLimits((classes.small, classes.medium, classes.big), min(large), kept)


def live_limits(config: Config) -> MemoryLimits:
    """How much of the past a live market keeps."""
    memory = config.memory
    return MemoryLimits(memory.bars, memory.footprints, memory.prints)


def row_units(config: Config, market: Market) -> int | None:
    """The configured row size in price units of `market`; None is automatic.

    Raises UsageError when it is no multiple of the market's tick.
    """
    row = config.row_of(market.name)
    if row is None:
        return None
    units = row * Decimal(10) ** market.price_decimals
    if units != int(units) or int(units) % market.tick:
        tick = Decimal(market.tick).scaleb(-market.price_decimals)
        raise UsageError(f"row {row} of {market.name}: expected a multiple of its tick {tick:f}")
    return int(units)


def report_rows(config: Config, states: Sequence[MarketState]) -> dict[str, int | None]:
    """Row sizes by market for a report; a market grows where its row asks for finer prices."""
    rows: dict[str, int | None] = {}
    for state in states:
        market = state.market
        row = config.row_of(market.name)
        if row is not None:
            places = max(0, -int(row.normalize().as_tuple().exponent))
            # A file whose prices are all whole has no decimals, and 0.5 is no multiple of its tick.
            if places > market.price_decimals:
                state.adopt(_with_price_decimals(market, places))
        rows[market.name] = row_units(config, state.market)
    return rows


def _with_price_decimals(market: Market, places: int) -> Market:
    return structs.replace(market, price_decimals=places, tick=1)


def demo_config(config: Config, overrides: Mapping[str, object]) -> Config:
    """The configuration with the addresses and markets of the demo exchange."""
    markets = convert(overrides["markets"], tuple[str, ...])
    urls = convert(overrides["venues"], dict[str, dict[str, str]])
    # Nobody else uses the demo exchange: a share of its request budget would only slow the start.
    venues = {name: VenueAddress(**at, weight_share=1.0) for name, at in urls.items()}
    return structs.replace(config, markets=markets, venues=venues)
