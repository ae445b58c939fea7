"""Garbage: dependents go after their owner, before it, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.objects.meta import Obj

DEPLOYMENTS, REPLICA_SETS = "deployments.apps", "replicasets.apps"
CRONTABS = "crontabs.stable.example.com"


def config_map(name: str, owners: list[Obj] | None = None, **metadata: Any) -> Obj:
    references = [
        {"apiVersion": "v1", "kind": "ConfigMap", "name": o["metadata"]["name"], "uid": o["metadata"]["uid"], "blockOwnerDeletion": True}
        for o in owners or ()
    ]
    meta = {"name": name, **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {**meta, "ownerReferences": references} if references else meta}


def left(world: Any) -> list[str]:
    return [key.name for key in world.client.names("configmaps", "default") if key.name != "kube-root-ca.crt"]


def test_in_the_background_dependents_follow_their_owner(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 2), "default")
    world.run(3)
    world.client.delete(DEPLOYMENTS, "d", "default", options=DeleteOptions(propagation="Background"))
    assert world.client.peek(DEPLOYMENTS, "d", "default") is None
    assert len(world.client.items(REPLICA_SETS)) == 1
    world.run(1)
    assert world.client.items(REPLICA_SETS) == []
    assert world.pods() == []


def test_in_the_foreground_the_owner_goes_last(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 2), "default")
    world.run(3)
    gone: list[str] = []
    for resource in (DEPLOYMENTS, REPLICA_SETS, "pods"):
        world.client.subscribe(resource, lambda event, old: gone.append(event.object["kind"]) if event.type == "DELETED" else None)
    world.client.delete(DEPLOYMENTS, "d", "default", options=DeleteOptions(propagation="Foreground"))
    world.run(3)
    assert gone == ["Pod", "Pod", "ReplicaSet", "Deployment"]


def test_orphans_live_on(world: Any) -> None:
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 2), "default")
    world.run(3)
    world.client.delete(REPLICA_SETS, "r", "default", options=DeleteOptions(propagation="Orphan"))
    world.run(3)
    assert world.client.peek(REPLICA_SETS, "r", "default") is None
    assert len(world.pods()) == 2
    assert all("ownerReferences" not in p["metadata"] for p in world.pods())


def test_what_names_an_absent_owner_goes(world: Any) -> None:
    absent = {"metadata": {"name": "never", "uid": "12345678-1234-4234-8234-123456789abc"}}
    world.client.create("configmaps", config_map("lost", [absent]), "default")
    world.run(1)
    assert left(world) == []


def test_one_owner_left_is_enough(world: Any) -> None:
    first, second = (world.client.create("configmaps", config_map(name), "default") for name in ("first", "second"))
    world.client.create("configmaps", config_map("child", [first, second]), "default")
    world.run(1)
    world.client.delete("configmaps", "first", "default")
    world.run(1)
    assert left(world) == ["child", "second"]
    assert [r["name"] for r in world.get("configmaps", "child")["metadata"]["ownerReferences"]] == ["second"]
    world.client.delete("configmaps", "second", "default")
    world.run(1)
    assert left(world) == []


@pytest.mark.parametrize("held", [True, False])
def test_the_foreground_waits_for_who_blocks(world: Any, held: bool) -> None:
    owner = world.client.create("configmaps", config_map("owner"), "default")
    world.client.create("configmaps", config_map("child", [owner], **({"finalizers": ["example.com/hold"]} if held else {})), "default")
    world.run(1)
    world.client.delete("configmaps", "owner", "default", options=DeleteOptions(propagation="Foreground"))
    world.run(5)
    assert left(world) == (["child", "owner"] if held else [])
    if held:
        world.client.patch("configmaps", "child", "default", "merge", {"metadata": {"finalizers": None}})
        world.run(5)
        assert left(world) == []


def crontab(name: str, owner: Obj | None = None) -> Obj:
    meta: Obj = {"name": name}
    if owner is not None:
        meta["ownerReferences"] = [
            {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"]}
        ]
    return {"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": meta, "spec": {}}


def define_crontabs(world: Any) -> None:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [
        {"name": "v1", "served": True, "storage": True, "schema": schema},
        {"name": "v1beta1", "served": True, "storage": False, "schema": schema},
    ]
    world.client.create(
        "customresourcedefinitions.apiextensions.k8s.io",
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "crontabs.stable.example.com"},
            "spec": {
                "group": "stable.example.com",
                "scope": "Namespaced",
                "names": {"plural": "crontabs", "kind": "CronTab"},
                "versions": versions,
            },
        },
    )
    world.run(3)


def test_what_users_define_owns_and_is_owned(world: Any) -> None:
    define_crontabs(world)
    parent = world.client.create(CRONTABS, crontab("parent"), "default")
    child = world.client.create(CRONTABS, crontab("child", parent), "default")
    owned = config_map("owned")
    owned["metadata"]["ownerReferences"] = crontab("", child)["metadata"]["ownerReferences"]
    world.client.create("configmaps", owned, "default")
    world.run(3)
    assert left(world) == ["owned"]
    world.client.delete(CRONTABS, "parent", "default")
    world.run(3)
    assert world.client.items(CRONTABS) == []
    assert left(world) == []


def test_what_users_define_goes_with_its_definition_and_comes_back(world: Any) -> None:
    define_crontabs(world)
    parent = world.client.create(CRONTABS, crontab("parent"), "default")
    owned = config_map("owned")
    owned["metadata"]["ownerReferences"] = crontab("", parent)["metadata"]["ownerReferences"]
    world.client.create("configmaps", owned, "default")
    world.client.delete("customresourcedefinitions.apiextensions.k8s.io", "crontabs.stable.example.com")
    world.run(10)
    assert world.client.items(CRONTABS) == []
    define_crontabs(world)
    parent = world.client.create(CRONTABS, crontab("parent"), "default")
    world.client.create(CRONTABS, crontab("child", parent), "default")
    world.run(1)
    world.client.delete(CRONTABS, "parent", "default")
    world.run(3)
    assert world.client.items(CRONTABS) == []


def test_a_namespace_takes_what_users_define_along(world: Any) -> None:
    define_crontabs(world)
    world.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dev"}})
    world.client.create(CRONTABS, crontab("one"), "dev")
    world.client.delete("namespaces", "dev")
    world.run(10)
    assert world.client.items(CRONTABS) == []
    assert world.client.peek("namespaces", "dev") is None
