"""APIService: a group and version of the API that another server answers for. Here that is metrics.k8s.io alone.

Not modelled: the objects that a real server makes for its own groups; forwarding to services.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.meta import Obj


def default(draft: Obj) -> None:
    """Models kube-aggregator pkg/apis/apiregistration/v1/defaults.go."""
    service = draft.setdefault("spec", {}).get("service")
    if service and not service.get("port"):
        service["port"] = 443


def prepare_create(draft: Obj) -> None:
    """Whoever is asked for is taken to be there."""
    message, reason = "all checks passed", "Passed"
    since = draft["metadata"].get("creationTimestamp")
    condition = {"type": "Available", "status": "True", "lastTransitionTime": since, "reason": reason, "message": message}
    draft["status"] = {"conditions": [condition]}


def validate(obj: Obj) -> list[FieldError]:
    """Models kube-aggregator pkg/apis/apiregistration/validation."""
    wanted, name = f"{obj['spec'].get('version', '')}.{obj['spec'].get('group', '')}", obj["metadata"].get("name", "")
    return [] if wanted == name else [invalid("metadata.name", name, f'must be `spec.version+"."+spec.group`: {_quoted(wanted)}')]


def _quoted(text: str) -> str:
    return f'"{text}"'


def row(obj: Obj, now: float) -> list[Any]:
    service = obj["spec"].get("service")
    where = f"{service.get('namespace', '')}/{service.get('name', '')}" if service else "Local"
    available: Obj = next((c for c in (obj.get("status") or {}).get("conditions") or () if c["type"] == "Available"), {})
    status = available.get("status", "Unknown")
    return [obj["metadata"]["name"], where, status if status == "True" else f"{status} ({available.get('reason', '')})", age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    kind="APIService",
    plural="apiservices",
    group="apiregistration.k8s.io",
    singular="apiservice",
    categories=("api-extensions",),
    namespaced=False,
    subresources=("status",),
    columns=(NAME, *texts("Service", "Available"), AGE),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
)
