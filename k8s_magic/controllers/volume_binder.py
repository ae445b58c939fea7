"""The binder of PersistentVolumes: each claim gets the smallest volume that suits it, and a volume whose claim went is reclaimed.

Claims that wait are looked at again every fifteen seconds, as upstream does, not when a volume comes. Keys without a
namespace are volumes.
"""

from __future__ import annotations

import math

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.volume_matching import best_match, capacity, class_of, is_for, objection
from k8s_magic.objects.edit import remove_in, set_in
from k8s_magic.objects.meta import Key, Obj, get_in, name, namespace, uid
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.meta import key as key_of
from k8s_magic.objects.times import rfc3339

CLAIMS, VOLUMES, CLASSES = "persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io"
BIND_COMPLETED, BOUND_BY_CONTROLLER = "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
PROVISIONER, OLD_PROVISIONER = "volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
# In-tree plugins that have moved out: what provisions for them now. Models k8s.io/csi-translation-lib.
MIGRATED = {
    "kubernetes.io/aws-ebs": "ebs.csi.aws.com",
    "kubernetes.io/azure-disk": "disk.csi.azure.com",
    "kubernetes.io/azure-file": "file.csi.azure.com",
    "kubernetes.io/cinder": "cinder.csi.openstack.org",
    "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
    "kubernetes.io/portworx-volume": "pxd.portworx.com",
    "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
}
PERIOD_S = 15
WAITING = (
    "Waiting for a volume to be created either by the external provisioner '{}' or manually by the system administrator. "
    "If volume creation is delayed, please verify that the provisioner is running and correctly registered."
)


class VolumeBinder(Controller):
    """Models pkg/controller/volume/persistentvolume."""

    name = "persistentvolume-binder"
    component = "persistentvolume-controller"
    kind = CLAIMS

    def watches(self) -> dict[str, Mapper]:
        return {VOLUMES: self._volume_changed, CLAIMS: self._claim_changed}

    @staticmethod
    def _volume_changed(event: WatchEvent, old: Obj | None) -> list[Key]:
        return [key_of(event.object), *_claim_key(event.object)]

    @staticmethod
    def _claim_changed(event: WatchEvent, old: Obj | None) -> list[Key]:
        volume = event.object["spec"].get("volumeName")
        return [Key("", volume)] if volume else []

    def reconcile(self, key: Key) -> float | None:
        if not key.namespace:
            self._sync_volume(key)
            return None
        claim = self.client.peek(CLAIMS, key.name, key.namespace)
        if claim is None:
            return None
        if BIND_COMPLETED in annotations_of(claim):
            self._sync_bound(claim)
            return None
        self._sync_unbound(claim)
        claim = self.client.peek(CLAIMS, key.name, key.namespace)
        is_pending = claim is not None and get_in(claim, "status", "phase") == "Pending"
        now = self.client.now()
        return (math.floor(now / PERIOD_S) + 1) * PERIOD_S - now if is_pending else None

    # --- Claims ---

    def _sync_unbound(self, claim: Obj) -> None:
        """Models syncUnboundClaim."""
        if claim["spec"].get("volumeName"):
            self._sync_asked_for(claim)
            return
        storage_class = self.client.peek(CLASSES, class_of(claim)) if class_of(claim) else None
        delayed = storage_class is not None and storage_class.get("volumeBindingMode") == "WaitForFirstConsumer"
        volume = best_match(claim, self.client.items(VOLUMES), reserved_only=delayed)
        if volume is not None:
            self._bind(volume, claim)
        elif delayed and SELECTED_NODE not in annotations_of(claim):
            self._tell_of_delay(claim)
        elif class_of(claim):
            self._ask_provisioner(claim, storage_class)
        else:
            message = "no persistent volumes available for this claim and no storage class is set"
            self.events.event(claim, "Normal", "FailedBinding", message)

    def _sync_asked_for(self, claim: Obj) -> None:
        """A claim that names its volume."""
        volume = self.client.peek(VOLUMES, claim["spec"]["volumeName"])
        if volume is None:
            return
        if not volume["spec"].get("claimRef"):
            why_not = objection(volume, claim)
            if not why_not:
                self._bind(volume, claim)
            else:
                message = f'Cannot bind to requested volume "{name(volume)}": {why_not}'
                self.events.event(claim, "Warning", "VolumeMismatch", message)
        elif is_for(volume, claim):
            self._bind(volume, claim)
        else:
            message = f'volume "{name(volume)}" already bound to a different claim.'
            self.events.event(claim, "Warning", "FailedBinding", message)

    def _sync_bound(self, claim: Obj) -> None:
        """Models syncBoundClaim: what was bound stays so, or is lost."""
        volume = self.client.peek(VOLUMES, claim["spec"]["volumeName"]) if claim["spec"].get("volumeName") else None
        if volume is not None and (not volume["spec"].get("claimRef") or volume["spec"]["claimRef"].get("uid") == uid(claim)):
            self._bind(volume, claim)
            return
        if volume is not None:
            reason, message = "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly"
        else:
            what = "its PersistentVolume" if claim["spec"].get("volumeName") else "reference to PersistentVolume"
            reason, message = "ClaimLost", f"Bound claim has lost {what}. Data on the volume is lost!"
        if get_in(claim, "status", "phase") != "Lost":
            self.client.write_status(CLAIMS, {**claim, "status": {"phase": "Lost"}})
            self.events.event(claim, "Warning", reason, message)

    def _tell_of_delay(self, claim: Obj) -> None:
        """Models emitEventForUnboundDelayBindingClaim."""
        pods = [name(pod) for pod in self.client.items("pods", namespace(claim)) if not pod["spec"].get("nodeName") and _uses(pod, claim)]
        reason, message = "WaitForFirstConsumer", "waiting for first consumer to be created before binding"
        if pods:
            plural = "s" if len(pods) > 1 else ""
            reason, message = "WaitForPodScheduled", f"waiting for pod{plural} {','.join(pods)} to be scheduled"
        self.events.event(claim, "Normal", reason, message)

    def _ask_provisioner(self, claim: Obj, storage_class: Obj | None) -> None:
        """Models provisionClaim; who provisions acts on the annotation."""
        if storage_class is None:
            message = f'storageclass.storage.k8s.io "{class_of(claim)}" not found'
            self.events.event(claim, "Warning", "ProvisioningFailed", message)
            return
        provisioner: str = MIGRATED.get(storage_class["provisioner"]) or storage_class["provisioner"]
        if provisioner.startswith("kubernetes.io/"):
            message = f"no volume plugin matched name: {provisioner}"
            self.events.event(claim, "Warning", "ProvisioningFailed", message)
            return
        noted = {PROVISIONER: provisioner, OLD_PROVISIONER: provisioner}
        if not noted.items() <= annotations_of(claim).items():
            claim = set_in(claim, ("metadata", "annotations"), {**annotations_of(claim), **noted})
            claim = self.client.update(CLAIMS, claim, namespace(claim))
        self.events.event(claim, "Normal", "ExternalProvisioning", WAITING.format(provisioner))

    def _bind(self, volume: Obj, claim: Obj) -> None:
        """Four writes: the volume's reference and phase, the claim's, each where it is not there yet. Models bind."""
        volume = self._bind_volume(volume, claim)
        self._set_phase(volume, "Bound")
        notes = dict(annotations_of(claim))
        if claim["spec"].get("volumeName") != name(volume):
            claim = set_in(claim, ("spec", "volumeName"), name(volume))
            notes[BOUND_BY_CONTROLLER] = "yes"
        notes[BIND_COMPLETED] = "yes"
        if notes != annotations_of(claim):
            claim = self.client.update(CLAIMS, set_in(claim, ("metadata", "annotations"), notes), namespace(claim))
        status = {**(claim.get("status") or {}), "phase": "Bound", "accessModes": volume["spec"]["accessModes"]}
        if get_in(claim, "status", "phase") != "Bound":
            status["capacity"] = {"storage": capacity(volume)}
        if status != claim.get("status"):
            self.client.write_status(CLAIMS, {**claim, "status": status})

    def _bind_volume(self, volume: Obj, claim: Obj) -> Obj:
        before = volume["spec"].get("claimRef") or {}
        if before.get("uid") == uid(claim):
            return volume
        wanted = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": name(claim), "namespace": namespace(claim)}
        reference = {**wanted, "uid": uid(claim), "resourceVersion": claim["metadata"]["resourceVersion"]}
        changed = set_in(volume, ("spec", "claimRef"), reference)
        if not before:
            changed = set_in(changed, ("metadata", "annotations"), {**annotations_of(volume), BOUND_BY_CONTROLLER: "yes"})
        return self.client.update(VOLUMES, changed)

    # --- Volumes ---

    def _sync_volume(self, key: Key) -> None:
        """Models syncVolume."""
        volume = self.client.peek(VOLUMES, key.name)
        if volume is None:
            return
        reference = volume["spec"].get("claimRef") or {}
        if not reference.get("uid"):
            self._set_phase(volume, "Available")
            return
        claim = self.client.peek(CLAIMS, reference["name"], reference["namespace"])
        if claim is None or uid(claim) != reference["uid"]:
            if get_in(volume, "status", "phase") not in ("Released", "Failed"):
                volume = self._set_phase(volume, "Released")
            self._reclaim(volume)
        elif claim["spec"].get("volumeName") == name(volume):
            self._set_phase(volume, "Bound")
        elif claim["spec"].get("volumeName"):
            self._unbind(volume)

    def _set_phase(self, volume: Obj, phase: str, message: str = "") -> Obj:
        before = volume.get("status") or {}
        if before.get("phase") == phase:
            return volume
        status = {"phase": phase, "lastPhaseTransitionTime": rfc3339(self.client.now()), **({"message": message} if message else {})}
        return self.client.write_status(VOLUMES, {**volume, "status": status})

    def _unbind(self, volume: Obj) -> None:
        """The claim is bound elsewhere: the volume is free again, or reserved as its maker wanted. Models unbindVolume."""
        if BOUND_BY_CONTROLLER in annotations_of(volume):
            changed = remove_in(remove_in(volume, ("spec", "claimRef")), ("metadata", "annotations", BOUND_BY_CONTROLLER))
        else:
            changed = remove_in(volume, ("spec", "claimRef", "uid"))
        self._set_phase(self.client.update(VOLUMES, changed), "Available")

    def _reclaim(self, volume: Obj) -> None:
        """Models reclaimVolume; what another provisioner made it deletes itself."""
        policy = volume["spec"].get("persistentVolumeReclaimPolicy")
        if policy == "Recycle":
            self.events.event(volume, "Normal", "VolumeRecycled", "Volume recycled")
            self._unbind(set_in(volume, ("metadata", "annotations"), {**annotations_of(volume), BOUND_BY_CONTROLLER: "yes"}))
        elif policy == "Delete" and PROVISIONED_BY not in annotations_of(volume) and "csi" not in volume["spec"]:
            why_not = _undeletable(volume)
            if not why_not:
                self.client.delete(VOLUMES, name(volume))
            elif get_in(volume, "status", "phase") != "Failed":
                failed = self._set_phase(volume, "Failed", why_not)
                self.events.event(failed, "Warning", "VolumeFailedDelete", why_not)


def _claim_key(volume: Obj) -> list[Key]:
    reference = volume["spec"].get("claimRef")
    return [Key(reference["namespace"], reference["name"])] if reference and reference.get("namespace") else []


def _uses(pod: Obj, claim: Obj) -> bool:
    volumes = pod["spec"].get("volumes") or ()
    return any(get_in(volume, "persistentVolumeClaim", "claimName") == name(claim) for volume in volumes)


def _undeletable(volume: Obj) -> str:
    """Only volumes that are a directory below /tmp are deleted by the binder itself."""
    path = get_in(volume, "spec", "hostPath", "path")
    if path is None:
        return f'error getting deleter volume plugin for volume "{name(volume)}": no deletable volume plugin matched'
    return "" if path.startswith("/tmp/") else f"host_path deleter only supports /tmp/.+ but received provided {path}"
