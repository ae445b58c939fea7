"""ClusterRoles that are the sum of others: `admin`, `edit`, `view` take in the rules of whatever carries their labels."""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, labels, name

RESOURCE = "clusterroles.rbac.authorization.k8s.io"


class ClusterRoleAggregationController(Controller):
    """Models pkg/controller/clusterroleaggregation."""

    name = "clusterrole-aggregation-controller"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._sums: dict[str, None] = {}

    def watches(self) -> dict[str, Mapper]:
        return {RESOURCE: self._changed}

    def _changed(self, event: WatchEvent, old: Obj | None) -> list[Key]:
        """Every role that is a sum: any other may be a part of it."""
        if event.type != "DELETED" and event.object.get("aggregationRule"):
            self._sums[name(event.object)] = None
        return [Key("", one) for one in self._sums]

    def reconcile(self, key: Key) -> float | None:
        role = self.client.peek(RESOURCE, key.name)
        if role is None or not role.get("aggregationRule"):
            return None
        rules = self._sum(role)
        if rules != (role.get("rules") or []):
            self.client.update(RESOURCE, {**role, "rules": rules})
        return None

    def _sum(self, role: Obj) -> list[Any]:
        rules: list[Any] = []
        for wanted in role["aggregationRule"].get("clusterRoleSelectors") or ():
            selector = selectors.from_label_selector(wanted)
            for other in self.client.items(RESOURCE):
                if name(other) != name(role) and selector.matches(labels(other)):
                    rules += [rule for rule in other.get("rules") or () if rule not in rules]
        return rules
