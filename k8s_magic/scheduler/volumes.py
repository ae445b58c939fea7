"""A pod's claims: which volumes they stand for, and asking for those that are bound only once the node is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import selectors
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj, get_in, is_deleting, name, namespace, uid
from k8s_magic.objects.pod_template import resource_amount
from k8s_magic.scheduler.filtering import Active
from k8s_magic.scheduler.matching import node_selector_test
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Find

BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
CLAIMS, VOLUMES, CLASSES = "persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io"


class Claims(NamedTuple):
    """A pod's claims by what the scheduler has to do for them."""

    bound: tuple[Obj, ...]
    immediate: tuple[Obj, ...]
    """Not bound yet, and not for us to bind."""
    delayed: tuple[tuple[Obj, Obj], ...]
    """(claim, its StorageClass): bound once the node is known."""


class Placement(NamedTuple):
    """What to do on one node: claims that get a volume that exists, claims that need a new one."""

    existing: tuple[tuple[Obj, Obj], ...]
    provisioned: tuple[Obj, ...]


def claim_names(pod: Obj) -> Iterator[tuple[str, bool]]:
    """Names of the claims that a pod's volumes use, each with whether it is made for the pod (an ephemeral volume)."""
    for volume in pod["spec"].get("volumes") or ():
        if volume.get("persistentVolumeClaim"):
            yield volume["persistentVolumeClaim"]["claimName"], False
        elif volume.get("ephemeral"):
            yield f"{name(pod)}-{volume['name']}", True


def problem(pod: PodInfo, find: Find) -> str:
    """Why a claim of the pod can't be used at all; empty if none. Models volumebinding podHasPVCs."""
    for claim_name, ephemeral in claim_names(pod.pod):
        claim = find(CLAIMS, pod.namespace, claim_name)
        if claim is None and ephemeral:
            return f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{claim_name}"'
        if claim is None:
            return f'persistentvolumeclaim "{claim_name}" not found'
        if get_in(claim, "status", "phase") == "Lost":
            volume = get_in(claim, "spec", "volumeName", default="")
            return f'persistentvolumeclaim "{claim_name}" bound to non-existent persistentvolume "{volume}"'
        if is_deleting(claim):
            return f'persistentvolumeclaim "{claim_name}" is being deleted'
    return ""


def claims_of(pod: PodInfo, find: Find) -> Claims:
    """The pod's claims, sorted out. Models volumebinding GetPodVolumeClaims."""
    found = [find(CLAIMS, pod.namespace, claim_name) for claim_name, _ in claim_names(pod.pod)]
    bound, immediate, delayed = [], [], []
    for claim in found:
        if claim is None:
            continue
        if is_bound(claim):
            bound.append(claim)
            continue
        kind = find(CLASSES, "", get_in(claim, "spec", "storageClassName", default=""))
        waits = kind is not None and kind.get("volumeBindingMode") == "WaitForFirstConsumer" and not get_in(claim, "spec", "volumeName")
        if waits and kind is not None:
            delayed.append((claim, kind))
        else:
            immediate.append(claim)
    return Claims(tuple(bound), tuple(immediate), tuple(delayed))


def is_bound(claim: Obj) -> bool:
    """Whether claim and volume are bound to each other for good."""
    if not get_in(claim, "spec", "volumeName"):
        return False
    return BIND_COMPLETED in (claim["metadata"].get("annotations") or {}) or get_in(claim, "status", "phase") == "Bound"


def place(claims: Claims, volumes: tuple[Obj, ...], node: NodeInfo) -> Placement | None:
    """How the delayed claims would be served on the node; None if they can't be."""
    taken: set[str] = set()
    existing, provisioned = [], []
    for claim, kind in claims.delayed:
        fitting = [v for v in volumes if name(v) not in taken and _serves(v, claim, node)]
        if fitting:
            smallest = min(fitting, key=lambda v: (capacity(v), name(v)))
            taken.add(name(smallest))
            existing.append((claim, smallest))
        elif kind.get("provisioner") != NO_PROVISIONER and _topology_allows(kind, node):
            provisioned.append(claim)
        else:
            return None
    return Placement(tuple(existing), tuple(provisioned))


def capacity(volume: Obj) -> int:
    return resource_amount("storage", get_in(volume, "spec", "capacity", "storage", default=0))


def reaches(volume: Obj, node: NodeInfo) -> bool:
    """Whether the volume can be used on the node, by its node affinity."""
    required = get_in(volume, "spec", "nodeAffinity", "required")
    return required is None or node_selector_test(required)(node.name, node.labels)


def _serves(volume: Obj, claim: Obj, node: NodeInfo) -> bool:
    spec, wanted = volume["spec"], claim["spec"]
    if get_in(volume, "status", "phase") not in ("Available", "Pending", None) or is_deleting(volume):
        return False
    reserved = spec.get("claimRef")
    if reserved and (reserved.get("namespace"), reserved.get("name")) != (namespace(claim), name(claim)):
        return False
    asked = resource_amount("storage", get_in(wanted, "resources", "requests", "storage", default=0))
    return (
        (spec.get("storageClassName") or "") == (wanted.get("storageClassName") or "")
        and {*(wanted.get("accessModes") or ())} <= {*(spec.get("accessModes") or ())}
        and (spec.get("volumeMode") or "Filesystem") == (wanted.get("volumeMode") or "Filesystem")
        and capacity(volume) >= asked
        and selectors.from_label_selector(wanted.get("selector") or {}).matches(volume["metadata"].get("labels"))
        and reaches(volume, node)
    )


def _topology_allows(kind: Obj, node: NodeInfo) -> bool:
    terms = kind.get("allowedTopologies")
    if not terms:
        return True
    return any(all(node.labels.get(e["key"]) in e["values"] for e in term.get("matchLabelExpressions") or ()) for term in terms)


def all_bound(client: LocalClient, pod: PodInfo) -> bool:
    """Whether every claim of the pod has its volume by now."""
    found = [client.peek(CLAIMS, claim_name, pod.namespace) for claim_name, _ in claim_names(pod.pod)]
    return all(claim is not None and is_bound(claim) for claim in found)


def request(client: LocalClient, active: Active, pod: PodInfo, node: NodeInfo) -> bool:
    """Ask for the volumes that the pod needs on the node; True if there is nothing to wait for. Models BindPodVolumes."""
    if not any(claim_names(pod.pod)):
        return True
    find: Find = lambda resource, space, wanted: client.peek(resource, wanted, space)  # noqa: E731 - a one-word adapter
    claims = claims_of(pod, find)
    if not claims.delayed:
        return True
    placement = place(claims, tuple(client.items(VOLUMES)), node)
    assert placement is not None, "VolumeBinding let a node through that can't serve the claims"
    for claim, volume in placement.existing:
        reference = {"apiVersion": "v1", "kind": claim["kind"], "namespace": namespace(claim), "name": name(claim), "uid": uid(claim)}
        bound_by_us = set_in(volume, ("metadata", "annotations", BOUND_BY_CONTROLLER), "yes")
        client.update(VOLUMES, set_in(bound_by_us, ("spec", "claimRef"), reference))
    for claim in placement.provisioned:
        client.update(CLAIMS, set_in(claim, ("metadata", "annotations", SELECTED_NODE), node.name), namespace(claim))
    return all_bound(client, pod)
