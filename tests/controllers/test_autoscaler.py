"""Autoscaling: what a load asks for, and how fast it is followed."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.controllers.hpa_replicas import Change, Usage, limit, propose, stabilized
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339

RESOURCE, DEPLOYMENTS = "horizontalpodautoscalers.autoscaling", "deployments.apps"
NOW = 1_767_603_600.0
LONG_AGO = NOW - 10_000


def pod(name: str, phase: str = "Running", ready: str = "True") -> Obj:
    condition = {"type": "Ready", "status": ready, "lastTransitionTime": rfc3339(LONG_AGO)}
    containers = [{"name": "c", "resources": {"requests": {"cpu": "100m"}}}]
    status = {"phase": phase, "startTime": rfc3339(LONG_AGO), "conditions": [condition]}
    return {"metadata": {"name": name}, "spec": {"containers": containers}, "status": status}


def measured(**millis: int) -> dict[str, Usage]:
    return {name: Usage(amount, NOW, 30.0) for name, amount in millis.items()}


TWO = [pod("a"), pod("b")]
PROPOSALS = {
    "twice the load, twice the pods": (TWO, measured(a=160, b=160), 4),
    "half the load, half the pods": (TWO, measured(a=40, b=40), 1),
    "within a tenth nothing changes": (TWO, measured(a=86, b=86), 2),
    "rounded up": (TWO, measured(a=100, b=100), 3),
    "a pod without measure counts as idle on the way up": (TWO, measured(a=200), 3),
    "and as full on the way down": (TWO, measured(a=20), 2),
    "a pod that is pending counts as idle on the way up": ([*TWO, pod("p", phase="Pending")], measured(a=160, b=160), 4),
    "and not at all on the way down": ([*TWO, pod("p", phase="Pending")], measured(a=40, b=40), 1),
    "failed pods are left out": ([*TWO, pod("f", phase="Failed")], measured(a=160, b=160), 4),
}


@pytest.mark.parametrize(("pods", "usages", "replicas"), PROPOSALS.values(), ids=PROPOSALS)
def test_replicas_for_a_load_of_80_per_cent(pods: list[Obj], usages: dict[str, Usage], replicas: int) -> None:
    target = {"type": "Utilization", "averageUtilization": 80}
    assert propose(pods, usages, "cpu", "", target, 2, NOW).replicas == replicas


LIMITS = {
    "within": ({}, 4, 5, (), (5, "DesiredWithinRange")),
    "at most the maximum": ({}, 9, 50, (), (10, "TooManyReplicas")),
    "at most double": ({}, 3, 9, (), (6, "ScaleUpLimit")),
    "at least four at once": ({}, 1, 9, (), (4, "ScaleUpLimit")),
    "at least the minimum": ({}, 5, 1, (), (2, "TooFewReplicas")),
    "policies bound the way up": ({"up": [("Pods", 1, 60)]}, 4, 9, (), (5, "ScaleUpLimit")),
    "what was added in the period counts": ({"up": [("Pods", 2, 60)]}, 4, 9, (Change(NOW - 30, 2),), (4, "ScaleUpLimit")),
    "what was added before does not": ({"up": [("Pods", 2, 60)]}, 4, 9, (Change(NOW - 90, 2),), (6, "ScaleUpLimit")),
    "policies bound the way down": ({"down": [("Percent", 50, 60)]}, 8, 2, (), (4, "ScaleDownLimit")),
    "a direction can be closed": ({"down": []}, 8, 2, (), (8, "ScaleDownLimit")),
}


@pytest.mark.parametrize(("rules", "current", "desired", "ups", "expected"), LIMITS.values(), ids=LIMITS)
def test_limits(rules: dict[str, Any], current: int, desired: int, ups: tuple[Change, ...], expected: tuple[int, str]) -> None:
    spec: Obj = {"minReplicas": 2, "maxReplicas": 10}
    if rules:
        free = [{"type": "Percent", "value": 1000, "periodSeconds": 15}]
        behavior = {"scaleUp": {"policies": free, "selectPolicy": "Max"}, "scaleDown": {"policies": free, "selectPolicy": "Max"}}
        for way, policies in rules.items():
            listed = [{"type": kind, "value": value, "periodSeconds": period} for kind, value, period in policies]
            behavior[f"scale{way.title()}"] = {"policies": listed, "selectPolicy": "Max" if policies else "Disabled"}
        spec["behavior"] = behavior
    bounded = limit(spec, current, desired, ups, (), NOW)
    assert (bounded.replicas, bounded.reason) == expected


def test_scaling_down_follows_the_highest_of_five_minutes() -> None:
    recent = [(NOW - 400, 9), (NOW - 200, 6), (NOW - 15, 3)]
    assert stabilized({}, 6, 2, recent, NOW) == 6
    assert stabilized({}, 6, 8, recent, NOW) == 8


@pytest.fixture
def loaded(world: Any) -> Any:
    """A Deployment of two pods with an autoscaler, in a cluster that serves metrics: `use(90)` has them share a load of 90m."""
    world.api.kinds["pods.metrics.k8s.io"] = Kind("PodMetrics", "pods", "metrics.k8s.io", "v1beta1")
    workload = world.workload("Deployment", "d", 2)
    workload["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100m"}}
    world.client.create(DEPLOYMENTS, workload, "default")
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    hpa = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 6}
    body = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": hpa}
    world.client.create(RESOURCE, body, "default")
    world.run(5)

    load = [0]

    def measure(namespace: str) -> list[Obj]:
        pods = [{k: pod["metadata"][k] for k in ("name", "namespace", "labels")} for pod in world.pods()]
        containers = [{"name": "c", "usage": {"cpu": f"{load[0] // len(pods)}m"}}]
        measured = {"containers": containers, "timestamp": rfc3339(world.loop.now), "window": "15s"}
        return [{"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": pod, **measured} for pod in pods]

    world.api.computed["pods.metrics.k8s.io"] = measure
    world.use = lambda milli: load.__setitem__(0, milli)
    return world


def test_the_load_is_followed_up_at_once_and_down_later(loaded: Any) -> None:
    for pod in loaded.pods():
        loaded.client_for("kubelet").write_status("pods", {**pod, "status": {**pod["status"], "startTime": rfc3339(LONG_AGO)}})
    loaded.run(30)
    loaded.use(320)
    loaded.run(16)
    assert loaded.get(DEPLOYMENTS, "d")["spec"]["replicas"] == 4
    assert loaded.events("SuccessfulRescale") == ["New size: 4; reason: cpu resource utilization (percentage of request) above target"]
    status = loaded.get(RESOURCE, "h")["status"]
    assert status["currentMetrics"][0]["resource"]["current"] == {"averageUtilization": 160, "averageValue": "160m"}
    for pod in loaded.pods():
        loaded.client_for("kubelet").write_status("pods", {**pod, "status": {**pod["status"], "startTime": rfc3339(LONG_AGO)}})
    loaded.run(30)
    loaded.use(40)
    loaded.run(200)
    assert loaded.get(DEPLOYMENTS, "d")["spec"]["replicas"] == 4
    loaded.run(200)
    assert loaded.get(DEPLOYMENTS, "d")["spec"]["replicas"] == 2


def test_without_metrics_the_bounds_hold_all_the_same(world: Any) -> None:
    """Models the transcript autoscale-hpa."""
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1), "default")
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
    body = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}}
    world.client.create(RESOURCE, {**body, "spec": {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 5}}, "default")
    world.run(40)
    assert world.events("SuccessfulRescale") == ["New size: 2; reason: Current number of replicas below Spec.MinReplicas"]
    conditions = {c["type"]: (c["status"], c["reason"]) for c in world.get(RESOURCE, "h")["status"]["conditions"]}
    assert conditions == {"AbleToScale": ("True", "SucceededGetScale"), "ScalingActive": ("False", "FailedGetResourceMetric")}


def test_a_target_that_does_not_exist_is_told(world: Any) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nope"}
    body = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}}
    world.client.create(RESOURCE, {**body, "spec": {"scaleTargetRef": target, "maxReplicas": 5}}, "default")
    world.run(16)
    assert world.events("FailedGetScale") == ['deployments.apps "nope" not found']
