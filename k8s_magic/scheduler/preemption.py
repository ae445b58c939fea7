"""Preemption: which pods of lower priority would have to go so that a pod fits, and on which node that hurts least."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.objects.times import parse_time
from k8s_magic.scheduler.filtering import Active, copies, run_filters_with, track_all
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Rejection
from k8s_magic.scheduler.podinfo import PodInfo

NO_VICTIMS = "No preemption victims found for incoming pod"
NOT_HELPFUL = "Preemption is not helpful for scheduling"
NEVER = "not eligible due to preemptionPolicy=Never."
TERMINATING = "not eligible due to a terminating pod on the nominated node."
LEAST_CANDIDATES = 100
CANDIDATE_PERCENTAGE = 10
PLUGIN_NAME = "DefaultPreemption"


class Candidate(NamedTuple):
    """A node that would have room without its `victims`, the most important first."""

    node: NodeInfo
    victims: tuple[PodInfo, ...]
    violations: int
    """How many victims a PodDisruptionBudget wants to keep."""


@dataclass(frozen=True)
class Attempt:
    """One look for victims. `rivals` gives the pods nominated to a node that the preemptor must leave room for."""

    pod: PodInfo
    active: Active
    rivals: Callable[[str], Sequence[PodInfo]]
    budgets: Sequence[Obj]
    now: float

    def candidates(self, nodes: Sequence[NodeInfo], offset: int) -> tuple[list[Candidate], dict[str, Rejection]]:
        """Nodes that preemption could free, looked for from `offset` on until there are enough, and why others could not."""
        enough = min(max(len(nodes) * CANDIDATE_PERCENTAGE // 100, LEAST_CANDIDATES), len(nodes))
        found: list[Candidate] = []
        failed: dict[str, Rejection] = {}
        for node in [*nodes[offset:], *nodes[:offset]]:
            answer = self.victims_on(node)
            if isinstance(answer, Rejection):
                failed[node.name] = answer
                continue
            found.append(answer)
            if len(found) >= enough and any(not candidate.violations for candidate in found):
                break
        return sorted(found, key=lambda candidate: candidate.violations > 0), failed

    def victims_on(self, node: NodeInfo) -> Candidate | Rejection:
        """The fewest pods of lower priority whose going lets the pod in. Models SelectVictimsOnNode."""
        lower = [other for other in node.pods if other.priority < self.pod.priority]
        if not lower:
            return Rejection(PLUGIN_NAME, (NO_VICTIMS,))
        states, emptied = copies(self.active), node
        for other in lower:
            emptied = self._without(states, emptied, other)
        rejection = self._run(states, emptied)
        if rejection is not None:
            return rejection
        lower.sort(key=self._importance)
        violating, harmless = split_by_budgets(lower, self.budgets)
        victims: list[PodInfo] = []
        violations = 0
        for other in [*violating, *harmless]:
            emptied, spared = self._reprieve(states, emptied, other)
            if not spared:
                victims.append(other)
                violations += other in violating
        return Candidate(node, tuple(sorted(victims, key=self._importance)), violations)

    def _reprieve(self, states: Active, node: NodeInfo, other: PodInfo) -> tuple[NodeInfo, bool]:
        """Put a pod back if there is room for it beside the preemptor."""
        back = node.added(other)
        track_all(states, self.pod, other, back, 1)
        if self._run(states, back) is None:
            return back, True
        return self._without(states, back, other), False

    def _without(self, states: Active, node: NodeInfo, other: PodInfo) -> NodeInfo:
        track_all(states, self.pod, other, node, -1)
        return node.removed(other)

    def _run(self, states: Active, node: NodeInfo) -> Rejection | None:
        return run_filters_with(self.rivals(node.name), states, self.pod, node)

    def _importance(self, other: PodInfo) -> tuple[int, float]:
        """The most important first: by priority, then who has run longer. Models util.MoreImportantPod."""
        return -other.priority, start_time(other, self.now)

    def best(self, candidates: Sequence[Candidate]) -> Candidate:
        """The node where it hurts least. Models preemption.go pickOneNodeForPreemption."""
        return min(candidates, key=lambda c: self._harm(c))

    def _harm(self, candidate: Candidate) -> tuple[int, int, int, int, float]:
        victims = candidate.victims
        highest = victims[0].priority
        total = sum(victim.priority + 2**31 for victim in victims)
        earliest = min(start_time(victim, self.now) for victim in victims if victim.priority == highest)
        return candidate.violations, highest, total, len(victims), -earliest


def start_time(pod: PodInfo, now: float) -> float:
    """When the pod started, in seconds since the epoch; `now` where it has not."""
    text = get_in(pod.pod, "status", "startTime")
    return parse_time(text) if text else now


def split_by_budgets(pods: Iterable[PodInfo], budgets: Sequence[Obj]) -> tuple[list[PodInfo], list[PodInfo]]:
    """Pods whose eviction a budget forbids, and the others. Models filterPodsWithPDBViolation."""
    left = [get_in(budget, "status", "disruptionsAllowed", default=0) for budget in budgets]
    chosen = [selectors.from_label_selector(get_in(budget, "spec", "selector")) for budget in budgets]
    violating: list[PodInfo] = []
    harmless: list[PodInfo] = []
    for pod in pods:
        violated = False
        for index, budget in enumerate(budgets):
            if _covers(budget, chosen[index], pod):
                left[index] -= 1
                violated = violated or left[index] < 0
        (violating if violated else harmless).append(pod)
    return violating, harmless


def _covers(budget: Obj, selector: selectors.Selector, pod: PodInfo) -> bool:
    if not pod.labels or budget["metadata"].get("namespace", "") != pod.namespace or selector.empty:
        return False
    return selector.matches(pod.labels) and pod.name not in get_in(budget, "status", "disruptedPods", default={})


def ineligible(pod: PodInfo, nominated: NodeInfo | None, nominated_rejection: Rejection | None) -> str:
    """Why the pod may not preempt; empty if it may. Models PodEligibleToPreemptOthers."""
    if pod.pod["spec"].get("preemptionPolicy") == "Never":
        return NEVER
    if nominated is None or (nominated_rejection is not None and not nominated_rejection.resolvable):
        return ""
    leaving = any(other.priority < pod.priority and other.deleting and _preempted(other.pod) for other in nominated.pods)
    return TERMINATING if leaving else ""


def _preempted(pod: Obj) -> bool:
    conditions = get_in(pod, "status", "conditions", default=())
    found: Obj = next((c for c in conditions if c["type"] == "DisruptionTarget"), {})
    return found.get("status") == "True" and found.get("reason") == "PreemptionByScheduler"
