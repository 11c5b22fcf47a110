"""The signals of one market and bar length that were emitted: each once, in order of time."""

from bisect import bisect_right
from collections.abc import Iterable

from cvdtui.model import Signal
from cvdtui.model.alerts import SignalKey, key_of


class Emitted:
    """Bars may be evaluated again; a signal already emitted stays, and is not emitted a second time."""

    def __init__(self, market: str) -> None:
        self.signals: list[Signal] = []
        """Ascending in time."""
        self._market = market
        self._keys: set[SignalKey] = set()

    def replace(self, signals: Iterable[Signal]) -> None:
        """These signals, ascending, in place of those known."""
        self.signals = [*signals]
        self._keys = {key_of(self._market, signal) for signal in self.signals}

    def has(self, signal: Signal) -> bool:
        """Whether a signal of the same name, bar and content was emitted."""
        return key_of(self._market, signal) in self._keys

    def add(self, signal: Signal) -> None:
        """Keeps one more; it may be of an earlier bar than the last (a spread waits for both markets)."""
        self._keys.add(key_of(self._market, signal))
        known = self.signals
        # nearly always the newest: a search is needed only for a spread that waited
        if not known or known[-1].time_us <= signal.time_us:
            known.append(signal)
        else:
            known.insert(bisect_right(known, signal.time_us, key=time_of), signal)

    def forget(self, before_us: int) -> None:
        """Drops those of earlier bars."""
        self.replace(signal for signal in self.signals if signal.time_us >= before_us)


def time_of(signal: Signal) -> int:
    """Start of the signal's bar, as a sort key."""
    return signal.time_us
