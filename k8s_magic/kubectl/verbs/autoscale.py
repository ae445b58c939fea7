"""kubectl autoscale: a HorizontalPodAutoscaler for what can be scaled. Models kubectl/pkg/cmd/autoscale."""

from __future__ import annotations

import re

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.generate import compact, metadata
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

_UNITS = {"cpu": "m", "memory": "Mi"}


async def run(call: Call) -> int | None:
    """Create an autoscaler for each object."""
    dry = common.dry_run(call)
    metrics = _check(call)
    made: list[Obj] = []

    def autoscale(info: Info) -> None:
        if not _scales(call, info):
            raise UsageError(
                f"cannot autoscale a {info.mapping.kind}: could not find scale subresource for {info.mapping.gvr} in discovery information"
            )
        hpa = recording.recorded(call, _autoscaler(call, info, metrics))
        if dry == "client":
            common.object_printer(call, "created", dry, typed=True)(hpa)
        else:
            hpa = common.with_renewed_annotation(call, hpa, typed=True)
            options = common.write_options(call, dry)
            try:
                done = call.client.create("horizontalpodautoscalers.autoscaling", hpa, call.namespace, options=options)
            except ApiError:
                _check_fallback(call)
                old = common.with_renewed_annotation(call, recording.recorded(call, _older(call, info)), typed=True)
                done = call.client.create("horizontalpodautoscalers.v1.autoscaling", old, call.namespace, options=options)
            common.object_printer(call, "autoscaled", dry)(done)
        made.append(hpa)

    builder.select(call, builder.query_of(call)).visit(autoscale)
    if not made:
        raise UsageError("no objects passed to autoscale")
    return None


def _check_fallback(call: Call) -> None:
    """Upstream tries autoscaling/v1 next, which knows a percentage of CPU alone. Models canCreateHPAV1."""
    cpu, why = call.flags["cpu"], "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1"
    if not cpu:
        raise UsageError(f"{why}: empty input")
    if call.flags["memory"] or not (call.flags["cpu-percent"] >= 0 or cpu.strip().endswith("%")):
        raise UsageError(f"{why}: %!w(<nil>)")


def _check(call: Call) -> list[Obj]:
    """Refuse what cannot be; gives the metrics that the flags ask for."""
    flags = call.flags
    most, least = flags["max"], flags["min"]
    if most < 1:
        raise UsageError(f"--max=MAXPODS is required and must be at least 1, max: {most}")
    if most < least:
        raise UsageError(f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}")
    if flags["cpu-percent"] > 0 and flags["cpu"]:
        raise UsageError("--cpu-percent and --cpu are mutually exclusive")
    metrics = [_metric("cpu", {"type": "Utilization", "averageUtilization": flags["cpu-percent"]})] if flags["cpu-percent"] > 0 else []
    return metrics + [_metric(name, _target(name, flags[name])) for name in _UNITS if flags[name]]


def _metric(name: str, target: Obj) -> Obj:
    return {"type": "Resource", "resource": {"name": name, "target": target}}


def _target(name: str, text: str) -> Obj:
    """`80%` is a utilization, anything else an amount."""
    text = text.strip()
    if text.endswith("%"):
        if not re.fullmatch(r"\+?\d+", text[:-1]):
            raise UsageError(f"invalid percentage value: {text[:-1]}")
        return {"type": "Utilization", "averageUtilization": int(text[:-1])}
    amount = text + _UNITS[name] if re.fullmatch(r"\d+(\.\d+)?", text) else text
    try:
        return {"type": "AverageValue", "averageValue": quantity.canonical(amount)}
    except quantity.QuantityError:
        raise UsageError(f"invalid resource {name} value: {text}") from None


def _scales(call: Call, info: Info) -> bool:
    """Whether discovery names a scale of what is to be scaled."""
    mapping = info.mapping
    found = [r for r in call.environment.discovery.resources(call.client) if f"{r['name']}.{r['group']}".rstrip(".") == mapping.resource]
    return any("scale" in r.get("subresources", ()) for r in found)


def _older(call: Call, info: Info) -> Obj:
    new = _autoscaler(call, info, [])
    percent = {"targetCPUUtilizationPercentage": call.flags["cpu-percent"]} if call.flags["cpu-percent"] >= 0 else {}
    status = {"currentReplicas": 0, "desiredReplicas": 0}
    return {**new, "apiVersion": "autoscaling/v1", "spec": {**new["spec"], **percent}, "status": status}


def _autoscaler(call: Call, info: Info, metrics: list[Obj]) -> Obj:
    spec = compact(
        scaleTargetRef={"kind": info.mapping.kind, "name": info.name, "apiVersion": info.mapping.api_version},
        minReplicas=call.flags["min"] if call.flags["min"] > 0 else None,
        maxReplicas=call.flags["max"],
        metrics=metrics,
    )
    return {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": "autoscaling/v2",
        "metadata": metadata(call, call.flags["name"] or info.name),
        "spec": spec,
        "status": {"desiredReplicas": 0, "currentMetrics": None},
    }


VERB = Verb("autoscale", "Make a HorizontalPodAutoscaler.", run, examples=("kubectl autoscale deployment web --min=2 --max=5 --cpu=80%",))
