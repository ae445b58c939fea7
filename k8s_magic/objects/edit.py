"""Writing by path copy: a changed object shares all that did not change with the one it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8s_magic.objects.meta import Obj

Path = Sequence[str | int]


def set_in(obj: Any, path: Path, value: Any) -> Any:
    """A copy of `obj` with `value` at `path`; missing dicts on the way are made."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(obj, list):
        assert isinstance(step, int)
        return [*obj[:step], set_in(obj[step], rest, value), *obj[step + 1 :]]
    copy = dict(obj) if obj else {}
    copy[step] = set_in(copy.get(step), rest, value)
    return copy


def remove_in(obj: Any, path: Path) -> Any:
    """A copy of `obj` without what stands at `path`; `obj` itself where nothing stands there."""
    step, rest = path[0], path[1:]
    if not isinstance(obj, dict) or step not in obj:
        return obj
    copy = dict(obj)
    if rest:
        copy[step] = remove_in(obj[step], rest)
    else:
        del copy[step]
    return copy


def set_or_remove(obj: Obj, path: Path, value: Any) -> Obj:
    """`set_in`, or `remove_in` where `value` is None or empty: as Go's omitempty writes it."""
    if value is None or value == {} or value == []:
        return remove_in(obj, path)  # type: ignore[no-any-return]
    return set_in(obj, path, value)  # type: ignore[no-any-return]


def deep_copy(value: Any) -> Any:
    """A private copy, for a caller that will change it in place (a draft on its way into the store, a user's copy)."""
    if isinstance(value, dict):
        return {k: deep_copy(v) if isinstance(v, (dict, list)) else v for k, v in value.items()}
    if isinstance(value, list):
        return [deep_copy(v) if isinstance(v, (dict, list)) else v for v in value]
    return value
