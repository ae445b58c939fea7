"""StatefulSets: in order, by name, with claims that stay."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects.meta import Obj

RESOURCE, CLAIMS = "statefulsets.apps", "persistentvolumeclaims"
CLAIM = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}


def stateful_set(world: Any, replicas: int = 3, **spec: Any) -> None:
    world.client.create(RESOURCE, world.workload("StatefulSet", "web", replicas, serviceName="web", **spec), "default")


def images(world: Any) -> dict[str, str]:
    return {p["metadata"]["name"]: p["spec"]["containers"][0]["image"] for p in world.pods()}


def set_image(world: Any, image: str) -> None:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}}
    world.client.patch(RESOURCE, "web", "default", "merge", patch)


def partition(number: int) -> Obj:
    return {"type": "RollingUpdate", "rollingUpdate": {"partition": number}}


def test_one_is_ready_before_the_next_comes(world: Any) -> None:
    stateful_set(world)
    counts = []
    for _ in range(3):
        world.run(1.1)
        counts.append(len(world.pods()))
    assert counts == [2, 3, 3]
    world.run(3)
    assert world.events("SuccessfulCreate") == [f"Create Pod web-{n} in StatefulSet web successful" for n in range(3)]
    pod = world.get("pods", "web-1")
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("web-1", "web")
    assert pod["metadata"]["labels"]["apps.kubernetes.io/pod-index"] == "1"
    assert pod["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] == "web-1"


def test_nothing_comes_while_one_is_not_ready(world: Any) -> None:
    world.ready = lambda pod: False
    stateful_set(world)
    world.run(10)
    assert sorted(images(world)) == ["web-0"]


def test_in_parallel_nobody_waits(world: Any) -> None:
    world.ready = lambda pod: False
    stateful_set(world, podManagementPolicy="Parallel")
    world.run(1)
    assert sorted(images(world)) == ["web-0", "web-1", "web-2"]


def test_scaling_down_takes_the_last_first(world: Any) -> None:
    stateful_set(world)
    world.run(6)
    world.scale(RESOURCE, "web", 1)
    gone: list[str] = []
    world.client.subscribe("pods", lambda event, old: gone.append(event.object["metadata"]["name"]) if event.type == "DELETED" else None)
    world.run(5)
    assert gone == ["web-2", "web-1"]
    status = world.get(RESOURCE, "web")["status"]
    assert [status[k] for k in ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas")] == [1, 1, 1, 1]


def test_an_update_goes_from_the_last_to_the_first(world: Any) -> None:
    stateful_set(world)
    world.run(6)
    set_image(world, "c:2")
    world.run(10)
    assert set(images(world).values()) == {"c:2"}
    assert world.events("SuccessfulDelete") == [f"Delete Pod web-{n} in StatefulSet web successful" for n in (2, 1, 0)]
    status = world.get(RESOURCE, "web")["status"]
    assert status["currentRevision"] == status["updateRevision"]


def test_a_partition_holds_the_lower_ones_back(world: Any) -> None:
    """Models the transcript sts-update."""
    stateful_set(world, updateStrategy=partition(2))
    world.run(6)
    set_image(world, "c:2")
    world.run(10)
    assert images(world) == {"web-0": "c:1", "web-1": "c:1", "web-2": "c:2"}
    status = world.get(RESOURCE, "web")["status"]
    assert (status["updatedReplicas"], status["currentReplicas"]) == (1, 2)
    world.client.delete("pods", "web-0", "default")
    world.run(5)
    assert images(world)["web-0"] == "c:1"


@pytest.mark.parametrize("start", [0, 5])
def test_ordinals_begin_where_asked(world: Any, start: int) -> None:
    stateful_set(world, 2, ordinals={"start": start})
    world.run(5)
    assert sorted(images(world)) == [f"web-{start}", f"web-{start + 1}"]


def test_claims_are_made_and_outlive_their_pods(world: Any) -> None:
    """Models the transcript sts-claims."""
    stateful_set(world, 2, volumeClaimTemplates=[CLAIM])
    world.run(5)
    assert [key.name for key in world.client.names(CLAIMS, "default")] == ["data-web-0", "data-web-1"]
    volume = world.get("pods", "web-1")["spec"]["volumes"][0]
    assert volume == {"name": "data", "persistentVolumeClaim": {"claimName": "data-web-1"}}
    assert "Create Claim data-web-0 Pod web-0 in StatefulSet web success" in world.events("SuccessfulCreate")
    world.client.delete(RESOURCE, "web", "default")
    world.run(5)
    assert world.pods() == []
    assert len(world.client.items(CLAIMS, "default")) == 2


def test_claims_go_with_the_set_where_the_policy_says_so(world: Any) -> None:
    policy = {"whenDeleted": "Delete", "whenScaled": "Delete"}
    stateful_set(world, 2, volumeClaimTemplates=[CLAIM], persistentVolumeClaimRetentionPolicy=policy)
    world.run(5)
    world.scale(RESOURCE, "web", 1)
    world.run(5)
    assert [key.name for key in world.client.names(CLAIMS, "default")] == ["data-web-0"]
    world.client.delete(RESOURCE, "web", "default")
    world.run(5)
    assert world.client.names(CLAIMS, "default") == []


def test_orphans_are_taken_in_again(world: Any) -> None:
    stateful_set(world, 2)
    world.run(5)
    uids = {p["metadata"]["uid"] for p in world.pods()}
    for pod in world.pods():
        world.client.patch("pods", pod["metadata"]["name"], "default", "merge", {"metadata": {"ownerReferences": None}})
    world.run(3)
    assert {p["metadata"]["uid"] for p in world.pods()} == uids
    assert all(p["metadata"]["ownerReferences"][0]["name"] == "web" for p in world.pods())
