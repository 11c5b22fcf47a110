"""The keys of a replay: pause, step, slower, faster; a change of speed is shown in one line."""

from collections.abc import Callable

from cvdtui.app.source import Source

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Multiples of real time."""


class ReplayControls:
    """Drives the source's replay when there is one; `say` shows a line."""

    def __init__(self, source: Source, say: Callable[[str], None]) -> None:
        self._source = source
        self._say = say

    def pause(self) -> None:
        """Pause, or go on."""
        replay = self._source.replay
        if replay is not None:
            replay.pause(not replay.paused)

    def step(self) -> None:
        """Pause, and play one step."""
        replay = self._source.replay
        if replay is not None:
            replay.pause(True)  # noqa: FBT003 - the protocol's one switch
            replay.step()

    def turn(self, step: int) -> None:
        """Go to the next higher (1) or lower (-1) speed of SPEEDS."""
        replay = self._source.replay
        if replay is None:
            return
        speed = replay.speed or float("inf")
        if step > 0:
            self.set_speed(next((one for one in SPEEDS if one > speed), SPEEDS[-1]))
        else:
            self.set_speed(next((one for one in reversed(SPEEDS) if one < speed), SPEEDS[0]))

    def set_speed(self, speed: object) -> None:
        """Play so many times as fast as it happened; 0 is as fast as possible."""
        replay = self._source.replay
        if replay is None or not isinstance(speed, float):
            self._say("speed is for replays")
            return
        replay.set_speed(speed)
        self._say(f"replay at {speed:g}x" if speed else "replay as fast as possible")
