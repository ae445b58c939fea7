"""Storage in use is protected: a claim that is deleted goes when no pod uses it any more, a volume when no claim is bound to it."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.edit import set_or_remove
from k8s_magic.objects.meta import Key, Obj, get_in, is_deleting, name, namespace

CLAIM_PROTECTION, VOLUME_PROTECTION = "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"


class ClaimProtectionController(Controller):
    """Models pkg/controller/volume/pvcprotection."""

    name = "pvc-protection-controller"
    kind = "persistentvolumeclaims"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        # Of each claim: the pods on nodes that use it.
        self._users: dict[Key, set[str]] = {}

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._pod_changed}

    def _pod_changed(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        pod = event.object
        claims = [Key(namespace(pod), claim) for claim in claims_of(pod)]
        for claim in claims:
            users = self._users.setdefault(claim, set())
            if event.type == "DELETED":
                users.discard(name(pod))
                yield claim
            elif pod["spec"].get("nodeName"):
                users.add(name(pod))
            if not users:
                del self._users[claim]

    def reconcile(self, key: Key) -> float | None:
        claim = self.client.peek("persistentvolumeclaims", key.name, key.namespace)
        if claim is not None and is_deleting(claim) and not self._users.get(key):
            _unprotect(self.client, "persistentvolumeclaims", claim, CLAIM_PROTECTION)
        return None


class VolumeProtectionController(Controller):
    """Models pkg/controller/volume/pvprotection."""

    name = "pv-protection-controller"
    kind = "persistentvolumes"

    def reconcile(self, key: Key) -> float | None:
        volume = self.client.peek("persistentvolumes", key.name)
        if volume is not None and is_deleting(volume) and get_in(volume, "status", "phase") != "Bound":
            _unprotect(self.client, "persistentvolumes", volume, VOLUME_PROTECTION)
        return None


def claims_of(pod: Obj) -> list[str]:
    """Names of the claims that a pod's volumes refer to, those made for it included."""
    found = []
    for volume in pod["spec"].get("volumes") or ():
        if volume.get("persistentVolumeClaim"):
            found.append(volume["persistentVolumeClaim"]["claimName"])
        elif volume.get("ephemeral"):
            found.append(f"{name(pod)}-{volume['name']}")
    return found


def _unprotect(client: LocalClient, resource: str, obj: Obj, finalizer: str) -> None:
    before = obj["metadata"].get("finalizers") or []
    if finalizer in before:
        kept = [f for f in before if f != finalizer]
        client.update(resource, set_or_remove(obj, ("metadata", "finalizers"), kept), namespace(obj))
