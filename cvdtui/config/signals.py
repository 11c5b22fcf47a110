"""Keys of signals: the parameters that each signal declares, in general, by market and by bar length."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, defstruct

from cvdtui.config import validators
from cvdtui.config.validators import Rule

COVERAGE = 0.99
"""A signal over a session of which less is known is marked, and stays silent."""


def tables(kinds: Mapping[str, type[Struct]]) -> type[Struct]:
    """The table `signals` as the reader walks it: one table a signal, and the general keys."""
    return _tables(tuple(kinds.items()))


# Making the tables takes 1.2 ms, and a start checks its layers twice.
@lru_cache(1)
def _tables(kinds: tuple[tuple[str, type[Struct]], ...]) -> type[Struct]:
    fields: list[Any] = [("coverage", Annotated[float, validators.number(0, 1)])]
    fields += [(name, _table(name, kind)) for name, kind in kinds]
    return defstruct("Signals", fields)


def _table(name: str, kind: type[Struct]) -> type[Struct]:
    """Parameters, and beside them `timeframes` and `markets` with the same ones again."""
    own: list[Any] = [
        (key, Annotated[object, _rule(hint)])
        for key, hint in get_type_hints(kind, include_extras=True).items()
    ]
    by_bar: Any = ("timeframes", Annotated[dict[str, defstruct(name, own)], validators.BAR])  # type: ignore[misc]  # made here
    of_market = defstruct(name, [*own, by_bar])
    by_market: Any = ("markets", Annotated[dict[str, of_market], validators.MARKET])  # type: ignore[valid-type]  # made here
    return defstruct(name, [*own, by_bar, by_market])


def _rule(hint: object) -> Rule:
    """What a parameter may be, from its type and its bounds."""
    meta = Meta()
    if get_origin(hint) is Annotated:
        hint, meta = get_args(hint)[:2]
    noun = meta.description or "units"
    if hint is bool:
        return validators.SWITCH
    if hint is int:
        return validators.whole(int(meta.ge or 0), int(meta.le or 0), noun)
    if hint is float:
        return validators.number(float(meta.ge or 0), float(meta.le or 0), noun)
    if get_origin(hint) is Literal:
        return validators.choice(*get_args(hint))
    return validators.NO_MARKET
