"""Generic ephemeral volumes: a claim for each, owned by the pod that uses it."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.meta import Key, Obj, controller_of, controller_reference, is_deleting, name, uid
from k8s_magic.objects.meta import key as key_of

CLAIMS = "persistentvolumeclaims"


class EphemeralVolumeController(Controller):
    """Models pkg/controller/volume/ephemeral; its keys are pods that have such volumes."""

    name = "ephemeral-volume-controller"
    component = "ephemeral_volume"

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._pod_changed}

    @staticmethod
    def _pod_changed(event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        volumes = event.object["spec"].get("volumes") or ()
        wanted = event.type == "ADDED" and any(volume.get("ephemeral") for volume in volumes)
        return [key_of(event.object)] if wanted else []

    def reconcile(self, key: Key) -> float | None:
        pod = self.client.peek("pods", key.name, key.namespace)
        if pod is None or is_deleting(pod):
            return None
        for volume in pod["spec"].get("volumes") or ():
            if volume.get("ephemeral"):
                self._provide(pod, volume, key)
        return None

    def _provide(self, pod: Obj, volume: Obj, key: Key) -> None:
        claim_name = f"{name(pod)}-{volume['name']}"
        there = self.client.peek(CLAIMS, claim_name, key.namespace)
        if there is not None:
            owner = controller_of(there)
            if owner is None or owner["uid"] != uid(pod):
                message = f"PVC {key.namespace}/{claim_name} was not created for the pod"
                self.events.event(pod, "Warning", "ConflictingPVC", message)
            return
        template = volume["ephemeral"]["volumeClaimTemplate"]
        metadata = {k: v for k, v in (template.get("metadata") or {}).items() if k in ("labels", "annotations")}
        metadata.update(name=claim_name, namespace=key.namespace, ownerReferences=[controller_reference(pod)])
        claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"]}
        self.client.create(CLAIMS, claim, key.namespace)
