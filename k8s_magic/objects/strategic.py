"""Strategic merge patches: merge patches that know from the schema which lists are merged, and by which key.

A patch may hold directives: `$patch: delete|replace` in a map or an element of a list, `$setElementOrder/LIST`,
`$deleteFromPrimitiveList/LIST` and `$retainKeys`. A list with no merge strategy is replaced whole.

Not modelled: the conflict check of `kubectl apply --overwrite=false`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from k8s_magic.objects import gotext
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.patches import PatchError, same, without_nulls

PATCH: Final = "$patch"
RETAIN_KEYS: Final = "$retainKeys"
SET_ORDER: Final = "$setElementOrder"
DELETE_FROM: Final = "$deleteFromPrimitiveList"

Definitions = Mapping[str, Mapping[str, Any]]


def strategic_patch(obj: Obj, patch: Obj, ref: str | None, definitions: Definitions) -> Obj:
    """`obj` with a strategic merge patch applied; what doesn't change is shared. Models apimachinery util/strategicpatch.

    `ref` names the object's definition ("io.k8s.api.core.v1.Pod"). As upstream's, the result may hold nulls that came with new list
    elements: whoever decodes it drops them. PatchError where the patch doesn't fit the object.
    """
    return _Merge(definitions).merge_map(obj, patch, _start(ref))


def create_two_way(original: Obj, modified: Obj, ref: str | None, definitions: Definitions) -> Obj:
    """The strategic merge patch that makes `modified` of `original`; empty where they are equal."""
    return create_three_way(original, modified, original, ref, definitions)


def create_three_way(original: Obj | None, modified: Obj, current: Obj, ref: str | None, definitions: Definitions) -> Obj:
    """The patch of apply: what `modified` adds to `current` or changes in it, and what left it since `original`.

    Models apimachinery CreateThreeWayMergePatch. PatchError where an element has no merge key.
    """
    return _Diff(definitions).diff_map(original or {}, modified, current, _start(ref), retain=False)


def _start(ref: str | None) -> Obj:
    return {"$ref": ref} if ref else {}


# --- what the schema says ---------------------------------------------------------------------------------------------


class _Field(NamedTuple):
    """How one field is patched; `schema` is that of its value, or of its elements if it is a list."""

    strategy: str
    retain: bool
    key: str
    schema: Mapping[str, Any]


class _Schemas:
    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def field(self, schema: Mapping[str, Any], name: str) -> _Field:
        """The field `name` of a map with that schema; a field that the schema doesn't know is merged if a map, else replaced."""
        if "$ref" in schema:
            schema = self.definitions.get(schema["$ref"].rpartition("/")[2], {})
        found = schema.get("properties", {}).get(name)
        if found is None:
            found = schema.get("additionalProperties")
        found = found if isinstance(found, Mapping) else {}
        strategies = found.get("x-kubernetes-patch-strategy", "").split(",")
        strategy = next((s for s in strategies if s != "retainKeys"), "")
        return _Field(strategy, "retainKeys" in strategies, found.get("x-kubernetes-patch-merge-key", ""), found.get("items", found))


def _no_merge_key(element: Any, key: str) -> PatchError:
    return PatchError(f"map: {gotext.plain(element)} does not contain declared merge key: {key}")


def _wrong_type(expected: str, value: Any) -> PatchError:
    return PatchError(f"expected a {expected}, but received a {_go_type(value)}")


_MAP_TYPE: Final = "map[string]interface {}"
_LIST_TYPE: Final = "[]interface {}"
_GO_TYPES = {dict: _MAP_TYPE, list: _LIST_TYPE, str: "string", bool: "bool", int: "int64", float: "float64"}


def _go_type(value: Any) -> str:
    return _GO_TYPES.get(type(value), "%!s(<nil>)")


def _identity(value: Any) -> tuple[type, Any]:
    """What two scalars have in common only if Go finds them equal; 1 and true are not."""
    return type(value), gotext.marshal(value) if isinstance(value, (dict, list)) else value


def _merge_value(element: Any, key: str) -> Any:
    if not isinstance(element, dict):
        raise _wrong_type(_MAP_TYPE, element)
    if key not in element:
        raise _no_merge_key(element, key)
    return element[key]


def _is_of_maps(*lists: Sequence[Any]) -> bool:
    """Whether the lists hold maps rather than scalars; PatchError where they hold both, or lists."""
    types = list(dict.fromkeys(type(value) for values in lists for value in values))
    if types[:1] == [list]:
        raise PatchError("lists of lists are not supported")
    if len(types) > 1:
        raise PatchError(f"list element types are not identical: {gotext.plain([list(values) for values in lists])}")
    return types == [dict]


# --- applying ---------------------------------------------------------------------------------------------------------


class _Merge(_Schemas):
    def merge_map(self, original: Obj, patch: Obj, schema: Mapping[str, Any]) -> Obj:
        if PATCH in patch:
            return _replaced_map(patch)
        result = _retained(original, patch)
        ordered = [key for key in sorted(patch) if key.startswith(SET_ORDER)]
        done = {RETAIN_KEYS, *ordered}
        for key in ordered:
            name = _name_after(key, SET_ORDER)
            done.add(name)
            merged = self.ordered_list(result.get(name), name in result, patch, key, name, schema)
            if merged is not None:
                result[name] = merged
        for key in sorted(patch.keys() - done):
            if key.startswith(DELETE_FROM):
                self.delete_from_list(result, _name_after(key, DELETE_FROM), patch[key], schema)
            else:
                self.merge_value(result, key, patch[key], schema)
        return original if same(original, result) else result

    def merge_value(self, result: Obj, key: str, value: Any, schema: Mapping[str, Any]) -> None:
        """Merges one key of a patch into `result`."""
        if value is None:
            result.pop(key, None)
        elif key not in result or type(result[key]) is not type(value) or not isinstance(value, (dict, list)):
            _put(result, key, without_nulls(value) if isinstance(value, (dict, list)) else value)
        else:
            field = self.field(schema, key)
            if field.strategy == "replace" or (isinstance(value, list) and field.strategy != "merge"):
                result[key] = value
            elif isinstance(value, dict):
                result[key] = self.merge_map(result[key], value, field.schema)
            else:
                result[key] = self.merge_list(result[key], value, field)

    def delete_from_list(self, result: Obj, name: str, unwanted: Any, schema: Mapping[str, Any]) -> None:
        if unwanted is None:
            result.pop(name, None)
        elif isinstance(unwanted, list) and isinstance(result.get(name), list) and (unwanted or result[name]):
            if _is_of_maps(result[name], unwanted):
                result[name] = self.merge_list(result[name], unwanted, self.field(schema, name))
            else:
                gone = {_identity(value) for value in unwanted}
                result[name] = [value for value in result[name] if _identity(value) not in gone]

    def merge_list(self, original: list[Any], patch: list[Any], field: _Field) -> list[Any]:
        if not original and not patch:
            return original
        if not _is_of_maps(original, patch):
            merged = _distinct([*original, *patch])
            return _in_order(merged, patch, original, "")
        if not field.key:
            raise PatchError("cannot merge lists without merge key for ")
        kept, additions, replaced = _with_directives(original, patch, field.key)
        if replaced:
            for element in kept:
                _merge_value(element, field.key)
            return kept
        return _in_order(self.merge_elements(kept, additions, field), additions, kept, field.key)

    def merge_elements(self, kept: Sequence[Any], additions: Sequence[Any], field: _Field) -> list[Any]:
        """Each addition merged into the element with its key, or appended."""
        merged = list(kept)
        for addition in additions:
            value = _identity(_merge_value(addition, field.key))
            index = next((i for i, e in enumerate(merged) if field.key in e and _identity(e[field.key]) == value), None)
            if index is None:
                merged.append(addition)
            else:
                merged[index] = self.merge_map(merged[index], addition, field.schema)
        return merged

    def ordered_list(self, old: Any, exists: bool, patch: Obj, order_key: str, name: str, schema: Mapping[str, Any]) -> list[Any] | None:
        """The list `name` after a patch that also says in which order its elements stand; None where there is no such list."""
        order, new = patch[order_key], patch.get(name)
        for value in [order, *([old] if exists else []), *([new] if name in patch else [])]:
            if not isinstance(value, list):
                raise _wrong_type(_LIST_TYPE, value)
        field = self.field(schema, name)
        _check_order(new or [], order, field.key)
        if not exists and name not in patch:
            return None
        if not exists:
            merged = _without_directives(new)
        elif name not in patch:
            merged = old
        else:
            merged = self.merge_list(old, patch[name], field) if field.strategy == "merge" else new
        if not (old or new):
            raise PatchError("no elements in any of the given slices")
        _is_of_maps(old or [], new or [])
        return _in_order(merged, order, _server_order(old or [], new or [], field), field.key)


def _server_order(old: list[Any], new: list[Any], field: _Field) -> list[Any]:
    """The server's list as upstream looks at it when a patch gives an order: what was appended fills the places of what was deleted."""
    if field.strategy != "merge" or not field.key:
        return old
    kept, additions, replaced = _with_directives(old, new, field.key)
    known = _keys(kept, field.key)
    fresh = [element for element in additions if _identity(element[field.key]) not in known]
    return old if replaced else kept + fresh[: len(old) - len(kept)]


def _replaced_map(patch: Obj) -> Obj:
    directive = patch[PATCH]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != PATCH}
    if directive == "delete":
        return {}
    raise PatchError(f"unknown patch type: {gotext.plain(directive)} in map: {gotext.plain(patch)}")


def _retained(original: Obj, patch: Obj) -> Obj:
    """A copy of `original`, with only the keys that the patch's `$retainKeys` names if it has one."""
    if RETAIN_KEYS not in patch:
        return dict(original)
    retained = patch[RETAIN_KEYS]
    if not isinstance(retained, list):
        raise PatchError("invalid patch format of retainKeys")
    for key, value in patch.items():
        if value is not None and key != RETAIN_KEYS and not key.startswith((DELETE_FROM, SET_ORDER)) and key not in retained:
            raise PatchError("invalid patch format of retainKeys")
    return {key: value for key, value in original.items() if key in retained}


def _name_after(key: str, prefix: str) -> str:
    head, slash, name = key.partition("/")
    if head != prefix or not slash:
        kind = "primitive" if prefix == DELETE_FROM else "setElementOrder"
        raise PatchError(f"invalid patch format of {kind} list")
    return name


def _put(result: Obj, key: str, value: Any) -> None:
    if isinstance(value, dict) and PATCH in value:
        result.pop(key, None)
    else:
        result[key] = _without_directives(value)


def _without_directives(value: Any) -> Any:
    """The value without the maps in it that only say how to patch."""
    if isinstance(value, dict):
        return {k: _without_directives(v) for k, v in value.items() if not (isinstance(v, dict) and PATCH in v)}
    if isinstance(value, list):
        return [_without_directives(v) for v in value if not (isinstance(v, dict) and PATCH in v)]
    return value


def _with_directives(original: list[Any], patch: list[Any], key: str) -> tuple[list[Any], list[Any], bool]:
    """What is left of the list, what the patch merges into it, and whether it replaces it."""
    kept, additions, replaced = list(original), [], False
    for element in patch:
        if PATCH not in element:
            additions.append(element)
        elif element[PATCH] == "delete":
            gone = _identity(_merge_value(element, key))
            kept = [e for e in kept if key not in e or _identity(e[key]) != gone]
        elif element[PATCH] == "replace":
            replaced = True
        elif element[PATCH] == "merge":
            raise PatchError("merging lists cannot yet be specified in the patch")
        else:
            raise PatchError(f"unknown patch type: {gotext.plain(element[PATCH])} in map: {gotext.plain(element)}")
    return (additions, [], True) if replaced else (kept, additions, False)


def _distinct(values: Sequence[Any]) -> list[Any]:
    return list({_identity(value): value for value in values}.values())


def _keys(elements: Sequence[Any], key: str) -> list[tuple[type, Any]]:
    return [_identity(_merge_value(element, key) if key else element) for element in elements]


def _in_order(merged: Sequence[Any], order: Sequence[Any], server_order: Sequence[Any], key: str) -> list[Any]:
    """The elements that `order` names in that order, woven into the others, which stay in the server's.

    Of one that is named and one that is not, the server's comes first only if both stood in its list, in this order. So what is new
    goes to the front. Models strategicpatch normalizeElementOrder.
    """
    wanted = {k: i for i, k in reversed(list(enumerate(_keys(order, key))))}
    served = {k: i for i, k in reversed(list(enumerate(_keys(server_order, key))))}
    keyed = list(zip(_keys(merged, key), merged, strict=True))
    named = sorted((pair for pair in keyed if pair[0] in wanted), key=lambda pair: wanted[pair[0]])
    others = sorted((pair for pair in keyed if pair[0] not in wanted), key=lambda pair: served.get(pair[0], -1))
    result: list[Any] = []
    for identity, element in named:
        while others and identity in served and others[0][0] in served and served[others[0][0]] < served[identity]:
            result.append(others.pop(0)[1])
        result.append(element)
    return result + [element for _, element in others]


def _check_order(patch: Sequence[Any], order: Sequence[Any], key: str) -> None:
    """PatchError where the patch's elements don't stand as `$setElementOrder` says."""
    if key and any(not isinstance(element, dict) for element in patch):
        raise _wrong_type(_MAP_TYPE, next(element for element in patch if not isinstance(element, dict)))
    elements = [e for e in patch if not (isinstance(e, dict) and e.get(PATCH) == "delete")]
    if not order or not patch:
        return
    matched = named = 0
    while matched < len(elements) and named < len(order):
        if isinstance(elements[matched], dict) and PATCH in elements[matched]:
            matched += 1
            continue
        # Merge keys are read only as far as the search goes, so a bad one further on is not complained of here.
        matched += _keys(elements[matched : matched + 1], key) == _keys(order[named : named + 1], key)
        named += 1
    if matched < len(elements):
        raise PatchError(
            f"The order in patch list:\n{gotext.plain(list(patch))}\n doesn't match {SET_ORDER} list:\n{gotext.plain(list(order))}\n"
        )


# --- creating ---------------------------------------------------------------------------------------------------------


class _Diff(_Schemas):
    """Compares three states in one walk: upstream makes one patch of changes and one of deletions, and merges the two."""

    def diff_map(self, original: Obj, modified: Obj, current: Obj, schema: Mapping[str, Any], retain: bool) -> Obj:
        patch: Obj = {}
        for key, value in modified.items():
            if key not in current or type(current[key]) is not type(value):
                patch[key] = value
            elif isinstance(value, dict):
                self.diff_value(patch, key, original.get(key), value, current[key], self.field(schema, key))
            elif isinstance(value, list) and self.field(schema, key).strategy == "merge":
                patch.update(self.diff_list(key, original.get(key), value, current[key], self.field(schema, key)))
            elif not same(value, current[key]):
                patch[key] = value
        patch |= {key: None for key in original if key not in modified}
        if retain:
            dropped = any(v is not None and k not in modified for state in (original, current) for k, v in state.items())
            retained = sorted(key for key, value in modified.items() if value is not None)
            if retained and (patch or dropped):
                patch[RETAIN_KEYS] = retained
        return patch

    def diff_value(self, patch: Obj, key: str, original: Any, modified: Obj, current: Obj, field: _Field) -> None:
        if field.strategy == "replace":
            patch[key] = modified
            return
        inner = self.diff_map(original if isinstance(original, dict) else {}, modified, current, field.schema, field.retain)
        if inner:
            patch[key] = inner

    def diff_list(self, key: str, original: Any, modified: list[Any], current: list[Any], field: _Field) -> Obj:
        """What a patch says of a merged list: its changed elements and the directives beside it."""
        original = original if isinstance(original, list) else []
        states = [state for state in (original, current) if state]
        if not states:
            return {key: modified} if modified else {}
        if not any(_is_of_maps(state, modified) for state in states):
            return _scalar_list(key, original, modified, current)
        for element in (*original, *modified, *current):
            _merge_value(element, field.key)
        changes = self.diff_elements(original, modified, current, field)
        patch: Obj = {key: changes} if changes else {}
        if modified and (changes or (current and _keys(current, field.key) != _keys(modified, field.key))):
            patch[f"{SET_ORDER}/{key}"] = [{field.key: element[field.key]} for element in modified]
        return patch

    def diff_elements(self, original: list[Any], modified: list[Any], current: list[Any], field: _Field) -> list[Any]:
        olds, news, lives = (_by_text(state, field.key) for state in (original, modified, current))
        changes: list[Any] = []
        for identity, element in news.items():
            if identity not in lives:
                changes.append(element)
                continue
            change = self.diff_map(olds.get(identity, {}), element, lives[identity], field.schema, field.retain)
            if change:
                changes.append({**change, field.key: element[field.key]})
        gone = [olds[identity] for identity in sorted(olds) if identity not in news]
        return changes + [{field.key: element[field.key], PATCH: "delete"} for element in gone]


def _by_text(elements: Sequence[Obj], key: str) -> dict[tuple[str, int], Obj]:
    """Elements by the text of their merge key; where one key stands twice, first belongs to first and second to second."""
    found: dict[tuple[str, int], Obj] = {}
    for element in elements:
        text, count = gotext.plain(element[key]), 0
        while (text, count) in found:
            count += 1
        found[text, count] = element
    return found


def _scalar_list(key: str, original: list[Any], modified: list[Any], current: list[Any]) -> Obj:
    texts = [gotext.plain(value) for value in current]
    additions = []
    for value in modified:
        if gotext.plain(value) in texts:
            texts.remove(gotext.plain(value))
        else:
            additions.append(value)
    wanted = {gotext.plain(value) for value in modified}
    deletions = sorted(_distinct([value for value in original if gotext.plain(value) not in wanted]), key=gotext.plain)
    patch: Obj = {key: additions} if additions else {}
    if deletions:
        patch[f"{DELETE_FROM}/{key}"] = deletions
    # Upstream sorts the live list before it compares: one that isn't in sorted order is given its order anew by every apply.
    if modified and (deletions or (current and not same(sorted(current, key=gotext.plain), modified))):
        patch[f"{SET_ORDER}/{key}"] = modified
    return patch
