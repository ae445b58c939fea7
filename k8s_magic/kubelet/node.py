"""The Node object that a kubelet registers for its machine. Models pkg/kubelet/kubelet_node_status.go and nodestatus/setters.go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8s_magic.images.registry import Image
from k8s_magic.kubelet.profile import Profile
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339, rfc3339_micro

VERSION = "v1.36.2"
MOST_IMAGES = 50
CONDITIONS = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)
SHORT_OF_MEMORY = ("MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available")


def node(name: str, profile: Profile) -> Obj:
    """The object as it is created."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        **profile.labels,
    }
    spec: Obj = {"podCIDR": profile.pod_cidr, "podCIDRs": [profile.pod_cidr]}
    if profile.taints:
        spec["taints"] = list(profile.taints)
    metadata = {"name": name, "labels": labels, "annotations": {"node.alpha.kubernetes.io/ttl": "0"}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec}


def status(name: str, profile: Profile, images: Iterable[Image], old: Obj, now: float, *, is_short_of_memory: bool = False) -> Obj:
    """The status as the kubelet keeps writing it; transitions are kept from `old`."""
    capacity = {"cpu": profile.cpu, "ephemeral-storage": profile.storage, "memory": profile.memory, "pods": str(profile.pods)}
    conditions = [SHORT_OF_MEMORY, *CONDITIONS[1:]] if is_short_of_memory else CONDITIONS
    found: Obj = {
        "addresses": [{"address": profile.ip, "type": "InternalIP"}, {"address": name, "type": "Hostname"}],
        "allocatable": capacity,
        "capacity": capacity,
        "conditions": [
            *_conditions(conditions, old, now),
            *(c for c in old.get("conditions") or () if c["type"] not in {k for k, *_ in CONDITIONS}),
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": profile.kubelet_port}},
        "nodeInfo": _info(name),
    }
    listed = sorted(images, key=lambda image: (-image.size, str(image.reference)))[:MOST_IMAGES]
    if listed:
        found["images"] = [{"names": _names(image), "sizeBytes": image.size} for image in listed]
    return found


def _names(image: Image) -> list[str]:
    reference = image.reference
    return [f"{reference.host}/{reference.repository}@{image.digest}", str(reference)]


def _conditions(conditions: Sequence[tuple[str, str, str, str]], old: Obj, now: float) -> list[Obj]:
    before = {c["type"]: c for c in old.get("conditions") or ()}
    stamp = rfc3339(now)
    return [
        {
            "type": kind,
            "status": state,
            "reason": reason,
            "message": message,
            "lastHeartbeatTime": stamp,
            "lastTransitionTime": before[kind]["lastTransitionTime"] if kind in before and before[kind]["status"] == state else stamp,
        }
        for kind, state, reason, message in conditions
    ]


def _info(name: str) -> Obj:
    return {
        "architecture": "amd64",
        "bootID": "",
        "containerRuntimeVersion": "containerd://2.1.0",
        "kernelVersion": "6.1.0",
        "kubeProxyVersion": "",
        "kubeletVersion": VERSION,
        "machineID": "",
        "operatingSystem": "linux",
        "osImage": "Debian GNU/Linux 12 (bookworm)",
        "systemUUID": "",
    }


def lease(node: Obj, now: float) -> Obj:
    """The lease by which the kubelet tells that it lives; its renewals are computed when it is read."""
    owner = {"apiVersion": "v1", "kind": "Node", "name": node["metadata"]["name"], "uid": node["metadata"]["uid"]}
    spec = {"holderIdentity": node["metadata"]["name"], "leaseDurationSeconds": 40, "renewTime": rfc3339_micro(now)}
    metadata = {"name": node["metadata"]["name"], "namespace": "kube-node-lease", "ownerReferences": [owner]}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
