"""CSIDriver: a driver of storage that is installed in the cluster.

Not modelled: its rules; it can be made and read.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, NONE, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj

DEFAULTS = {
    "attachRequired": True,
    "podInfoOnMount": False,
    "storageCapacity": False,
    "fsGroupPolicy": "ReadWriteOnceWithFSType",
    "requiresRepublish": False,
    "seLinuxMount": False,
}


def default(draft: Obj) -> None:
    """Models pkg/apis/storage/v1/defaults.go SetDefaults_CSIDriver."""
    spec = draft.setdefault("spec", {})
    for field, value in DEFAULTS.items():
        spec.setdefault(field, value)
    spec["volumeLifecycleModes"] = spec.get("volumeLifecycleModes") or ["Persistent"]


def row(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    tokens = ",".join(token.get("audience", "") for token in spec["tokenRequests"]) if spec.get("tokenRequests") is not None else "<unset>"
    flags = [spec.get(field, field == "attachRequired") for field in ("attachRequired", "podInfoOnMount", "storageCapacity")]
    modes = ",".join(spec.get("volumeLifecycleModes") or ()) or NONE
    return [obj["metadata"]["name"], *flags, tokens, spec.get("requiresRepublish", False), modes, age(obj, now)]


KIND = Kind(
    kind="CSIDriver",
    plural="csidrivers",
    group="storage.k8s.io",
    singular="csidriver",
    namespaced=False,
    returns_deleted=True,
    unconditional_update=False,
    columns=(NAME, *texts("AttachRequired", "PodInfoOnMount", "StorageCapacity", "TokenRequests", "RequiresRepublish", "Modes"), AGE),
    row=row,
    default=default,
)
