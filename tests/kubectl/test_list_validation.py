"""`kind: List`: the items are checked by the client, in the old check's words."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import schema
from k8s_magic.kubectl import list_validation

CONFIGMAP = "io.k8s.api.core.v1.ConfigMap"
SERVICE = "io.k8s.api.core.v1.ServicePort"


@pytest.mark.parametrize(
    ("api_version", "kind", "fields", "expected"),
    [
        ("v1", "ConfigMap", {"data": {"a": "b", "n": 1}}, []),
        ("v1", "ConfigMap", {"extra": 1}, [f'ValidationError(ConfigMap): unknown field "extra" in {CONFIGMAP}']),
        (
            "v1",
            "ConfigMap",
            {"data": []},
            [f'ValidationError(ConfigMap.data): invalid type for {CONFIGMAP}.data: got "array", expected "map"'],
        ),
        (
            "v1",
            "ConfigMap",
            {"immutable": "x"},
            [f'ValidationError(ConfigMap.immutable): invalid type for {CONFIGMAP}.immutable: got "string", expected "boolean"'],
        ),
        ("v1", "ConfigMap", {"data": {"a": None}}, ['unknown object type "nil" in ConfigMap.data.a']),
        (
            "v1",
            "Service",
            {"spec": {"ports": [{}]}},
            [f'ValidationError(Service.spec.ports[0]): missing required field "port" in {SERVICE}'],
        ),
        ("v1", "Service", {"spec": {"ports": [{"port": 80, "targetPort": "http"}]}}, []),
        ("foo/v1", "Bar", {"anything": 1}, []),
    ],
)
def test_items_are_checked_by_their_schema(api_version: str, kind: str, fields: dict[str, Any], expected: list[str]) -> None:
    item = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **fields}
    assert list_validation.faults([item], schema.definitions()) == expected
