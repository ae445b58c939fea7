"""JSON patches and JSON merge patches, judged by the real kubectl: `patch --local` runs the library that the API server uses."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.patches import (
    PatchError,
    create_merge_patch,
    create_three_way_merge_patch,
    json_patch,
    merge_patch,
    same,
)
from tests.objects.conftest import Kubectl, oracle_settings

POD: Obj = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "labels": {"a": "b"}},
    "spec": {"containers": [{"name": "a"}, {"name": "b"}], "none": None},
}

# --- JSON patch -------------------------------------------------------------------------------------------------------

WORKING: list[tuple[list[Obj], tuple[str | int, ...], Any]] = [
    ([{"op": "add", "path": "/metadata/labels/x~1y~0z", "value": "1"}], ("metadata", "labels"), {"a": "b", "x/y~z": "1"}),
    ([{"op": "add", "path": "/spec/containers/-", "value": 1}], ("spec", "containers"), [{"name": "a"}, {"name": "b"}, 1]),
    ([{"op": "add", "path": "/spec/containers/1", "value": 1}], ("spec", "containers"), [{"name": "a"}, 1, {"name": "b"}]),
    ([{"op": "add", "path": "/spec/containers/-1", "value": 1}], ("spec", "containers"), [{"name": "a"}, {"name": "b"}, 1]),
    ([{"op": "remove", "path": "/spec/containers/-1"}], ("spec", "containers"), [{"name": "a"}]),
    ([{"op": "replace", "path": "/spec/containers/0/name", "value": "z"}], ("spec", "containers", 0), {"name": "z"}),
    ([{"op": "replace", "path": "/spec/new", "value": 1}], ("spec", "new"), 1),
    ([{"op": "move", "from": "/spec/containers/0", "path": "/spec/containers/1"}], ("spec", "containers"), [{"name": "b"}, {"name": "a"}]),
    ([{"op": "copy", "from": "/metadata/labels", "path": "/spec/l"}], ("spec", "l"), {"a": "b"}),
    ([{"op": "test", "path": "/metadata/labels", "value": {"a": "b"}}], ("metadata", "name"), "p"),
    ([{"op": "test", "path": "/spec/gone", "value": None}], ("metadata", "name"), "p"),
]


def at(obj: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        obj = obj[step]
    return obj


@pytest.mark.parametrize(("operations", "path", "expected"), WORKING)
def test_operations(operations: list[Obj], path: tuple[str | int, ...], expected: Any) -> None:
    before = json.dumps(POD)
    assert at(json_patch(POD, operations), path) == expected
    assert json.dumps(POD) == before


FAILING: list[tuple[Obj, str]] = [
    ({"op": "remove", "path": "/spec/x"}, "error in remove for path: '/spec/x': Unable to remove nonexistent key: x: missing value"),
    ({"op": "remove", "path": "/x/y"}, 'remove operation does not apply: doc is missing path: "/x/y": missing value'),
    ({"op": "remove", "path": "/spec/containers/9"}, "error in remove for path: '/spec/containers/9': Unable to access invalid index: 9: "
        "invalid index referenced"),
    ({"op": "add", "path": "/spec/containers/x", "value": 1}, "error in add for path: '/spec/containers/x': value was not a proper array "
        "index: 'x': strconv.Atoi: parsing \"x\": invalid syntax"),
    ({"op": "add", "path": "", "value": {}}, 'add operation does not apply: doc is missing path: "": missing value'),
    ({"op": "replace", "path": "/spec/containers/9", "value": 1}, "replace operation does not apply: doc is missing key: "
        "/spec/containers/9: missing value"),
    ({"op": "test", "path": "/metadata/name", "value": "q"}, "testing value /metadata/name failed: test failed"),
    ({"op": "test", "path": "/x/y", "value": "q"}, "test operation does not apply: is missing path: /x/y: missing value"),
    ({"op": "move", "from": "/spec/x", "path": "/spec/y"}, "error in move for path: 'x': Unable to remove nonexistent key: x: "
        "missing value"),
    ({"op": "copy", "from": "/x/y", "path": "/spec/y"}, "copy operation does not apply: doc is missing from path: /x/y: missing value"),
    ({"op": "jump", "path": "/spec"}, "Unexpected kind: jump"),
    ({"path": "/spec"}, "Unexpected kind: unknown"),
    ({"op": "add", "value": 1}, "add operation failed to decode path: missing value"),
    ({"op": "move", "path": "/a"}, "move operation failed to decode from: operation, missing from field: missing value"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "expected"), FAILING)
def test_failures(operation: Obj, expected: str) -> None:
    with pytest.raises(PatchError) as caught:
        json_patch(POD, [operation])
    assert str(caught.value) == expected


def test_what_a_patch_leaves_alone_is_shared() -> None:
    patched = json_patch(POD, [{"op": "replace", "path": "/metadata/name", "value": "q"}])
    assert patched["spec"] is POD["spec"] and patched["metadata"]["labels"] is POD["metadata"]["labels"]


# --- JSON merge patch -------------------------------------------------------------------------------------------------


def test_merging() -> None:
    patch = {"metadata": {"labels": {"a": None, "c": "d"}}, "spec": {"containers": [{"x": None}], "new": {"a": None, "b": [{"c": None}]}}}
    merged = merge_patch(POD, patch)
    assert merged["metadata"] == {"name": "p", "labels": {"c": "d"}}
    assert merged["spec"] == {"containers": [{}], "none": None, "new": {"b": [{}]}}
    assert merge_patch(POD, {"metadata": {"name": "p"}}) is POD
    with pytest.raises(PatchError, match=r"^Invalid JSON Patch$"):
        merge_patch(POD, "text")


def test_creating() -> None:
    new = {**POD, "metadata": {"name": "p", "labels": {"a": "c"}}, "spec": {"containers": [{"name": "a"}]}}
    assert create_merge_patch(POD, new) == {"metadata": {"labels": {"a": "c"}}, "spec": {"containers": [{"name": "a"}], "none": None}}
    assert create_merge_patch(POD, POD) == {}
    assert create_merge_patch({"a": 1}, {"a": True}) == {"a": True}


def test_apply_deletes_only_what_it_once_set() -> None:
    original, modified = {"a": 1, "m": {"x": 1}, "gone": {}}, {"a": 2, "m": {}}
    current = {"a": 1, "m": {"x": 1, "theirs": 1}, "theirs": 1, "gone": {}}
    patch = create_three_way_merge_patch(original, modified, current)
    assert patch == {"a": 2, "m": {"x": None}, "gone": None}
    assert merge_patch(current, patch) == {"a": 2, "m": {"theirs": 1}, "theirs": 1}
    assert create_three_way_merge_patch(None, current, current) == {}


VALUES = st.recursive(
    st.sampled_from([None, True, 1, 1.5, "a", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
MAPS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


def without_nulls_in_maps(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_nulls_in_maps(v) for k, v in value.items() if v is not None}
    return [without_nulls_in_maps(v) for v in value] if isinstance(value, list) else value


@given(old=MAPS.map(without_nulls_in_maps), new=MAPS.map(without_nulls_in_maps))
def test_a_created_patch_leads_from_old_to_new(old: Obj, new: Obj) -> None:
    assert same(merge_patch(old, create_merge_patch(old, new)), new)


# --- the oracle -------------------------------------------------------------------------------------------------------

PATHS = st.lists(st.sampled_from(["a", "b", "c", "0", "1", "-1", "-", "x"]), min_size=1, max_size=3).map(
    lambda steps: "/spec/" + "/".join(steps)
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": PATHS}, optional={"from": PATHS, "value": VALUES}
)


def _object(spec: Obj) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "spec": spec}


def _check(kubectl: Kubectl, kind: str, obj: Obj, patch: Any) -> None:
    out, err = kubectl("patch", "--local", "-f", "-", "--type", kind, "-p", json.dumps(patch), "-o", "json", stdin=obj)
    try:
        ours = json_patch(obj, patch) if kind == "json" else merge_patch(obj, patch)
    except PatchError as error:
        message = str(error)
        if "doc is missing key" in message:  # kubectl puts this one in its own words.
            message = f"Object to be patched is missing field ({message.partition('key: ')[2]})"
        assert err == f"error: {message}\n", patch
    else:
        assert not err and same(json.loads(out), ours), (obj, patch, err)


@given(spec=MAPS, operations=st.lists(OPERATIONS, min_size=1, max_size=2))
@oracle_settings(25)
def test_operations_as_kubectl_applies_them(kubectl: Kubectl, spec: Obj, operations: list[Obj]) -> None:
    _check(kubectl, "json", _object(spec), operations)


@given(spec=MAPS, patch=MAPS)
@oracle_settings(25)
def test_merging_as_kubectl_does(kubectl: Kubectl, spec: Obj, patch: Obj) -> None:
    _check(kubectl, "merge", _object(spec), {"spec": patch})


@pytest.mark.slow
@given(spec=MAPS, operations=st.lists(OPERATIONS, min_size=1, max_size=2))
@oracle_settings(2000)
def test_thousands_of_operations_as_kubectl_applies_them(kubectl: Kubectl, spec: Obj, operations: list[Obj]) -> None:
    _check(kubectl, "json", _object(spec), operations)


@pytest.mark.slow
@given(spec=MAPS, patch=MAPS)
@oracle_settings(1000)
def test_merging_a_thousand_as_kubectl_does(kubectl: Kubectl, spec: Obj, patch: Obj) -> None:
    _check(kubectl, "merge", _object(spec), {"spec": patch})


@pytest.mark.slow
@pytest.mark.parametrize("operation", [operation for operation, _ in FAILING])
def test_failures_as_kubectl_words_them(kubectl: Kubectl, operation: Obj) -> None:
    _check(kubectl, "json", POD, [operation])
