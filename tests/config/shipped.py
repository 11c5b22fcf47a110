"""The shipped config.toml with its lines switched on: defaults (`#key = 1`), and examples (`# key = 1`)."""

import tomllib
from pathlib import Path

INDENTED = "#    "
"""A line within a list of several lines."""
SHIPPED = Path(__file__).resolve().parents[2] / "config.toml"


def switched_on(*, examples: bool) -> dict[str, object]:
    lines = []
    for line in SHIPPED.read_text("utf-8").splitlines():
        bare = line.removeprefix("# ")
        is_example = line.startswith("# ") and (bare.startswith(("[", '"')) or " = " in bare)
        if line.startswith("#") and (not line.startswith("# ") or line.startswith(INDENTED)):
            lines.append(line[1:])
        else:
            lines.append(bare if is_example and examples else line)
    return tomllib.loads("\n".join(lines))
