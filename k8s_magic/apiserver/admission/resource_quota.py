"""ResourceQuota: a write that would use more than the namespace may have is refused; what is let in is charged at once."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects import meta, quantity, quota
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

# Last, so that nothing is charged for a write that another plugin refuses.
ORDER = 1000
MUST_BE_SAID = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory", "cpu", "memory")


def validate(attributes: Attributes) -> None:
    """Models apiserver/pkg/admission/plugin/resourcequota CheckRequest."""
    if attributes.subresource or attributes.operation == "DELETE" or not attributes.kind.namespaced:
        return
    if attributes.kind.resource in ("events", "resourcequotas") and attributes.operation == "UPDATE":
        return
    quotas = attributes.store.items("resourcequotas", attributes.namespace)
    charges = [(q, _delta(attributes, q)) for q in quotas if quota.applies(q, attributes.kind.resource, attributes.draft)]
    for one, delta in charges:
        _check(attributes, one, delta)
    for one, delta in charges:
        if delta and not attributes.dry_run:
            _charge(attributes, one, delta)


def _delta(attributes: Attributes, one: Obj) -> dict[str, str]:
    """What the write adds to the usage of what the quota names."""
    hard = _hard(one)
    new = quota.usage(attributes.kind.resource, attributes.draft)
    old = quota.usage(attributes.kind.resource, attributes.old) if attributes.old else {}
    if attributes.operation == "CREATE" and attributes.kind.resource == "pods":
        _must_say(attributes, one, hard)
    delta = {name: quantity.subtract(amount, old.get(name, "0")) if old else amount for name, amount in new.items() if name in hard}
    return {name: amount for name, amount in delta.items() if quantity.compare(amount, 0) > 0}


def _hard(one: Obj) -> dict[str, str]:
    return meta.get_in(one, "status", "hard", default=None) or meta.get_in(one, "spec", "hard", default={})  # type: ignore[no-any-return]


def _must_say(attributes: Attributes, one: Obj, hard: dict[str, str]) -> None:
    """A pod has to say what it wants of what is rationed, container by container."""
    missing: dict[str, list[str]] = {}
    for container in [*attributes.draft["spec"].get("containers", ()), *(attributes.draft["spec"].get("initContainers") or ())]:
        for name in MUST_BE_SAID:
            side, _, resource = name.rpartition(".")
            if name in hard and resource not in ((container.get("resources") or {}).get(side or "requests") or {}):
                missing.setdefault(name, []).append(container["name"])
    if missing:
        said = "; ".join(f"{name} for: {','.join(containers)}" for name, containers in sorted(missing.items()))
        raise forbidden(attributes.kind, attributes.name, f"failed quota: {meta.name(one)}: must specify {said}")


def _check(attributes: Attributes, one: Obj, delta: dict[str, str]) -> None:
    hard, used = _hard(one), meta.get_in(one, "status", "used", default={})
    over = sorted(n for n, amount in delta.items() if quantity.compare(quantity.add(used.get(n, "0"), amount), hard[n]) > 0)
    if over:
        parts = [",".join(f"{n}={quantity.canonical(of.get(n, '0'))}" for n in over) for of in (delta, used, hard)]
        why = f"exceeded quota: {meta.name(one)}, requested: {parts[0]}, used: {parts[1]}, limited: {parts[2]}"
        raise forbidden(attributes.kind, attributes.name, why)


def _charge(attributes: Attributes, one: Obj, delta: dict[str, str]) -> None:
    used = dict(meta.get_in(one, "status", "used", default={}))
    if not used:
        return  # The controller has not counted yet; its first count takes this write in.
    for name, amount in delta.items():
        used[name] = quantity.add(used.get(name, "0"), amount)
    charged = set_in(one, ("status", "used"), used)
    attributes.store.put("resourcequotas", meta.key(one), charged, time=attributes.api.loop.now, actor="resourcequota-admission", causes=())
