"""The scheduler: it learns of pods and nodes from the API, decides for one pod after another, and writes what it decided.

It reacts 5 ms after a pod appears. All writes of an attempt carry as causes the events that made the pod due.
"""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.events import ModernRecorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj, get_in, labels, name, revision
from k8s_magic.objects.pods import is_terminal
from k8s_magic.scheduler import events, plugins
from k8s_magic.scheduler.attempt import Attempts
from k8s_magic.scheduler.cache import Cache
from k8s_magic.scheduler.decision import Decision
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nominator import Nominator
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.queue import SchedulingQueue
from k8s_magic.scheduler.snapshot import Snapshot, Surroundings
from k8s_magic.scheduler.spreading import DefaultSelectors
from k8s_magic.sim.loop import Timer

NAME = "default-scheduler"
REACTION_S = 0.005

OTHER_EVENTS = {
    "persistentvolumeclaims": (events.CLAIM_ADD, events.CLAIM_UPDATE),
    "persistentvolumes": (events.VOLUME_ADD, events.VOLUME_UPDATE),
    "storageclasses.storage.k8s.io": (events.CLASS_ADD, events.CLASS_UPDATE),
}


class Scheduler:
    """Models pkg/scheduler/scheduler.go and eventhandlers.go."""

    def __init__(self, client: LocalClient) -> None:
        self.client = client
        self._plugins = {plugin.name: plugin for plugin in plugins.registry()}
        self._selectors = DefaultSelectors(client)
        self.snapshot = Snapshot(surroundings=Surroundings({}, self._find, self._volumes, self._selectors.of))
        self.cache = Cache(self.snapshot)
        self.queue = SchedulingQueue(client.now, self._helps)
        self.nominator = Nominator()
        self._attempts = Attempts(client, ModernRecorder(client, NAME), self.cache, self.queue, self.nominator)
        self._timer: Timer | None = None
        self._timer_at = 0.0
        self._running = False

    def start(self) -> None:
        """Take in what there is, and from then on what comes."""
        self._selectors.start()
        self._watch("namespaces", self._on_namespace)
        self._watch("nodes", self._on_node)
        self._watch("pods", self._on_pod)
        for resource in OTHER_EVENTS:
            self._watch(resource, self._on_other(resource))

    def verdict(self, pod_uid: str) -> Decision | None:
        """The last decision on the pod, node by node, while it is among the last 200."""
        return self._attempts.verdict(pod_uid)

    def _watch(self, resource: str, callback: Callable[[WatchEvent, Obj | None], None]) -> None:
        for obj in self.client.items(resource):
            callback(WatchEvent("ADDED", obj), None)
        self.client.subscribe(resource, callback)

    def _find(self, resource: str, namespace: str, name: str) -> Obj | None:
        return self.client.peek(resource, name, namespace)

    def _volumes(self) -> tuple[Obj, ...]:
        return tuple(self.client.items("persistentvolumes"))

    def _helps(self, plugin: str, pod: PodInfo, event: ClusterEvent) -> bool:
        found = self._plugins.get(plugin)
        if event.label == events.TIMEOUT or found is None:
            return True
        return event.label in found.wakes_on and found.helps(pod, event, self.snapshot)

    # --- What happens in the cluster ---

    def _on_namespace(self, event: WatchEvent, old: Obj | None) -> None:
        known = dict(self.snapshot.surroundings.namespaces)
        if event.type == "DELETED":
            known.pop(name(event.object), None)
        elif known.get(name(event.object)) == labels(event.object):
            return
        else:
            known[name(event.object)] = labels(event.object)
        self.snapshot.surroundings = self.snapshot.surroundings._replace(namespaces=known)

    def _on_node(self, event: WatchEvent, old: Obj | None) -> None:
        node = event.object
        if event.type == "DELETED":
            self._tell(events.NODE_DELETE, node, None, node)
            self.cache.remove_node(name(node))
            return
        self.cache.put_node(node)
        for label in [events.NODE_ADD] if old is None else events.node_changes(old, node):
            self._tell(label, old, node, node)

    def _on_pod(self, event: WatchEvent, old: Obj | None) -> None:
        pod = event.object
        self._attempts.revision = revision(pod)
        gone = event.type == "DELETED" or is_terminal(pod)
        if pod["spec"].get("nodeName"):
            self._on_assigned_pod(pod, old, gone)
        elif pod["spec"].get("schedulerName", NAME) == NAME:
            self._on_waiting_pod(pod, old, gone)

    def _on_assigned_pod(self, pod: Obj, old: Obj | None, gone: bool) -> None:
        uid, node = pod["metadata"]["uid"], pod["spec"]["nodeName"]
        known = self.cache.pod(uid)
        if gone:
            if known is not None:
                self.cache.remove_pod(uid)
                self._tell(events.POD_DELETE, pod, None, pod)
            return
        renewed = known is not None and known.renew(pod)
        if not renewed:
            placed = self._attempts.current
            self.cache.put_pod(placed if placed is not None and placed.uid == uid and placed.renew(pod) else PodInfo(pod), node)
        if old is None or not old["spec"].get("nodeName"):
            self._attempts.forget(uid)
            self.queue.delete(uid)
            self.nominator.drop(uid)
            self._tell(events.POD_ADD, None, pod, pod)
        elif not renewed:
            for label in events.assigned_pod_changes(old, pod):
                self._tell(label, old, pod, pod)

    def _on_waiting_pod(self, pod: Obj, old: Obj | None, gone: bool) -> None:
        uid = pod["metadata"]["uid"]
        if gone:
            self.queue.delete(uid)
            self.nominator.drop(uid)
            if self._attempts.abandon(uid):
                self._tell(events.POD_DELETE, pod, None, pod)
            elif get_in(pod, "status", "nominatedNodeName"):
                self._tell_of_a_lost_nomination(pod, pod)
            return
        if self._attempts.is_assumed(uid):
            return
        queued = self.queue.get(uid)
        info = queued.info if queued is not None and queued.info.renew(pod) else PodInfo(pod)
        self.nominator.put(info, get_in(pod, "status", "nominatedNodeName", default=""))
        before = get_in(old, "status", "nominatedNodeName", default="")
        if before and before != get_in(pod, "status", "nominatedNodeName", default=""):
            self._tell_of_a_lost_nomination(old or pod, pod)
        changes = [] if old is None else events.waiting_pod_changes(old, pod)
        if queued is None:
            self.queue.add(info, (revision(pod),))
        else:
            self.queue.update(info, [ClusterEvent(label, old, pod, (revision(pod),)) for label in changes])
        self._arm()

    def _on_other(self, resource: str) -> Callable[[WatchEvent, Obj | None], None]:
        def take(event: WatchEvent, old: Obj | None) -> None:
            if event.type != "DELETED":
                self._attempts.on_volume_change()
                self._tell(OTHER_EVENTS[resource][event.type != "ADDED"], old, event.object, event.object)

        return take

    def _tell_of_a_lost_nomination(self, old: Obj, cause: Obj) -> None:
        """Room that was promised is free for pods that had to leave it."""
        event = ClusterEvent(events.POD_DELETE, old, None, (revision(cause),))
        self.queue.move(event, up_to_priority=old["spec"].get("priority") or 0)
        self._arm()

    def _tell(self, label: str, old: Obj | None, new: Obj | None, cause: Obj) -> None:
        self.queue.move(ClusterEvent(label, old, new, (revision(cause),)))
        self._arm()

    # --- When to run ---

    def _arm(self) -> None:
        """See to it that the loop runs us when a pod is due."""
        if self._running:
            return
        now = self.client.now()
        at = now + REACTION_S if self.queue.due else self.queue.next_due_at()
        if at is None or (self._timer is not None and self._timer_at <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self.client.loop.call_later(max(at - now, REACTION_S), self._run)

    def _run(self) -> None:
        """Try every pod that is due, one after another."""
        self._timer, self._running = None, True
        self.queue.flush()
        while (queued := self.queue.pop()) is not None:
            self._attempts.attempt(queued)
        self.client.causes = ()
        self._running = False
        self._arm()
