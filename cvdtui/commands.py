"""What each command does once its options are read: `run`, `demo`, `replay`, each giving the exit code."""

from cvdtui.errors import CvdtuiError
from cvdtui.options import DemoOptions, ReplayOptions, RunOptions


def run(_options: RunOptions) -> int:
    """Live, from the configured markets."""
    raise CvdtuiError("run: this part of the program is missing")


def demo(_options: DemoOptions) -> int:
    """Live, against the demo exchange."""
    raise CvdtuiError("demo: this part of the program is missing")


def replay(_options: ReplayOptions) -> int:
    """Recorded trades."""
    raise CvdtuiError("replay: this part of the program is missing")
