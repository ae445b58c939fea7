"""Nodes: one that falls silent, taints that drive pods out, and pods whose node has gone."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pods import condition


def bare_pod(world: Any, name: str, tolerations: list[Obj] | None = None, node: str = "node1") -> Obj:
    spec = {**world.template({})["spec"], "nodeName": node, "tolerations": tolerations or []}
    return world.client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}, "default")


def taint(world: Any, *taints: Obj) -> None:
    world.client.patch("nodes", "node1", "", "merge", {"spec": {"taints": list(taints)}})


def lives(world: Any, name: str) -> bool:
    pod = world.client.peek("pods", name, "default")
    return pod is not None and not pod["metadata"].get("deletionTimestamp")


MAINTENANCE = {"key": "maint", "effect": "NoExecute"}


@pytest.mark.parametrize(
    ("tolerations", "until"),
    [
        ([], 0),
        ([{"key": "maint", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}], 30),
        ([{"key": "maint", "operator": "Exists"}], None),
        ([{"key": "other", "operator": "Exists"}], 0),
    ],
    ids=["none", "for 30 s", "for ever", "another's"],
)
def test_pods_leave_when_their_toleration_has_run_out(world: Any, tolerations: list[Obj], until: float | None) -> None:
    bare_pod(world, "p", tolerations)
    world.run(3)
    taint(world, MAINTENANCE)
    world.run((until or 0) + 0.05 if until is not None else 100)
    if until is None:
        assert lives(world, "p")
        return
    assert not lives(world, "p")
    assert world.events("TaintManagerEviction") == ["Marking for deletion Pod default/p"]


def test_eviction_is_called_off_when_the_taint_goes(world: Any) -> None:
    bare_pod(world, "p", [{"key": "maint", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 30}])
    world.run(3)
    taint(world, MAINTENANCE)
    world.run(29)
    taint(world)
    world.run(100)
    assert lives(world, "p")
    assert world.events("TaintManagerEviction") == ["Cancelling deletion of Pod default/p"]


def test_an_evicted_pod_says_why(world: Any) -> None:
    world.stays_terminating = 20
    bare_pod(world, "p")
    world.run(3)
    taint(world, MAINTENANCE)
    world.run(1)
    target = condition(world.get("pods", "p"), "DisruptionTarget")
    assert (target["status"], target["reason"]) == ("True", "DeletionByTaintManager")
    assert target["message"] == "Taint manager: deleting due to NoExecute taint"


def test_a_cordoned_node_is_tainted(world: Any) -> None:
    world.client.patch("nodes", "node1", "", "merge", {"spec": {"unschedulable": True}})
    world.run(1)
    taints = world.get("nodes", "node1", "")["spec"]["taints"]
    assert [(t["key"], t["effect"]) for t in taints] == [("node.kubernetes.io/unschedulable", "NoSchedule")]
    world.client.patch("nodes", "node1", "", "merge", {"spec": {"unschedulable": None}})
    world.run(1)
    assert "taints" not in world.get("nodes", "node1", "")["spec"]


def test_a_silent_node_turns_unknown_and_its_pods_leave_after_five_minutes(world: Any) -> None:
    unreachable = {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    bare_pod(world, "p", [unreachable])
    world.stays_terminating = 10_000
    world.run(5)
    world.kubelets["node1"].died_at = world.loop.now
    world.run(44)
    assert condition(world.get("nodes", "node1", ""), "Ready")["status"] == "True"
    world.run(12)
    ready = condition(world.get("nodes", "node1", ""), "Ready")
    assert (ready["status"], ready["reason"], ready["message"]) == ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
    assert condition(world.get("pods", "p"), "Ready")["status"] == "False"
    taints = {(t["key"], t["effect"]) for t in world.get("nodes", "node1", "")["spec"]["taints"]}
    assert taints == {("node.kubernetes.io/unreachable", "NoSchedule"), ("node.kubernetes.io/unreachable", "NoExecute")}
    assert world.events("NodeNotReady") == ["Node node1 status is now: NodeNotReady", "Node is not ready"]
    world.run(280)
    assert lives(world, "p")
    world.run(30)
    assert not lives(world, "p")
    assert condition(world.get("nodes", "node2", ""), "Ready")["status"] == "True"


def test_pods_of_a_node_that_is_gone_are_removed(world: Any) -> None:
    bare_pod(world, "p")
    world.run(3)
    world.client.delete("nodes", "node1")
    world.run(30)
    assert lives(world, "p")
    world.run(40)
    assert world.client.peek("pods", "p", "default") is None
    assert "Node node1 event: Removing Node node1 from Controller" in world.events("RemovingNode")
