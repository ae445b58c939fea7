"""Who must go. Each row agrees with a case of plugins/defaultpreemption/default_preemption_test.go, by the case's own name."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler import plugins
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.preemption import Attempt, Candidate
from tests.scheduler.makers import make_node, make_pod, snapshot_of

LOW, MID, HIGH = 0, 100, 1000
SMALL, MEDIUM, LARGE, VERY_LARGE = ({"cpu": f"{n}m", "memory": str(n)} for n in (100, 200, 300, 500))
Row = tuple[str, str, int, dict[str, str]]


def pod(name: str, node: str, priority: int, requests: dict[str, str], started: int = 0, **more: Any) -> Obj:
    made = make_pod(name, requests, more.pop("labels", None), priority=priority, **({"nodeName": node} if node else {}), **more)
    return {**made, "status": {"startTime": f"2026-01-01T00:00:{started:02}Z"}}


def search(preemptor: Obj, pods: list[Obj], budgets: tuple[Obj, ...] = (), nodes: tuple[str, ...] = ("node1", "node2")) -> Attempt:
    info = PodInfo(preemptor)
    snapshot = snapshot_of([make_node(name, "500m", "500") for name in nodes], pods)
    prepared = [(plugin, plugin.prepare(info, snapshot)) for plugin in plugins.registry()]
    active = [(plugin, state) for plugin, state in prepared if state is not None]
    return Attempt(info, active, lambda node: (), budgets, now=0.0)


def victims(preemptor: Obj, pods: list[Obj], budgets: tuple[Obj, ...] = ()) -> dict[str, tuple[list[str], int]]:
    """Node -> (victims, violations) of the nodes that preemption could free."""
    attempt = search(preemptor, pods, budgets)
    snapshot = snapshot_of([make_node(name, "500m", "500") for name in ("node1", "node2")], pods)
    found, _ = attempt.candidates(snapshot.nodes, 0)
    return {c.node.name: ([victim.name for victim in c.victims], c.violations) for c in found}


@pytest.mark.parametrize(
    "priority, pods, want",
    [
        pytest.param(
            HIGH,
            [pod("p1", "node1", MID, LARGE), pod("p2", "node2", MID, LARGE)],
            {"node1": ["p1"], "node2": ["p2"]},
            id="a pod that would fit on the nodes, but other pods running are lower priority",
        ),
        pytest.param(
            LOW,
            [pod("p1", "node1", MID, LARGE), pod("p2", "node2", MID, LARGE)],
            {},
            id="a pod that would fit on the nodes, but other pods running are higher priority, no preemption would happen",
        ),
        pytest.param(
            HIGH,
            [pod("p1.1", "node1", LOW, SMALL), pod("p1.2", "node1", MID, LARGE), pod("p2", "node2", MID, LARGE)],
            {"node1": ["p1.2"], "node2": ["p2"]},
            id="medium priority pod is preempted, but lower priority one stays as it is small",
        ),
        pytest.param(
            HIGH,
            [
                pod("p1.1", "node1", MID, SMALL),
                pod("p1.2", "node1", LOW, SMALL),
                pod("p1.3", "node1", MID, MEDIUM),
                pod("p1.4", "node1", HIGH, SMALL),
                pod("p2", "node2", HIGH, LARGE),
            ],
            {"node1": ["p1.3", "p1.2"]},
            id="mixed priority pods are preempted",
        ),
        pytest.param(
            HIGH,
            [
                pod("p1.1", "node1", LOW, SMALL, 5),
                pod("p1.2", "node1", LOW, SMALL, 4),
                pod("p1.3", "node1", MID, MEDIUM, 3),
                pod("p1.4", "node1", HIGH, SMALL, 2),
                pod("p2", "node2", HIGH, LARGE, 1),
            ],
            {"node1": ["p1.3", "p1.1"]},
            id="mixed priority pods are preempted, pick later StartTime one when priorities are equal",
        ),
    ],
)
def test_victims(priority: int, pods: list[Obj], want: dict[str, list[str]]) -> None:
    assert {node: names for node, (names, _) in victims(pod("p", "", priority, LARGE), pods).items()} == want


def test_a_pod_whose_anti_affinity_stands_in_the_way_is_preempted() -> None:
    """pod with anti-affinity is preempted."""
    shun = {"labelSelector": {"matchExpressions": [{"key": "foo", "operator": "Exists"}]}, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [shun]}}
    pods = [
        pod("p1.1", "node1", LOW, SMALL, labels={"foo": ""}, affinity=affinity),
        pod("p1.2", "node1", MID, SMALL),
        pod("p1.3", "node1", HIGH, SMALL),
        pod("p2", "node2", HIGH, VERY_LARGE),
    ]
    assert victims(pod("p", "", HIGH, SMALL, labels={"foo": ""}), pods) == {"node1": (["p1.1"], 0)}


def budget(allowed: int, *disrupted: str) -> Obj:
    status = {"disruptionsAllowed": allowed, "disruptedPods": dict.fromkeys(disrupted, "2026-01-01T00:00:00Z")}
    spec = {"selector": {"matchLabels": {"app": "foo"}}}
    return {"metadata": {"name": "b", "namespace": "default"}, "spec": spec, "status": status}


@pytest.mark.parametrize(
    "disrupted, violations",
    [
        pytest.param((), 1, id="preemption with violation of same pdb"),
        pytest.param(("p2",), 1, id="the victim doesn't belong to DisruptedPods"),
        pytest.param(("p1.2",), 0, id="the victim belongs to DisruptedPods"),
    ],
)
def test_budgets(disrupted: tuple[str, ...], violations: int) -> None:
    pods = [pod(f"p1.{n}", "node1", MID, MEDIUM, labels={"app": "foo"}) for n in (1, 2)] + [pod("p2", "node2", HIGH, VERY_LARGE)]
    answer = victims(pod("p", "", HIGH, VERY_LARGE), pods, (budget(1, *disrupted),))
    assert {node: (sorted(names), count) for node, (names, count) in answer.items()} == {"node1": (["p1.1", "p1.2"], violations)}


def candidate(node: str, *rows: tuple[str, int, int], violations: int = 0) -> Candidate:
    infos = tuple(PodInfo(pod(name, node, priority, SMALL, started)) for name, priority, started in rows)
    return Candidate(snapshot_of([make_node(node)], []).nodes[0], infos, violations)


# plugins/defaultpreemption/default_preemption_test.go TestSelectBestCandidate
@pytest.mark.parametrize(
    "candidates, want",
    [
        pytest.param(
            [candidate("node1", ("a", MID, 0), violations=1), candidate("node2", ("b", MID, 0), ("c", MID, 0))],
            "node2",
            id="a pod that fits on both nodes when lower priority pods are preempted, but one violates a budget",
        ),
        pytest.param(
            [candidate("node1", ("a", MID, 0)), candidate("node2", ("b", LOW, 0), ("c", LOW, 0))],
            "node2",
            id="a node with min highest priority pod is picked",
        ),
        pytest.param(
            [candidate("node1", ("a", MID, 0), ("b", MID, 0)), candidate("node2", ("c", MID, 0), ("d", LOW, 0))],
            "node2",
            id="when highest priorities are the same, minimum sum of priorities is picked",
        ),
        pytest.param(
            [candidate("node1", ("a", MID, 0), ("b", -100, 0)), candidate("node2", ("c", MID, 0))],
            "node2",
            id="when highest priority and sum are the same, minimum number of pods is picked",
        ),
        pytest.param(
            [candidate("node1", ("a", MID, 3)), candidate("node2", ("b", MID, 5)), candidate("node3", ("c", MID, 1))],
            "node2",
            id="same priority: the node whose victim started last is picked",
        ),
    ],
)
def test_the_node_where_it_hurts_least(candidates: list[Candidate], want: str) -> None:
    assert search(pod("p", "", HIGH, LARGE), []).best(candidates).node.name == want
