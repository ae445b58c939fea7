"""Kinds that users define. Agrees with transcripts/crd.yaml."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import structural
from k8s_magic.kinds.custom import kinds_of
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj

from .builders import BORN_S, complaints, meta, taken

PATTERN = r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$"
SCHEMA: Obj = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["cronSpec"],
            "properties": {
                "cronSpec": {"type": "string", "pattern": PATTERN},
                "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
            },
        },
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}}},
    },
}
DEFINITION: Obj = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "crontabs.stable.example.com"},
    "spec": {
        "group": "stable.example.com",
        "scope": "Namespaced",
        "names": {"plural": "crontabs", "singular": "crontab", "kind": "CronTab", "shortNames": ["ct"], "categories": ["all"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}},
                "additionalPrinterColumns": [
                    {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
                    {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
                    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
                ],
                "schema": {"openAPIV3Schema": SCHEMA},
            }
        ],
    },
}


@pytest.fixture
def crontab() -> Kind:
    (kind,) = kinds_of(taken("customresourcedefinitions.apiextensions.k8s.io", DEFINITION))
    return kind


def tab(**spec: Any) -> Obj:
    return {"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": meta("my-cron"), "spec": spec}


def test_the_definition_is_good() -> None:
    assert complaints("customresourcedefinitions.apiextensions.k8s.io", DEFINITION) == []


def test_its_name_is_made_of_the_names() -> None:
    wrong = {**DEFINITION, "metadata": {"name": "crontab.example.com"}}
    expected = 'metadata.name: Invalid value: "crontab.example.com": must be spec.names.plural+"."+spec.group'
    assert complaints("customresourcedefinitions.apiextensions.k8s.io", wrong) == [expected]


def test_a_kind_like_any_other(crontab: Kind) -> None:
    assert crontab.resource == "crontabs.stable.example.com"
    assert crontab.short_names == ("ct",)
    assert crontab.subresources == ("scale", "status")
    assert [column.name for column in crontab.columns] == ["Name", "Spec", "Replicas", "Age"]


def test_defaults_and_rows(crontab: Kind) -> None:
    obj = tab(cronSpec="* * * * */5")
    crontab.default(obj)
    assert obj["spec"] == {"cronSpec": "* * * * */5", "replicas": 1}
    assert crontab.row is not None
    assert crontab.row(obj, BORN_S + 5) == ["my-cron", "* * * * */5", 1, "5s"]


def test_unknown_fields(crontab: Kind) -> None:
    assert crontab.decode is not None
    result = crontab.decode(tab(cronSpec="* * * * *", bogus=1))
    assert result.unknown == ['unknown field "spec.bogus"']
    assert result.object["spec"] == {"cronSpec": "* * * * *"}


RULES: list[tuple[Obj, list[str]]] = [
    (tab(cronSpec="* * * * *"), []),
    (tab(cronSpec="hello"), [f"spec.cronSpec: Invalid value: \"hello\": spec.cronSpec in body should match '{PATTERN}'"]),
    (
        tab(cronSpec="* * * * *", replicas=15),
        ["spec.replicas: Invalid value: 15: spec.replicas in body should be less than or equal to 10"],
    ),
    (tab(), ["spec.cronSpec: Required value"]),
    (
        tab(cronSpec="* * * * *", replicas="3"),
        [
            'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
            ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 3 is of the type string, expected int64",
        ],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), RULES)
def test_rules(crontab: Kind, obj: Obj, expected: list[str]) -> None:
    assert [f"{e.path}: {e.message}" for e in crontab.validate(obj)] == expected


def test_scale(crontab: Kind) -> None:
    assert crontab.scale is not None and crontab.set_scale is not None
    obj = {**tab(cronSpec="* * * * *", replicas=3), "status": {"replicas": 2}}
    assert crontab.scale(obj)["spec"] == {"replicas": 3}
    assert crontab.scale(obj)["status"] == {"replicas": 2}
    assert crontab.set_scale(obj, 5)["spec"]["replicas"] == 5


def test_a_schema_may_let_anything_through() -> None:
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {"type": "object"}}}
    kept, unknown = structural.prune({"a": {"b": 1}, "c": {"d": 2}}, free)
    assert kept == {"a": {}, "c": {"d": 2}}
    assert unknown == ['unknown field "a.b"']
