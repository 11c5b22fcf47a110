"""Tokens of a condition with their columns; an error names its column."""

import re
from typing import Literal, NamedTuple, cast

from cvdtui.errors import UsageError

TokenKind = Literal["number", "name", "sign", "end"]
MOST_SIGNS = 1000
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[<>+\-*/(),]))"
)


class Token(NamedTuple):
    """One token; `column` counts from 1."""

    kind: TokenKind
    text: str
    column: int


class ConditionError(UsageError):
    """A condition cannot be understood; `column` counts from 1."""

    def __init__(self, text: str, column: int) -> None:
        super().__init__(f"column {column}: {text}")
        self.column = column


def tokens(text: str) -> list[Token]:
    """The tokens of a condition, an `end` last. Raises ConditionError."""
    if len(text) > MOST_SIGNS:
        raise ConditionError(f"longer than {MOST_SIGNS} characters", MOST_SIGNS + 1)
    found: list[Token] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise ConditionError(_unknown(text[place:]), place + 1)
        kind = cast("TokenKind", match.lastgroup)  # the groups of the pattern have these names
        word, place = match[kind], match.end()
        column = place - len(word) + 1
        if kind == "number" and text[place : place + 1].isidentifier():
            raise ConditionError(f'"{word}{text[place]}" is neither a number nor a name', column)
        found.append(Token(kind, word, column))
    found.append(Token("end", "", len(text.rstrip()) + 1))
    return found


def _unknown(rest: str) -> str:
    known = {"=": "==", "&": "and", "|": "or", "!": "not or !=", "%": "a fraction, such as 0.99"}
    sign = rest[0]
    shown = f'"{sign}"' if sign.isprintable() else f"character {ord(sign):#x}"
    meant = known.get(sign)
    return f"{shown} is not understood" + (f"; write {meant}" if meant else "")
