"""The node lifecycle: a node whose kubelet falls silent becomes Unknown, and taints say what is wrong with a node.

Heartbeats are computed when leases are read, so there is nothing to watch: all nodes are looked at when the oldest
heartbeat could have run out, on a grid of five seconds. Not modelled: zones (all nodes are of one).
"""

from __future__ import annotations

import math

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.edit import set_in, set_or_remove
from k8s_magic.objects.meta import Key, Obj, name, uid
from k8s_magic.objects.pods import condition, condition_is_true, set_condition
from k8s_magic.objects.times import parse_time, rfc3339

ALL_NODES = Key("", "")
"""The key of the look at every node's heartbeat."""
PERIOD_S, GRACE_S, STARTUP_GRACE_S = 5, 50.0, 60.0
UNREACHABLE, NOT_READY = "node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
# A node's condition and the status of it that is a taint.
TAINTS_OF_CONDITIONS = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
OF_KUBELET = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
SECONDS_BETWEEN_EVICTIONS = 10.0
UNHEALTHY_FRACTION, LARGE_CLUSTER = 0.55, 50


class NodeLifecycleController(Controller):
    """Models pkg/controller/nodelifecycle."""

    name = "node-controller"
    kind = "nodes"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._known: dict[str, Obj] = {}
        self._tainted_at = -math.inf
        self._all_well = False

    def watches(self) -> dict[str, Mapper]:
        return {"nodes": self._node_changed}

    def _node_changed(self, event: WatchEvent, old: Obj | None) -> list[Key]:
        new = condition(event.object, "Ready")
        before = condition(old, "Ready") if old is not None else None
        same = new is not None and before is not None and new["status"] == before["status"]
        if same and event.type == "MODIFIED":
            return []
        self._all_well = False
        return [ALL_NODES]

    def reconcile(self, key: Key) -> float | None:
        if key == ALL_NODES:
            return self._look_at_all()
        node = self.client.peek("nodes", key.name)
        if node is not None:
            self._taint_by_conditions(node)
        return None

    # --- Heartbeats ---

    def _look_at_all(self) -> float | None:
        now = self.client.now()
        if self._all_well:
            # All were ready, and none has told otherwise: then only a silence is of interest, and the oldest heartbeat tells it.
            silent_at = min(self.client.heartbeats().values(), default=now) + GRACE_S
            if now <= silent_at:
                return self._on_grid(silent_at + 0.001, now)
        nodes = self.client.items("nodes")
        self._tell_of_changes(nodes)
        next_looks = [self._check_health(node, now) for node in nodes]
        next_looks.append(self._taint_for_eviction(now))
        due = [at for at in next_looks if at is not None]
        self._all_well = bool(nodes) and all(condition_is_true(node, "Ready") for node in self.client.items("nodes"))
        return self._on_grid(min(due), now) if due else None

    @staticmethod
    def _on_grid(at: float, now: float) -> float:
        """Seconds until the first look at or after `at`."""
        return math.ceil(max(at, now + 0.001) / PERIOD_S) * PERIOD_S - now

    def _tell_of_changes(self, nodes: list[Obj]) -> None:
        present = {uid(node): node for node in nodes}
        for node in nodes:
            if uid(node) not in self._known:
                self._tell(node, "RegisteredNode", f"Registered Node {name(node)} in Controller")
        for gone in [node for key, node in self._known.items() if key not in present]:
            self._tell(gone, "RemovingNode", f"Removing Node {name(gone)} from Controller")
        self._known = present

    def _tell(self, node: Obj, reason: str, message: str) -> None:
        self.events.event(node, "Normal", reason, f"Node {name(node)} event: {message}")

    def _check_health(self, node: Obj, now: float) -> float | None:
        """Mark a silent node; gives when to look again. Models tryUpdateNodeHealth."""
        ready = condition(node, "Ready")
        last = self._heartbeat(node)
        silent_at = last + (GRACE_S if ready is not None else STARTUP_GRACE_S)
        if now <= silent_at:
            return silent_at + 0.001
        if ready is not None and ready["status"] == "Unknown":
            return now + PERIOD_S  # It may come back, which a lease tells and no event.
        self._mark_unknown(node, now)
        if ready is not None and ready["status"] == "True":
            self.events.event(node, "Normal", "NodeNotReady", f"Node {name(node)} status is now: NodeNotReady")
            self._mark_pods_not_ready(node, now)
        return now + PERIOD_S

    def _heartbeat(self, node: Obj) -> float:
        """When the kubelet was last heard of."""
        created = parse_time(node["metadata"]["creationTimestamp"])
        try:
            lease = self.client.get("leases.coordination.k8s.io", name(node), "kube-node-lease")
        except ApiError as error:
            if error.reason != "NotFound":
                raise
            return created
        renewed = lease["spec"].get("renewTime")
        return parse_time(renewed) if renewed else created

    def _mark_unknown(self, node: Obj, now: float) -> None:
        read = self.client.get("nodes", name(node))
        conditions = read.get("status", {}).get("conditions") or []
        for kind in OF_KUBELET:
            old = condition({"status": {"conditions": conditions}}, kind)
            new = {"type": kind, "status": "Unknown", "lastHeartbeatTime": node["metadata"]["creationTimestamp"]}
            if old is None:
                new.update(reason="NodeStatusNeverUpdated", message="Kubelet never posted node status.")
            else:
                new.update(reason="NodeStatusUnknown", message="Kubelet stopped posting node status.")
                new["lastHeartbeatTime"] = old.get("lastHeartbeatTime", new["lastHeartbeatTime"])
            conditions = set_condition(conditions, new, now)
        self.client.write_status("nodes", set_in(read, ("status", "conditions"), conditions))

    def _mark_pods_not_ready(self, node: Obj, now: float) -> None:
        for pod in self.client.by_node(name(node)):
            ready = condition(pod, "Ready")
            if ready is None or ready["status"] == "False":
                continue
            conditions = set_condition(pod["status"]["conditions"], {**ready, "status": "False"}, now)
            self.client.write_status("pods", set_in(pod, ("status", "conditions"), conditions))
            self.events.event(pod, "Warning", "NodeNotReady", "Node is not ready")

    # --- Taints ---

    def _taint_by_conditions(self, node: Obj) -> None:
        """Models doNoScheduleTaintingPass, and processTaintBaseEviction for a node that is well."""
        taints = node["spec"].get("taints") or []
        conditions = (node.get("status") or {}).get("conditions") or ()
        wanted = [TAINTS_OF_CONDITIONS[c["type"], c["status"]] for c in conditions if (c["type"], c["status"]) in TAINTS_OF_CONDITIONS]
        wanted += [UNSCHEDULABLE] if node["spec"].get("unschedulable") else []
        ours = {*TAINTS_OF_CONDITIONS.values(), UNSCHEDULABLE}
        kept = [t for t in taints if t["effect"] != "NoSchedule" or t["key"] not in ours or t["key"] in wanted]
        there = {t["key"] for t in kept if t["effect"] == "NoSchedule"}
        new = [self._taint(key, "NoSchedule") for key in wanted if key not in there]
        ready = condition(node, "Ready")
        if ready is not None and ready["status"] == "True":
            kept = [t for t in kept if not _evicts(t)]
        self._write_taints(node, [*kept, *new])

    def _taint(self, key: str, effect: str) -> Obj:
        return {"key": key, "effect": effect, "timeAdded": rfc3339(self.client.now())}

    def _write_taints(self, node: Obj, taints: list[Obj]) -> None:
        if taints != (node["spec"].get("taints") or []):
            self.client.update("nodes", set_or_remove(node, ("spec", "taints"), taints))

    def _taint_for_eviction(self, now: float) -> float | None:
        """NoExecute on nodes that are not ready, one in ten seconds; gives when the next may be. Models doNoExecuteTaintingPass."""
        nodes = self.client.items("nodes")
        unready = [node for node in nodes if (ready := condition(node, "Ready")) is not None and ready["status"] != "True"]
        if nodes and len(unready) == len(nodes):
            for node in unready:  # All at once: more likely that this end is cut off than that every node died.
                self._write_taints(node, [t for t in node["spec"].get("taints") or [] if not _evicts(t)])
            return None
        many = len(unready) > 2 and len(unready) / len(nodes) >= UNHEALTHY_FRACTION
        for node in unready:
            ready = condition(node, "Ready")
            wanted = NOT_READY if ready is not None and ready["status"] == "False" else UNREACHABLE
            taints = node["spec"].get("taints") or []
            present = [t["key"] for t in taints if _evicts(t)]
            if present == [wanted]:
                continue
            if not present and many and len(nodes) <= LARGE_CLUSTER:
                continue
            if not present and now < self._tainted_at + SECONDS_BETWEEN_EVICTIONS:
                return self._tainted_at + SECONDS_BETWEEN_EVICTIONS
            self._tainted_at = self._tainted_at if present else now
            self._write_taints(node, [*(t for t in taints if not _evicts(t)), self._taint(wanted, "NoExecute")])
        return None


def _evicts(taint: Obj) -> bool:
    return taint["effect"] == "NoExecute" and taint["key"] in (NOT_READY, UNREACHABLE)
