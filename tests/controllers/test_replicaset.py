"""ReplicaSets: who is adopted, who is let go, who is deleted first, and what the status says."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.controllers.pod_ranking import pods_to_delete
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339

REPLICA_SETS = "replicasets.apps"
NOW = 1_767_603_600.0


def pod(
    name: str, node: str = "n", phase: str = "Running", ready_for: float | None = 100, age: float = 200, restarts: int = 0, cost: str = ""
) -> Obj:
    """A pod as the ranking looks at it; `ready_for` None is not ready."""
    conditions = [] if ready_for is None else [{"type": "Ready", "status": "True", "lastTransitionTime": rfc3339(NOW - ready_for)}]
    metadata: Obj = {"name": name, "uid": name, "creationTimestamp": rfc3339(NOW - age)}
    if cost:
        metadata["annotations"] = {"controller.kubernetes.io/pod-deletion-cost": cost}
    status = {"phase": phase, "conditions": conditions, "containerStatuses": [{"name": "c", "restartCount": restarts}]}
    return {"metadata": metadata, "spec": {"nodeName": node, "containers": [{"name": "c"}]}, "status": status}


RANKING = {
    "unassigned before assigned": (pod("a", node="", phase="Pending", ready_for=None), pod("b", phase="Pending", ready_for=None)),
    "pending before running": (pod("a", phase="Pending", ready_for=None), pod("b", ready_for=None)),
    "unready before ready": (pod("a", ready_for=None), pod("b")),
    "cheap before dear": (pod("a", cost="-5"), pod("b")),
    "cost before readiness time": (pod("a", ready_for=100_000), pod("b", ready_for=1, cost="1")),
    "lately ready before long ready": (pod("a", ready_for=10), pod("b", ready_for=1000)),
    "readiness within a power of two is a tie, which the uid breaks": (pod("a", ready_for=101), pod("b", ready_for=100)),
    "restarted before steady": (pod("a", restarts=3), pod("b")),
    "young before old": (pod("a", age=10), pod("b", age=10_000)),
}


@pytest.mark.parametrize(("first", "second"), RANKING.values(), ids=RANKING)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "turned"])
def test_ranking(first: Obj, second: Obj, turned: bool) -> None:
    pods = [second, first] if turned else [first, second]
    assert pods_to_delete(pods, [], 1, NOW) == [first]


def test_a_crowded_node_gives_first() -> None:
    alone, crowded, neighbour = pod("a", node="one"), pod("b", node="two", ready_for=1000), pod("c", node="two")
    assert pods_to_delete([alone, crowded], [alone, crowded, neighbour], 1, NOW) == [crowded]


def test_adoption_and_its_consequence(world: Any) -> None:
    """Models the transcript rs-adopt-quarantine: what is one too many by adoption is deleted."""
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare", "labels": {"app": "r"}}, "spec": world.template({})["spec"]}
    world.client.create("pods", bare, "default")
    world.run(3)
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 1), "default")
    world.run(3)
    assert [p["metadata"]["name"] for p in world.pods()] == ["bare"]
    assert world.get("pods", "bare")["metadata"]["ownerReferences"][0]["name"] == "r"
    world.client.create("pods", {**bare, "metadata": {**bare["metadata"], "name": "late"}}, "default")
    world.run(3)
    assert [p["metadata"]["name"] for p in world.pods()] == ["bare"]
    assert world.events("SuccessfulDelete") == ["Deleted pod: late"]


def test_a_pod_relabelled_is_released_and_replaced(world: Any) -> None:
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 1), "default")
    world.run(3)
    name = world.pods()[0]["metadata"]["name"]
    world.client.patch("pods", name, "default", "merge", {"metadata": {"labels": {"app": "quarantine"}}})
    world.run(3)
    assert len(world.pods()) == 2
    assert "ownerReferences" not in world.get("pods", name)["metadata"]
    world.client.patch("pods", name, "default", "merge", {"metadata": {"labels": {"app": "r"}}})
    world.run(3)
    assert len(world.pods()) == 1


def test_status_counts(world: Any) -> None:
    world.ready = lambda pod: False
    world.stays_terminating = 20
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 3), "default")
    world.run(3)
    world.set_ready(world.pods()[0], True)
    world.scale(REPLICA_SETS, "r", 2)
    world.run(3)
    expected = {"replicas": 2, "fullyLabeledReplicas": 2, "readyReplicas": 1, "availableReplicas": 1}
    assert world.get(REPLICA_SETS, "r")["status"] == {**expected, "observedGeneration": 2, "terminatingReplicas": 1}


def test_a_failed_pod_is_replaced_and_kept(world: Any) -> None:
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 1), "default")
    world.run(3)
    world.set_phase(world.pods()[0], "Failed")
    world.run(3)
    assert sorted(p["status"]["phase"] for p in world.pods()) == ["Failed", "Running"]
    assert world.get(REPLICA_SETS, "r")["status"]["replicas"] == 1


def test_a_refusal_is_told_and_tried_again(world: Any) -> None:
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 0), "default")
    world.run(1)
    world.client.delete("serviceaccounts", "default", "default")
    broken = world.template({"app": "r"}, serviceAccountName="nobody")
    world.client.patch(REPLICA_SETS, "r", "default", "merge", {"spec": {"template": broken, "replicas": 1}})
    world.run(2)
    failure = world.get(REPLICA_SETS, "r")["status"]["conditions"][0]
    assert (failure["type"], failure["status"], failure["reason"]) == ("ReplicaFailure", "True", "FailedCreate")
    assert world.events("FailedCreate")[0].startswith("Error creating: pods ")
    world.client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody"}}, "default")
    world.run(20)
    assert len(world.pods()) == 1
    assert "conditions" not in world.get(REPLICA_SETS, "r")["status"]


def test_causes_lead_from_pod_to_user(world: Any) -> None:
    world.client.create(REPLICA_SETS, world.workload("ReplicaSet", "r", 1), "default")
    world.run(1)
    journal = {entry.revision: entry for entry in world.api.store.journal}
    created = next(e for e in journal.values() if e.resource == "pods" and e.type == "ADDED")
    assert created.actor == "replicaset-controller"
    causes = [journal[revision] for revision in created.causes]
    assert [(e.resource, e.actor) for e in causes] == [(REPLICA_SETS, "kubectl")]
