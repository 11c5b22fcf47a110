"""The room of commands says where each command is."""

import re
from pathlib import Path

import cvdtui.commands
from cvdtui.cli.usage import COMMANDS

ROOM = Path(cvdtui.commands.__file__).parent


def test_every_command_has_its_file_named():
    text = cvdtui.commands.__doc__ or ""
    named = re.findall(r"^\| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    commands = [name for column, _ in named for name in re.findall(r"`([a-z-]+)`", column)]
    assert sorted(commands) == sorted(COMMANDS)
    files = {name for _, column in named for name in re.findall(r"`(\w+)`", column)}
    assert all((ROOM / f"{name}.py").exists() for name in files - {"cli"})
    assert files >= {path.stem for path in ROOM.glob("*.py")} - {"__init__", "printing"}
