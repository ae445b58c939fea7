"""PodDisruptionBudgets: how many pods may be evicted now without leaving too few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.deployment_rolling import scaled
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, controller_of, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.meta import key as key_of
from k8s_magic.objects.pods import condition, is_ready
from k8s_magic.objects.times import parse_time, rfc3339

RESOURCE = "poddisruptionbudgets.policy"
DELETION_TIMEOUT_S = 120.0
"""So long an eviction may take to become a deletion, before the pod counts as healthy again."""
SCALABLE = {
    "ReplicaSet": "replicasets.apps",
    "ReplicationController": "replicationcontrollers",
    "StatefulSet": "statefulsets.apps",
    "Deployment": "deployments.apps",
}
UNMANAGED = (
    "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB "
    "cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set "
    '".spec.minAvailable" field of the PDB to an integer value.'
)


class DisruptionController(Controller):
    """Models pkg/controller/disruption. Not modelled: scales of custom resources."""

    name = "disruption-controller"
    component = "controllermanager"
    kind = RESOURCE
    # A budget is applied together with what it covers: its first look should find the pods.
    reaction_s = 0.05

    def watches(self) -> dict[str, Mapper]:
        scales = dict.fromkeys(SCALABLE.values(), self._scaled)
        return {"pods": self._pod_changed, **scales}

    def _pod_changed(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        pod = event.object
        budgets = self.client.items(RESOURCE, namespace(pod))
        if not budgets or (event.type == "MODIFIED" and old is not None and not _matters(old, pod)):
            return
        for budget in budgets:
            selector = selectors.from_label_selector(budget["spec"].get("selector"))
            if selector.matches(labels(pod)) or (old is not None and selector.matches(labels(old))):
                yield key_of(budget)

    def _scaled(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        """The number wanted is what percentages are of."""
        if old is not None and old["spec"].get("replicas") == event.object["spec"].get("replicas"):
            return []
        return [key_of(budget) for budget in self.client.items(RESOURCE, namespace(event.object))]

    def reconcile(self, key: Key) -> float | None:
        budget = self.client.peek(RESOURCE, key.name, key.namespace)
        if budget is None:
            return None
        selector = selectors.from_label_selector(budget["spec"].get("selector"))
        pods = self.client.by_label("pods", key.namespace, selector)
        if not pods:
            self.events.event(budget, "Normal", "NoPods", "No matching pods found")
        expected, desired = self._wanted(budget, pods)
        now = self.client.now()
        disrupted = _still_expected(budget, pods, now)
        healthy = sum(is_ready(pod) for pod in pods if not is_deleting(pod) and name(pod) not in disrupted)
        self._write(budget, healthy, desired, expected, disrupted, now)
        return min((parse_time(at) + DELETION_TIMEOUT_S - now + 0.001 for at in disrupted.values()), default=None)

    def _wanted(self, budget: Obj, pods: Sequence[Obj]) -> tuple[int, int]:
        """(pods expected, pods that must be healthy). Models getExpectedPodCount."""
        spec = budget["spec"]
        least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
        if most is None and isinstance(least, int):
            return len(pods), least
        expected = self._expected_scale(budget, pods)
        if most is not None:
            return expected, max(0, expected - scaled(most, expected, round_up=True))
        return expected, scaled(least, expected, round_up=True)

    def _expected_scale(self, budget: Obj, pods: Sequence[Obj]) -> int:
        """What the pods' controllers want together. Models getExpectedScale."""
        scales: dict[str, int] = {}
        for pod in pods:
            owner = self._controller(pod)
            above = self._controller(owner) if owner is not None else None
            if above is not None and above["kind"] == "Deployment":
                owner = above
            if owner is not None:
                scales[uid(owner)] = owner["spec"].get("replicas", 0)
        if any(controller_of(pod) is None for pod in pods):
            text = _as_go(budget["spec"].get("selector"))
            self.events.event(budget, "Warning", "UnmanagedPods", UNMANAGED.format(text))
        return sum(scales.values())

    def _controller(self, obj: Obj) -> Obj | None:
        reference = controller_of(obj)
        if reference is None or reference["kind"] not in SCALABLE:
            return None
        found = self.client.peek(SCALABLE[reference["kind"]], reference["name"], namespace(obj))
        return found if found is not None and uid(found) == reference["uid"] else None

    def _write(self, budget: Obj, healthy: int, desired: int, expected: int, disrupted: dict[str, str], now: float) -> None:
        allowed = max(0, healthy - desired) if expected > 0 else 0
        generation = budget["metadata"].get("generation", 0)
        status: Obj = {
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "observedGeneration": generation,
            "conditions": [_allowed_condition(budget, allowed > 0, generation, now)],
        }
        if disrupted:
            status["disruptedPods"] = disrupted
        if status != budget.get("status"):
            self.client.write_status(RESOURCE, {**budget, "status": status})


def _as_go(selector: Obj | None) -> str:
    """As upstream's message shows it: the Go struct, not what a user would write. Models LabelSelector.String."""
    if selector is None:
        return "nil"
    wanted = "".join(f"{key}: {value}," for key, value in sorted((selector.get("matchLabels") or {}).items()))
    expressions = "".join(
        f"LabelSelectorRequirement{{Key:{each['key']},Operator:{each['operator']},Values:[{' '.join(each.get('values') or ())}],}},"
        for each in selector.get("matchExpressions") or ()
    )
    return f"&LabelSelector{{MatchLabels:map[string]string{{{wanted}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"


def _matters(old: Obj, new: Obj) -> bool:
    return is_ready(old) != is_ready(new) or is_deleting(old) != is_deleting(new) or labels(old) != labels(new)


def _still_expected(budget: Obj, pods: Sequence[Obj], now: float) -> dict[str, str]:
    """Evicted pods whose deletion has not been seen. Models buildDisruptedPodMap."""
    noted: dict[str, str] = (budget.get("status") or {}).get("disruptedPods") or {}
    alive = {name(pod) for pod in pods if not is_deleting(pod)}
    return {pod: at for pod, at in sorted(noted.items()) if pod in alive and parse_time(at) + DELETION_TIMEOUT_S >= now}


def _allowed_condition(budget: Obj, allowed: bool, generation: int, now: float) -> Obj:
    status, reason = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
    old = condition(budget, "DisruptionAllowed")
    same = old is not None and old["status"] == status
    since = old["lastTransitionTime"] if old is not None and same else rfc3339(now)
    base = {"type": "DisruptionAllowed", "status": status, "reason": reason, "message": ""}
    return {**base, "observedGeneration": generation, "lastTransitionTime": since}
