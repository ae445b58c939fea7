"""Which pods of a node `drain` may take away. Models kubectl/pkg/drain/filters.go."""

from __future__ import annotations

from typing import Literal, NamedTuple

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, not_found
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import meta, pods
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

_MIRROR = "kubernetes.io/config.mirror"


class Verdict(NamedTuple):
    """Whether a pod goes, and what to say of it."""

    delete: bool
    level: Literal["", "warning", "error"] = ""
    message: str = ""


OKAY, SKIP = Verdict(True), Verdict(False)


class Pods(NamedTuple):
    """The pods of a node that go, and a warning about them."""

    to_delete: list[Obj]
    warning: str


def on_node(call: Call, node: str) -> Pods:
    """Look at every pod of the node; those that forbid draining are raised together."""
    listed = call.client.list("pods", "", labels=call.flags["pod-selector"], fields=f"spec.nodeName={node}")["items"]
    verdicts = [(pod, _verdict(call, pod)) for pod in listed]
    told: dict[str, dict[str, list[str]]] = {"": {}, "warning": {}, "error": {}}
    for pod, verdict in verdicts:
        told[verdict.level].setdefault(verdict.message, []).append(f"{meta.namespace(pod)}/{meta.name(pod)}")
    if told["error"]:
        raise Aggregate([UsageError(f"cannot delete {message}: {', '.join(names)}") for message, names in told["error"].items()])
    warning = "; ".join(f"{message}: {', '.join(names)}" for message, names in told["warning"].items())
    return Pods([pod for pod, verdict in verdicts if verdict.delete], warning)


def is_skipped(call: Call, pod: Obj) -> bool:
    """Whether the pod has been terminating for longer than --skip-wait-for-delete-timeout."""
    limit, since = call.flags["skip-wait-for-delete-timeout"], pod["metadata"].get("deletionTimestamp")
    return bool(limit > 0 and since and int(call.client.now() - parse_time(since)) > limit)


def _verdict(call: Call, pod: Obj) -> Verdict:
    """The first filter that keeps the pod decides; else the last one's word stands."""
    if is_skipped(call, pod):
        return SKIP
    daemon = _daemon_set(call, pod)
    if not daemon.delete:
        return daemon
    if _MIRROR in meta.annotations(pod):
        return SKIP
    storage = _local_storage(call, pod)
    return storage if not storage.delete else _unreplicated(call, pod)


def _daemon_set(call: Call, pod: Obj) -> Verdict:
    owner = meta.controller_of(pod)
    if owner is None or (owner["apiVersion"], owner["kind"]) != ("apps/v1", "DaemonSet") or pods.is_terminal(pod):
        return OKAY
    try:
        call.client.get("daemonsets.apps", owner["name"], meta.namespace(pod))
    except ApiError as error:
        if not_found(error) and call.flags["force"]:
            return Verdict(True, "warning", str(error))
        return Verdict(False, "error", str(error))
    if not call.flags["ignore-daemonsets"]:
        return Verdict(False, "error", "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)")
    return Verdict(False, "warning", "ignoring DaemonSet-managed Pods")


def _local_storage(call: Call, pod: Obj) -> Verdict:
    local = any("emptyDir" in volume for volume in pod["spec"].get("volumes") or ())
    if not local or pods.is_terminal(pod):
        return OKAY
    if not call.flags["delete-emptydir-data"] and not call.flags.get("delete-local-data"):
        return Verdict(False, "error", "Pods with local storage (use --delete-emptydir-data to override)")
    return Verdict(True, "warning", "deleting Pods with local storage")


def _unreplicated(call: Call, pod: Obj) -> Verdict:
    if pods.is_terminal(pod) or meta.controller_of(pod) is not None:
        return OKAY
    if call.flags["force"]:
        return Verdict(True, "warning", "deleting Pods that declare no controller")
    return Verdict(False, "error", "Pods that declare no controller (use --force to override)")
