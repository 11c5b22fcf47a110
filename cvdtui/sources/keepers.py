"""How the user's changes on the screen outlive the program; each gives a warning, or an empty text."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from cvdtui.config import AlertRule


def _forget(*_: object) -> str:
    return ""


class Keepers(Struct, frozen=True, kw_only=True):
    """What is called after a change; the default keeps nothing, as the demo does."""

    market: Callable[[str, bool], str] = _forget
    """A market, and whether it is followed now."""
    alerts: Callable[[Sequence[AlertRule]], str] = _forget
    """All rules that were added on the screen."""
    levels: Callable[[str, tuple[str, ...]], str] = _forget
    """A market, and its key levels as decimal strings."""
