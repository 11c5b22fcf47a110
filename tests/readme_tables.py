"""Tables of a README beside the code, to be compared with what the code has."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def table(readme: str, first_column: str) -> dict[str, list[str]]:
    """Rows of the table whose first column has this heading: the other cells by each `name` of the first."""
    lines = iter((ROOT / readme).read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {first_column} |"):
            break
    else:
        raise AssertionError(f"{readme} has no table of {first_column}")
    assert set(next(lines)) <= set("|-"), "the line below a heading"
    rows: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, *rest = (cell.strip() for cell in line.strip("|").split(" | "))
        for name in re.findall(r"`([^`]+)`", first) or [first]:
            assert name not in rows, f"{name} has two rows"
            rows[name] = rest
    return rows


def modules(room: str) -> set[str]:
    """Modules and rooms of a room, as its README names them."""
    found = {path.stem for path in (ROOT / room).glob("*.py")}
    found |= {path.parent.name for path in (ROOT / room).glob("*/__init__.py")}
    return found - {"__init__"}
