"""Secrets: read where they are used, from the environment or a file of mode 0600; scrubbed from texts."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, urlsplit

from cvdtui.config.alerts import is_reference
from cvdtui.errors import AlertError

LONGEST = 4_096
SHORTEST_SCRUBBED = 4
"""Shorter ones occur in harmless words."""


def resolve(text: str) -> str:
    """The value behind `env:NAME` or `file:PATH`; any other text is its own value.

    Raises AlertError, which names the place and never the value.
    """
    if not is_reference(text):
        return text
    kind, _, place = text.partition(":")
    value = _from_environment(place) if kind == "env" else _from_file(place)
    # It goes into a header or an address, where a line break would begin another field.
    if not value or not value.isprintable() or not value.isascii() or " " in value:
        raise AlertError(f"{text}: expected one line of plain characters without spaces")
    return value


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` on one line, with every secret, and every long part of a secret address, replaced."""
    for secret in sorted(set(_parts(secrets)), key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _parts(secrets: Iterable[str]) -> Iterable[str]:
    for secret in secrets:
        parts = [secret]
        if "://" in secret:
            address = urlsplit(secret)
            parts += [
                address.path,
                *(part for part in address.path.split("/") if len(part) > 7),
                address.query,
            ]
        for part in parts:
            if len(part) >= SHORTEST_SCRUBBED:
                yield part
                yield quote(part, safe="")


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise AlertError(f"env:{name}: is not set in the environment")
    return value.strip()


def _from_file(place: str) -> str:
    path = Path(place).expanduser()
    try:
        # without waiting: a named pipe would hold everything up until somebody wrote into it
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise AlertError(f"file:{place}: is not a regular file")
            # Of the open file, not of its path, which could be exchanged in between.
            if status.st_mode & 0o077:
                mode = stat.S_IMODE(status.st_mode)
                raise AlertError(f"file:{place}: others can read it (mode {mode:04o}); chmod 600 it")
            if status.st_uid not in (os.geteuid(), 0):
                raise AlertError(f"file:{place}: belongs to somebody else")
            content = file.read(LONGEST + 1)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise AlertError(f"file:{place}: cannot be read: {reason}") from None
    if len(content) > LONGEST:
        raise AlertError(f"file:{place}: is longer than {LONGEST} bytes")
    return content.decode("ascii", errors="replace").strip()
