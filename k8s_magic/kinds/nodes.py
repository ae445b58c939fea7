"""Node: a machine that runs pods; its kubelet says how much it holds and whether it is well."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, NONE, UNKNOWN, age, texts, wide
from k8s_magic.kinds.errors import InOrder, duplicate, forbidden, invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.pod.scheduling import validate_effect
from k8s_magic.kinds.pod.warnings import RENAMED_LABELS
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time, rfc3339

ROLE_PREFIX, ROLE = "node-role.kubernetes.io/", "kubernetes.io/role"
REPORT_S = 300
"""A kubelet posts its node's status so often when nothing changes."""
CIDR_STAYS = 'node updates may not change podCIDR except from "" to valid'


def default(draft: Obj) -> None:
    """What there is can be given out, unless the kubelet keeps some back. Models SetDefaults_NodeStatus."""
    _join_cidrs(draft.setdefault("spec", {}))
    status = draft.get("status") or {}
    if status.get("capacity") and not status.get("allocatable"):
        draft["status"] = {**status, "allocatable": status["capacity"]}


def _join_cidrs(spec: Obj) -> None:
    """The one range is the first of the many, and has the last word. Models Convert_v1_NodeSpec_To_core_NodeSpec."""
    one, many = spec.get("podCIDR"), spec.get("podCIDRs") or []
    if one and many[:1] != [one]:
        spec["podCIDRs"] = [one]
    elif many and not one:
        spec["podCIDR"] = many[0]


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/core/validation/validation.go ValidateNode; upstream puts taints below metadata."""
    errors: list[FieldError] = []
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(obj["spec"].get("taints") or ()):
        here, key, value, effect = f"metadata.taints[{index}]", taint.get("key", ""), taint.get("value", ""), taint.get("effect", "")
        errors += [invalid(f"{here}.key", key, text) for text in names.qualified(key)]
        wrong = names.label_value(value)
        errors += [invalid(f"{here}.value", value, ";".join(wrong))] if wrong else []
        errors += validate_effect(effect, f"{here}.effect")
        if (key, effect) in seen:
            shown = InOrder({"Key": key, "Value": value, "Effect": effect, "TimeAdded": taint.get("timeAdded")})
            error = duplicate(here, shown)
            errors.append(FieldError(error.reason, here, f"{error.message}: taints must be unique by key and effect pair"))
        seen.add((key, effect))
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateNodeUpdate."""
    spec, stored = new["spec"], old.get("spec") or {}
    errors: list[FieldError] = []
    if stored.get("podCIDRs") and spec.get("podCIDRs") != stored["podCIDRs"]:
        errors.append(forbidden("spec.podCIDRs", CIDR_STAYS))
    if stored.get("providerID") and spec.get("providerID") != stored["providerID"]:
        errors.append(forbidden("spec.providerID", 'node updates may not change providerID except from "" to valid'))
    return errors


def warn(new: Obj, old: Obj | None) -> list[str]:
    labels = new["metadata"].get("labels") or {}
    had = ((old or {}).get("metadata") or {}).get("labels") or {}
    return [f"metadata.labels[{key}]: {RENAMED_LABELS[key]}" for key in sorted(labels) if key in RENAMED_LABELS and key not in had]


def _status(obj: Obj) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    ready = [condition["status"] == "True" for condition in conditions if condition["type"] == "Ready"]
    text = ("Ready" if ready[-1] else "NotReady") if ready else "Unknown"
    return text + (",SchedulingDisabled" if (obj.get("spec") or {}).get("unschedulable") else "")


def roles(obj: Obj) -> str:
    """Roles by the node's labels. Models findNodeRoles."""
    labels = obj["metadata"].get("labels") or {}
    found = {key.removeprefix(ROLE_PREFIX) for key in labels if key.startswith(ROLE_PREFIX)} | {labels.get(ROLE, "")}
    return ",".join(sorted(found - {""})) or NONE


def _address(obj: Obj, of_type: str) -> str:
    addresses = (obj.get("status") or {}).get("addresses") or ()
    return next((address["address"] for address in addresses if address["type"] == of_type), NONE)


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printNode."""
    info = (obj.get("status") or {}).get("nodeInfo") or {}
    kernel, architecture = info.get("kernelVersion") or UNKNOWN, info.get("architecture")
    return [
        obj["metadata"]["name"],
        _status(obj),
        roles(obj),
        age(obj, now),
        info.get("kubeletVersion", ""),
        _address(obj, "InternalIP"),
        _address(obj, "ExternalIP"),
        info.get("osImage") or UNKNOWN,
        f"{kernel} ({architecture})" if architecture else kernel,
        info.get("containerRuntimeVersion") or UNKNOWN,
    ]


def on_read(obj: Obj, heartbeat: float) -> Obj:
    """With the conditions as the kubelet last posted them: every five minutes, while nothing changes."""
    conditions = (obj.get("status") or {}).get("conditions") or []
    posted = [_posted(condition, heartbeat) for condition in conditions]
    if posted == conditions:
        return obj
    return {**obj, "status": {**obj["status"], "conditions": posted}}


def _posted(condition: Obj, heartbeat: float) -> Obj:
    if condition.get("status") == "Unknown" or not condition.get("lastHeartbeatTime"):
        return condition
    first = parse_time(condition["lastHeartbeatTime"])
    last = first + max(0.0, heartbeat - first) // REPORT_S * REPORT_S
    return {**condition, "lastHeartbeatTime": rfc3339(last)}


KIND = Kind(
    kind="Node",
    plural="nodes",
    singular="node",
    short_names=("no",),
    namespaced=False,
    subresources=("proxy", "status"),
    columns=(
        NAME,
        *texts("Status", "Roles"),
        AGE,
        *texts("Version"),
        *wide("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"),
    ),
    row=row,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warn=warn,
    fields={"spec.unschedulable": lambda obj: "true" if (obj.get("spec") or {}).get("unschedulable") else "false"},
    on_read=on_read,
)
