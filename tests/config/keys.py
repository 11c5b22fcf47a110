"""The keys of the configuration, for the tests that compare other places with them."""

from typing import get_args, get_origin, get_type_hints

from msgspec import Struct

from cvdtui.config import Config


def every_key(kind: type[Struct] = Config, path: str = "") -> list[str]:
    """All keys of the configuration, dotted, `*` standing for a name that the user gives."""
    keys: list[str] = []
    for name, hint in get_type_hints(kind).items():
        inner, place = (get_args(hint)[1], f"{name}.*") if get_origin(hint) is dict else (hint, name)
        if get_origin(hint) is tuple and isinstance(get_args(hint)[0], type):
            inner = get_args(hint)[0]
        is_table = isinstance(inner, type) and issubclass(inner, Struct)
        keys += every_key(inner, f"{path}{place}.") if is_table else [path + place]
    return keys
