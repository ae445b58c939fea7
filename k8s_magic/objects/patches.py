"""JSON patches (RFC 6902) and JSON merge patches (RFC 7396): applying them by path copy, and creating merge patches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from k8s_magic.objects.meta import Obj


class PatchError(ValueError):
    """A patch that can't be applied or created, in the words of upstream's libraries."""


# --- JSON merge patch -------------------------------------------------------------------------------------------------


def merge_patch(obj: Any, patch: Any) -> Any:
    """`obj` with a JSON merge patch applied; what doesn't change is shared. Models json-patch.v4 MergePatch."""
    if not isinstance(patch, (dict, list)):
        raise PatchError("Invalid JSON Patch")
    return _merge(obj, patch)


def _merge(obj: Any, patch: Any) -> Any:
    if not isinstance(obj, dict):
        return without_nulls(patch)
    if not isinstance(patch, dict):
        return patch
    result = dict(obj)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif result.get(key) is None:
            result[key] = without_nulls(value)
        else:
            result[key] = _merge(result[key], value)
    return obj if same(result, obj) else result


def without_nulls(value: Any) -> Any:
    """The value without keys that hold null; nulls that are elements of lists stay."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(v) for v in value] if isinstance(value, list) else value


def create_merge_patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> Obj:
    """The JSON merge patch that makes `new` of `old`; empty where they are equal. Models json-patch.v4 CreateMergePatch."""
    patch: Obj = {}
    for key, value in new.items():
        if key in old and isinstance(value, dict) and isinstance(old[key], dict):
            inner = create_merge_patch(old[key], value)
            if inner:
                patch[key] = inner
        elif key not in old or not same(old[key], value):
            patch[key] = value
    return patch | {key: None for key in old if key not in new}


def create_three_way_merge_patch(original: Obj | None, modified: Obj, current: Obj) -> Obj:
    """The JSON merge patch of apply for kinds without merge keys: adds and changes against `current`, deletes what left `original`.

    Models apimachinery util/jsonmergepatch.
    """
    changes = _filter_nulls(create_merge_patch(current, modified), keep=False)
    deletions = _filter_nulls(create_merge_patch(original or {}, modified), keep=True)
    return _combine(deletions, changes)


def _filter_nulls(patch: Obj, keep: bool) -> Obj:
    """Only the nulls of a patch, or all but the nulls; a map left empty goes, one that was empty is a value."""
    result: Obj = {}
    for key, value in patch.items():
        if isinstance(value, dict) and value:
            inner = _filter_nulls(value, keep)
            if inner:
                result[key] = inner
        elif (value is None) == keep:
            result[key] = value
    return result


def _combine(deletions: Obj, changes: Obj) -> Obj:
    result = dict(deletions)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _combine(result[key], value) if both else value
    return result


def same(a: Any, b: Any) -> bool:
    """Whether two values of JSON are equal for Go, to which 1, 1.0 and true are three things."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


# --- JSON patch -------------------------------------------------------------------------------------------------------

MISSING: Final = "missing value"
_ABSENT: Final = object()


def json_patch(obj: Any, operations: Sequence[Any]) -> Any:
    """`obj` with the operations of a JSON patch applied in order; PatchError where one fails. Models json-patch.v4 Apply.

    Its quirks are kept: what stands before a path's first slash is not looked at, `replace` adds a key that is missing from a map,
    and indices may be negative.
    """
    for operation in operations:
        kind = operation.get("op")
        apply = _OPERATIONS.get(kind) if isinstance(kind, str) else None
        if not apply:
            raise PatchError(f"Unexpected kind: {kind if isinstance(kind, str) else 'unknown'}")
        obj = apply(obj, operation)
    return obj


def _text(operation: Obj, field: str, verb: str) -> str:
    value = operation.get(field)
    if isinstance(value, str):
        return value
    # Some operations leave out what exactly was missing.
    detail = (
        MISSING
        if verb in ("add", "remove") or (verb, field) == ("copy", "path")
        else f"operation{',' if field == 'from' else ''} missing {field} field: {MISSING}"
    )
    raise PatchError(f"{verb} operation failed to decode {field}: {detail}")


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _holder(obj: Any, path: str) -> Any:
    """The map or list that holds what `path` names; None where there is none."""
    steps = _steps(path)
    if not steps:
        return None
    for step in steps[:-1]:
        obj = _get(obj, step, default=None)
        if not isinstance(obj, (dict, list)):
            return None
    return obj


def _get(holder: Any, step: str, default: Any = _ABSENT) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    try:
        return holder[_index(step, len(holder), len(holder))]
    except PatchError:
        if default is _ABSENT:
            raise
        return default


def _index(step: str, size: int, bound: int) -> int:
    """The step as an index below `bound`; a negative one counts from `size`."""
    try:
        index = int(step)
    except ValueError:
        raise PatchError(f'strconv.Atoi: parsing "{step}": invalid syntax') from None
    if not -size <= index < bound:
        raise PatchError(f"Unable to access invalid index: {index}: invalid index referenced")
    return index + size if index < 0 else index


def _rebuild(obj: Any, steps: Sequence[str], change: Callable[[Any, str], Any]) -> Any:
    """A copy of `obj` with `change` applied to the holder at the end of `steps`."""
    step = steps[0]
    if len(steps) == 1:
        return change(obj, step)
    if isinstance(obj, dict):
        return {**obj, step: _rebuild(obj[step], steps[1:], change)}
    index = _index(step, len(obj), len(obj))
    return [*obj[:index], _rebuild(obj[index], steps[1:], change), *obj[index + 1 :]]


def _edit(obj: Any, path: str, change: Callable[[Any, str], Any], where: str) -> Any:
    try:
        return _rebuild(obj, _steps(path), change)
    except PatchError as error:
        raise PatchError(f"{where}: {error}") from None


def _adding(value: Any) -> Callable[[Any, str], Any]:
    def change(holder: Any, step: str) -> Any:
        if isinstance(holder, dict):
            return {**holder, step: value}
        if step == "-":
            return [*holder, value]
        if not step.lstrip("+-").isdecimal():
            raise PatchError(f"value was not a proper array index: '{step}': strconv.Atoi: parsing \"{step}\": invalid syntax")
        index = _index(step, len(holder) + 1, len(holder) + 1)
        return [*holder[:index], value, *holder[index:]]

    return change


def _setting(value: Any) -> Callable[[Any, str], Any]:
    def change(holder: Any, step: str) -> Any:
        if isinstance(holder, dict):
            return {**holder, step: value}
        index = _index(step, len(holder), len(holder))
        return [*holder[:index], value, *holder[index + 1 :]]

    return change


def _removing(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        if step not in holder:
            raise PatchError(f"Unable to remove nonexistent key: {step}: {MISSING}")
        return {key: value for key, value in holder.items() if key != step}
    index = _index(step, len(holder), len(holder))
    return holder[:index] + holder[index + 1 :]


def _add(obj: Any, operation: Obj) -> Any:
    path = _text(operation, "path", "add")
    if _holder(obj, path) is None:
        raise PatchError(f'add operation does not apply: doc is missing path: "{path}": {MISSING}')
    return _edit(obj, path, _adding(operation.get("value")), f"error in add for path: '{path}'")


def _remove(obj: Any, operation: Obj) -> Any:
    path = _text(operation, "path", "remove")
    if _holder(obj, path) is None:
        raise PatchError(f'remove operation does not apply: doc is missing path: "{path}": {MISSING}')
    return _edit(obj, path, _removing, f"error in remove for path: '{path}'")


def _replace(obj: Any, operation: Obj) -> Any:
    path, value = _text(operation, "path", "replace"), operation.get("value")
    if path == "":
        if not isinstance(value, (dict, list)):
            raise PatchError("replace operation value must be object or array: %!w(<nil>)")
        return value
    holder = _holder(obj, path)
    if holder is None:
        raise PatchError(f"replace operation does not apply: doc is missing path: {path}: {MISSING}")
    try:
        _get(holder, _steps(path)[-1])
    except PatchError:
        raise PatchError(f"replace operation does not apply: doc is missing key: {path}: {MISSING}") from None
    return _edit(obj, path, _setting(value), f"error in remove for path: '{path}'")


def _take(obj: Any, operation: Obj, verb: str) -> tuple[str, Any]:
    """Where a move or copy comes from, and the value that stands there."""
    source = _text(operation, "from", verb)
    holder = _holder(obj, source)
    if holder is None:
        raise PatchError(f"{verb} operation does not apply: doc is missing from path: {source}: {MISSING}")
    try:
        return source, _get(holder, _steps(source)[-1])
    except PatchError as error:
        where = f"path: '{_steps(source)[-1]}'" if verb == "move" else f"from: '{source}'"
        raise PatchError(f"error in {verb} for {where}: {error}") from None


def _put(obj: Any, operation: Obj, verb: str, value: Any) -> Any:
    path = _text(operation, "path", verb)
    if _holder(obj, path) is None:
        raise PatchError(f"{verb} operation does not apply: doc is missing destination path: {path}: {MISSING}")
    where = f"error in move for path: '{path}'" if verb == "move" else "error while adding value during copy"
    return _edit(obj, path, _adding(value), where)


def _move(obj: Any, operation: Obj) -> Any:
    source, value = _take(obj, operation, "move")
    without = _edit(obj, source, _removing, f"error in move for path: '{_steps(source)[-1]}'")
    return _put(without, operation, "move", value)


def _copy(obj: Any, operation: Obj) -> Any:
    _, value = _take(obj, operation, "copy")
    return _put(obj, operation, "copy", value)


def _test(obj: Any, operation: Obj) -> Any:
    path, expected = _text(operation, "path", "test"), operation.get("value")
    if path == "":
        found = obj
    else:
        holder = _holder(obj, path)
        if holder is None:
            raise PatchError(f"test operation does not apply: is missing path: {path}: {MISSING}")
        try:
            found = _get(holder, _steps(path)[-1])
        except PatchError as error:
            raise PatchError(f"error in test for path: '{path}': {error}") from None
    if not same(found, expected):
        raise PatchError(f"testing value {path} failed: test failed")
    return obj


_OPERATIONS: dict[str, Callable[[Any, Obj], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
