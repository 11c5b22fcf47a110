"""The wait before the next try: doubling with jitter, reset only by real data."""

import random
from collections.abc import Callable


class Backoff:
    """Seconds before each try: `first`, doubling up to `most`, each shaken by a quarter either way."""

    def __init__(
        self,
        first: float = 0.5,
        most: float = 32.0,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._first = first
        self._most = most
        self._jitter = jitter
        # Not `async for ws in connect()` of websockets, which resets its waits with each handshake: it
        # dialled a venue that accepts and closes at once 1,500 times in 1.5 s.
        self._tries = 0

    @property
    def tries(self) -> int:
        """Tries since real data last came."""
        return self._tries

    def next(self) -> float:
        """The next wait in seconds, within first..most."""
        # 2.0 ** 1024 raises OverflowError, and a night without a network has that many tries.
        plain = self._first * 2.0 ** min(self._tries, 30)
        self._tries += 1
        return min(self._most, max(self._first, plain * (0.75 + 0.5 * self._jitter())))

    def reset(self) -> None:
        """Real data came: an open connection or an acknowledgement is no reason to begin with short waits."""
        self._tries = 0
