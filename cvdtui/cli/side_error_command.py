"""`cvdtui side-error FILE...`: how often inferred sides are wrong, on trades that carry their true side."""

import sys
from pathlib import Path

from cvdtui.cli import config_layers
from cvdtui.cli.parsers import parser
from cvdtui.cli.run_arguments import check_venue
from cvdtui.errors import NoDataError
from cvdtui.model import SideTrial
from cvdtui.monitor.clock import wall_us
from cvdtui.venues import VENUES


def main(words: list[str]) -> int:
    """Exit code of `cvdtui side-error`."""
    import msgspec

    from cvdtui.monitor.side_trial import table

    arguments = parser("side-error").parse_intermixed_args(words)
    config = config_layers.checked(config_layers.given(arguments))
    check_venue(arguments.venue)
    seconds = arguments.bar or config.bar
    trials = [trial for path in arguments.file for trial in _compare(path, arguments.venue, seconds)]
    if arguments.json:
        text = msgspec.json.encode({"schema": 1, "bar_seconds": seconds, "markets": trials}).decode()
    else:
        text = "\n".join([*table(trials), "", f"candle and BVC judge bars of {seconds} s; {_NOTE}"])
    sys.stdout.write(text + "\n")
    return 0


_NOTE = "CVD error is a share of the volume"


def _compare(path: Path, venue: str | None, seconds: int) -> tuple[SideTrial, ...]:
    """The result of each market of a file. UnreadableError, or NoDataError without trades or quotes."""
    from cvdtui.feeds.files.stamped import StampedFrames
    from cvdtui.monitor.side_trial import Shadow

    frames = StampedFrames(path, venue)
    shadow = Shadow(
        # The file says which markets it holds, so none is announced beforehand.
        VENUES[frames.venue](any_symbol=True, now=wall_us),
        bar_us=seconds * 1_000_000,
    )
    for arrival_us, frame in frames:
        shadow.take(frame, arrival_us)
    trials = shadow.trials()
    if not trials or not shadow.quotes:
        missing = "trades" if not trials else "quotes (bookTicker)"
        raise NoDataError(
            f"{path}: no {missing} of {frames.venue} with their time of receipt; expected frames of trades "
            "and of bookTicker, one a line: <receipt ns> <json>"
        )
    if shadow.rejected:
        sys.stderr.write(f"cvdtui: {path}: {shadow.rejected} frames rejected\n")
    return trials
