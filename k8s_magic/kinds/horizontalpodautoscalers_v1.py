"""HorizontalPodAutoscaler in autoscaling/v1: one target for CPU; what that version has no field for stands in annotations.

Models pkg/apis/autoscaling/v1/conversion.go. Not modelled: current metrics other than CPU.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from k8s_magic.kinds import horizontalpodautoscalers as v2
from k8s_magic.objects.meta import Obj

PREFIX = "autoscaling.alpha.kubernetes.io/"
METRICS, BEHAVIOR, CONDITIONS = PREFIX + "metrics", PREFIX + "behavior", PREFIX + "conditions"
CONDITION = ("type", "status", "lastTransitionTime", "reason", "message")
SAME_STATUS = ("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")


def _is_cpu(metric: Obj) -> bool:
    resource = metric.get("resource") or {}
    return (
        metric.get("type") == "Resource" and resource.get("name") == "cpu" and (resource.get("target") or {}).get("type") == "Utilization"
    )


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def from_stored(obj: Obj) -> Obj:
    """autoscaling/v2 as v1."""
    spec = dict(obj["spec"])
    metrics, behavior = spec.pop("metrics", None) or [], spec.pop("behavior", None)
    cpu = next((m for m in metrics if _is_cpu(m)), None)
    if cpu:
        spec["targetCPUUtilizationPercentage"] = cpu["resource"]["target"].get("averageUtilization")
    status = obj.get("status") or {}
    more = {
        METRICS: [m for m in metrics if m is not cpu],
        BEHAVIOR: behavior,
        CONDITIONS: [{field: each[field] for field in CONDITION if field in each} for each in status.get("conditions") or ()],
    }
    shown = {key: _compact(value) for key, value in more.items() if value}
    metadata = dict(obj["metadata"])
    if shown:
        metadata["annotations"] = {**(metadata.get("annotations") or {}), **shown}
    result = {**obj, "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec}
    if "status" in obj:
        result["status"] = _status(status)
    return result


def _status(status: Obj) -> Obj:
    result = {"currentReplicas": 0, "desiredReplicas": 0} | {field: status[field] for field in SAME_STATUS if field in status}
    for metric in status.get("currentMetrics") or ():
        current = (metric.get("resource") or {}).get("current") or {}
        if (metric.get("resource") or {}).get("name") == "cpu" and "averageUtilization" in current:
            result["currentCPUUtilizationPercentage"] = current["averageUtilization"]
    return result


def to_stored(obj: Obj) -> Obj:
    """autoscaling/v1 as v2."""
    metadata = dict(obj.get("metadata") or {})
    annotations = dict(metadata.get("annotations") or {})
    kept = {key: _read(annotations.pop(key, "")) for key in (METRICS, BEHAVIOR, CONDITIONS)}
    if "annotations" in metadata:
        metadata["annotations"] = annotations
        if not annotations:
            del metadata["annotations"]
    spec = dict(obj.get("spec") or {})
    target = spec.pop("targetCPUUtilizationPercentage", None)
    metrics = list(kept[METRICS]) if isinstance(kept[METRICS], list) else []
    if target is not None:
        wanted = {"type": "Utilization", "averageUtilization": target}
        metrics.append({"type": "Resource", "resource": {"name": "cpu", "target": wanted}})
    if metrics:
        spec["metrics"] = metrics
    if isinstance(kept[BEHAVIOR], dict):
        spec["behavior"] = kept[BEHAVIOR]
    result = {**obj, "apiVersion": "autoscaling/v2", "metadata": metadata, "spec": spec}
    if "status" in obj:
        status = {field: value for field, value in (obj["status"] or {}).items() if field in SAME_STATUS}
        result["status"] = {**status, **({"conditions": kept[CONDITIONS]} if isinstance(kept[CONDITIONS], list) else {})}
    return result


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


KIND = replace(v2.KIND, version="v1", stored_as=v2.KIND.resource, from_stored=from_stored, to_stored=to_stored)
