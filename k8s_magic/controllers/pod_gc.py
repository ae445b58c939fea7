"""Pod garbage: pods of a node that has gone are failed and removed, since no kubelet will do it."""

from __future__ import annotations

import math

from k8s_magic.apiserver.client import DeleteOptions, WatchEvent
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.meta import Key, Obj, is_deleting, name, namespace
from k8s_magic.objects.pods import is_terminal, set_condition

PERIOD_S, QUARANTINE_S = 20, 40
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
GONE = {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC", "message": "PodGC: node no longer exists"}


class PodGCController(Controller):
    """Models pkg/controller/podgc; its keys are nodes. Not modelled: the limit on finished pods (12,500)."""

    name = "pod-garbage-collector"
    kind = "nodes"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._gone_since: dict[str, float] = {}

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._pod_changed}

    def _pod_changed(self, event: WatchEvent, old: Obj | None) -> list[Key]:
        pod = event.object
        if event.type == "DELETED":
            return []
        node_name = pod["spec"].get("nodeName", "")
        is_bound = bool(node_name) and (old is None or not old["spec"].get("nodeName"))
        return [Key("", node_name)] if is_bound and self.client.peek("nodes", node_name) is None else []

    def reconcile(self, key: Key) -> float | None:
        now = self.client.now()
        node = self.client.peek("nodes", key.name)
        if node is not None:
            self._gone_since.pop(key.name, None)
            if any(taint["key"] == OUT_OF_SERVICE for taint in node["spec"].get("taints") or ()):
                self._remove([pod for pod in self.client.by_node(key.name) if is_deleting(pod)], None)
            return None
        pods = self.client.by_node(key.name)
        if not pods:
            self._gone_since.pop(key.name, None)
            return None
        # Found missing at one look, and still missing at the first look after the quarantine.
        since = self._gone_since.setdefault(key.name, now)
        due = math.ceil((math.ceil(since / PERIOD_S) * PERIOD_S + QUARANTINE_S) / PERIOD_S) * PERIOD_S
        if now < due:
            return due - now
        self._remove(pods, GONE)
        return None

    def _remove(self, pods: list[Obj], why: Obj | None) -> None:
        for pod in pods:
            status = pod.get("status") or {}
            if not is_terminal(pod):
                conditions = set_condition(status.get("conditions"), why, self.client.now()) if why else status.get("conditions")
                status = {**status, "phase": "Failed", "conditions": conditions}
                self.client.write_status("pods", {**pod, "status": status})
            self.client.delete("pods", name(pod), namespace(pod), options=DeleteOptions(grace_seconds=0))
