"""Volumes and claims: who gets which, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects.meta import Obj, get_in

CLAIMS, VOLUMES, CLASSES = "persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io"


def volume(world: Any, name: str, size: str = "1Gi", modes: tuple[str, ...] = ("ReadWriteOnce",), **spec: Any) -> None:
    body = {"capacity": {"storage": size}, "accessModes": list(modes), "hostPath": {"path": f"/{name}"}, **spec}
    world.client.create(VOLUMES, {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": body})


def claim(world: Any, name: str = "c", size: str = "1Gi", mode: str = "ReadWriteOnce", **spec: Any) -> None:
    body = {"accessModes": [mode], "resources": {"requests": {"storage": size}}, **spec}
    world.client.create(CLAIMS, {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": body}, "default")


def storage_class(world: Any, name: str, provisioner: str, **more: Any) -> None:
    body = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": name}, "provisioner": provisioner, **more}
    world.client.create(CLASSES, body)


def bound_to(world: Any, name: str = "c") -> str:
    found: Obj = world.get(CLAIMS, name)
    return str(get_in(found, "spec", "volumeName", default=""))


def phase(world: Any, name: str) -> str:
    return str(world.client.get(VOLUMES, name)["status"]["phase"])


def test_a_claim_gets_the_smallest_volume_that_will_do(world: Any) -> None:
    """Models the transcript storage-pv-pvc."""
    volume(world, "huge", "20Gi", ("ReadWriteOnce", "ReadOnlyMany"))
    volume(world, "six", "6Gi")
    volume(world, "small", "1Gi")
    world.run(1)
    assert phase(world, "six") == "Available"
    claim(world, size="5Gi")
    world.run(1)
    assert bound_to(world) == "six"
    assert phase(world, "six") == "Bound"
    found = world.get(CLAIMS, "c")
    assert found["status"] == {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "6Gi"}, "phase": "Bound"}
    notes = {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}
    assert found["metadata"]["annotations"] == notes
    assert found["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]


def test_a_claim_that_waits_is_looked_at_every_fifteen_seconds(world: Any) -> None:
    claim(world)
    world.run(1)
    assert world.events("FailedBinding") == ["no persistent volumes available for this claim and no storage class is set"]
    volume(world, "late")
    world.run(3)
    assert bound_to(world) == ""
    world.run(15)
    assert bound_to(world) == "late"


def test_selectors_and_names_are_kept_to(world: Any) -> None:
    volume(world, "plain")
    volume(world, "named")
    world.run(1)
    claim(world, "selecting", selector={"matchLabels": {"a": "b"}})
    claim(world, "naming", volumeName="named")
    world.run(1)
    assert bound_to(world, "selecting") == ""
    assert phase(world, "named") == "Bound"


def test_a_volume_is_released_with_its_claim(world: Any) -> None:
    volume(world, "kept")
    claim(world)
    world.run(20)
    world.client.delete(CLAIMS, "c", "default")
    world.run(1)
    assert world.client.peek(CLAIMS, "c", "default") is None
    assert phase(world, "kept") == "Released"


def test_a_claim_in_use_stays_until_its_pod_goes(world: Any) -> None:
    """Models the transcript storage-mysql."""
    volume(world, "database")
    claim(world)
    world.run(20)
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}]
    spec = world.template({}, volumes=volumes)["spec"]
    world.client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "user"}, "spec": spec}, "default")
    world.run(3)
    world.client.delete(CLAIMS, "c", "default")
    world.run(5)
    assert world.get(CLAIMS, "c")["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]
    world.client.delete("pods", "user", "default")
    world.run(2)
    assert world.client.peek(CLAIMS, "c", "default") is None


def test_a_lost_volume_is_told(world: Any) -> None:
    volume(world, "gone")
    claim(world)
    world.run(20)
    world.client.patch(VOLUMES, "gone", "", "merge", {"metadata": {"finalizers": None}})
    world.client.delete(VOLUMES, "gone")
    world.run(1)
    assert world.get(CLAIMS, "c")["status"]["phase"] == "Lost"
    assert world.events("ClaimLost") == ["Bound claim has lost its PersistentVolume. Data on the volume is lost!"]


WAITING = {
    "external": ("example.com/csi", {}, "ExternalProvisioning", "Waiting for a volume to be created either by the external provisioner"),
    "consumer": (
        "kubernetes.io/no-provisioner",
        {"volumeBindingMode": "WaitForFirstConsumer"},
        "WaitForFirstConsumer",
        "waiting for first consumer to be created before binding",
    ),
}


@pytest.mark.parametrize(("provisioner", "more", "reason", "message"), WAITING.values(), ids=WAITING)
def test_what_a_claim_waits_for_is_told(world: Any, provisioner: str, more: Obj, reason: str, message: str) -> None:
    """Models the transcript storageclasses."""
    storage_class(world, "slow", provisioner, **more)
    claim(world, storageClassName="slow")
    world.run(1)
    assert world.events(reason)[0].startswith(message)


def test_a_class_that_does_not_exist_is_told(world: Any) -> None:
    claim(world, storageClassName="nope")
    world.run(1)
    assert world.events("ProvisioningFailed") == ['storageclass.storage.k8s.io "nope" not found']


def test_a_local_provisioner_makes_and_removes_volumes(world: Any) -> None:
    storage_class(world, "standard", "rancher.io/local-path")
    claim(world, storageClassName="standard", size="3Gi")
    world.run(3)
    name = bound_to(world)
    assert name == f"pvc-{world.get(CLAIMS, 'c')['metadata']['uid']}"
    assert world.events("ProvisioningSucceeded") == [f"Successfully provisioned volume {name}"]
    world.client.delete(CLAIMS, "c", "default")
    world.run(3)
    assert world.client.items(VOLUMES) == []
