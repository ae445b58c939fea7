"""Deployments: what a rollout may do at any instant, and what it tells."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pods import is_active, is_ready

DEPLOYMENTS, REPLICA_SETS = "deployments.apps", "replicasets.apps"


def rolling(surge: int | str, unavailable: int | str) -> Obj:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}


def set_image(world: Any, image: str) -> None:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}}
    world.client.patch(DEPLOYMENTS, "d", "default", "merge", patch)


def sizes(world: Any) -> dict[str, int]:
    """Replicas by the revision of the ReplicaSet."""
    found = world.client.items(REPLICA_SETS, "default")
    return {rs["metadata"]["annotations"]["deployment.kubernetes.io/revision"]: rs["spec"]["replicas"] for rs in found}


def conditions(world: Any) -> dict[str, str]:
    return {c["type"]: c["reason"] for c in world.get(DEPLOYMENTS, "d")["status"]["conditions"]}


@settings(max_examples=25, deadline=None)
@given(replicas=st.integers(1, 9), surge=st.integers(0, 4), unavailable=st.integers(0, 4), in_percent=st.booleans())
def test_a_rollout_keeps_within_surge_and_unavailable(
    replicas: int, surge: int, unavailable: int, in_percent: bool, new_world: Callable[[], Any]
) -> None:
    surge = surge or (0 if unavailable else 1)  # Both 0 is refused.
    most, least = replicas + surge, replicas - unavailable
    strategy = rolling(surge, unavailable)
    if in_percent:
        strategy = rolling(f"{surge * 15}%", f"{unavailable * 15}%")
        most, least = replicas + math.ceil(replicas * surge * 0.15 - 1e-9), replicas - int(replicas * unavailable * 0.15 + 1e-9)
        least -= most == least  # Rounded down to none, one may be missing all the same.
    world = new_world()
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", replicas, strategy=strategy), "default")
    world.run(5)
    set_image(world, "c:2")
    seen: list[tuple[int, int]] = []
    for _ in world.each_instant(40):
        pods = [pod for pod in world.pods() if is_active(pod)]
        seen.append((len(pods), sum(map(is_ready, pods))))
    assert all(p["spec"]["containers"][0]["image"] == "c:2" for p in world.pods())
    assert seen[-1] == (replicas, replicas)
    assert max(total for total, _ in seen) <= most
    assert min(ready for _, ready in seen) >= least


def test_events_tell_each_step(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 2, strategy=rolling(1, 0)), "default")
    world.run(5)
    set_image(world, "c:2")
    world.run(10)
    old, new = (
        rs["metadata"]["name"] for rs in sorted(world.client.items(REPLICA_SETS), key=lambda rs: rs["metadata"]["creationTimestamp"])
    )
    assert world.events("ScalingReplicaSet") == [
        f"Scaled up replica set {old} from 0 to 2",
        f"Scaled up replica set {new} from 0 to 1",
        f"Scaled down replica set {old} from 2 to 1",
        f"Scaled up replica set {new} from 1 to 2",
        f"Scaled down replica set {old} from 1 to 0",
    ]
    assert world.get(DEPLOYMENTS, "d")["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "2"}
    assert conditions(world) == {"Available": "MinimumReplicasAvailable", "Progressing": "NewReplicaSetAvailable"}


def test_each_write_of_a_replica_set_is_seen_as_in_the_transcript(world: Any) -> None:
    """Models the transcript deploy-watch-rs."""
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 2, strategy=rolling(1, 0)), "default")
    world.run(5)
    first = world.client.items(REPLICA_SETS)[0]["metadata"]["name"]
    seen: list[str] = []

    def note(event: WatchEvent, old: Obj | None) -> None:
        which = "old" if event.object["metadata"]["name"] == first else "new"
        seen.append(f"{which} {event.object['spec']['replicas']}")

    world.client.subscribe(REPLICA_SETS, note)
    set_image(world, "c:2")
    world.run(10)
    begin, step = ["new 1"] * 4, ["old 1", "new 2"] * 4
    assert seen == [*begin, *step, *["old 0"] * 4]


def test_rolling_back_gives_the_old_replica_set_a_new_revision(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1), "default")
    world.run(5)
    set_image(world, "c:2")
    world.run(10)
    set_image(world, "c:1")
    world.run(10)
    assert sizes(world) == {"2": 0, "3": 1}
    revived = next(rs for rs in world.client.items(REPLICA_SETS) if rs["spec"]["replicas"])
    assert revived["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "1"


def test_history_is_cut_to_its_limit(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1, revisionHistoryLimit=1), "default")
    for number in (1, 2, 3):
        set_image(world, f"c:{number}")
        world.run(10)
    assert sizes(world) == {"2": 0, "3": 1}


def test_recreate_lets_nothing_run_side_by_side(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 2, strategy={"type": "Recreate"}), "default")
    world.run(5)
    images: list[set[str]] = []
    world.client.subscribe("pods", lambda event, old: images.append({p["spec"]["containers"][0]["image"] for p in world.pods()}))
    set_image(world, "c:2")
    world.run(10)
    assert {"c:1", "c:2"} not in images
    assert images[-1] == {"c:2"}


def test_a_paused_deployment_scales_but_does_not_roll(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1), "default")
    world.run(5)
    world.client.patch(DEPLOYMENTS, "d", "default", "merge", {"spec": {"paused": True}})
    set_image(world, "c:2")
    world.scale(DEPLOYMENTS, "d", 3)
    world.run(5)
    assert sizes(world) == {"1": 3}
    assert conditions(world)["Progressing"] == "DeploymentPaused"
    world.client.patch(DEPLOYMENTS, "d", "default", "merge", {"spec": {"paused": False}})
    world.run(10)
    assert sizes(world) == {"1": 0, "2": 3}


def test_scaling_amid_a_rollout_is_shared_in_proportion(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 10, strategy=rolling(3, 2)), "default")
    world.run(5)
    world.ready = lambda pod: pod["spec"]["containers"][0]["image"] == "c:1"
    set_image(world, "c:2")
    world.run(10)
    assert sizes(world) == {"1": 8, "2": 5}
    world.scale(DEPLOYMENTS, "d", 15)
    world.run(1)
    assert sizes(world) == {"1": 11, "2": 7}


def test_no_progress_is_told_after_the_deadline(world: Any) -> None:
    world.ready = lambda pod: False
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1, progressDeadlineSeconds=10), "default")
    world.run(9)
    assert conditions(world)["Progressing"] == "ReplicaSetUpdated"
    world.run(4)
    progressing = next(c for c in world.get(DEPLOYMENTS, "d")["status"]["conditions"] if c["type"] == "Progressing")
    assert (progressing["status"], progressing["reason"]) == ("False", "ProgressDeadlineExceeded")
    name = world.client.items(REPLICA_SETS)[0]["metadata"]["name"]
    assert progressing["message"] == f'ReplicaSet "{name}" has timed out progressing.'


def test_min_ready_seconds_hold_availability_back(world: Any) -> None:
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1, minReadySeconds=5), "default")
    world.run(4)
    status = world.get(DEPLOYMENTS, "d")["status"]
    assert (status["readyReplicas"], status.get("availableReplicas", 0)) == (1, 0)
    world.run(4)
    assert world.get(DEPLOYMENTS, "d")["status"]["availableReplicas"] == 1


@pytest.mark.parametrize("paused", [False, True])
def test_a_deployment_adopts_replica_sets_it_selects(world: Any, paused: bool) -> None:
    orphan = world.workload("ReplicaSet", "d", 1)
    orphan["metadata"]["labels"] = {"app": "d"}
    world.client.create(REPLICA_SETS, orphan, "default")
    world.run(3)
    world.client.create(DEPLOYMENTS, world.workload("Deployment", "d", 1, paused=paused, template=world.template({"app": "d"})), "default")
    world.run(3)
    owner = world.get(REPLICA_SETS, "d")["metadata"]["ownerReferences"][0]
    assert (owner["kind"], owner["name"]) == ("Deployment", "d")
    assert len(world.pods()) == 1
