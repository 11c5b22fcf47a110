"""Programs that only some tests need: where each is, or the reason to skip.

`CVDTUI_REQUIRE` names those that must be there (tmux,man,...): a test that would skip for one of them fails
instead, so that a machine that is meant to run everything does.
"""

import os
import shutil

import pytest

HOW = {
    "tmux": "apt-get install tmux",
}
"""How to get each."""
REQUIRED = frozenset(filter(None, os.environ.get("CVDTUI_REQUIRE", "").split(",")))


def needs(name: str) -> str:
    """The path of a program; without it the test skips, or fails where `CVDTUI_REQUIRE` names it."""
    found = shutil.which(name)
    if found is not None:
        return found
    reason = f"needs {name}: {HOW[name]}"
    if name in REQUIRED:
        pytest.fail(f"{reason} (CVDTUI_REQUIRE names it)")
    pytest.skip(reason)
