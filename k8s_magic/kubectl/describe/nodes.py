"""kubectl describe node: with what its pods ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, date, go_bool
from k8s_magic.objects import meta, quantity
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import pod_limits, pod_requests

RESOURCE = "nodes"
_ROLE = "node-role.kubernetes.io/"
_STANDARD = ("cpu", "memory", "ephemeral-storage")
_LEVEL = "  "


def describe(obj: Obj, d: Describer) -> str:
    """Models describeNode."""
    w = Writer()
    spec, status = obj.get("spec", {}), obj.get("status", {})
    parts.heading(w, obj, namespaced=False)
    w.field("Roles", ",".join(_roles(obj)) or "<none>")
    parts.both(w, obj)
    w.field("CreationTimestamp", date(obj["metadata"].get("creationTimestamp")))
    taints = sorted(spec.get("taints") or (), key=lambda each: f"{each.get('effect', '')},{each['key']}")
    w.multiline("Taints", [_taint(each) for each in taints])
    w.field("Unschedulable", go_bool(spec.get("unschedulable")))
    _lease(w, d, meta.name(obj))
    _conditions(w, status.get("conditions") or ())
    w.line("Addresses:")
    for address in status.get("addresses") or ():
        w.field(address["type"], address["address"], 1)
    for title in ("Capacity", "Allocatable"):
        amounts = status.get(title.lower())
        if amounts:
            w.line(f"{title}:")
            for name in sorted(amounts):
                w.field(name, quantity.canonical(amounts[name]), 1)
    _system(w, status.get("nodeInfo", {}))
    _network(w, spec)
    pods = d.items("pods", fields=f"spec.nodeName={meta.name(obj)},status.phase!=Succeeded,status.phase!=Failed")
    _pods(w, d, pods, _allocatable(obj))
    _allocated(w, pods, _allocatable(obj))
    by_name = {**obj, "metadata": {**obj["metadata"], "uid": meta.name(obj)}}
    parts.events(w, d, obj, more=parts.find_events(d, by_name))
    return w.text()


def _roles(obj: Obj) -> list[str]:
    found = {key.removeprefix(_ROLE) for key in meta.labels(obj) if key.startswith(_ROLE)}
    return sorted((found | {meta.labels(obj).get("kubernetes.io/role", "")}) - {""})


def _taint(taint: Obj) -> str:
    """`key=value:effect`. Models Taint.ToString."""
    key, value, effect = taint["key"], taint.get("value", ""), taint.get("effect", "")
    if not effect:
        return f"{key}={value}:" if value else key
    return f"{key}={value}:{effect}" if value else f"{key}:{effect}"


def _lease(w: Writer, d: Describer, name: str) -> None:
    try:
        spec = d.client.get("leases.coordination.k8s.io", name, "kube-node-lease").get("spec", {})
    except ApiError as error:
        w.field("Lease", f"Failed to get lease: {error.message}")
        return
    w.line("Lease:")
    w.field("HolderIdentity", spec.get("holderIdentity", "<unset>"), 1)
    for title, key in (("AcquireTime", "acquireTime"), ("RenewTime", "renewTime")):
        w.field(title, date(spec[key]) if spec.get(key) else "<unset>", 1)


def _conditions(w: Writer, conditions: Sequence[Obj]) -> None:
    if not conditions:
        return
    w.write("Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n")
    w.line("----", "------", "-----------------", "------------------", "------", "-------", level=1)
    for each in conditions:
        times = (f"{date(each.get('lastHeartbeatTime'))} ", f"{date(each.get('lastTransitionTime'))} ")
        w.line(f"{each['type']} ", f"{each['status']} ", *times, f"{each.get('reason', '')} ", each.get("message", ""), level=1)


def _system(w: Writer, info: Obj) -> None:
    w.line("System Info:")
    for title, key in (
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ):
        w.field(title, info.get(key, ""), 1)


def _network(w: Writer, spec: Obj) -> None:
    if spec.get("podCIDR"):
        w.field("PodCIDR", spec["podCIDR"])
    if spec.get("podCIDRs"):
        w.field("PodCIDRs", ",".join(spec["podCIDRs"]))
    if spec.get("providerID"):
        w.field("ProviderID", spec["providerID"])


def _allocatable(obj: Obj) -> Mapping[str, str]:
    status = obj.get("status", {})
    return status.get("allocatable") or status.get("capacity") or {}


def _pods(w: Writer, d: Describer, pods: Sequence[Obj], allocatable: Mapping[str, str]) -> None:
    w.field("Non-terminated Pods", f"({len(pods)} in total)")
    titles = ("Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age")
    w.table(titles, ["-" * len(title) for title in titles])
    for pod in pods:
        requests, limits = pod_requests(pod), pod_limits(pod)
        shares = [_share(side.get(name, 0), name, pod, allocatable) for name in ("cpu", "memory") for side in (requests, limits)]
        w.line(meta.namespace(pod), meta.name(pod), "", *shares, d.since(pod["metadata"].get("creationTimestamp")), level=1)


def _allocated(w: Writer, pods: Sequence[Obj], allocatable: Mapping[str, str]) -> None:
    requests, limits = _total([pod_requests(pod) for pod in pods]), _total([pod_limits(pod) for pod in pods])
    w.write("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n")
    w.header("Resource", "Requests", "Limits")
    huge = sorted(name for name in allocatable if name.startswith("hugepages-"))
    for name in (*_STANDARD, *huge):
        w.line(name, *(_share(side.get(name, 0), name, None, allocatable, pods) for side in (requests, limits)), level=1)
    for name in sorted(set(allocatable) - {*_STANDARD, *huge, "pods"}):
        w.line(name, requests.get(name, 0), limits.get(name, 0), level=1)


def _total(amounts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in amounts:
        for name, amount in each.items():
            total[name] = total.get(name, 0) + amount
    return total


def _share(amount: int, name: str, pod: Obj | None, allocatable: Mapping[str, str], pods: Sequence[Obj] = ()) -> str:
    """`250m (12%)`: an amount in units (cpu: thousandths), and its part of what the node has, cut to whole percents."""
    whole = quantity.milli(allocatable.get(name, "0")) if name == "cpu" else quantity.value(allocatable.get(name, "0"))
    percent = amount * 100 // whole if whole else 0
    if name == "cpu":
        return f"{quantity.from_milli(amount)} ({percent}%)"
    return f"{quantity.from_value(amount, _format(name, [pod] if pod else pods))} ({percent}%)"


def _format(name: str, pods: Sequence[Obj]) -> str:
    """The notation of a sum is that of the first amount in it, as in Go."""
    for pod in pods:
        spec = pod["spec"]
        for container in (*spec["containers"], *(spec.get("initContainers") or ())):
            for side in ("requests", "limits"):
                text = meta.get_in(container, "resources", side, name)
                if text is not None:
                    return quantity.parse(text).format
    return quantity.DECIMAL_SI
