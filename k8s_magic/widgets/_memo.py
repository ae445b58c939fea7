"""Remembering what was made of an object. Objects are never changed, so the same object always gives the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
LIMIT = 20_000


class Memo(Generic[Made]):
    """By an object's identity, which costs less than its hash, and what else the result depends on.

    Where there is a `key`, an object that has the same and is equal does as well: clients give copies.
    """

    def __init__(self, make: Callable[..., Made], key: Callable[[Any], Hashable] = id) -> None:
        self._make, self._key = make, key
        self._made: dict[tuple[Hashable, Hashable], tuple[Any, Made]] = {}

    def __call__(self, obj: Any, *more: Any) -> Made:
        key = (self._key(obj), more)
        found = self._made.get(key)
        # What is found is kept alive here, so no other can have its id.
        if found is not None and (found[0] is obj or (self._key is not id and found[0] == obj)):
            return found[1]
        if len(self._made) >= LIMIT:
            self._made.clear()
        made = self._make(obj, *more)
        self._made[key] = (obj, made)
        return made
