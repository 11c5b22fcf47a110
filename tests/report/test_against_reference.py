"""The JSON report of hard tapes, to the last digit that of a slow computation in decimals."""

from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from cvdtui.board.board import Board
from cvdtui.report.market import report
from tests.engine.hard_tapes import MARKET, arrivals_of, batch_of, examples, flow_maker, rows_of
from tests.engine.reference import EXACT, TIMEFRAMES, SlowTape, five_minutes, slow_report, text

SESSIONS = [("00:00", "UTC"), ("17:00", "America/New_York"), ("09:30", "Asia/Kolkata"), ("23:59", "UTC")]


@st.composite
def scenes(draw):
    rows = draw(rows_of())
    return rows, draw(arrivals_of(rows))


def played(batches, **options):
    board = Board(flow_maker(**options), welcomes_all=True)
    for batch in batches:
        board.on_trades(batch_of(batch))
    board.finish()
    return board


def counted(bars: list[dict], theirs: list[dict]) -> list[dict]:
    """The bars without what signals add to them, which has tests of its own."""
    return [{key: bar[key] for key in theirs[0]} for bar in bars] if theirs else bars


@given(
    scenes(),
    st.sampled_from(TIMEFRAMES),
    st.sampled_from(SESSIONS),
    st.sampled_from([1, 3, 1000]),
    st.booleans(),
)
@examples(120)
def test_every_number_of_the_report_is_that_of_the_slow_computation(
    scene, seconds, session, rolling, excludes_zero
):
    _, batches = scene
    tape = SlowTape(batches)
    from cvdtui.engine.session import SessionClock

    board = played(
        batches, rolling=rolling, session_clock=SessionClock(*session), excludes_zero=excludes_zero
    )
    state = board.states[MARKET.name]
    with localcontext(EXACT):
        tick = Decimal(state.market.tick).scaleb(-state.market.price_decimals)
    ours = report([state], bar_seconds=seconds, rows={})["markets"][MARKET.name]
    theirs = slow_report(
        tape,
        seconds=seconds,
        rolling=rolling,
        tick=tick,
        start=session[0],
        zone=session[1],
        excludes_zero=excludes_zero,
    )
    lost = [(gap["after"], gap["before"], gap["missing"]) for gap in ours["gaps"] if gap["state"] == "lost"]
    assert lost == theirs.pop("lost_gaps")
    for key, value in theirs.items():
        if key not in ("bars", "profile"):
            assert ours[key] == value, key
    assert counted(ours["bars"], theirs["bars"]) == theirs["bars"]
    assert ours["profile"] == theirs["profile"]
    assert (ours["coverage"] == 1.0) == (theirs["lost"] == 0 or not counted_in_session(state))


def counted_in_session(state):
    return any(gap.state == "lost" and gap.to_time_us >= state.flow.session.start_us for gap in state.gaps)


@given(scenes(), st.sampled_from([1, 7, 10, 25, 1000]))
@examples(60)
def test_a_given_row_size_is_used(scene, ticks):
    _, batches = scene
    board = played(batches)
    state = board.states[MARKET.name]
    units = ticks * 10 ** (state.market.price_decimals - MARKET.price_decimals)
    ours = report([state], bar_seconds=60, rows={MARKET.name: units})["markets"][MARKET.name]
    theirs = slow_report(SlowTape(batches), seconds=60, rolling=1000, row=Decimal(ticks) / 10)
    assert counted(ours["bars"], theirs["bars"]) == theirs["bars"]
    assert ours["profile"] == theirs["profile"]


@given(scenes(), st.integers(0, 700_000_000))
@examples(60)
def test_delta_5m_is_that_of_trades_of_the_last_300_seconds_by_exchange_time(scene, later):
    _, batches = scene
    flow = played(batches).states[MARKET.name].flow
    now = flow.last_time_us + later
    with localcontext(EXACT):
        expected = text(five_minutes(SlowTape(batches).rows, now))
        got = text(Decimal(flow.delta_5m(now)[0]).scaleb(-flow.market.size_decimals))
    assert got == expected
