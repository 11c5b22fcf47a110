"""Where the files that ship with cvdtui are: config.toml and themes/.

In a wheel they lie inside the package. In a working copy they lie beside it. (An editable install also leaves
copies in site-packages, which go stale; they are never looked at, as the package itself is not there.)
"""

from pathlib import Path

from cvdtui.errors import UnreadableError

_PACKAGE = Path(__file__).resolve().parent.parent


def find(name: str) -> Path:
    """Where a shipped file or folder lies: in the package, else in its parent. UnreadableError if missing."""
    for folder in (_PACKAGE, _PACKAGE.parent):
        if (folder / name).exists():
            return folder / name
    raise UnreadableError(f"{name}: expected in {_PACKAGE} or beside it; the installation is incomplete")


def theme_files() -> dict[str, Path]:
    """The shipped themes by name (the name of the file), in alphabetical order."""
    return {path.stem: path for path in sorted(find("themes").glob("*.toml"))}
