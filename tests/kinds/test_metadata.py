"""Rules of metadata. Agrees with apimachinery pkg/api/validation/objectmeta.go and the transcripts named."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry
from k8s_magic.kinds.metadata import validate_metadata, validate_metadata_update

from .builders import meta

CONFIG_MAPS = registry()["configmaps"]


def said(**changes: Any) -> list[str]:
    return [f"{e.path}: {e.message}" for e in validate_metadata({"metadata": {**meta(), **changes}}, CONFIG_MAPS)]


def test_a_name_is_needed() -> None:
    # transcripts/err-manifests.yaml, noname.yaml
    assert said(name="") == ["metadata.name: Required value: name or generateName is required"]


def test_annotation_keys_are_judged_in_lower_case() -> None:
    assert said(annotations={"Example.com/Key": "v"}) == []
    assert said(labels={"Example.com/Key": "v"}) != []


def test_one_controller_is_enough() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u", "controller": True}
    assert said(ownerReferences=[owner]) == []
    text = 'Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/r and ReplicaSet/s'
    assert said(ownerReferences=[owner, {**owner, "name": "s"}])[0].endswith(text)


UPDATES = [
    ({"uid": "other"}, {}, 'metadata.uid: Invalid value: "other": field is immutable'),
    (
        # transcripts/ns-terminating.yaml
        {"finalizers": ["example.com/x", "example.com/y"], "deletionTimestamp": "2026-01-05T09:00:00Z"},
        {"finalizers": ["example.com/x"], "deletionTimestamp": "2026-01-05T09:00:00Z"},
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
        'found new finalizers []string{"example.com/y"}',
    ),
]


@pytest.mark.parametrize(("new", "old", "expected"), UPDATES, ids=["uid", "finalizers"])
def test_what_stays(new: dict[str, Any], old: dict[str, Any], expected: str) -> None:
    errors = validate_metadata_update({"metadata": {**meta(), **new}}, {"metadata": {**meta(), **old}}, CONFIG_MAPS)
    assert [f"{e.path}: {e.message}" for e in errors] == [expected]
