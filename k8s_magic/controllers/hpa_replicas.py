"""How many replicas metrics ask for, and how fast that may change. Pure; `horizontal_pod_autoscaler` acts on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj, get_in, is_deleting, name
from k8s_magic.objects.pods import condition, phase
from k8s_magic.objects.times import parse_time

TOLERANCE = 0.1
CPU_START_UP_S, FIRST_READINESS_S = 300.0, 30.0
DOWN_WINDOW_S = 300


class Usage(NamedTuple):
    """What a pod uses of a resource, in thousandths, measured over the `window` seconds before `at`."""

    amount: int
    at: float
    window: float


class Proposal(NamedTuple):
    """Replicas asked for, and the metric as the status tells it."""

    replicas: int
    average_value: int
    utilization: int | None = None


class NoProposal(Exception):
    """Nothing can be computed; the text says why."""


class Change(NamedTuple):
    """A scaling that was done."""

    at: float
    by: int


class Groups(NamedTuple):
    """A target's pods as the calculation treats them. Models groupPods."""

    ready: list[str]
    unready: list[str]
    missing: list[str]


def group(pods: Sequence[Obj], usages: dict[str, Usage], resource: str, now: float) -> Groups:
    groups = Groups([], [], [])
    for pod in pods:
        if is_deleting(pod) or phase(pod) == "Failed":
            continue
        if phase(pod) == "Pending":
            groups.unready.append(name(pod))
        elif name(pod) not in usages:
            groups.missing.append(name(pod))
        elif resource == "cpu" and _is_starting(pod, usages[name(pod)], now):
            groups.unready.append(name(pod))
        else:
            groups.ready.append(name(pod))
    return groups


def _is_starting(pod: Obj, usage: Usage, now: float) -> bool:
    """Its use of CPU says nothing yet: it starts, or has never been ready."""
    ready, started = condition(pod, "Ready"), get_in(pod, "status", "startTime")
    if ready is None or started is None:
        return True
    changed, is_unready = parse_time(ready["lastTransitionTime"]), ready["status"] == "False"
    if parse_time(started) + CPU_START_UP_S > now:
        return is_unready or usage.at < changed + usage.window
    return is_unready and parse_time(started) + FIRST_READINESS_S > changed


def requests_of(pods: Sequence[Obj], resource: str, container: str) -> dict[str, int]:
    """What each pod requests of the resource, in thousandths. Raises NoProposal where one does not say."""
    found: dict[str, int] = {}
    for pod in pods:
        sidecars = [c for c in pod["spec"].get("initContainers") or () if c.get("restartPolicy") == "Always"]
        considered = [c for c in [*pod["spec"]["containers"], *sidecars] if container in ("", c["name"])]
        if not considered:
            raise NoProposal(f"container {container} not found in Pod {name(pod)}")
        for one in considered:
            request = get_in(one, "resources", "requests", resource)
            if request is None:
                raise NoProposal(f"missing request for {resource} in container {one['name']} of Pod {name(pod)}")
            found[name(pod)] = found.get(name(pod), 0) + quantity.milli(request)
    return found


def propose(
    pods: Sequence[Obj], usages: dict[str, Usage], resource: str, container: str, target: Obj, current: int, now: float
) -> Proposal:
    """Replicas for one resource metric. Models GetResourceReplicas and GetRawResourceReplicas."""
    if not pods:
        raise NoProposal("no pods returned by selector while calculating replica count")
    groups = group(pods, usages, resource, now)
    amounts = {pod: usages[pod].amount for pod in groups.ready}
    if not amounts:
        raise NoProposal("did not receive metrics for targeted pods (pods might be unready)")
    percent = target.get("averageUtilization")
    requests = requests_of(pods, resource, container) if percent is not None else {}
    wanted = percent if percent is not None else quantity.milli(target["averageValue"])
    ratio, utilization = _ratio(amounts, requests, wanted)
    average = sum(amounts.values()) // len(amounts)
    replicas = _replicas(groups, amounts, requests, wanted, ratio, current)
    return Proposal(replicas, average, utilization if percent is not None else None)


def _ratio(amounts: dict[str, int], requests: dict[str, int], wanted: int) -> tuple[float, int]:
    """(use as a multiple of what is wanted, use as the metric has it: per cent of requests, or the average)."""
    if not requests:
        average = sum(amounts.values()) // len(amounts)
        return average / wanted, average
    requested = sum(requests[pod] for pod in amounts)
    if requested == 0:
        raise NoProposal("no metrics returned matched known pods")
    utilization = sum(amounts.values()) * 100 // requested
    return utilization / wanted, utilization


def _replicas(groups: Groups, amounts: dict[str, int], requests: dict[str, int], wanted: int, ratio: float, current: int) -> int:
    """Pods without a measure count against the direction that the others point in."""
    rises_unready = bool(groups.unready) and ratio > 1.0
    if not rises_unready and not groups.missing:
        return current if abs(ratio - 1.0) <= TOLERANCE else math.ceil(ratio * len(groups.ready))
    assumed = dict(amounts)
    for pod in groups.missing if ratio != 1.0 else ():
        full = requests[pod] * max(100, wanted) // 100 if requests else wanted
        assumed[pod] = full if ratio < 1.0 else 0
    if rises_unready:
        assumed.update(dict.fromkeys(groups.unready, 0))
    new_ratio, _ = _ratio(assumed, requests, wanted)
    if abs(new_ratio - 1.0) <= TOLERANCE or (ratio < 1.0) != (new_ratio < 1.0):
        return current
    replicas = math.ceil(new_ratio * len(assumed))
    turns = (new_ratio < 1.0 and replicas > current) or (new_ratio > 1.0 and replicas < current)
    return current if turns else replicas


class Limited(NamedTuple):
    """Replicas within bounds; reason and message say which bound held, if one did."""

    replicas: int
    reason: str
    message: str


WITHIN = ("DesiredWithinRange", "the desired count is within the acceptable range")
TOO_FAST = "the desired replica count is {} faster than the maximum scale rate"
BEYOND = "the desired replica count is {} than the {} replica count"


def limit(spec: Obj, current: int, desired: int, ups: Sequence[Change], downs: Sequence[Change], now: float) -> Limited:
    """Within the bounds and the rates of the spec. Models convertDesiredReplicasWithRules and ...WithBehaviorRate."""
    least, most = spec.get("minReplicas", 1), spec["maxReplicas"]
    behavior = spec.get("behavior")
    if behavior is None:
        fastest, slowest = max(2 * current, 4), least
    else:
        fastest = max(current, _reach(behavior["scaleUp"], current, ups, downs, now, up=True))
        slowest = min(current, _reach(behavior["scaleDown"], current, ups, downs, now, up=False))
    if desired > min(most, fastest):
        if fastest < most:
            return Limited(fastest, "ScaleUpLimit", TOO_FAST.format("increasing"))
        return Limited(most, "TooManyReplicas", BEYOND.format("more", "maximum"))
    if desired < max(least, slowest if desired < current else least):
        if slowest > least:
            return Limited(slowest, "ScaleDownLimit", TOO_FAST.format("decreasing"))
        return Limited(least, "TooFewReplicas", BEYOND.format("less", "minimum"))
    return Limited(desired, *WITHIN)


def _reach(rules: Obj, current: int, ups: Sequence[Change], downs: Sequence[Change], now: float, *, up: bool) -> int:
    """How far the policies let it go within their periods. Models calculateScale{Up,Down}LimitWith..."""
    if rules.get("selectPolicy") == "Disabled":
        return current
    reached = []
    for policy in rules.get("policies") or ():
        since = now - policy["periodSeconds"]
        start = current - sum(c.by for c in ups if c.at > since) + sum(c.by for c in downs if c.at > since)
        step = policy["value"] if policy["type"] == "Pods" else None
        factor = 1 + (policy["value"] if up else -policy["value"]) / 100
        percent = math.ceil(start * factor) if up else int(start * factor)
        reached.append(percent if step is None else start + (step if up else -step))
    furthest = max if up == (rules.get("selectPolicy") != "Min") else min
    return furthest(reached, default=current)


def stabilized(spec: Obj, current: int, desired: int, recommended: Sequence[tuple[float, int]], now: float) -> int:
    """The recommendation, tempered by the recent ones. Models stabilizeRecommendation and ...WithBehaviors."""
    behavior = spec.get("behavior")
    up_window = get_in(behavior, "scaleUp", "stabilizationWindowSeconds", default=0)
    down_window = get_in(behavior, "scaleDown", "stabilizationWindowSeconds", default=DOWN_WINDOW_S)
    lowest = min([desired, *(replicas for at, replicas in recommended if at > now - up_window)])
    highest = max([desired, *(replicas for at, replicas in recommended if at > now - down_window)])
    if behavior is None:
        return highest
    return min(max(current, lowest), highest)
