"""Quotas and disruption budgets: what is used, and what may go."""

from __future__ import annotations

from typing import Any

import pytest

QUOTAS, BUDGETS = "resourcequotas", "poddisruptionbudgets.policy"


def quota(world: Any, **hard: str) -> None:
    named = {name.replace("_", "."): amount for name, amount in hard.items()}
    body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": named}}
    world.client.create(QUOTAS, body, "default")
    world.run(1)


def replica_set(world: Any, replicas: int) -> None:
    workload = world.workload("ReplicaSet", "r", replicas)
    workload["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100m"}}
    world.client.create("replicasets.apps", workload, "default")
    world.run(3)


def used(world: Any) -> dict[str, str]:
    return dict(world.get(QUOTAS, "q")["status"]["used"])


def test_a_quota_counts_what_is_there_and_what_goes(world: Any) -> None:
    replica_set(world, 3)
    quota(world, pods="5", requests_cpu="1", services="2")
    assert used(world) == {"pods": "3", "requests.cpu": "300m", "services": "0"}
    world.scale("replicasets.apps", "r", 1)
    world.run(3)
    assert used(world) == {"pods": "1", "requests.cpu": "100m", "services": "0"}


def test_a_quota_stops_a_replica_set_and_lets_it_go_on(world: Any) -> None:
    """Models the transcript quota-limits."""
    quota(world, pods="2")
    replica_set(world, 3)
    assert used(world) == {"pods": "2"}
    failure = world.get("replicasets.apps", "r")["status"]["conditions"][0]
    assert "is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2" in failure["message"]
    world.client.patch(QUOTAS, "q", "default", "merge", {"spec": {"hard": {"pods": "10"}}})
    world.run(30)
    assert used(world) == {"pods": "3"}
    assert "conditions" not in world.get("replicasets.apps", "r")["status"]


def test_a_pod_that_ended_holds_nothing(world: Any) -> None:
    replica_set(world, 1)
    quota(world, pods="5")
    world.scale("replicasets.apps", "r", 0)
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": world.template({})["spec"]}
    world.client.create("pods", bare, "default")
    world.run(3)
    assert used(world) == {"pods": "1"}
    world.set_phase(world.get("pods", "p"), "Succeeded")
    world.run(1)
    assert used(world) == {"pods": "0"}


@pytest.mark.parametrize(
    ("rule", "desired", "allowed"),
    [({"minAvailable": 2}, 2, 2), ({"minAvailable": "60%"}, 3, 1), ({"maxUnavailable": 1}, 3, 1), ({"maxUnavailable": "30%"}, 2, 2)],
)
def test_a_budget_says_how_many_may_go(world: Any, rule: dict[str, Any], desired: int, allowed: int) -> None:
    replica_set(world, 4)
    spec = {"selector": {"matchLabels": {"app": "r"}}, **rule}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": spec}
    world.client.create(BUDGETS, budget, "default")
    world.run(1)
    status = world.get(BUDGETS, "b")["status"]
    numbers = [status[k] for k in ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods")]
    assert numbers == [4, desired, allowed, 4]
    assert status["conditions"][0]["reason"] == "SufficientPods"
    world.ready = lambda pod: False
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": world.pods()[0]["metadata"]["name"]}}
    world.client.create("pods", eviction, "default", name=eviction["metadata"]["name"], subresource="eviction")
    world.run(3)
    status = world.get(BUDGETS, "b")["status"]
    assert (status["currentHealthy"], status["disruptionsAllowed"]) == (3, allowed - 1)
    assert "disruptedPods" not in status


def test_pods_without_a_controller_are_told_of_as_upstream_tells(world: Any) -> None:
    """A real v1.36.2 prints the Go struct of the selector."""
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app": "bare"}}, "spec": world.template({})["spec"]}
    world.client.create("pods", bare, "default")
    world.run(3)
    selector = {"matchLabels": {"app": "bare"}, "matchExpressions": [{"key": "x", "operator": "NotIn", "values": ["y", "z"]}]}
    body = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"selector": selector}}
    world.client.create(BUDGETS, {**body, "spec": {**body["spec"], "maxUnavailable": 1}}, "default")
    world.run(3)
    (text,) = set(world.events("UnmanagedPods"))
    assert text.startswith(
        "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: bare,},MatchExpressions:"
        "[]LabelSelectorRequirement{LabelSelectorRequirement{Key:x,Operator:NotIn,Values:[y z],},},}) were found to be unmanaged."
    )
