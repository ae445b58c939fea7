"""Tables of quotas and limits, which a Namespace's description shows as well."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe.writer import Writer
from k8s_magic.objects import meta, quantity
from k8s_magic.objects.meta import Obj

_PODS = "Matches all pods that "
_SCOPES = {
    "Terminating": _PODS
    + "have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
    "NotTerminating": _PODS + "do not have an active deadline. "
    "These pods usually include long running pods whose container command is not expected to terminate.",
    "BestEffort": _PODS + "do not have resource requirements set. These pods have a best effort quality of service.",
    "NotBestEffort": _PODS + "have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
}
LIMIT_TITLES = ("Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio")
_LIMIT_KEYS = ("min", "max", "defaultRequest", "default", "maxLimitRequestRatio")


def scopes(w: Writer, quota: Obj, level: int, bullet: str) -> None:
    """The scopes of a quota, each explained."""
    found = sorted(quota["spec"].get("scopes") or ())
    if found:
        w.field("Scopes", ", ".join(found), level)
        for scope in found:
            if scope in _SCOPES:
                w.write(f"{bullet}{_SCOPES[scope]}\n", level)


def usage(w: Writer, quota: Obj, level: int, *, alike: bool = False) -> None:
    """Used and hard amounts by resource; `alike`: what is used is written with the suffixes of what may be."""
    status = quota.get("status", {})
    used, hard = status.get("used") or {}, status.get("hard") or {}
    for name in sorted(hard):
        amount, limit = quantity.parse(used.get(name, "0")), quantity.parse(hard[name])
        if alike and amount.format != limit.format:
            amount = quantity.parse(quantity.from_value(quantity.value(amount), limit.format))
        w.line(name, quantity.canonical(amount), quantity.canonical(limit), level=level)


def quota_list(w: Writer, quotas: Sequence[Obj]) -> None:
    """Models DescribeResourceQuotas."""
    if not quotas:
        w.line("No resource quota.")
        return
    w.line("Resource Quotas")
    for quota in sorted(quotas, key=meta.name):
        w.field("Name", meta.name(quota), 1)
        scopes(w, quota, 1, "* ")
        w.table(("Resource", "Used", "Hard"), ("--------", "---", "---"))
        usage(w, quota, 1)


def limits(w: Writer, limit_range: Obj, prefix: str = "") -> None:
    """One line a type and resource."""
    for item in limit_range["spec"].get("limits") or ():
        for name in sorted({name for key in _LIMIT_KEYS for name in item.get(key) or {}}):
            amounts = [(item.get(key) or {}).get(name) for key in _LIMIT_KEYS]
            w.line(f"{prefix}{item.get('type', '')}", name, *("-" if each is None else quantity.canonical(each) for each in amounts))


def limit_list(w: Writer, limit_ranges: Sequence[Obj]) -> None:
    """Models DescribeLimitRanges."""
    if not limit_ranges:
        w.line("No LimitRange resource.")
        return
    w.line("Resource Limits")
    w.line(" Type", *LIMIT_TITLES[1:])
    w.line(" ----", *("-" * len(title) for title in LIMIT_TITLES[1:]))
    for limit_range in limit_ranges:
        limits(w, limit_range, " ")
