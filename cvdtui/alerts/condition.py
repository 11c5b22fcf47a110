"""Conditions such as `z > 2 and coverage > 0.99`: parsed by hand, never run as Python.

What is not known yet (a z before its twenty bars) is neither true nor false: the result is None, as in SQL.
"""

import math
import operator
from collections.abc import Callable, Mapping

from cvdtui.alerts.tokens import ConditionError, Token, tokens
from cvdtui.config.names import nearest

Values = Mapping[str, float | bool | None]
"""What the names stand for; None: not known."""
Number = Callable[[Values], float | None]
Truth = Callable[[Values], bool | None]

NUMBERS = {
    "last": "last price",
    "change": "last / session open - 1, as a fraction",
    "volume": "volume of the session",
    "cvd": "CVD since the anchor in force",
    "delta_bar": "delta of the open bar",
    "delta_5m": "delta of the last five minutes",
    "delta_ratio": "session delta / session volume, as a fraction",
    "z": "smoothed z-score of CVD at the last closed bar",
    "z_before": "the same one bar earlier",
    "coverage": "share of the session's volume known exactly, 0 to 1",
    "trades": "trades counted",
    "lost": "trades known to be missing for good",
    "missing": "trades missing and being fetched",
    "age": "seconds since the last trade",
}
TRUTHS = {
    "climax": "the last closed bar is the first beyond the extreme z",
    "live": "the market is fed and nothing is missing",
}
_WORDS = ("and", "or", "not")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_FUNCTIONS: dict[str, tuple[int, Callable[..., float]]] = {"abs": (1, abs), "min": (2, min), "max": (2, max)}
# A bracket takes eight calls of the parser, and Python's stack ends at a thousand.
DEEPEST = 50
"""Brackets within brackets."""


class Condition:
    """A parsed condition; `names` are those in it, in order."""

    def __init__(self, text: str) -> None:
        """Raises ConditionError with the column of the error."""
        parser = _Parser(text)
        self.text = text
        self._truth = parser.whole()
        self.names = tuple(dict.fromkeys(parser.names))

    def __call__(self, values: Values) -> bool | None:
        """Whether it holds; None where a name it needs is not known, or a division is by zero."""
        return self._truth(values)


class _Term:
    """A number or a truth, with the column where it begins."""

    __slots__ = ("column", "number", "truth")

    def __init__(self, column: int, number: Number | None = None, truth: Truth | None = None) -> None:
        self.column = column
        self.number = number
        self.truth = truth

    def as_number(self) -> Number:
        if self.number is None:
            raise ConditionError("expected a number here, not a yes or no", self.column)
        return self.number

    def as_truth(self) -> Truth:
        if self.truth is None:
            raise ConditionError("expected a comparison here, such as z > 2, not a mere number", self.column)
        return self.truth


class _Parser:
    """Recursive descent, a method for each level: or, and, not, comparison, sum, product, sign, atom."""

    def __init__(self, text: str) -> None:
        self.names: list[str] = []
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Truth:
        """The condition, to its last word."""
        if not self._next.text:
            raise ConditionError("expected a condition, such as z > 2", 1)
        found = self._or().as_truth()
        if self._next.kind != "end":
            raise ConditionError(
                f'expected "and", "or" or the end, not "{self._next.text}"', self._next.column
            )
        return found

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> Token | None:
        token = self._next
        if token.kind in ("sign", "name") and token.text in texts:
            self._at += 1
            return token
        return None

    def _or(self) -> _Term:
        left = self._and()
        while self._take("or"):
            left = _Term(left.column, truth=_either(left.as_truth(), self._and().as_truth()))
        return left

    def _and(self) -> _Term:
        left = self._not()
        while self._take("and"):
            left = _Term(left.column, truth=_both(left.as_truth(), self._not().as_truth()))
        return left

    def _not(self) -> _Term:
        token = self._take("not")
        if token is None:
            return self._comparison()
        self._deeper(token)
        inner = self._not().as_truth()
        self._depth -= 1
        return _Term(token.column, truth=_negated(inner))

    def _comparison(self) -> _Term:
        left = self._sum()
        token = self._take(*_COMPARE)
        if token is None:
            return left
        column, found = left.column, None
        while token is not None:
            right = self._sum()
            one = _compared(_COMPARE[token.text], left.as_number(), right.as_number())
            found = one if found is None else _both(found, one)
            left, token = right, self._take(*_COMPARE)
        return _Term(column, truth=found)

    def _sum(self) -> _Term:
        left = self._product()
        while token := self._take("+", "-"):
            operation = operator.add if token.text == "+" else operator.sub
            left = _Term(left.column, _computed(operation, left.as_number(), self._product().as_number()))
        return left

    def _product(self) -> _Term:
        left = self._sign()
        while token := self._take("*", "/"):
            operation = operator.mul if token.text == "*" else operator.truediv
            left = _Term(left.column, _computed(operation, left.as_number(), self._sign().as_number()))
        return left

    def _sign(self) -> _Term:
        token = self._take("-", "+")
        if token is None:
            return self._atom()
        self._deeper(token)
        inner = self._sign().as_number()
        self._depth -= 1
        return _Term(token.column, _computed(operator.neg, inner) if token.text == "-" else inner)

    def _atom(self) -> _Term:
        token = self._next
        if self._take("("):
            self._deeper(token)
            inner = self._or()
            self._close()
            self._depth -= 1
            return _Term(token.column, inner.number, inner.truth)
        if token.kind == "number":
            self._at += 1
            return self._literal(token)
        if token.kind == "name" and token.text not in _WORDS:
            self._at += 1
            return self._function(token) if token.text in _FUNCTIONS else self._name(token)
        found = f'"{token.text}"' if token.text else "the end"
        raise ConditionError(f"expected a number, a name or a bracket, not {found}", token.column)

    def _literal(self, token: Token) -> _Term:
        value = float(token.text)
        if not math.isfinite(value):
            raise ConditionError(f"{token.text} is too large a number", token.column)
        return _Term(token.column, lambda _: value)

    def _name(self, token: Token) -> _Term:
        name = token.text
        if name in NUMBERS:
            self.names.append(name)
            return _Term(token.column, lambda values: _known(values.get(name)))
        if name in TRUTHS:
            self.names.append(name)
            return _Term(token.column, truth=lambda values: _truth(values.get(name)))
        near = nearest(name, (*NUMBERS, *TRUTHS, *_FUNCTIONS, *_WORDS))
        known = f"did you mean {near}?" if near else "known: " + ", ".join((*NUMBERS, *TRUTHS))
        raise ConditionError(f'no name "{name[:40]}"; {known}', token.column)

    def _function(self, token: Token) -> _Term:
        count, function = _FUNCTIONS[token.text]
        if not self._take("("):
            raise ConditionError(f'expected "(" after {token.text}', self._next.column)
        self._deeper(token)
        given = [self._sum().as_number()]
        while self._take(","):
            given.append(self._sum().as_number())
        self._close()
        self._depth -= 1
        if len(given) != count:
            raise ConditionError(f"{token.text} takes {count} numbers, not {len(given)}", token.column)
        return _Term(token.column, _computed(function, *given))

    def _close(self) -> None:
        if not self._take(")"):
            found = f'"{self._next.text}"' if self._next.text else "the end"
            raise ConditionError(f'expected ")", not {found}', self._next.column)

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ConditionError(f"nested deeper than {DEEPEST}", token.column)


def _known(value: float | bool | None) -> float | None:  # noqa: FBT001 - as a Values has it
    # Every comparison with NaN is false, which would read as known.
    return None if value is None or not math.isfinite(value) else float(value)


def _truth(value: float | bool | None) -> bool | None:  # noqa: FBT001 - as a Values has it
    return None if value is None else bool(value)


def _computed(function: Callable[..., float], *given: Number) -> Number:
    """A number from numbers; None where one is not known, or the result is not finite."""

    def compute(values: Values) -> float | None:
        numbers = [one(values) for one in given]
        if None in numbers:
            return None
        try:
            return _known(function(*numbers))
        except (ZeroDivisionError, OverflowError):
            return None

    return compute


def _compared(holds: Callable[[float, float], bool], left: Number, right: Number) -> Truth:
    def compare(values: Values) -> bool | None:
        one, other = left(values), right(values)
        return None if one is None or other is None else holds(one, other)

    return compare


def _both(left: Truth, right: Truth) -> Truth:
    def both(values: Values) -> bool | None:
        found = (left(values), right(values))
        return False if False in found else None if None in found else True

    return both


def _either(left: Truth, right: Truth) -> Truth:
    def either(values: Values) -> bool | None:
        found = (left(values), right(values))
        return True if True in found else None if None in found else False

    return either


def _negated(inner: Truth) -> Truth:
    def negate(values: Values) -> bool | None:
        found = inner(values)
        return None if found is None else not found

    return negate
