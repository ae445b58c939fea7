"""ResourceQuotas: how much of what is rationed a namespace uses. Admission charges what comes; this counts again when something goes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects import quantity, quota
from k8s_magic.objects.meta import Key, Obj, namespace
from k8s_magic.objects.meta import key as key_of
from k8s_magic.objects.pods import is_terminal

NOT_COUNTED = ("events", "resourcequotas", "leases.coordination.k8s.io", "endpoints", "endpointslices.discovery.k8s.io")


class ResourceQuotaController(Controller):
    """Models pkg/controller/resourcequota."""

    name = "resourcequota-controller"
    kind = "resourcequotas"

    def watches(self) -> dict[str, Mapper]:
        namespaced = [kind.resource for kind in self.client.api.kinds.values() if kind.namespaced and kind.resource not in NOT_COUNTED]
        return {resource: partial(self._changed, resource) for resource in namespaced}

    def _changed(self, resource: str, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        """What goes gives back what it used; so does a pod that ends."""
        ended = resource == "pods" and old is not None and is_terminal(event.object) and not is_terminal(old)
        resized = resource in ("services", "persistentvolumeclaims") and event.type == "MODIFIED"
        if event.type != "DELETED" and not ended and not resized:
            return ()
        return [key_of(one) for one in self.client.items("resourcequotas", namespace(event.object))]

    def reconcile(self, key: Key) -> float | None:
        one = self.client.peek("resourcequotas", key.name, key.namespace)
        if one is None:
            return None
        hard: dict[str, str] = one["spec"].get("hard") or {}
        status = {"hard": hard, "used": self._used(one, hard)}
        before = one.get("status") or {}
        if before.get("hard") != hard or not _equal(before.get("used") or {}, status["used"]):
            self.client.write_status("resourcequotas", {**one, "status": status})
        return None

    def _used(self, one: Obj, hard: dict[str, str]) -> dict[str, str]:
        used = dict.fromkeys(sorted(hard), "0")
        for resource in self._counted_resources(hard):
            for obj in self.client.items(resource, namespace(one)):
                if quota.applies(one, resource, obj):
                    for what, amount in quota.usage(resource, obj).items():
                        if what in used:
                            used[what] = quantity.add(used[what], amount)
        return used

    def _counted_resources(self, hard: dict[str, str]) -> list[str]:
        """The resources whose objects use anything that is rationed."""
        counted = {what.removeprefix("count/") for what in hard}
        if any(what.startswith(("requests.", "limits.")) or what in ("pods", *quota.COMPUTE) for what in hard):
            counted |= {"pods", "persistentvolumeclaims"}
        if any(what.startswith("services.") for what in hard):
            counted.add("services")
        if any("storageclass.storage.k8s.io" in what for what in hard):
            counted.add("persistentvolumeclaims")
        return sorted(counted & set(self.client.api.kinds))


def _equal(one: dict[str, str], other: dict[str, str]) -> bool:
    return one.keys() == other.keys() and all(quantity.compare(one[k], other[k]) == 0 for k in one)
