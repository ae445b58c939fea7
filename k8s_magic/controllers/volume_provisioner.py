"""The provisioner of local volumes: claims of its classes get a directory of a node, made when they ask for one.

It stands for the provisioners that small clusters ship (minikube's, kind's, Docker Desktop's); all others are external, and
their claims wait, as they do where the driver is not installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.volume_binder import CLAIMS, CLASSES, PROVISIONED_BY, PROVISIONER, SELECTED_NODE, VOLUMES
from k8s_magic.controllers.volume_matching import asked, class_of
from k8s_magic.objects.meta import Key, Obj, get_in, is_deleting, name, namespace, uid
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.meta import key as key_of

PROVISIONERS = ("docker.io/hostpath", "k8s-magic.dev/local", "k8s.io/minikube-hostpath", "rancher.io/local-path")


class VolumeProvisioner(Controller):
    """Models the external-provisioner of sig-storage; its keys without a namespace are volumes."""

    name = "local-volume-provisioner"
    kind = CLAIMS
    # So long a directory takes to be made.
    reaction_s = 0.5

    def watches(self) -> dict[str, Mapper]:
        return {VOLUMES: self._volume_changed}

    @staticmethod
    def _volume_changed(event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        volume = event.object
        ours = annotations_of(volume).get(PROVISIONED_BY) in PROVISIONERS
        return [key_of(volume)] if ours and event.type != "DELETED" and get_in(volume, "status", "phase") == "Released" else []

    def reconcile(self, key: Key) -> float | None:
        if not key.namespace:
            volume = self.client.peek(VOLUMES, key.name)
            if volume is not None and volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete" and not is_deleting(volume):
                self.client.delete(VOLUMES, key.name)
            return None
        claim = self.client.peek(CLAIMS, key.name, key.namespace)
        if claim is None or claim["spec"].get("volumeName") or annotations_of(claim).get(PROVISIONER) not in PROVISIONERS:
            return None
        storage_class = self.client.peek(CLASSES, class_of(claim))
        if storage_class is not None and self.client.peek(VOLUMES, f"pvc-{uid(claim)}") is None:
            self._provision(claim, storage_class)
        return None

    def _provision(self, claim: Obj, storage_class: Obj) -> None:
        where = f"{namespace(claim)}/{name(claim)}"
        self.events.event(claim, "Normal", "Provisioning", f'External provisioner is provisioning volume for claim "{where}"')
        volume = volume_for(claim, storage_class)
        try:
            self.client.create(VOLUMES, volume)
        except ApiError as error:
            self.events.event(claim, "Warning", "ProvisioningFailed", error.message)
            raise
        self.events.event(claim, "Normal", "ProvisioningSucceeded", f"Successfully provisioned volume {name(volume)}")


def volume_for(claim: Obj, storage_class: Obj) -> Obj:
    """A directory of the node that the scheduler chose, or of any."""
    volume_name = f"pvc-{uid(claim)}"
    path = f"/var/lib/k8s-magic/{volume_name}_{namespace(claim)}_{name(claim)}"
    spec: dict[str, Any] = {
        "accessModes": claim["spec"]["accessModes"],
        "capacity": {"storage": asked(claim)},
        "claimRef": {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            "name": name(claim),
            "namespace": namespace(claim),
            "uid": uid(claim),
        },
        "hostPath": {"path": path, "type": "DirectoryOrCreate"},
        "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy", "Delete"),
        "storageClassName": name(storage_class),
        "volumeMode": claim["spec"].get("volumeMode", "Filesystem"),
    }
    node = annotations_of(claim).get(SELECTED_NODE)
    if node:
        expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}
    metadata = {"name": volume_name, "annotations": {PROVISIONED_BY: storage_class["provisioner"]}}
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
