"""Everything that an object holds, as plain values that compare: to see that a call changed nothing."""

from collections import deque
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

PLAIN = int | float | str | bytes | bool | None | type | FunctionType | BuiltinFunctionType | MethodType


CACHES = frozenset({"_latest", "_row", "_rows"})
"""What the engine keeps ready for readers: columns of the latest trades, a period's rows in one size."""


def deep(thing: object, seen: dict[int, int] | None = None) -> Any:
    """Nested tuples of `thing` without CACHES; an object met before stands as its number."""
    seen = {} if seen is None else seen
    if isinstance(thing, PLAIN | set | frozenset):
        return frozenset(thing) if isinstance(thing, set) else thing
    if id(thing) in seen:
        return ("met", seen[id(thing)])
    seen[id(thing)] = len(seen)
    if isinstance(thing, np.ndarray):
        return (thing.dtype.str, thing.tobytes())
    if isinstance(thing, Mapping):
        return tuple((deep(key, seen), deep(value, seen)) for key, value in thing.items())
    if isinstance(thing, list | tuple | deque):
        return tuple(deep(one, seen) for one in thing)
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    names = [*getattr(thing, "__struct_fields__", ()), *getattr(thing, "__dict__", ()), *slots]
    return (
        type(thing).__name__,
        *((name, deep(getattr(thing, name, None), seen)) for name in names if name not in CACHES),
    )
