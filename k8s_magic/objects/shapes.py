"""Whether plain data that somebody else wrote fits the types that a function or a dataclass asks for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def check(of: Callable[..., Any], arguments: Any, what: str) -> None:
    """ValueError where `of` cannot be called with these named arguments; `what` begins the message."""
    if not isinstance(arguments, dict):
        raise ValueError(f"{what} is no mapping")
    try:
        _signature(of).bind(**arguments)
    except TypeError as error:
        raise ValueError(f"{what}: {error}") from None
    hints = _hints(of)
    for name, value in arguments.items():
        if not fits(value, hints.get(name, Any)):
            raise ValueError(f"{what}: {name} cannot be {value!r}")


@cache
def _signature(of: Callable[..., Any]) -> inspect.Signature:
    found = inspect.signature(of)
    return found.replace(parameters=[p for p in found.parameters.values() if p.name != "self"])


@cache
def _hints(of: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(of)


def fits(value: Any, hint: Any) -> bool:
    """Whether the value is of the type, as far as that can be seen from outside."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in arguments)
    if origin is Literal:
        return value in arguments
    if origin is list:
        return isinstance(value, list) and all(fits(each, arguments[0]) for each in value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is None:
        return value is None
    plain = origin or hint
    return isinstance(value, plain) if isinstance(plain, type) else True
