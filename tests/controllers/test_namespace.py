"""Namespaces: what each is given, and how one goes."""

from __future__ import annotations

from typing import Any


def make(world: Any, name: str) -> None:
    world.client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    world.run(1)


def conditions(world: Any, name: str) -> dict[str, tuple[str, str, str]]:
    found = world.client.get("namespaces", name)["status"]["conditions"]
    return {c["type"]: (c["status"], c["reason"], c["message"]) for c in found}


def test_each_namespace_has_its_account_and_certificate(world: Any) -> None:
    make(world, "fresh")
    assert world.client.peek("serviceaccounts", "default", "fresh")
    world.client.delete("configmaps", "kube-root-ca.crt", "fresh")
    world.client.delete("serviceaccounts", "default", "fresh")
    world.run(1)
    assert world.client.peek("serviceaccounts", "default", "fresh")
    assert "BEGIN CERTIFICATE" in world.get("configmaps", "kube-root-ca.crt", "fresh")["data"]["ca.crt"]


def test_an_empty_namespace_goes_after_five_seconds(world: Any) -> None:
    make(world, "brief")
    world.client.delete("namespaces", "brief")
    world.run(4.9)
    assert world.client.get("namespaces", "brief")["status"]["phase"] == "Terminating"
    world.run(0.2)
    assert world.client.peek("namespaces", "brief") is None


def test_what_a_finalizer_holds_is_told(world: Any) -> None:
    """Models the transcript ns-terminating."""
    make(world, "doomed")
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    world.client.create("configmaps", held, "doomed")
    world.client.create("deployments.apps", world.workload("Deployment", "web", 1), "doomed")
    world.run(3)
    world.client.delete("namespaces", "doomed")
    world.run(20)
    found = conditions(world, "doomed")
    all_deleted = "All content successfully deleted, may be waiting on finalization"
    assert found["NamespaceDeletionContentFailure"] == ("False", "ContentDeleted", all_deleted)
    remaining = "Some resources are remaining: configmaps. has 1 resource instances"
    assert found["NamespaceContentRemaining"] == ("True", "SomeResourcesRemain", remaining)
    by_finalizer = "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"
    assert found["NamespaceFinalizersRemaining"] == ("True", "SomeFinalizersRemain", by_finalizer)
    world.client.patch("configmaps", "held", "doomed", "merge", {"metadata": {"finalizers": None}})
    world.run(20)
    assert world.client.peek("namespaces", "doomed") is None
