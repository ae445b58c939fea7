"""What an object counts against a ResourceQuota. Models staging/src/k8s.io/apiserver/pkg/quota and pkg/quota/v1/evaluator/core."""

from __future__ import annotations

from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj, get_in, is_deleting
from k8s_magic.objects.pod_template import pod_limits, pod_requests
from k8s_magic.objects.pods import is_terminal

# Resources that a quota may also name without "count/".
COUNTED_BY_NAME = ("configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services")
COMPUTE = ("cpu", "memory", "ephemeral-storage")


def usage(resource: str, obj: Obj) -> dict[str, str]:
    """Quota resource -> canonical quantity that `obj` uses of it."""
    used = {f"count/{resource}": "1"}
    if resource in COUNTED_BY_NAME:
        used[resource] = "1"
    if resource == "pods":
        return {**used, **_pod_usage(obj)}
    if resource == "services":
        return {**used, **_service_usage(obj)}
    if resource == "persistentvolumeclaims":
        return {**used, **_claim_usage(obj)}
    return used


def _pod_usage(pod: Obj) -> dict[str, str]:
    if is_terminal(pod):
        return {}  # What has ended still counts as an object, but holds nothing.
    used = {"pods": "1"}
    for side, amounts in (("requests", pod_requests(pod)), ("limits", pod_limits(pod))):
        for name, amount in amounts.items():
            text = quantity.from_milli(amount) if name == "cpu" else _bytes(name, amount)
            used[f"{side}.{name}"] = text
            if side == "requests" and name in COMPUTE:
                used[name] = text
    return used


def _bytes(name: str, amount: int) -> str:
    return quantity.from_value(amount, quantity.BINARY_SI if name in COMPUTE or name.startswith("hugepages-") else quantity.DECIMAL_SI)


def _service_usage(service: Obj) -> dict[str, str]:
    spec, ports = service.get("spec", {}), len(get_in(service, "spec", "ports", default=[]))
    kind = spec.get("type")
    if kind == "NodePort":
        return {"services.nodeports": str(ports), "services.loadbalancers": "0"}
    if kind == "LoadBalancer":
        node_ports = ports if spec.get("allocateLoadBalancerNodePorts", True) else 0
        return {"services.nodeports": str(node_ports), "services.loadbalancers": "1"}
    return {"services.nodeports": "0", "services.loadbalancers": "0"}


def _claim_usage(claim: Obj) -> dict[str, str]:
    storage = get_in(claim, "spec", "resources", "requests", "storage", default="0")
    used = {"requests.storage": storage}
    storage_class = get_in(claim, "spec", "storageClassName", default="")
    if storage_class:
        prefix = f"{storage_class}.storageclass.storage.k8s.io"
        used |= {f"{prefix}/requests.storage": storage, f"{prefix}/persistentvolumeclaims": "1"}
    return used


def applies(quota: Obj, resource: str, obj: Obj) -> bool:
    """Whether the quota's scopes take the object in; a quota without scopes takes all."""
    scopes = [{"scopeName": name} for name in get_in(quota, "spec", "scopes", default=[])]
    scopes += get_in(quota, "spec", "scopeSelector", "matchExpressions", default=[])
    if not scopes:
        return True
    return resource == "pods" and all(_in_scope(scope, obj) for scope in scopes)


def _in_scope(scope: Obj, pod: Obj) -> bool:
    name = scope["scopeName"]
    bounded = get_in(pod, "spec", "activeDeadlineSeconds") is not None
    best_effort = not pod_requests(pod) and not pod_limits(pod)
    if name in ("Terminating", "NotTerminating"):
        return bool(bounded == (name == "Terminating"))
    if name in ("BestEffort", "NotBestEffort"):
        return bool(best_effort == (name == "BestEffort"))
    if name == "PriorityClass":
        return _expression(scope, get_in(pod, "spec", "priorityClassName", default=""))
    return False


def _expression(scope: Obj, value: str) -> bool:
    operator, values = scope.get("operator", "Exists"), scope.get("values") or ()
    return bool({"Exists": value, "DoesNotExist": not value, "In": value in values, "NotIn": value not in values}[operator])


def total(parts: list[dict[str, str]], names: list[str]) -> dict[str, str]:
    """The sum of usages, for the resources that a quota names."""
    sums = dict.fromkeys(names, "0")
    for part in parts:
        for name in names:
            if name in part:
                sums[name] = part[name] if sums[name] == "0" else quantity.add(sums[name], part[name])
    return sums


def counts(obj: Obj) -> bool:
    """A pod that is past its grace period counts no more."""
    return not (is_deleting(obj) and obj.get("kind") == "Pod" and is_terminal(obj))
