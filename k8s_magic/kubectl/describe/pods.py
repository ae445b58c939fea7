"""kubectl describe pod."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts, template
from k8s_magic.kubectl.describe.container import containers, resources
from k8s_magic.kubectl.describe.volume import volumes
from k8s_magic.kubectl.describe.writer import Describer, Writer, date
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "pods"


def describe(obj: Obj, d: Describer) -> str:
    """Models describePod."""
    w = Writer()
    spec, status = obj["spec"], obj.get("status", {})
    _who_and_where(w, obj)
    parts.both(w, obj)
    _state(w, d, obj)
    parts.controlled_by(w, obj)
    if status.get("nominatedNodeName"):
        w.field("NominatedNodeName", status["nominatedNodeName"])
    if spec.get("resources"):
        w.line("Resources:")
        resources(w, spec["resources"], 1)
    if spec.get("initContainers"):
        containers(w, "Init Containers", spec["initContainers"], status.get("initContainerStatuses"), obj)
    containers(w, "Containers", spec["containers"], status.get("containerStatuses"), obj)
    if spec.get("ephemeralContainers"):
        containers(w, "Ephemeral Containers", spec["ephemeralContainers"], status.get("ephemeralContainerStatuses"), obj)
    _gates_and_conditions(w, spec, status)
    volumes(w, spec)
    w.field("QoS Class", status.get("qosClass") or "BestEffort")
    parts.labels(w, spec.get("nodeSelector"), "Node-Selectors")
    template.tolerations(w, spec.get("tolerations"))
    template.spread(w, spec.get("topologySpreadConstraints"))
    parts.events(w, d, obj, kind="")
    return w.text()


def _who_and_where(w: Writer, obj: Obj) -> None:
    spec, status = obj["spec"], obj.get("status", {})
    parts.heading(w, obj)
    for title, key in (
        ("Priority", "priority"),
        ("Priority Class Name", "priorityClassName"),
        ("Runtime Class Name", "runtimeClassName"),
        ("Service Account", "serviceAccountName"),
    ):
        if spec.get(key) not in (None, ""):
            w.field(title, spec[key])
    w.field("Node", f"{spec['nodeName']}/{status.get('hostIP', '')}" if spec.get("nodeName") else "<none>")
    if status.get("startTime"):
        w.field("Start Time", date(status["startTime"]))


def _state(w: Writer, d: Describer, obj: Obj) -> None:
    status = obj.get("status", {})
    if meta.is_deleting(obj) and status.get("phase") not in ("Failed", "Succeeded"):
        w.field("Status", f"Terminating (lasts {d.since(obj['metadata']['deletionTimestamp'])})")
        w.field("Termination Grace Period", f"{obj['metadata'].get('deletionGracePeriodSeconds', 0)}s")
    else:
        w.field("Status", status.get("phase", ""))
    for name in ("reason", "message"):
        if status.get(name):
            w.field(name.title(), status[name])
    profile = meta.get_in(obj, "spec", "securityContext", "seccompProfile")
    if profile:
        w.field("SeccompProfile", profile.get("type", ""))
        if profile.get("type") == "Localhost":
            w.field("LocalhostProfile", profile.get("localhostProfile", ""))
    w.field("IP", status.get("podIP", ""))
    if not status.get("podIPs"):
        w.field("IPs", "<none>")
        return
    w.line("IPs:")
    for each in status["podIPs"]:
        w.field("IP", each["ip"], 1)


def _gates_and_conditions(w: Writer, spec: Obj, status: Obj) -> None:
    conditions = status.get("conditions") or []
    if spec.get("readinessGates"):
        w.write("Readiness Gates:\n  Type\tStatus\n")
        found = {each["type"]: each["status"] for each in conditions}
        for gate in spec["readinessGates"]:
            kind = gate["conditionType"]
            w.line(f"{kind} ", f"{found.get(kind, '<none>')} ", level=1)
    if conditions:
        w.write("Conditions:\n  Type\tStatus\n")
        for each in conditions:
            w.line(f"{each['type']} ", f"{each['status']} ", level=1)
