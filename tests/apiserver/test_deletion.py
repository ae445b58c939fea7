"""Deleting: at once, with grace, with finalizers, and a namespace."""

from __future__ import annotations

import pytest

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj


def configmap(name: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def running_pod(client: LocalClient) -> Obj:
    spec = {"containers": [{"name": "c", "image": "c"}], "nodeName": "node1"}
    made = client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "default")
    return client.write_status("pods", set_in(made, ("status", "phase"), "Running"))


def test_a_plain_object_goes_at_once(client: LocalClient) -> None:
    client.create("configmaps", configmap("a"), "default")
    status = client.delete("configmaps", "a", "default")
    assert (status["kind"], status["status"]) == ("Status", "Success")
    with pytest.raises(ApiError) as error:
        client.get("configmaps", "a", "default")
    assert error.value.message == 'configmaps "a" not found'


def test_a_running_pod_keeps_its_grace_period(client: LocalClient) -> None:
    running_pod(client)
    marked = client.delete("pods", "p", "default")
    assert marked["metadata"]["deletionTimestamp"] == "2026-01-05T09:00:30Z"
    assert marked["metadata"]["deletionGracePeriodSeconds"] == 30
    client.delete("pods", "p", "default", options=DeleteOptions(grace_seconds=0))
    assert client.peek("pods", "p", "default") is None


def test_a_second_delete_can_only_shorten_the_grace(client: LocalClient) -> None:
    running_pod(client)
    client.delete("pods", "p", "default")
    client.delete("pods", "p", "default", options=DeleteOptions(grace_seconds=60))
    assert client.get("pods", "p", "default")["metadata"]["deletionGracePeriodSeconds"] == 30
    client.delete("pods", "p", "default", options=DeleteOptions(grace_seconds=5))
    assert client.get("pods", "p", "default")["metadata"]["deletionTimestamp"] == "2026-01-05T09:00:05Z"


def test_a_pod_without_a_node_goes_at_once(client: LocalClient) -> None:
    spec = {"containers": [{"name": "c", "image": "c"}]}
    client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "default")
    client.delete("pods", "p", "default")
    assert client.peek("pods", "p", "default") is None


def test_finalizers_hold_an_object_until_the_last_is_gone(client: LocalClient) -> None:
    held = configmap("a")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    client.create("configmaps", held, "default")
    marked = client.delete("configmaps", "a", "default")
    assert marked["metadata"]["deletionTimestamp"] == "2026-01-05T09:00:00Z"
    client.patch("configmaps", "a", "default", "merge", {"metadata": {"finalizers": None}})
    assert client.peek("configmaps", "a", "default") is None


@pytest.mark.parametrize(("propagation", "finalizer"), [("Orphan", "orphan"), ("Foreground", "foregroundDeletion")])
def test_propagation_is_remembered_as_a_finalizer(client: LocalClient, propagation: str, finalizer: str) -> None:
    client.create("configmaps", configmap("a"), "default")
    client.delete("configmaps", "a", "default", options=DeleteOptions(propagation=propagation))  # type: ignore[arg-type]
    assert client.get("configmaps", "a", "default")["metadata"]["finalizers"] == [finalizer]


def test_a_namespace_is_terminating_until_it_is_finalized(client: LocalClient) -> None:
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}})
    marked = client.delete("namespaces", "n")
    assert marked["status"]["phase"] == "Terminating"
    with pytest.raises(ApiError) as error:
        client.create("configmaps", configmap("a"), "n")
    assert error.value.message == 'configmaps "a" is forbidden: unable to create new content in namespace n because it is being terminated'
    client.update("namespaces", set_in(marked, ("spec", "finalizers"), []), subresource="finalize")
    assert client.peek("namespaces", "n") is None


def test_the_first_namespaces_are_immortal(client: LocalClient) -> None:
    with pytest.raises(ApiError) as error:
        client.delete("namespaces", "default")
    assert error.value.message == 'namespaces "default" is forbidden: this namespace may not be deleted'


def test_the_wrong_uid_is_a_conflict(client: LocalClient) -> None:
    client.create("configmaps", configmap("a"), "default")
    with pytest.raises(ApiError) as error:
        client.delete("configmaps", "a", "default", options=DeleteOptions(uid="other"))
    assert error.value.reason == "Conflict"


def test_a_recreated_object_is_a_new_one(client: LocalClient) -> None:
    first = client.create("configmaps", configmap("a"), "default")
    client.delete("configmaps", "a", "default")
    assert client.create("configmaps", configmap("a"), "default")["metadata"]["uid"] != first["metadata"]["uid"]


def test_a_pod_that_has_no_grace_is_marked_before_it_goes(client: LocalClient) -> None:
    spec = {"containers": [{"name": "c", "image": "c"}]}
    client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}, "default")
    seen: list[tuple[str, int | None]] = []
    client.subscribe("pods", lambda event, old: seen.append((event.type, event.object["metadata"].get("deletionGracePeriodSeconds"))))
    client.delete("pods", "p", "default")
    client.loop.run_until(client.loop.now + 1)
    assert seen == [("MODIFIED", 0), ("DELETED", 0)]
