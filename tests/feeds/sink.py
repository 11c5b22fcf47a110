"""A Sink that keeps what it is given, with a real Tape a market; `until` waits for a condition."""

import asyncio

from cvdtui.engine.tape import Tape


class Kept:
    """Everything given, by kind; `released` holds trades in the order the tape gave them out."""

    def __init__(self):
        self.markets = {}
        self.tapes = {}
        self.released = {}
        self.history = []
        self.filled = []
        self.progress = {}
        self.candles = []
        self.links = []
        self.ignored = []
        self.rejected = []
        self.lost = []
        self.outages = []
        self.open_interest = []
        self.liquidations = []
        self.expected = {}
        self.changed = asyncio.Event()

    async def until(self, condition, seconds=10.0):
        """Wait for what was given to satisfy a condition."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def until_link(self, state, words="", name=None, seconds=10.0):
        """Wait for a link in a state whose text holds some words; returns it."""

        def found():
            return next(
                (
                    link
                    for link in reversed(self.links)
                    if link.state == state and words in link.text and name in (None, link.name)
                ),
                None,
            )

        await self.until(found, seconds)
        return found()

    def ids(self, market):
        return [trade.id for trade in self.released.get(market, [])]

    def tape(self, market):
        return self.tapes.setdefault(market, Tape(market))

    def _release(self, market, trades):
        self.released.setdefault(market, []).extend(trades)
        self.changed.set()

    # --- the Sink

    def on_market(self, market):
        self.markets[market.name] = market

    def hold(self, market):
        self.tape(market).hold()

    def expect(self, market, next_id):
        self.expected[market] = next_id
        self._release(market, self.tape(market).expect(next_id))
        return self.tape(market).missing

    def on_trades(self, batch):
        tape = self.tape(batch.market.name)
        tape.rule = batch.id_rule
        self._release(batch.market.name, tape.accept(batch.trades))
        return tape.missing

    def on_lost(self, missing):
        self.lost.append(missing)
        self._release(missing.market, self.tape(missing.market).give_up(missing.last))

    def on_outage(self, outage):
        self.outages.append(outage)
        self.changed.set()

    def on_open_interest(self, sample):
        self.open_interest.append(sample)
        self.changed.set()

    def on_liquidations(self, liquidations):
        self.liquidations.append(liquidations)
        self.changed.set()

    def on_history(self, market, candles):
        self.history.append((market, candles))
        self.changed.set()

    def on_filled(self, columns, from_us, to_us):
        self.filled.append((columns, from_us, to_us))
        self.changed.set()

    def on_progress(self, market, share):
        self.progress.setdefault(market, []).append(share)
        self.changed.set()

    def on_candles(self, market, candles):
        self.candles.append((market, candles))
        self.changed.set()

    def on_link(self, link):
        self.links.append(link)
        self.changed.set()

    def on_ignored(self, market, count=1):
        self.ignored.append(market)
        self.changed.set()

    def on_rejected(self, market, reason, count=1):
        self.rejected.append((market, reason))
        self.changed.set()
