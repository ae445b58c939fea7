"""Kinds that users define: from the definition to its objects and back to nothing."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj

DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
TABS = "crontabs.stable.example.com"
SPEC: Obj = {
    "type": "object",
    "required": ["schedule"],
    "properties": {
        "schedule": {"type": "string", "minLength": 2},
        "replicas": {"type": "integer", "minimum": 1, "default": 2},
        "ports": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["port"],
            "items": {"type": "object", "required": ["port"], "properties": {"port": {"type": "integer"}, "name": {"type": "string"}}},
        },
    },
}


def version(name: str, **more: Any) -> Obj:
    schema = {"type": "object", "properties": {"spec": SPEC, "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
    return {"name": name, "served": True, "storage": False, "schema": {"openAPIV3Schema": schema}, **more}


def definition(plural: str = "crontabs", kind: str = "CronTab", *versions: Obj) -> Obj:
    names = {"plural": plural, "kind": kind, "shortNames": [kind.lower()[:2]]}
    listed = list(versions) or [version("v1", storage=True, subresources={"status": {}})]
    spec = {"group": "stable.example.com", "scope": "Namespaced", "names": names, "versions": listed}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.stable.example.com"},
        "spec": spec,
    }


def tab(name: str = "a", of: str = "v1", **spec: Any) -> Obj:
    return {"apiVersion": f"stable.example.com/{of}", "kind": "CronTab", "metadata": {"name": name}, "spec": {"schedule": "* *", **spec}}


def define(client: LocalClient, crd: Obj | None = None) -> None:
    client.create(DEFINITIONS, crd or definition())
    client.loop.run_until(client.loop.now + 1)


def conditions(client: LocalClient, name: str) -> dict[str, str]:
    return {c["type"]: c["reason"] for c in client.get(DEFINITIONS, name)["status"]["conditions"]}


def test_a_definition_is_established_and_served(client: LocalClient) -> None:
    define(client)
    assert conditions(client, TABS) == {"NamesAccepted": "NoConflicts", "Established": "InitialNamesAccepted"}
    made = client.create(TABS, tab(), "default")
    assert (made["spec"], made["metadata"]["generation"]) == ({"schedule": "* *", "replicas": 2}, 1)
    assert client.list(TABS)["kind"] == "CronTabList"


def test_objects_are_pruned_judged_and_strictly_read(client: LocalClient) -> None:
    define(client)
    warnings: list[str] = []
    client.warn = warnings.append
    assert "bogus" not in client.create(TABS, tab(bogus=1), "default")["spec"]
    assert warnings == ['unknown field "spec.bogus"']
    with pytest.raises(ApiError, match=r'strict decoding error: unknown field "spec\.bogus"'):
        client.create(TABS, tab("b", bogus=1), "default", options=WriteOptions(field_validation="Strict"))
    with pytest.raises(ApiError) as refused:
        client.create(TABS, tab("b", replicas=0), "default")
    assert refused.value.message == (
        'CronTab.stable.example.com "b" is invalid: '
        "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1"
    )


def test_status_is_written_beside(client: LocalClient) -> None:
    define(client)
    made = client.create(TABS, {**tab(), "status": {"phase": "x"}}, "default")
    assert "status" not in made
    made = client.update(TABS, {**made, "status": {"phase": "y"}}, "default", subresource="status")
    assert (made["status"], made["metadata"]["generation"]) == ({"phase": "y"}, 1)


def test_server_side_apply_knows_the_schemas_lists(client: LocalClient) -> None:
    define(client)
    one = WriteOptions(field_manager="one")
    client.patch(TABS, "a", "default", "apply", tab(ports=[{"port": 1, "name": "a"}]), options=one)
    other = {**tab(ports=[{"port": 2}]), "spec": {"ports": [{"port": 2}]}}
    merged = client.patch(TABS, "a", "default", "apply", other, options=WriteOptions(field_manager="two"))
    assert merged["spec"]["ports"] == [{"port": 1, "name": "a"}, {"port": 2}]
    with pytest.raises(ApiError, match="conflict"):
        client.patch(TABS, "a", "default", "apply", tab(schedule="x y"), options=WriteOptions(field_manager="two"))


def test_every_version_shows_the_same_objects(client: LocalClient) -> None:
    define(client, definition("crontabs", "CronTab", version("v1beta1"), version("v1", storage=True)))
    old = "crontabs.v1beta1.stable.example.com"
    client.create(old, tab(of="v1beta1"), "default")
    assert client.get(TABS, "a", "default")["apiVersion"] == "stable.example.com/v1"
    assert client.get(old, "a", "default")["apiVersion"] == "stable.example.com/v1beta1"
    client.patch(old, "a", "default", "merge", {"spec": {"replicas": 7}})
    assert client.get(TABS, "a", "default")["spec"]["replicas"] == 7
    assert [item["apiVersion"] for item in client.list(old)["items"]] == ["stable.example.com/v1beta1"]
    assert [r["version"] for r in client.resources() if r["name"] == "crontabs"] == ["v1", "v1beta1"]


def test_a_version_that_is_no_longer_served_goes(client: LocalClient) -> None:
    define(client, definition("crontabs", "CronTab", version("v1beta1"), version("v1", storage=True)))
    client.create(TABS, tab(), "default")
    crd = client.get(DEFINITIONS, TABS)
    only_old = [{**version("v1beta1")}, {**version("v1", storage=True), "served": False}]
    client.update(DEFINITIONS, {**crd, "spec": {**crd["spec"], "versions": only_old}})
    assert client.get(TABS, "a", "default")["apiVersion"] == "stable.example.com/v1beta1"


def test_names_are_taken_once_in_a_group(client: LocalClient) -> None:
    define(client)
    define(client, definition("crontubs", "CronTab"))
    assert conditions(client, "crontubs.stable.example.com") == {"NamesAccepted": "ListKindConflict", "Established": "NotAccepted"}
    client.delete(DEFINITIONS, TABS)
    client.loop.run_until(client.loop.now + 1)
    assert conditions(client, "crontubs.stable.example.com")["Established"] == "InitialNamesAccepted"


def test_objects_go_with_their_definition(client: LocalClient) -> None:
    define(client)
    client.create(TABS, tab(), "default")
    client.create(TABS, {**tab("held"), "metadata": {"name": "held", "finalizers": ["example.com/x"]}}, "default")
    client.delete(DEFINITIONS, TABS)
    client.loop.run_until(client.loop.now + 1)
    assert [o["metadata"]["name"] for o in client.items(TABS)] == ["held"]
    assert conditions(client, TABS)["Terminating"] == "InstanceDeletionInProgress"
    client.patch(TABS, "held", "default", "merge", {"metadata": {"finalizers": None}})
    client.loop.run_until(client.loop.now + 10)
    assert client.peek(DEFINITIONS, TABS) is None
    with pytest.raises(ApiError) as refused:
        client.list(TABS)
    assert refused.value.message == f"the server could not find the requested resource (get {TABS})"


def test_strategic_patches_are_for_built_in_kinds(client: LocalClient) -> None:
    define(client)
    client.create(TABS, tab(), "default")
    with pytest.raises(ApiError) as refused:
        client.patch(TABS, "a", "default", "strategic", {"spec": {"replicas": 3}})
    assert refused.value.code == 415
