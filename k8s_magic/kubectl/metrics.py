"""What the metrics API says, as `kubectl top` prints it. Models kubectl/pkg/metricsutil."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

GROUP = "metrics.k8s.io"
Usage = Mapping[str, str]


def read(call: Call, plural: str, name: str, namespace: str, *, labels: str, fields: str = "") -> list[Obj]:
    """NodeMetrics or PodMetrics. Errors: UsageError where the cluster has no metrics API."""
    resource = f"{plural}.{GROUP}"
    if not any(each["group"] == GROUP for each in call.environment.discovery.resources(call.client)):
        raise UsageError("Metrics API not available")
    if name:
        return [call.client.get(resource, name, namespace)]
    return list(call.client.list(resource, namespace, labels=labels, fields=fields)["items"])


def total(usages: Iterable[Usage]) -> Usage:
    """The sum of what containers use."""
    found = list(usages)
    return {key: _sum(usage.get(key, "0") for usage in found) for key in ("cpu", "memory")}


def _sum(amounts: Iterable[str]) -> str:
    result = "0"
    for amount in amounts:
        result = quantity.add(result, amount)
    return result


def cells(usage: Usage, available: Usage | None = None) -> list[str]:
    """`250m`, `12%`, `64Mi`, `1%`: percents only where it is known what there is."""
    found = []
    for name in ("cpu", "memory"):
        amount = usage.get(name, "0")
        shown = f"{quantity.milli(amount)}m" if name == "cpu" else f"{quantity.value(amount) // (1024 * 1024)}Mi"
        found.append(shown)
        if available is not None and name in available:
            whole = quantity.milli(available[name])
            found.append(f"{quantity.milli(amount) * 100 // whole if whole else 0}%")
    return found


def sort_key(usage: Usage, by: str) -> int:
    """Most first."""
    return -quantity.milli(usage.get(by, "0")) if by else 0


def check_sort(by: str) -> None:
    if by not in ("", "cpu", "memory"):
        raise UsageError("--sort-by accepts only cpu or memory")
