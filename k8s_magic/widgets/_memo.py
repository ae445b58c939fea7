"""Remembering what was made of an object. Objects are never changed, so the same object always gives the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
LIMIT = 20_000


class Memo(Generic[Made]):
    """By an object's identity, which costs less than its hash, and what else the result depends on."""

    def __init__(self, make: Callable[..., Made]) -> None:
        self._make = make
        self._made: dict[tuple[int, Hashable], tuple[Any, Made]] = {}

    def __call__(self, obj: Any, *more: Any) -> Made:
        key = (id(obj), more)
        found = self._made.get(key)
        if found is not None and found[0] is obj:  # It is kept alive here, so no other can have its id.
            return found[1]
        if len(self._made) >= LIMIT:
            self._made.clear()
        made = self._make(obj, *more)
        self._made[key] = (obj, made)
        return made
