"""ReplicaSet and ReplicationController: keep so many pods of a template alive.

Not modelled: slow start of batches (the first refusal ends a batch) and expectations (reads here are never stale).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper, Retry
from k8s_magic.controllers.ownership import adopt_orphans, pod_from_template, release
from k8s_magic.controllers.pod_ranking import pods_to_delete
from k8s_magic.controllers.tally import Group, Tally
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, controller_of, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.pods import condition, is_active, is_available, ready_since
from k8s_magic.objects.selectors import Selector
from k8s_magic.objects.times import rfc3339

BURST = 500
"""Pods created or deleted in one reconcile, at most."""
TERMINATING_NAMESPACE = "because it is being terminated"


class ReplicaSetController(Controller):
    """Models pkg/controller/replicaset."""

    name = "replicaset-controller"
    kind = "replicasets.apps"
    adopts = ("pods",)
    # Its writes are pods; a Deployment, which writes one object, is done sooner.
    reaction_s = 0.01
    owner_kind: ClassVar[str] = "ReplicaSet"
    counts_terminating: ClassVar[bool] = True

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._tally = Tally(self.owner_kind)
        self._may_adopt: set[Key] = set()

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._pod_changed, self.kind: self._changed}

    def may_adopt(self, key: Key) -> None:
        self._may_adopt.add(key)

    def _changed(self, event: WatchEvent, old: Obj | None) -> list[Key]:
        key = Key(namespace(event.object), name(event.object))
        if event.type == "DELETED":
            self._may_adopt.discard(key)
        elif old is None or old["spec"].get("selector") != event.object["spec"].get("selector"):
            self._may_adopt.add(key)
        return []

    def _pod_changed(self, event: WatchEvent, old: Obj | None) -> Iterator[Key]:
        return self._tally.observe(event, old)

    def reconcile(self, key: Key) -> float | None:
        owner = self.client.peek(self.kind, key.name, key.namespace)
        if owner is None:
            return None
        selector = self.selector(owner)
        self._claim(key, owner, selector)
        groups = {g: n for g, n in self._tally.groups(uid(owner)).items() if selector.matches(dict(g.labels))}
        now = self.client.now()
        available = self._available(owner, selector, groups, now)
        refusal = None if is_deleting(owner) else self._manage(owner, selector, _count(groups, "active"))
        self._write_status(key, owner, groups, available, refusal)
        if refusal is not None:
            raise Retry
        return self._next_check(owner, selector, now)

    # --- Pods ---

    def _claim(self, key: Key, owner: Obj, selector: Selector) -> None:
        if is_deleting(owner):
            return
        strangers = {g.labels for g in self._tally.groups(uid(owner)) if g.state == "active" and not selector.matches(dict(g.labels))}
        if strangers:
            for pod in self.client.by_owner("pods", uid(owner)):
                if is_active(pod) and not selector.matches(labels(pod)):
                    release(self.client, "pods", owner, pod)
        if key in self._may_adopt:
            adopt_orphans(self.client, "pods", owner, selector)
            self._may_adopt.discard(key)

    def _manage(self, owner: Obj, selector: Selector, active: int) -> ApiError | None:
        """Create or delete as many pods as are missing or too many; gives what the API refused, if it did."""
        excess = active - owner["spec"]["replicas"]
        if excess < 0:
            return self._create(owner, min(-excess, BURST))
        if excess > 0:
            return self._delete(owner, self._victims(owner, selector, min(excess, BURST)))
        return None

    def _create(self, owner: Obj, count: int) -> ApiError | None:
        pod = pod_from_template(owner, owner["spec"]["template"])
        for _ in range(count):
            try:
                created = self.client.create("pods", pod, namespace(owner))
            except ApiError as error:
                if TERMINATING_NAMESPACE in error.message:
                    return None  # Every creation will fail, and the owner will soon be gone.
                self.events.event(owner, "Warning", "FailedCreate", f"Error creating: {error.message}")
                return error
            self.events.event(owner, "Normal", "SuccessfulCreate", f"Created pod: {name(created)}")
        return None

    def _victims(self, owner: Obj, selector: Selector, count: int) -> list[Obj]:
        pods = [p for p in self.client.by_owner("pods", uid(owner)) if is_active(p) and selector.matches(labels(p))]
        parent = controller_of(owner)
        siblings = self.client.by_owner(self.kind, parent["uid"]) if parent else [owner]
        related = [pod for sibling in siblings for pod in self.client.by_owner("pods", uid(sibling))]
        return pods_to_delete(pods, related, count, self.client.now())

    def _delete(self, owner: Obj, victims: list[Obj]) -> ApiError | None:
        for pod in victims:
            try:
                self.client.delete("pods", name(pod), namespace(pod))
            except ApiError as error:
                if error.reason == "NotFound":
                    continue
                self.events.event(owner, "Warning", "FailedDelete", f"Error deleting: {error.message}")
                return error
            self.events.event(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {name(pod)}")
        return None

    # --- Status ---

    def _available(self, owner: Obj, selector: Selector, groups: dict[Group, int], now: float) -> int:
        seconds = owner["spec"].get("minReadySeconds", 0)
        if not seconds:
            return _count(groups, "active", ready=True)
        pods = self.client.by_owner("pods", uid(owner))
        return sum(1 for p in pods if is_active(p) and selector.matches(labels(p)) and is_available(p, seconds, now))

    def _write_status(self, key: Key, owner: Obj, groups: dict[Group, int], available: int, refusal: ApiError | None) -> None:
        wanted = (owner["spec"]["template"].get("metadata") or {}).get("labels") or {}
        active = _count(groups, "active")
        old = owner.get("status") or {}
        new: Obj = {
            "replicas": active,
            "fullyLabeledReplicas": sum(n for g, n in groups.items() if g.state == "active" and wanted.items() <= dict(g.labels).items()),
            "readyReplicas": _count(groups, "active", ready=True),
            "availableReplicas": available,
            "observedGeneration": owner["metadata"].get("generation", 0),
            "conditions": self._conditions(owner, active, refusal),
        }
        new = {k: v for k, v in new.items() if v or k == "replicas"}
        if self.counts_terminating:
            new["terminatingReplicas"] = _count(groups, "terminating")
        if new != old:
            self.client.write_status(self.kind, {**owner, "status": new})

    def _conditions(self, owner: Obj, active: int, refusal: ApiError | None) -> list[Obj]:
        conditions: list[Obj] = (owner.get("status") or {}).get("conditions") or []
        failure = condition(owner, "ReplicaFailure")
        if refusal is not None and failure is None:
            reason = "FailedCreate" if active < owner["spec"]["replicas"] else "FailedDelete"
            new = {"type": "ReplicaFailure", "status": "True", "reason": reason, "message": refusal.message}
            return [*conditions, {**new, "lastTransitionTime": rfc3339(self.client.now())}]
        if refusal is None and failure is not None:
            return [c for c in conditions if c["type"] != "ReplicaFailure"]
        return conditions

    def _next_check(self, owner: Obj, selector: Selector, now: float) -> float | None:
        """When the next pod turns available by having been ready for long enough."""
        seconds = owner["spec"].get("minReadySeconds", 0)
        if not seconds:
            return None
        pods = self.client.by_owner("pods", uid(owner))
        since = [ready_since(p) for p in pods if is_active(p) and selector.matches(labels(p))]
        left = [t + seconds - now for t in since if t is not None and t + seconds > now]
        return min(left, default=None)


class ReplicationControllerController(ReplicaSetController):
    """The older form, whose selector is a plain map. Models pkg/controller/replication."""

    name = "replication-controller"
    kind = "replicationcontrollers"
    owner_kind = "ReplicationController"
    counts_terminating = False

    def selector(self, owner: Obj) -> Selector:
        return selectors.from_map(owner["spec"].get("selector"))


def _count(groups: dict[Group, int], state: str, *, ready: bool = False) -> int:
    return sum(number for group, number in groups.items() if group.state == state and (group.ready or not ready))
