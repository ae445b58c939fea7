"""DaemonSet: one pod on each node that its template fits."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, container_cells, count, labels_text, selector_text, texts, wide
from k8s_magic.kinds.errors import InOrder, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import MISMATCH, parse, validate_selector
from k8s_magic.kinds.numbers import amount, at_most_all, count_or_percent, non_negatives, unchanged
from k8s_magic.kinds.pod.spec import validate_template
from k8s_magic.kinds.workloads import default_fields, default_template, validate_always, warn_template
from k8s_magic.objects.meta import Obj

SCHEDULED = ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady")
COUNTS = (*SCHEDULED, "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount")
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"


def default(draft: Obj) -> None:
    """Models pkg/apis/apps/v1/defaults.go SetDefaults_DaemonSet."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, revisionHistoryLimit=10, updateStrategy={})
    strategy = spec["updateStrategy"]
    if not strategy.get("type"):
        strategy["type"] = "RollingUpdate"
    if strategy["type"] == "RollingUpdate":
        default_fields(strategy, rollingUpdate={})
        default_fields(strategy["rollingUpdate"], maxUnavailable=1, maxSurge=0)
    default_template(spec)


def prepare_create(draft: Obj) -> None:
    """The template's own count of its changes lives on in an annotation. Models Convert_apps_DaemonSet_To_v1_DaemonSet."""
    draft["status"] = dict.fromkeys(SCHEDULED, 0)
    _set_template_generation(draft, "1")


def prepare_update(draft: Obj, old: Obj) -> None:
    had = (old["metadata"].get("annotations") or {}).get(TEMPLATE_GENERATION, "1")
    changed = draft["spec"].get("template") != old["spec"].get("template")
    _set_template_generation(draft, str(int(had) + 1) if changed and had.isdigit() else had)


def _set_template_generation(draft: Obj, value: str) -> None:
    meta = draft["metadata"]
    if (meta.get("annotations") or {}).get(TEMPLATE_GENERATION) != value:
        meta["annotations"] = {**(meta.get("annotations") or {}), TEMPLATE_GENERATION: value}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/apps/validation/validation.go ValidateDaemonSetSpec."""
    spec = obj["spec"]
    selector, template = spec.get("selector"), spec["template"]
    errors = [] if selector is None else validate_selector(selector, "spec.selector")
    labels, parsed = (template.get("metadata") or {}).get("labels") or {}, parse(selector)
    if parsed is not None and not parsed.matches(labels):
        errors.append(invalid("spec.template.metadata.labels", labels or None, MISMATCH))
    if selector is not None and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        errors.append(invalid("spec.selector", selector, "empty selector is invalid for daemonset"))
    errors += validate_template(template, "spec.template")
    errors += validate_always(template["spec"], "spec.template.spec", "DaemonSet")
    errors += non_negatives(spec, "spec", ("minReadySeconds",))
    errors += _strategy(spec["updateStrategy"])
    return errors + non_negatives(spec, "spec", ("revisionHistoryLimit",))


def _strategy(strategy: Obj) -> list[FieldError]:
    """Models ValidateDaemonSetUpdateStrategy."""
    if strategy["type"] == "OnDelete":
        return []
    if strategy["type"] != "RollingUpdate":
        shown = InOrder({"Type": strategy["type"], "RollingUpdate": strategy.get("rollingUpdate")})
        return [not_supported("spec.updateStrategy", shown, ["RollingUpdate", "OnDelete"])]
    path, rolling = "spec.updateStrategy.rollingUpdate", strategy["rollingUpdate"]
    unavailable, surge = rolling["maxUnavailable"], rolling["maxSurge"]
    errors = [*count_or_percent(unavailable, f"{path}.maxUnavailable"), *count_or_percent(surge, f"{path}.maxSurge")]
    errors += [*at_most_all(unavailable, f"{path}.maxUnavailable"), *at_most_all(surge, f"{path}.maxSurge")]
    if amount(unavailable) and amount(surge):
        errors.append(invalid(f"{path}.maxSurge", surge, "may not be set when maxUnavailable is non-zero"))
    if not amount(unavailable) and not amount(surge):
        errors.append(required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    return unchanged(new["spec"].get("selector"), old["spec"].get("selector"), "spec.selector")


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return non_negatives(new.get("status") or {}, "status", COUNTS)


def row(obj: Obj, now: float) -> list[Any]:
    spec, status = obj["spec"], obj.get("status") or {}
    shown = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable")
    pod = spec["template"]["spec"]
    wide_cells = [*container_cells(pod), selector_text(spec.get("selector"))]
    return [obj["metadata"]["name"], *[status.get(f, 0) for f in shown], labels_text(pod.get("nodeSelector")), age(obj, now), *wide_cells]


KIND = Kind(
    kind="DaemonSet",
    plural="daemonsets",
    group="apps",
    singular="daemonset",
    short_names=("ds",),
    categories=("all",),
    subresources=("status",),
    columns=(
        NAME,
        *map(count, ("Desired", "Current", "Ready", "Up-to-date", "Available")),
        *texts("Node Selector"),
        AGE,
        *wide("Containers", "Images", "Selector"),
    ),
    row=row,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    validate_update_first=True,
    validate_status=validate_status,
    warn=warn_template,
    has_generation=True,
)
