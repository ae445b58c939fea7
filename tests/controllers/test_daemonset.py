"""DaemonSets: a pod a node, following labels and taints, replaced one by one."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.controllers.daemonset_pods import target_node
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pods import is_active, is_ready

RESOURCE = "daemonsets.apps"


def daemon_set(world: Any, **spec: Any) -> None:
    body = {"selector": {"matchLabels": {"app": "agent"}}, "template": world.template({"app": "agent"}), **spec}
    world.client.create(RESOURCE, {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "agent"}, "spec": body}, "default")
    world.run(3)


def nodes(world: Any) -> list[str]:
    return sorted(target_node(pod) for pod in world.pods() if is_active(pod))


def set_image(world: Any, image: str) -> None:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}}
    world.client.patch(RESOURCE, "agent", "default", "merge", patch)


def test_each_node_gets_one(world: Any) -> None:
    daemon_set(world)
    assert nodes(world) == ["node1", "node2", "node3"]
    status = world.get(RESOURCE, "agent")["status"]
    assert status == {
        "currentNumberScheduled": 3,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 3,
        "numberReady": 3,
        "observedGeneration": 1,
        "updatedNumberScheduled": 3,
        "numberAvailable": 3,
    }
    world.add_node("node4")
    world.run(3)
    assert nodes(world) == ["node1", "node2", "node3", "node4"]


def test_pods_follow_the_nodes_labels(world: Any) -> None:
    """Models the transcript daemonset-nodes."""
    daemon_set(world, template=world.template({"app": "agent"}, nodeSelector={"ssd": "true"}))
    assert nodes(world) == []
    for node in ("node1", "node2"):
        world.client.patch("nodes", node, "", "merge", {"metadata": {"labels": {"ssd": "true"}}})
    world.run(3)
    assert nodes(world) == ["node1", "node2"]
    world.client.patch("nodes", "node2", "", "merge", {"metadata": {"labels": {"ssd": None}}})
    world.run(3)
    assert nodes(world) == ["node1"]


def test_a_cordoned_node_keeps_its_daemon_and_a_tainted_one_does_not_get_it(world: Any) -> None:
    taint = {"key": "dedicated", "effect": "NoSchedule"}
    world.client.patch("nodes", "node1", "", "merge", {"spec": {"taints": [taint]}})
    world.client.patch("nodes", "node2", "", "merge", {"spec": {"unschedulable": True}})
    daemon_set(world)
    assert nodes(world) == ["node2", "node3"]
    world.client.patch("nodes", "node3", "", "merge", {"spec": {"taints": [taint]}})
    world.run(3)
    assert nodes(world) == ["node2", "node3"]


def test_pods_are_built_for_their_node(world: Any) -> None:
    daemon_set(world)
    pod = world.pods()[0]
    assert [(t["key"], t["effect"]) for t in pod["spec"]["tolerations"]] == [
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ]
    assert set(pod["metadata"]["labels"]) == {"app", "controller-revision-hash", "pod-template-generation"}


@pytest.mark.parametrize(("unavailable", "surge"), [(1, 0), (2, 0), (0, 1)])
def test_an_update_keeps_within_its_limits(world: Any, unavailable: int, surge: int) -> None:
    daemon_set(world, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge}})
    set_image(world, "c:2")
    ready: list[int] = []
    for _ in world.each_instant(30):
        ready.append(len({target_node(p) for p in world.pods() if is_active(p) and is_ready(p)}))
        assert len([p for p in world.pods() if is_active(p)]) <= 3 + surge
    assert min(ready) == 3 - unavailable
    assert {p["spec"]["containers"][0]["image"] for p in world.pods()} == {"c:2"}
    assert nodes(world) == ["node1", "node2", "node3"]


def test_on_delete_waits_for_the_user(world: Any) -> None:
    daemon_set(world, updateStrategy={"type": "OnDelete"})
    set_image(world, "c:2")
    world.run(5)
    assert "updatedNumberScheduled" not in world.get(RESOURCE, "agent")["status"]
    world.client.delete("pods", world.pods()[0]["metadata"]["name"], "default")
    world.run(5)
    assert sorted(p["spec"]["containers"][0]["image"] for p in world.pods()) == ["c:1", "c:1", "c:2"]


def test_revisions_are_kept_and_renumbered(world: Any) -> None:
    daemon_set(world)
    for image in ("c:2", "c:1"):
        set_image(world, image)
        world.run(20)
    revisions: list[Obj] = world.client.items("controllerrevisions.apps", "default")
    assert sorted(r["revision"] for r in revisions) == [2, 3]
    newest = max(revisions, key=lambda r: r["revision"])
    assert newest["data"]["spec"]["template"]["spec"]["containers"][0]["image"] == "c:1"


def test_a_failed_pod_is_replaced(world: Any) -> None:
    daemon_set(world)
    world.set_phase(world.pods()[0], "Failed")
    world.run(3)
    assert [p["status"]["phase"] for p in world.pods()] == ["Running"] * 3
    assert len(world.events("FailedDaemonPod")) == 1
