"""Pod: containers that run together on one node, share its network and live and die as one.

Not modelled: ephemeral containers' rules, Windows, resource claims, security profiles.
"""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.pod.defaults import default_pod_spec
from k8s_magic.kinds.pod.resources import qos_class
from k8s_magic.kinds.pod.spec import validate_spec
from k8s_magic.kinds.pod.table import COLUMNS, row
from k8s_magic.kinds.pod.updates import validate_update
from k8s_magic.kinds.pod.warnings import hostname_warning, template_warnings
from k8s_magic.objects.meta import Obj


def default(draft: Obj) -> None:
    default_pod_spec(draft.setdefault("spec", {}))


def prepare_create(draft: Obj) -> None:
    """Models pkg/registry/core/pod/strategy.go PrepareForCreate."""
    spec = draft["spec"]
    draft["status"] = {"phase": "Pending", "qosClass": qos_class(spec)}
    if spec.get("schedulingGates"):
        draft["status"]["conditions"] = [_gated(draft["metadata"].get("creationTimestamp"))]


def _gated(since: str | None) -> Obj:
    """Models applySchedulingGatedCondition."""
    return {
        "type": "PodScheduled",
        "status": "False",
        "reason": "SchedulingGated",
        "message": "Scheduling is blocked due to non-empty scheduling gates",
        "lastProbeTime": None,
        "lastTransitionTime": since,
    }


def validate(obj: Obj) -> list[FieldError]:
    return validate_spec(obj["spec"], "spec", is_pod=True)


def warn(new: Obj, old: Obj | None) -> list[str]:
    if old is not None:
        return []
    return [*hostname_warning(new["metadata"].get("name", ""), "the Pod's hostname"), *template_warnings(new, "")]


def grace_seconds(pod: Obj, asked: int | None) -> int:
    """How long its programs get to end: none where they never began or are over. Models podStrategy.CheckGracefulDelete."""
    spec = pod["spec"]
    seconds = asked if asked is not None else spec.get("terminationGracePeriodSeconds", 0)
    if not spec.get("nodeName") or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return 0
    return 1 if seconds < 0 else int(seconds)


def _spec(field: str) -> Callable[[Obj], str]:
    return lambda pod: pod["spec"].get(field) or ""


def _status(field: str) -> Callable[[Obj], str]:
    return lambda pod: (pod.get("status") or {}).get(field) or ""


KIND = Kind(
    returns_deleted=True,
    kind="Pod",
    plural="pods",
    singular="pod",
    short_names=("po",),
    categories=("all",),
    subresources=("attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy", "resize", "status"),
    columns=COLUMNS,
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warn=warn,
    has_generation=True,
    fields={
        "spec.nodeName": _spec("nodeName"),
        "spec.restartPolicy": _spec("restartPolicy"),
        "spec.schedulerName": _spec("schedulerName"),
        "spec.serviceAccountName": _spec("serviceAccountName"),
        "spec.hostNetwork": lambda pod: "true" if pod["spec"].get("hostNetwork") else "false",
        "status.phase": _status("phase"),
        "status.podIP": _status("podIP"),
        "status.podIPs": lambda pod: ",".join(ip["ip"] for ip in (pod.get("status") or {}).get("podIPs") or ()),
        "status.nominatedNodeName": _status("nominatedNodeName"),
    },
    grace_seconds=grace_seconds,
)
