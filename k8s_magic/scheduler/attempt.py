"""One attempt to schedule one pod, with all its writes: the binding, or the bad news and what preemption does about it."""

from __future__ import annotations

from collections import OrderedDict

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.edit import set_or_remove
from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.objects.pods import set_condition
from k8s_magic.scheduler import messages, plugins, preemption, volumes
from k8s_magic.scheduler.cache import Cache
from k8s_magic.scheduler.cycle import Cycle, Outcome
from k8s_magic.scheduler.decision import Decision, Inputs
from k8s_magic.scheduler.filtering import run_filters
from k8s_magic.scheduler.nominator import Nominator
from k8s_magic.scheduler.plugins.default_binder import bind
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.preemption import Attempt as Preemption
from k8s_magic.scheduler.preemption import Candidate
from k8s_magic.scheduler.queue import QueuedPod, SchedulingQueue
from k8s_magic.sim.loop import Timer

DECISIONS_KEPT = 200
VOLUMES_TIMEOUT_S = 600.0


class Attempts:
    """Decides with a `Cycle`, and acts. Models schedule_one.go."""

    def __init__(self, client: LocalClient, events: Recorder, cache: Cache, queue: SchedulingQueue, nominator: Nominator) -> None:
        self._client = client
        self._events = events
        self._cache = cache
        self._queue = queue
        self._nominator = nominator
        self._cycle = Cycle(cache.snapshot, plugins.registry(), nominator, client.lineage)
        self._inputs: OrderedDict[str, Inputs] = OrderedDict()
        self._assumed: dict[str, tuple[QueuedPod, str, Timer]] = {}
        self.revision = 0
        self.current: PodInfo | None = None
        """The pod that is being placed."""

    def verdict(self, uid: str) -> Decision | None:
        """The last decision on a pod, while it is remembered."""
        inputs = self._inputs.get(uid)
        return None if inputs is None else inputs.decision()

    def attempt(self, queued: QueuedPod) -> None:
        """Try to find a node for the pod, and write what came of it."""
        pod = self.current = queued.info
        self._client.causes = queued.causes
        if pod.deleting:
            self._events.event(pod.pod, "Warning", "FailedScheduling", f"skip schedule deleting pod: {pod.namespace}/{pod.name}")
            return
        if not len(self._cache.refresh()):
            self._queue.put_back(queued, set())
            self._tell_failure(pod, messages.NO_NODES, "Unschedulable", "")
            return
        outcome = self._cycle.decide(pod, get_in(pod.pod, "status", "nominatedNodeName", default=""))
        if outcome.chosen:
            self._remember(pod, outcome, "", "")
            self._place(queued, outcome)
        else:
            self._fail(queued, outcome)

    def _remember(self, pod: PodInfo, outcome: Outcome, message: str, nominated: str) -> None:
        snapshot = self._cache.snapshot
        selector = snapshot.surroundings.default_selector(pod)
        surroundings = snapshot.surroundings._replace(default_selector=lambda _: selector)
        rivals, now = self._nominator.rivals(pod), self._client.now()
        self._inputs.pop(pod.uid, None)
        self._inputs[pod.uid] = Inputs(
            pod, snapshot.photograph(), surroundings, outcome, rivals, self._cycle.plugins, now, self.revision, message, nominated
        )
        while len(self._inputs) > DECISIONS_KEPT:
            self._inputs.popitem(last=False)

    # --- A node was found ---

    def _place(self, queued: QueuedPod, outcome: Outcome) -> None:
        node = self._cache.snapshot.by_name(outcome.chosen)
        assert node is not None
        if volumes.request(self._client, outcome.active, queued.info, node):
            self._bind(queued, outcome.chosen)
            return
        # The claims are on their way: the pod keeps its place on the node until they are bound.
        self._cache.put_pod(queued.info, outcome.chosen)
        give_up = self._client.loop.call_later(VOLUMES_TIMEOUT_S, lambda: self._give_up(queued.uid))
        self._assumed[queued.uid] = queued, outcome.chosen, give_up
        self._write_status(queued.info, None, outcome.chosen)

    def _bind(self, queued: QueuedPod, node: str) -> None:
        pod = queued.info
        try:
            bind(self._client, pod, node)
        except ApiError as error:
            self._retry(queued, f"binding rejected: {error.message}")
        else:
            self._events.event(pod.pod, "Normal", "Scheduled", f"Successfully assigned {pod.namespace}/{pod.name} to {node}")

    def _retry(self, queued: QueuedPod, message: str) -> None:
        """After an error: again later, if the pod still waits."""
        pod = queued.info
        self._cache.remove_pod(pod.uid)
        now = self._client.peek("pods", pod.name, pod.namespace)
        if now is not None and now["metadata"].get("uid") == pod.uid and not now["spec"].get("nodeName"):
            self._queue.put_back(queued, set())
            self._tell_failure(pod, message, "SchedulerError", "")

    # --- Volumes that are bound only once the node is known ---

    def is_assumed(self, uid: str) -> bool:
        """Whether the pod has its node and waits for its volumes."""
        return uid in self._assumed

    def forget(self, uid: str) -> None:
        """The pod was bound."""
        _, _, timer = self._assumed.pop(uid, (None, "", None))
        if timer is not None:
            timer.cancel()

    def abandon(self, uid: str) -> bool:
        """The pod is gone: give back its place on the node, if it had one."""
        if uid not in self._assumed:
            return False
        self.forget(uid)
        self._cache.remove_pod(uid)
        return True

    def on_volume_change(self) -> None:
        """Bind the pods whose claims have all been bound, once the write that told us is done."""
        for uid, (queued, node, _) in list(self._assumed.items()):
            if volumes.all_bound(self._client, queued.info):
                self._client.loop.call_soon(lambda uid=uid, queued=queued, node=node: self._bind_if_assumed(uid, queued, node))  # type: ignore[misc]

    def _bind_if_assumed(self, uid: str, queued: QueuedPod, node: str) -> None:
        if uid in self._assumed:
            self.forget(uid)
            self._bind(queued, node)

    def _give_up(self, uid: str) -> None:
        queued, _, _ = self._assumed[uid]
        self.forget(uid)
        self._retry(queued, 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded')

    # --- No node was found ---

    def _fail(self, queued: QueuedPod, outcome: Outcome) -> None:
        pod, size = queued.info, len(self._cache.snapshot)
        after, candidate, nominated = self._preempt(pod, outcome)
        message = messages.fit_error(size, outcome, after)
        self._remember(pod, outcome, message, nominated or "")
        self._queue.put_back(queued, outcome.rejectors)
        if nominated is not None:
            self._nominator.put(pod, nominated)
        self._tell_failure(pod, message, "Unschedulable", nominated)
        if candidate is not None:
            self._evict(pod, candidate)

    def _preempt(self, pod: PodInfo, outcome: Outcome) -> tuple[str, Candidate | None, str | None]:
        """What is to be said of preemption, whom it hits, and the nomination that follows (None: leave it as it is).

        Models preemption.go Preempt and the DynamicResources plugin's share in the sentence.
        """
        if outcome.refused is not None:
            return messages.NOT_FOUND, None, None
        snapshot, active = self._cache.snapshot, self._cycle.active(pod)
        nominated = snapshot.by_name(get_in(pod.pod, "status", "nominatedNodeName", default=""))
        why_not = preemption.ineligible(pod, nominated, run_filters(active, pod, nominated) if nominated else None)
        if why_not:
            return f"{messages.NO_CLAIMS}, preemption: {why_not}", None, None
        nodes = [snapshot.nodes[position] for position, rejection in sorted(outcome.rejected.items()) if rejection.resolvable]
        budgets = self._client.items("poddisruptionbudgets.policy") if nodes else []
        rivals = self._nominator.rivals(pod)
        search = Preemption(pod, active, lambda node: rivals.get(node, ()), budgets, self._client.now())
        offset = self._client.lineage.below(len(nodes), "preemption", pod.uid) if nodes else 0
        found, failed = search.candidates(nodes, offset)
        if found:
            best = search.best(found)
            return "", best, best.node.name
        reasons = [reason for rejection in failed.values() for reason in rejection.reasons]
        told = messages.available(len(snapshot), [*reasons, *[preemption.NOT_HELPFUL] * (len(snapshot) - len(failed))])
        return f"{messages.NO_CLAIMS}, preemption: {told}", None, ""

    def _evict(self, pod: PodInfo, candidate: Candidate) -> None:
        """Make room: pods of lower priority that wait for the node lose their nomination, the victims go."""
        for other in self._nominator.on(candidate.node.name):
            if other.priority < pod.priority:
                self._write_status(other, None, "")
        for victim in candidate.victims:
            if not victim.deleting:
                self._evict_one(pod, victim, candidate.node.name)

    def _evict_one(self, pod: PodInfo, victim: PodInfo, node: str) -> None:
        text = f"{pod.pod['spec'].get('schedulerName')}: preempting to accommodate a higher priority pod"
        condition = {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler", "message": text}
        try:
            self._write_status(victim, condition, None)
            self._client.delete("pods", victim.name, victim.namespace, options=DeleteOptions(uid=victim.uid))
        except ApiError as error:
            if error.reason != "NotFound":
                raise
            return
        self._events.event(victim.pod, "Normal", "Preempted", f"Preempted by pod {pod.uid} on node {node}")

    def _tell_failure(self, pod: PodInfo, message: str, reason: str, nominated: str | None) -> None:
        self._events.event(pod.pod, "Warning", "FailedScheduling", messages.truncated(message))
        condition = {"type": "PodScheduled", "status": "False", "reason": reason, "message": message}
        self._write_status(pod, condition, nominated)

    def _write_status(self, pod: PodInfo, condition: Obj | None, nominated: str | None) -> None:
        """Set a condition and (unless None) the nominated node, if that changes anything and the pod is still there."""
        now = self._client.peek("pods", pod.name, pod.namespace)
        if now is None or now["metadata"].get("uid") != pod.uid:
            return
        status = now.get("status") or {}
        if nominated is not None:
            status = _nominating(status, nominated)
        if condition is not None:
            generation = now["metadata"].get("generation")
            observed = {"observedGeneration": generation} if generation else {}
            before = status.get("conditions")
            conditions = set_condition(before, {"lastProbeTime": None, **observed, **condition}, self._client.now())
            status = status if conditions is before else {**status, "conditions": conditions}
        if status is not now.get("status"):
            self._client.write_status("pods", {**now, "status": status})


def _nominating(status: Obj, node: str) -> Obj:
    if node == status.get("nominatedNodeName", ""):
        return status
    return set_or_remove(status, ("nominatedNodeName",), node or None)
