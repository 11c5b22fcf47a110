"""A test played against a server and an AAPL feed, and ticks followed into the sums."""

from tests.feeds.ibkr.running import running
from tests.feeds.ibkr.tws import AAPL, ORDER_LIKE, Tws

CON = AAPL["con_id"]
BOTH = [(CON, "AllLast"), (CON, "BidAsk")]
NAME = "ibkr:AAPL"


def play(test):
    """Runs one test against a server and an AAPL feed."""

    async def go(tws, options):
        async with running(tws, "AAPL", **options) as (feed, board):
            await test(tws, feed, board)
            assert not tws.kinds & ORDER_LIKE

    async def with_server(**options):
        async with Tws() as tws:
            await go(tws, options)

    return with_server


async def walked(tws, board, ledger, ticks, per_packet=10):
    """Sends ticks and waits until all of them are counted."""
    await tws.send_ticks(CON, ticks, per_packet)
    ledger.walk(ticks)
    flow = board.states[NAME].flow
    await board.until(lambda: flow.taken == ledger.trades)
    assert board.sums(NAME) == (ledger.buy, ledger.sell, ledger.unknown, ledger.cvd)
