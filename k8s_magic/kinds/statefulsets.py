"""StatefulSet: pods with names that stay, made and replaced in order, each with its own claims on storage."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, container_cells, texts, wide
from k8s_magic.kinds.errors import InOrder, forbidden, invalid, not_supported
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import non_negative, non_negatives
from k8s_magic.kinds.persistentvolumeclaims import default_claim_spec, validate_claim_spec
from k8s_magic.kinds.workloads import (
    default_fields,
    default_template,
    scale,
    set_scale,
    validate_counts,
    validate_long_running,
    warn_template,
)
from k8s_magic.objects.meta import Obj

COUNTS = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
ROLLING, ON_DELETE = "RollingUpdate", "OnDelete"
MUTABLE = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
FROZEN = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


def default(draft: Obj) -> None:
    """Models pkg/apis/apps/v1/defaults.go SetDefaults_StatefulSet."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, replicas=1, revisionHistoryLimit=10, updateStrategy={}, persistentVolumeClaimRetentionPolicy={}, serviceName="")
    if not spec.get("podManagementPolicy"):
        spec["podManagementPolicy"] = "OrderedReady"
    strategy, retention = spec["updateStrategy"], spec["persistentVolumeClaimRetentionPolicy"]
    if not strategy.get("type"):
        strategy["type"] = ROLLING
        default_fields(strategy, rollingUpdate={})
    if strategy["type"] == ROLLING and strategy.get("rollingUpdate") is not None:
        default_fields(strategy["rollingUpdate"], partition=0)
    for field in ("whenDeleted", "whenScaled"):
        retention[field] = retention.get(field) or "Retain"
    for claim in spec.get("volumeClaimTemplates") or ():
        _default_claim(claim)
    default_template(spec)


def _default_claim(claim: Obj) -> None:
    """A claim's template is a whole object, with a status of its own."""
    default_fields(claim, apiVersion="v1", kind="PersistentVolumeClaim", metadata={}, spec={})
    default_claim_spec(claim["spec"])
    claim["status"] = claim.get("status") or {}
    default_fields(claim["status"], phase="Pending")


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"replicas": 0, "availableReplicas": 0}
    _drop_gated(draft)


def prepare_update(draft: Obj, old: Obj) -> None:
    _drop_gated(draft)


def _drop_gated(draft: Obj) -> None:
    """The gate MaxUnavailableStatefulSet is off in v1.36. Models dropStatefulSetDisabledFields."""
    strategy = draft["spec"]["updateStrategy"]
    if (strategy.get("rollingUpdate") or {}).get("maxUnavailable") is not None:
        strategy["rollingUpdate"] = {k: v for k, v in strategy["rollingUpdate"].items() if k != "maxUnavailable"}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/apps/validation/validation.go ValidateStatefulSetSpec."""
    spec = obj["spec"]
    policy, errors = spec["podManagementPolicy"], list[FieldError]()
    if policy not in ("OrderedReady", "Parallel"):
        errors.append(invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"))
    errors += _strategy(spec["updateStrategy"])
    for field, value in spec["persistentVolumeClaimRetentionPolicy"].items():
        if value not in ("Retain", "Delete"):
            errors.append(not_supported(f"spec.persistentVolumeClaimRetentionPolicy.{field}", value, ["Retain", "Delete"]))
    for index, claim in enumerate(spec.get("volumeClaimTemplates") or ()):
        errors += validate_claim_spec(claim["spec"], f"spec.volumeClaimTemplates[{index}].spec")
    errors += non_negatives(spec, "spec", ("replicas", "minReadySeconds"))
    errors += non_negative((spec.get("ordinals") or {}).get("start"), "spec.ordinals.start")
    service = spec.get("serviceName")
    errors += [invalid("spec.serviceName", service, text) for text in names.label(service)] if service else []
    claims = {(claim.get("metadata") or {}).get("name", ""): claim for claim in spec.get("volumeClaimTemplates") or ()}
    return errors + validate_long_running(spec, "spec", "statefulset", "StatefulSet", invalid_text="", volumes=claims)


def _strategy(strategy: Obj) -> list[FieldError]:
    path, rolling = "spec.updateStrategy", strategy.get("rollingUpdate")
    if strategy["type"] == ON_DELETE:
        shown = InOrder({"Partition": (rolling or {}).get("partition", 0), "MaxUnavailable": None})
        return [invalid(f"{path}.rollingUpdate", shown, f"only allowed for updateStrategy '{ROLLING}'")] if rolling is not None else []
    if strategy["type"] != ROLLING:
        shown = InOrder({"Type": strategy["type"], "RollingUpdate": rolling})
        return [invalid(path, shown, f"must be '{ROLLING}' or '{ON_DELETE}'")]
    if rolling is None:
        return []
    return non_negative(rolling["partition"], f"{path}.rollingUpdate.partition")


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateStatefulSetUpdate."""
    kept = {k: v for k, v in new["spec"].items() if k not in MUTABLE}
    had = {k: v for k, v in old["spec"].items() if k not in MUTABLE}
    return [forbidden("spec", FROZEN)] if kept != had else []


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return validate_counts(new.get("status") or {}, COUNTS, "status.readyReplicas")


def row(obj: Obj, now: float) -> list[Any]:
    spec, status = obj["spec"], obj.get("status") or {}
    ready = f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 0)}"
    return [obj["metadata"]["name"], ready, age(obj, now), *container_cells(spec["template"]["spec"])]


KIND = Kind(
    kind="StatefulSet",
    plural="statefulsets",
    group="apps",
    singular="statefulset",
    short_names=("sts",),
    categories=("all",),
    subresources=("scale", "status"),
    columns=(NAME, *texts("Ready"), AGE, *wide("Containers", "Images")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    warn=warn_template,
    name_rule=names.label,
    has_generation=True,
    scale=scale,
    set_scale=set_scale,
)
