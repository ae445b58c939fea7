"""kubectl describe horizontalpodautoscaler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import UNKNOWN, UNSET, Describer, Writer, date
from k8s_magic.objects import gotext, meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.quantity import canonical

RESOURCE = "horizontalpodautoscalers.autoscaling"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeHorizontalPodAutoscalerV2."""
    w = Writer()
    spec, status = obj["spec"], obj.get("status", {})
    parts.heading(w, obj)
    parts.both(w, obj)
    w.field("CreationTimestamp", date(obj["metadata"].get("creationTimestamp")))
    target = spec["scaleTargetRef"]
    w.field("Reference", f"{target.get('kind', '')}/{target.get('name', '')}")
    w.field("Metrics", "( current / target )")
    currents = status.get("currentMetrics") or []
    for i, metric in enumerate(spec.get("metrics") or ()):
        _metric(w, metric, currents[i] if i < len(currents) else {})
    w.field("Min replicas", spec.get("minReplicas", UNSET))
    w.field("Max replicas", spec["maxReplicas"])
    behavior = spec.get("behavior")
    if behavior:
        w.line("Behavior:")
        _direction(w, "Scale Up", behavior.get("scaleUp"))
        _direction(w, "Scale Down", behavior.get("scaleDown"))
    w.field(f"{target.get('kind', '')} pods", f"{status.get('currentReplicas', 0)} current / {status.get('desiredReplicas', 0)} desired")
    if status.get("conditions"):
        w.line("Conditions:")
        rows = ((each["type"], each["status"], each.get("reason", ""), each.get("message", "")) for each in status["conditions"])
        w.header("Type", "Status", "Reason", "Message")
        w.table(*rows)
    parts.events(w, d, obj)
    return w.text()


def _amount(found: Any) -> str:
    return UNKNOWN if found is None else canonical(found)


def _metric(w: Writer, metric: Obj, current: Obj) -> None:
    kind = metric.get("type", "")
    if kind not in _SHOW:
        w.line(f"<unknown metric type {gotext.quote(kind)}>", level=1)
        return
    key = kind[:1].lower() + kind[1:]
    now = current.get(key)
    w.line(*_SHOW[kind](metric[key], now.get("current", {}) if now else None), level=1)


def _shown(now: Obj | None, key: str) -> str:
    """What is measured; nothing yet, where the whole metric is missing."""
    return UNKNOWN if now is None else _amount(now.get(key, "0"))


def _external(source: Obj, now: Obj | None) -> tuple[str, str]:
    name = gotext.quote(meta.get_in(source, "metric", "name", default=""))
    average = source["target"].get("averageValue")
    if average is not None:
        current = _amount((now or {}).get("averageValue"))
        return f"{name} (target average value):", f"{current} / {canonical(average)}"
    return f"{name} (target value):", f"{_shown(now, 'value')} / {_amount(source['target'].get('value', '0'))}"


def _pods(source: Obj, now: Obj | None) -> tuple[str, str]:
    name = gotext.quote(meta.get_in(source, "metric", "name", default=""))
    return f"{name} on pods:", f"{_shown(now, 'averageValue')} / {_amount(source['target'].get('averageValue', '0'))}"


def _object(source: Obj, now: Obj | None) -> tuple[str, str]:
    described = source["describedObject"]
    average = source["target"].get("type") == "AverageValue"
    key = "averageValue" if average else "value"
    where = f'"{meta.get_in(source, "metric", "name", default="")}" on {described.get("kind", "")}/{described.get("name", "")}'
    title = f"{where} (target {'average ' if average else ''}value):"
    return title, f"{_shown(now, key)} / {_amount(source['target'].get(key, '0'))}"


def _resource(source: Obj, now: Obj | None) -> tuple[str, str]:
    return _utilization(f"resource {source['name']} on pods", source, now)


def _container_resource(source: Obj, now: Obj | None) -> tuple[str, str]:
    return _utilization(f'resource {source["name"]} of container "{source["container"]}" on pods', source, now)


def _utilization(title: str, source: Obj, now: Obj | None) -> tuple[str, str]:
    average = source["target"].get("averageValue")
    if average is not None:
        return f"{title}:", f"{_shown(now, 'averageValue')} / {canonical(average)}"
    current, target = UNKNOWN, source["target"].get("averageUtilization")
    if now and now.get("averageUtilization") is not None:
        current = f"{now['averageUtilization']}% ({_amount(now.get('averageValue', '0'))})"
    return f"{title}  (as a percentage of request):", f"{current} / {'<auto>' if target is None else f'{target}%'}"


_SHOW: dict[str, Callable[[Obj, Obj | None], tuple[str, str]]] = {
    "External": _external,
    "Pods": _pods,
    "Object": _object,
    "Resource": _resource,
    "ContainerResource": _container_resource,
}


def _direction(w: Writer, title: str, rules: Obj | None) -> None:
    if not rules:
        return
    w.line(f"{title}:", level=1)
    if rules.get("stabilizationWindowSeconds") is not None:
        w.line(f"Stabilization Window: {rules['stabilizationWindowSeconds']} seconds", level=2)
    policies = rules.get("policies") or []
    if policies:
        w.line(f"Select Policy: {rules.get('selectPolicy', 'Max')}", level=2)
        w.line("Policies:", level=2)
    for policy in policies:
        w.line(f"- Type: {policy['type']}", f"Value: {policy['value']}", f"Period: {policy['periodSeconds']} seconds", level=3)
