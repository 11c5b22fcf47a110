"""What a tape of ticks truly adds up to: the definitions of the side rule, slowly, in decimals."""

import random
from decimal import Decimal


class Ledger:
    """Walks the ticks that a server sends, and keeps what a reader of them must find."""

    def __init__(self, *, include_unreported=False):
        self.buy = self.sell = self.unknown = Decimal(0)
        self.sources = {"quote": Decimal(0), "midpoint": Decimal(0), "tick": Decimal(0)}
        self.trades = self.excluded = self.outside = 0
        self.quote = None
        self._include = include_unreported
        self._prices = []

    @property
    def cvd(self):
        return self.buy - self.sell

    @property
    def volume(self):
        return self.buy + self.sell + self.unknown

    def walk(self, ticks):
        """Ticks in wire order."""
        for tick in ticks:
            if tick[0] == "q":
                self.quote = tuple(Decimal(one) for one in tick[1:3])
            else:
                self._trade(Decimal(tick[1]), Decimal(tick[2]), tick[3])
        return self

    def forget_quote(self):
        """The connection broke."""
        self.quote = None

    def _trade(self, price, size, mask):
        if size == 0 or price <= 0:
            return
        if mask & 2 and not self._include:
            self.excluded += 1
            return
        side, source = self._side(price)
        self._prices.append(price)
        self.trades += 1
        if side:
            self.sources[source] += size
        if side > 0:
            self.buy += size
        elif side < 0:
            self.sell += size
        else:
            self.unknown += size

    def _side(self, price):
        if self.quote is not None and 0 < self.quote[0] < self.quote[1]:
            bid, ask = self.quote
            self.outside += price > ask or price < bid
            if price >= ask:
                return 1, "quote"
            if price <= bid:
                return -1, "quote"
            if price != (bid + ask) / 2:
                return (1 if price > (bid + ask) / 2 else -1), "midpoint"
        for before in reversed(self._prices):
            if before != price:
                return (1 if price > before else -1), "tick"
        return 0, "unknown"


def tape(count, seed=1, tick="0.01", start="100.00"):
    """Quotes and trades as they may come: at, inside and outside the touch, odd prints, halts, holes."""
    chance = random.Random(seed)
    step, bid = Decimal(tick), Decimal(start)
    out = [("t", str(bid), "5", 0), ("t", str(bid), "1.5", 0)]  # before any quote: the side is not known
    while len(out) < count:
        bid += step * chance.choice([-1, 0, 0, 1])
        ask = bid + step * chance.choice([1, 2, 2, 3])
        kind = chance.random()
        if kind < 0.45:
            shown = (bid, ask) if chance.random() < 0.95 else (ask, bid)  # now and then crossed
            if chance.random() < 0.03:
                shown = (Decimal(-1), ask)
            out.append(("q", str(shown[0]), str(shown[1]), str(chance.randrange(1, 9)), "3"))
        elif kind < 0.97:
            price = chance.choice([bid, ask, bid + step, (bid + ask) / 2, bid - step, ask + step])
            size = chance.choice(["1", "100", "37", "0.25", "0.0031", "250"])
            out.append(("t", str(price), size, 2 if chance.random() < 0.06 else 0))
        else:
            out.append(chance.choice([("t", "0", "0", 1), ("t", "-1", "0", 0), ("t", str(bid), "0", 0)]))
    return out
