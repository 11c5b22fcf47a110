"""Making a snapshot commands nothing and computes no statistic of a signal a second time."""

import ast
from pathlib import Path

import cvdtui

ROOT = Path(cvdtui.__file__).parent
COMMANDS = {"settle", "run_audit", "catch_up", "evaluate", "judge", "tick", "push"}
STATISTICS = {"sqrt", "pstdev", "stdev", "variance", "pvariance", "Moments", "TrueRange", "ZScore"}


def sources(*rooms):
    return {
        path: ast.parse(path.read_text("utf-8")) for room in rooms for path in (ROOT / room).rglob("*.py")
    }


def test_the_read_side_calls_nothing_that_changes_a_market():
    for path, tree in sources("snapshot").items():
        called = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & COMMANDS, path


def test_only_signals_compute_means_deviations_and_ranges():
    for path, tree in sources("snapshot", "panes").items():
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        named |= {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
        }
        powers = [
            node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
        ]
        roots = [node for node in powers if isinstance(node.right, ast.Constant) and node.right.value == 0.5]
        assert not named & STATISTICS, path
        assert not roots, path
