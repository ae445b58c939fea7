"""Taint eviction: pods leave a node that has a NoExecute taint, at once or when what they tolerate has run out."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Key, Obj, is_deleting, name, namespace, uid
from k8s_magic.objects.pods import condition, set_condition
from k8s_magic.objects.taints import NO_EXECUTE, tolerates

FOREVER = None
Pending = dict[str, tuple[float, Key]]
"""By a pod's uid: since when it has been under its node's taints, and its key."""
TARGET = {
    "type": "DisruptionTarget",
    "status": "True",
    "reason": "DeletionByTaintManager",
    "message": "Taint manager: deleting due to NoExecute taint",
}

MARKED_S = 0.02
"""How long a pod is marked before it is deleted. Upstream, too, a DaemonSet sees the taint and deletes the pod itself by then."""


class TaintEvictionController(Controller):
    """Models pkg/controller/tainteviction; its keys are nodes."""

    name = "taint-eviction-controller"
    kind = "nodes"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._pending: dict[str, Pending] = {}

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._pod_changed}

    def _pod_changed(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        spec = event.object["spec"]
        node_name = spec.get("nodeName")
        if not node_name or (old is not None and old["spec"] is spec):
            return ()
        node = self.client.peek("nodes", node_name)
        return (Key("", node_name),) if node is not None and no_execute_taints(node) else ()

    def reconcile(self, key: Key) -> float | None:
        node = self.client.peek("nodes", key.name)
        taints = no_execute_taints(node) if node is not None else []
        before = self._pending.pop(key.name, {})
        if not taints:
            for pod_key in (pod_key for _, pod_key in before.values()):
                self._tell(pod_key, "Cancelling deletion of")
            return None
        now = self.client.now()
        pending = self._pending[key.name] = {}
        for pod in self.client.by_node(key.name):
            self._consider(pod, taints, before.pop(uid(pod), None), pending, now)
        ends = [self._end(pod_key, taints, since) for since, pod_key in pending.values()]
        return min((max(end - now, MARKED_S) for end in ends if end is not None), default=None)

    def _consider(self, pod: Obj, taints: list[Obj], known: tuple[float, Key] | None, pending: Pending, now: float) -> None:
        """Evict a pod whose time is up, or note since when it has been counting."""
        if is_deleting(pod):
            return
        key = Key(namespace(pod), name(pod))
        stay = tolerated_seconds(pod, taints)
        since = known[0] if known is not None else now
        if stay is FOREVER:
            if known is not None:
                self._tell(key, "Cancelling deletion of")
        elif since + stay <= now and _is_marked(pod):
            self._delete(key)
        else:
            if since + stay <= now:
                self._mark(pod, key, now)
            pending[uid(pod)] = (since, key)

    def _end(self, key: Key, taints: list[Obj], since: float) -> float | None:
        pod = self.client.peek("pods", key.name, key.namespace)
        stay = tolerated_seconds(pod, taints) if pod is not None else FOREVER
        return None if stay is FOREVER else since + stay

    def _mark(self, pod: Obj, key: Key, now: float) -> None:
        self._tell(key, "Marking for deletion")
        target = {**TARGET, "observedGeneration": pod["metadata"]["generation"]} if pod["metadata"].get("generation") else TARGET
        conditions = set_condition((pod.get("status") or {}).get("conditions"), target, now)
        self.client.write_status("pods", set_in(pod, ("status", "conditions"), conditions))

    def _delete(self, key: Key) -> None:
        try:
            self.client.delete("pods", key.name, key.namespace)
        except ApiError as error:
            if error.reason != "NotFound":
                raise

    def _tell(self, key: Key, what: str) -> None:
        # The real one names the pod without its uid, so that `describe` does not find the event.
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": key.name, "namespace": key.namespace}}
        self.events.event(pod, "Normal", "TaintManagerEviction", f"{what} Pod {key.namespace}/{key.name}")


def _is_marked(pod: Obj) -> bool:
    found = condition(pod, "DisruptionTarget")
    return found is not None and found.get("reason") == TARGET["reason"]


def no_execute_taints(node: Obj) -> list[Obj]:
    return [taint for taint in node["spec"].get("taints") or () if taint["effect"] == NO_EXECUTE]


def tolerated_seconds(pod: Obj, taints: list[Obj]) -> float | None:
    """For how long the pod may stay under `taints`; None for ever. Models getMinTolerationTime."""
    used = []
    for taint in taints:
        matching = [t for t in pod["spec"].get("tolerations") or () if tolerates(t, taint)]
        if not matching:
            return 0.0
        used.append(matching[0])
    limits = [t["tolerationSeconds"] for t in used if t.get("tolerationSeconds") is not None]
    return float(max(0, min(limits))) if limits else FOREVER
