"""DaemonSets: a pod on each node that fits, replaced node by node when the template changes."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers import history
from k8s_magic.controllers.controller import Controller, Mapper, Retry
from k8s_magic.controllers.daemonset_pods import (
    Plan,
    bound_to,
    is_updated,
    oldest_first,
    plan_node,
    plan_update,
    target_node,
    template_for,
    with_tolerations,
)
from k8s_magic.controllers.node_fit import daemon_fit
from k8s_magic.controllers.ownership import claim, pod_from_template
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.meta import key as key_of
from k8s_magic.objects.pod_template import template_hash
from k8s_magic.objects.pods import is_active, is_available, is_ready, is_terminal, ready_since

RESOURCE = "daemonsets.apps"
NAMING = history.Naming(history.HASH_LABEL, lambda ds, collisions: template_hash(ds["spec"]["template"], collisions))
BURST = 250
TERMINATING_NAMESPACE = "because it is being terminated"
FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 1.0, 15 * 60.0


class DaemonSetController(Controller):
    """Models pkg/controller/daemon."""

    name = "daemonset-controller"
    kind = RESOURCE
    owns = ("pods",)
    adopts = ("pods",)
    reaction_s = 0.01

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._fits: dict[tuple[str, int], dict[str, tuple[str, tuple[bool, bool]]]] = {}
        # By DaemonSet and node: (when a failed pod was last deleted, how long to wait before the next).
        self._failures: dict[tuple[str, str], tuple[float, float]] = {}

    def watches(self) -> dict[str, Mapper]:
        return {"nodes": self._node_changed}

    def _node_changed(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        """A node that is gone wakes nobody: its pods do, when they are collected."""
        node = event.object
        if event.type == "DELETED":
            return ()
        if event.type == "MODIFIED" and old is not None and old["spec"] == node["spec"] and labels(old) == labels(node):
            return ()
        return [key_of(ds) for ds in self.client.items(RESOURCE)]

    def reconcile(self, key: Key) -> float | None:
        ds = self.client.peek(RESOURCE, key.name, key.namespace)
        if ds is None or is_deleting(ds):
            return None
        if ds["spec"]["selector"] == {}:
            message = "This daemon set is selecting all pods. A non-empty selector is required."
            self.events.event(ds, "Warning", "SelectingAll", message)
            return None
        revision, old = history.current(self.client, ds, history.claimed(self.client, ds), NAMING)
        hashed = history.hash_of(revision, NAMING)
        fits = self._fits_of(ds)
        wait, refused = self._act(ds, hashed, fits)
        if refused is None:
            used = {labels(pod).get(history.HASH_LABEL) for pod in self._pods(ds)}
            history.truncate(self.client, ds, old, lambda r: history.hash_of(r, NAMING) in used)
        self._write_status(ds, hashed, fits)
        if refused is not None:
            raise Retry
        waits = [seconds for seconds in (wait, self._next_available(ds)) if seconds is not None]
        return min(waits, default=None)

    def _pods(self, ds: Obj) -> list[Obj]:
        return claim(self.client, "pods", ds, selectors.from_label_selector(ds["spec"]["selector"]))

    def _by_node(self, ds: Obj) -> dict[str, list[Obj]]:
        """The pods by the node they are meant for; those that have ended and are going do not count."""
        found: dict[str, list[Obj]] = {}
        for pod in self._pods(ds):
            if not (is_deleting(pod) and is_terminal(pod)):
                found.setdefault(target_node(pod), []).append(pod)
        return found

    def _fits_of(self, ds: Obj) -> dict[str, tuple[bool, bool]]:
        """Of each node, whether a pod should start on it and may stay; remembered until node or template change."""
        generation = ds["metadata"].get("generation", 0)
        self._fits = {k: v for k, v in self._fits.items() if k[0] != uid(ds) or k[1] == generation}
        known = self._fits.setdefault((uid(ds), generation), {})
        spec = with_tolerations(ds["spec"]["template"]["spec"])
        nodes = self.client.items("nodes")
        for node in nodes:
            version = node["metadata"]["resourceVersion"]
            if known.get(name(node), ("",))[0] != version:
                known[name(node)] = (version, daemon_fit(spec, node))
        return {name(node): known[name(node)][1] for node in nodes}

    # --- Pods ---

    def _act(self, ds: Obj, hashed: str, fits: dict[str, tuple[bool, bool]]) -> tuple[float | None, ApiError | None]:
        """Create and delete what is missing and too much, else go on with the update; gives a wait and what was refused."""
        now = self.client.now()
        by_node = self._by_node(ds)
        plan = Plan()
        for node, fit in sorted(fits.items()):
            plan_node(node, by_node.get(node, []), ds, hashed, fit, now, plan)
        plan.delete += [pod for node, pods in by_node.items() if node not in fits for pod in pods if not pod["spec"].get("nodeName")]
        wait = self._tell_of_ended(ds, plan, now)
        if plan.create_on or plan.delete or ds["spec"]["updateStrategy"]["type"] != "RollingUpdate":
            return wait, self._carry_out(ds, plan, hashed)
        wanted = {node for node, (should_run, _) in fits.items() if should_run}
        return wait, self._carry_out(ds, plan_update(by_node, ds, hashed, wanted, now), hashed)

    def _tell_of_ended(self, ds: Obj, plan: Plan, now: float) -> float | None:
        """Failed pods are deleted with back-off, so that the controller does not race a kubelet that rejects them."""
        wait: float | None = None
        for pod in plan.failed:
            place = (uid(ds), target_node(pod))
            last, pause = self._failures.get(place, (-LONGEST_BACK_OFF_S, 0.0))
            if now < last + pause:
                wait = min(wait or pause, last + pause - now)
                continue
            grown = min(pause * 2, LONGEST_BACK_OFF_S) if pause and now < last + 2 * LONGEST_BACK_OFF_S else FIRST_BACK_OFF_S
            self._failures[place] = (now, grown)
            message = f"Found failed daemon pod {namespace(pod)}/{name(pod)} on node {target_node(pod)}, will try to kill it"
            self.events.event(ds, "Warning", "FailedDaemonPod", message)
            plan.delete.append(pod)
        for pod in plan.succeeded:
            message = f"Found succeeded daemon pod {namespace(pod)}/{name(pod)} on node {target_node(pod)}, will try to delete it"
            self.events.event(ds, "Normal", "SucceededDaemonPod", message)
            plan.delete.append(pod)
        return wait

    def _carry_out(self, ds: Obj, plan: Plan, hashed: str) -> ApiError | None:
        template = template_for(ds, hashed)
        for node in plan.create_on[:BURST]:
            pod = pod_from_template(ds, {**template, "spec": bound_to(template["spec"], node)})
            try:
                created = self.client.create("pods", pod, namespace(ds))
            except ApiError as error:
                if TERMINATING_NAMESPACE in error.message:
                    return None
                self.events.event(ds, "Warning", "FailedCreate", f"Error creating: {error.message}")
                return error
            self.events.event(ds, "Normal", "SuccessfulCreate", f"Created pod: {name(created)}")
        for pod in plan.delete[:BURST]:
            if self.client.peek("pods", name(pod), namespace(pod)) is not None:
                self.client.delete("pods", name(pod), namespace(pod))
                self.events.event(ds, "Normal", "SuccessfulDelete", f"Deleted pod: {name(pod)}")
        return None

    # --- Status ---

    def _write_status(self, ds: Obj, hashed: str, fits: dict[str, tuple[bool, bool]]) -> None:
        by_node = self._by_node(ds)
        firsts = {node: oldest_first(pods)[0] for node, pods in by_node.items()}
        wanted = [node for node, (should_run, _) in fits.items() if should_run]
        scheduled = [firsts[node] for node in wanted if node in firsts]
        seconds, now = ds["spec"].get("minReadySeconds", 0), self.client.now()
        available = sum(is_available(pod, seconds, now) for pod in scheduled)
        always: Obj = {
            "currentNumberScheduled": len(scheduled),
            "numberMisscheduled": sum(node in firsts for node, (should_run, _) in fits.items() if not should_run),
            "desiredNumberScheduled": len(wanted),
            "numberReady": sum(map(is_ready, scheduled)),
        }
        if_any: Obj = {
            "observedGeneration": ds["metadata"].get("generation", 0),
            "updatedNumberScheduled": sum(is_updated(pod, ds, hashed) for pod in scheduled),
            "numberAvailable": available,
            "numberUnavailable": len(wanted) - available,
            "collisionCount": (ds.get("status") or {}).get("collisionCount"),
        }
        status = {**always, **{k: v for k, v in if_any.items() if v}}
        if status != ds.get("status"):
            self.client.write_status(RESOURCE, {**ds, "status": status})

    def _next_available(self, ds: Obj) -> float | None:
        seconds, now = ds["spec"].get("minReadySeconds", 0), self.client.now()
        since = [ready_since(pod) for pod in self.client.by_owner("pods", uid(ds)) if is_active(pod)] if seconds else []
        return min((at + seconds - now for at in since if at is not None and at + seconds > now), default=None)
