"""HorizontalPodAutoscaler: sets how many pods there are by how busy they are.

Served as autoscaling/v2. Not modelled: the older autoscaling/v1, whose one target of CPU is the first of v2's metrics.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, NONE, UNKNOWN, age, texts
from k8s_magic.kinds.errors import forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.numbers import non_negatives
from k8s_magic.kinds.workloads import default_fields
from k8s_magic.objects.meta import Obj

SOURCES = {"ContainerResource": "containerResource", "External": "external", "Object": "object", "Pods": "pods", "Resource": "resource"}
ORDER = ("object", "external", "pods", "resource", "containerResource")
DEFAULT_UTILIZATION = 80
FIFTEEN_SECONDS = 15
SCALE_UP: Obj = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": FIFTEEN_SECONDS},
        {"type": "Percent", "value": 100, "periodSeconds": FIFTEEN_SECONDS},
    ],
}
SCALE_DOWN: Obj = {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": FIFTEEN_SECONDS}]}
SHOWN = 2


def default(draft: Obj) -> None:
    """Models pkg/apis/autoscaling/v2/defaults.go SetDefaults_HorizontalPodAutoscaler."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, minReplicas=1, scaleTargetRef={})
    if not spec.get("metrics"):
        target = {"type": "Utilization", "averageUtilization": DEFAULT_UTILIZATION}
        spec["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    behavior = spec.get("behavior")
    if behavior is not None:
        behavior["scaleUp"] = {**SCALE_UP, **(behavior.get("scaleUp") or {})}
        behavior["scaleDown"] = {**SCALE_DOWN, **(behavior.get("scaleDown") or {})}


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"currentMetrics": None, "desiredReplicas": 0}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/autoscaling/validation/validation.go validateHorizontalPodAutoscalerSpec."""
    spec = obj["spec"]
    least, most = spec["minReplicas"], spec.get("maxReplicas", 0)
    errors: list[FieldError] = []
    if least < 1:
        errors.append(invalid("spec.minReplicas", least, "must be greater than or equal to 1"))
    if most == 0:
        errors.append(required("spec.maxReplicas", "must be set and greater than 0"))
    elif most < 0:
        errors.append(invalid("spec.maxReplicas", most, "must be greater than or equal to 1"))
    if most < least:
        errors.append(invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    errors += _reference(spec["scaleTargetRef"], "spec.scaleTargetRef")
    for index, metric in enumerate(spec["metrics"]):
        errors += _metric(metric, f"spec.metrics[{index}]")
    if least == 0 and not {metric.get("type") for metric in spec["metrics"]} & {"Object", "External"}:
        errors.append(forbidden("spec.metrics", "must specify at least one Object or External metric to support scaling to zero replicas"))
    for side in ("scaleUp", "scaleDown"):
        if (spec.get("behavior") or {}).get(side) is not None:
            errors += _rules(spec["behavior"][side], f"spec.behavior.{side}")
    return errors


def _reference(reference: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("kind", "name"):
        value = reference.get(field)
        errors += [] if value else [required(f"{path}.{field}")]
        errors += [invalid(f"{path}.{field}", value, text) for text in names.path_segment(value or "")]
    version = reference.get("apiVersion", "")
    if version.count("/") > 1:
        errors.append(invalid(f"{path}.apiVersion", version, f"unexpected GroupVersion string: {version}"))
    elif "/" not in version and reference.get("kind") != "ReplicationController":
        errors.append(invalid(f"{path}.apiVersion", version, "apiVersion must specify API group"))
    return errors


def _metric(metric: Obj, path: str) -> list[FieldError]:
    of_type = metric.get("type", "")
    if of_type not in SOURCES:
        missing = [] if of_type else [required(f"{path}.type", "must specify a metric source type")]
        return [*missing, not_supported(f"{path}.type", of_type, SOURCES)]
    given = [source for source in ORDER if metric.get(source) is not None]
    errors = _source(given[0], metric[given[0]], f"{path}.{given[0]}") if given else []
    if SOURCES[of_type] not in given:
        errors.append(required(f"{path}.{SOURCES[of_type]}", "must populate information for the given metric source"))
    others = [source for source in given if source != SOURCES[of_type]]
    return errors + [forbidden(f"{path}.{source}", "must populate the given metric source only") for source in others if len(given) != 1]


def _source(kind: str, source: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if kind in ("resource", "containerResource") and not source.get("name"):
        errors.append(required(f"{path}.name", "must specify a resource name"))
    if kind == "containerResource" and not source.get("container"):
        errors.append(required(f"{path}.container", "must specify a container"))
    if kind in ("object", "external", "pods") and not (source.get("metric") or {}).get("name"):
        errors.append(required(f"{path}.metric.name", "must specify a metric name"))
    target = source.get("target") or {}
    errors += _target(target, f"{path}.target")
    return errors + _target_of(kind, target, f"{path}.target")


def _target(target: Obj, path: str) -> list[FieldError]:
    of_type, errors = target.get("type", ""), list[FieldError]()
    if not of_type:
        errors.append(required(f"{path}.type", "must specify a metric target type"))
    if of_type not in ("Utilization", "Value", "AverageValue"):
        errors.append(invalid(f"{path}.type", of_type, "must be either Utilization, Value, or AverageValue"))
    if target.get("averageUtilization") is not None and target["averageUtilization"] < 1:
        errors.append(invalid(f"{path}.averageUtilization", target["averageUtilization"], "must be greater than 0"))
    return errors


def _target_of(kind: str, target: Obj, path: str) -> list[FieldError]:
    value, average = target.get("value"), target.get("averageValue")
    if kind in ("resource", "containerResource"):
        utilization = target.get("averageUtilization")
        if utilization is None and average is None:
            return [required(f"{path}.averageUtilization", "must set either a target raw value or a target utilization")]
        both = utilization is not None and average is not None
        return [forbidden(f"{path}.averageValue", "may not set both a target raw value and a target utilization")] if both else []
    if kind == "pods":
        return [] if average is not None else [required(f"{path}.averageValue", "must specify a positive target averageValue")]
    if value is None and average is None:
        text = "must set either a target value or averageValue" if kind == "object" else TWO_TARGETS
        return [required(f"{path}.averageValue", text)]
    return []


TWO_TARGETS = "must set either a target value for metric or a per-pod target"


def _rules(rules: Obj, path: str) -> list[FieldError]:
    """Models validateScalingRules."""
    window, errors = rules.get("stabilizationWindowSeconds"), list[FieldError]()
    if window is not None and window < 0:
        errors.append(invalid(f"{path}.stabilizationWindowSeconds", window, "must be greater than or equal to zero"))
    if window is not None and window > 3600:
        errors.append(invalid(f"{path}.stabilizationWindowSeconds", window, "must be less than or equal to 3600"))
    if rules["selectPolicy"] not in ("Disabled", "Max", "Min"):
        errors.append(not_supported(f"{path}.selectPolicy", rules["selectPolicy"], ["Disabled", "Max", "Min"]))
    if not rules.get("policies"):
        errors.append(required(f"{path}.policies", "must specify at least one Policy"))
    for index, policy in enumerate(rules.get("policies") or ()):
        here, period = f"{path}.policies[{index}]", policy.get("periodSeconds", 0)
        if policy.get("type") not in ("Percent", "Pods"):
            errors.append(not_supported(f"{here}.type", policy.get("type", ""), ["Percent", "Pods"]))
        for field in ("value", "periodSeconds"):
            if policy.get(field, 0) <= 0:
                errors.append(invalid(f"{here}.{field}", policy.get(field, 0), "must be greater than zero"))
        if period > 1800:
            errors.append(invalid(f"{here}.periodSeconds", period, "must be less than or equal to 1800"))
    return errors


def validate_status(new: Obj, old: Obj) -> list[FieldError]:
    return non_negatives(new.get("status") or {}, "status", ("currentReplicas", "desiredReplicas"))


def metrics_text(metrics: list[Obj], current: list[Obj]) -> str:
    """What is measured against what is wanted. Models formatHPAMetrics."""
    if not metrics:
        return NONE
    shown = [_metric_text(metric, current[i] if i < len(current) else {}) for i, metric in enumerate(metrics)]
    text = ", ".join(shown[:SHOWN])
    return f"{text} + {len(shown) - SHOWN} more..." if len(shown) > SHOWN else text


def _metric_text(metric: Obj, status: Obj) -> str:
    field = SOURCES.get(metric.get("type", ""))
    if field is None:
        return "<unknown type>"
    source, now = metric[field], (status.get(field) or {}).get("current") or {}
    target = source["target"]
    if field in ("resource", "containerResource"):
        if target.get("averageValue") is not None:
            return f"{source['name']}: {now.get('averageValue', UNKNOWN)}/{target['averageValue']}"
        wanted = f"{target['averageUtilization']}%" if target.get("averageUtilization") is not None else "<auto>"
        measured = f"{now['averageUtilization']}%" if now.get("averageUtilization") is not None else UNKNOWN
        return f"{source['name']}: {measured}/{wanted}"
    if target.get("averageValue") is not None:
        return f"{now.get('averageValue', UNKNOWN)}/{target['averageValue']}{'' if field == 'pods' else ' (avg)'}"
    return f"{now.get('value', UNKNOWN)}/{target.get('value', '0')}"


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printHorizontalPodAutoscaler."""
    spec, status = obj["spec"], obj.get("status") or {}
    reference = spec.get("scaleTargetRef") or {}
    return [
        obj["metadata"]["name"],
        f"{reference.get('kind', '')}/{reference.get('name', '')}",
        metrics_text(spec.get("metrics") or [], status.get("currentMetrics") or []),
        str(spec["minReplicas"]) if spec.get("minReplicas") is not None else "<unset>",
        spec.get("maxReplicas", 0),
        status.get("currentReplicas", 0),
        age(obj, now),
    ]


KIND = Kind(
    kind="HorizontalPodAutoscaler",
    plural="horizontalpodautoscalers",
    group="autoscaling",
    version="v2",
    singular="horizontalpodautoscaler",
    short_names=("hpa",),
    categories=("all",),
    subresources=("status",),
    columns=(NAME, *texts("Reference", "Targets", "MinPods", "MaxPods", "Replicas"), AGE),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_status=validate_status,
)
