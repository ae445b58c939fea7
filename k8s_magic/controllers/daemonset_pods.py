"""A DaemonSet's pods node by node: which are missing, superfluous, out of date. Pure functions; `daemonset` acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from k8s_magic.controllers.deployment_rolling import scaled
from k8s_magic.controllers.history import HASH_LABEL
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj, get_in, is_deleting, labels, name
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import is_available, is_ready, phase

GENERATION = "deprecated.daemonset.template.generation"
GENERATION_LABEL = "pod-template-generation"
REQUIRED_AFFINITY = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
TOLERATED = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


@dataclass
class Plan:
    """What to do now: nodes that get a pod, pods that go; `failed` and `succeeded` are those among them to tell of."""

    create_on: list[str] = field(default_factory=list)
    delete: list[Obj] = field(default_factory=list)
    failed: list[Obj] = field(default_factory=list)
    succeeded: list[Obj] = field(default_factory=list)


def with_tolerations(spec: Obj) -> Obj:
    """The spec of a daemon pod, which stays whatever is wrong with its node. Models AddOrUpdateDaemonPodTolerations."""
    wanted = [*TOLERATED, *([("network-unavailable", "NoSchedule")] if spec.get("hostNetwork") else [])]
    own = [{"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect} for key, effect in wanted]
    replaced = {(t["key"], t["effect"]) for t in own}
    kept = [t for t in spec.get("tolerations") or () if (t.get("key"), t.get("effect")) not in replaced]
    return {**spec, "tolerations": [*kept, *own]}


def template_for(ds: Obj, hashed: str) -> Obj:
    """The template that daemon pods are made from. Models CreatePodTemplate."""
    template = ds["spec"]["template"]
    metadata = template.get("metadata") or {}
    own = {GENERATION_LABEL: annotations_of(ds)[GENERATION]} if GENERATION in annotations_of(ds) else {}
    of_pod = {**(metadata.get("labels") or {}), **own, HASH_LABEL: hashed}
    return {**template, "metadata": {**metadata, "labels": of_pod}, "spec": with_tolerations(template["spec"])}


def bound_to(spec: Obj, node: str) -> Obj:
    """The spec for one node, which the scheduler is told by affinity."""
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]
    return set_in(spec, REQUIRED_AFFINITY, {"nodeSelectorTerms": terms})  # type: ignore[no-any-return]


def target_node(pod: Obj) -> str:
    """The node that a daemon pod is on or meant for. Models GetTargetNodeName."""
    if pod["spec"].get("nodeName"):
        return str(pod["spec"]["nodeName"])
    terms = get_in(pod["spec"], *REQUIRED_AFFINITY, "nodeSelectorTerms", default=[])
    fields = [f for term in terms for f in term.get("matchFields") or () if f["key"] == "metadata.name"]
    return str(fields[0]["values"][0]) if fields else ""


def oldest_first(pods: Iterable[Obj]) -> list[Obj]:
    """By creation, those on a node before those on none. Models podByCreationTimestampAndPhase."""
    return sorted(pods, key=lambda p: (not p["spec"].get("nodeName"), p["metadata"]["creationTimestamp"], name(p)))


def is_updated(pod: Obj, ds: Obj, hashed: str) -> bool:
    generation = annotations_of(ds).get(GENERATION)
    return labels(pod).get(HASH_LABEL) == hashed or (generation is not None and labels(pod).get(GENERATION_LABEL) == generation)


def limits(ds: Obj, desired: int) -> tuple[int, int]:
    """(surge, unavailable) of a rolling update on `desired` nodes; both round up."""
    strategy = ds["spec"].get("updateStrategy") or {}
    rolling = strategy.get("rollingUpdate") or {}
    if strategy.get("type") != "RollingUpdate":
        return 0, 0
    surge = scaled(rolling.get("maxSurge"), desired, round_up=True)
    unavailable = scaled(rolling.get("maxUnavailable"), desired, round_up=True)
    return surge, unavailable or (0 if surge or not desired else 1)


def plan_node(node: str, pods: list[Obj], ds: Obj, hashed: str, fit: tuple[bool, bool], now: float, plan: Plan) -> None:
    """What the node's pods lack or have too much of. Models podsShouldBeOnNode."""
    should_run, may_stay = fit
    if not may_stay:
        plan.delete += [pod for pod in pods if not is_deleting(pod)]
        return
    if not pods:
        plan.create_on += [node] if should_run else []
        return
    running = _sort_out_ended([pod for pod in pods if not is_deleting(pod)], plan)
    if limits(ds, 1)[0] == 0:
        plan.delete += oldest_first(running)[1:]
    elif not running:
        plan.create_on += [node] if should_run else []
    elif len(running) > 1:
        plan.delete += _superfluous_in_surge(running, ds, hashed, now)


def _sort_out_ended(pods: list[Obj], plan: Plan) -> list[Obj]:
    running = []
    for pod in pods:
        if phase(pod) == "Failed":
            plan.failed.append(pod)
        elif phase(pod) == "Succeeded":
            plan.succeeded.append(pod)
        else:
            running.append(pod)
    return running


def _superfluous_in_surge(running: list[Obj], ds: Obj, hashed: str, now: float) -> list[Obj]:
    """One old and one new pod may stand side by side while the old one serves and the new one does not yet."""
    ordered = oldest_first(running)
    new = [p for p in ordered if labels(p).get(HASH_LABEL) == hashed]
    old = [p for p in ordered if labels(p).get(HASH_LABEL) != hashed]
    excess = new[1:] + old[1:]
    if new and old and (not is_ready(old[0]) or is_available(new[0], ds["spec"].get("minReadySeconds", 0), now)):
        excess.append(old[0])
    return excess


def plan_update(by_node: dict[str, list[Obj]], ds: Obj, hashed: str, wanted: set[str], now: float) -> Plan:
    """Which old pods to replace, within the limits of the strategy; `wanted` are the nodes that should run one. Models rollingUpdate."""
    surge, unavailable = limits(ds, len(wanted))
    nodes = sorted({*by_node, *wanted})
    pairs = [(node, *_new_and_old(by_node.get(node, []), ds, hashed)) for node in nodes]
    seconds = ds["spec"].get("minReadySeconds", 0)
    if surge:
        return _plan_with_surge(pairs, surge, wanted, seconds, now)
    return _plan_without_surge(pairs, unavailable, seconds, now)


Pair = tuple[str, list[Obj], list[Obj]]
"""A node with its new and its old pods."""


def _new_and_old(pods: list[Obj], ds: Obj, hashed: str) -> tuple[list[Obj], list[Obj]]:
    alive = [pod for pod in pods if not is_deleting(pod)]
    return [p for p in alive if is_updated(p, ds, hashed)], [p for p in alive if not is_updated(p, ds, hashed)]


def _plan_without_surge(pairs: list[Pair], most_unavailable: int, seconds: int, now: float) -> Plan:
    missing = 0
    at_once: list[Obj] = []
    candidates: list[Obj] = []
    for _, new, old in pairs:
        if len(new) == 1 and not old:
            missing += not is_available(new[0], seconds, now)
        elif len(old) == 1 and not new:
            if not is_available(old[0], seconds, now):
                at_once.append(old[0])
                missing += 1
            elif missing < most_unavailable:
                candidates.append(old[0])
        else:
            missing += 1  # Nothing there, or too much: creating and deleting comes first.
    return Plan(delete=[*at_once, *candidates[: max(0, most_unavailable - missing)]])


def _plan_with_surge(pairs: list[Pair], most_surge: int, wanted: set[str], seconds: int, now: float) -> Plan:
    plan = Plan()
    surging = available = 0
    candidates: list[str] = []
    unwanted: list[Obj] = []
    for node, new, old in pairs:
        if len(new) > 1 or len(old) > 1:
            surging += 1
            continue
        available += any(is_available(pod, seconds, now) for pod in (old or new))
        if not old:
            continue
        if new:
            if is_available(new[0], seconds, now):
                plan.delete.append(old[0])
            else:
                surging += 1
        elif not is_available(old[0], seconds, now):
            if node in wanted:
                plan.create_on.append(node)
            else:
                plan.delete.append(old[0])
        elif node not in wanted:
            unwanted.append(old[0])
        elif surging < most_surge:
            candidates.append(node)
    plan.delete += unwanted[: max(0, available - len(wanted))]
    plan.create_on += candidates[: max(0, most_surge - surging)]
    return plan
