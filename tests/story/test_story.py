"""Stories: complete, in order, in plain words. `K8S_MAGIC_WRITE_STORIES=1` writes the golden files anew, to be read and reviewed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.story import Story, text
from k8s_magic.objects.meta import Obj

HERE = Path(__file__).parent


def with_web() -> Cluster:
    cluster = Cluster(system=False, nodes=3, seed=1)
    cluster.kubectl("create deployment web --image=nginx:1.27 --replicas=2")
    cluster.settle()
    return cluster


def rolling_update() -> Cluster:
    cluster = with_web()
    cluster.kubectl("set image deployment/web nginx=nginx:1.28")
    cluster.settle()
    return cluster


def death_of_a_node() -> Cluster:
    cluster = with_web()
    cluster.kill_node(cluster.kubectl("get pods -o jsonpath={.items[0].spec.nodeName}").stdout)
    cluster.tick("7m")
    return cluster


def quarantine() -> Cluster:
    cluster = with_web()
    pod = cluster.kubectl("get pods -o name").stdout.split()[0]
    cluster.kubectl(f"label {pod} app=quarantine --overwrite")
    cluster.settle()
    cluster.kubectl(f"delete {pod}")
    return cluster


STORIES: list[tuple[str, Callable[[], Cluster], str]] = [
    ("rolling-update", rolling_update, "deployment/web"),
    ("node-death", death_of_a_node, "deployment/web"),
    ("node-death-node", death_of_a_node, "node/node2"),
    ("quarantine", quarantine, "deploy/web"),
]


@pytest.mark.parametrize(("name", "made", "what"), STORIES, ids=[name for name, _, _ in STORIES])
def test_the_story_is_told_as_it_was_read(name: str, made: Callable[[], Cluster], what: str) -> None:
    told, golden = text(made().story(what)), HERE / f"{name}.txt"
    if os.environ.get("K8S_MAGIC_WRITE_STORIES"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def owned_by(cluster: Cluster, uid: str) -> set[str]:
    """The uids of all that the object has ever owned, worked out from the journal by itself."""
    found = {uid}
    for _ in range(4):
        for entry in cluster.inspector.journal:
            owners = {owner["uid"] for owner in entry.object["metadata"].get("ownerReferences") or ()}
            if owners & found:
                found.add(entry.object["metadata"]["uid"])
    return found


def about(event: Obj) -> tuple[str, str]:
    return event["involvedObject"].get("uid", ""), event["involvedObject"]["name"]


@pytest.mark.parametrize("made", [rolling_update, death_of_a_node, quarantine])
def test_each_write_stands_in_the_story_exactly_once(made: Callable[[], Cluster]) -> None:
    cluster = made()
    uids = owned_by(cluster, cluster.client.get("deployments.apps", "web", "default")["metadata"]["uid"])
    names = {e.key.name for e in cluster.inspector.journal if e.object["metadata"].get("uid") in uids}
    expected = []
    for entry in cluster.inspector.journal:
        if entry.resource != "events":
            if entry.object["metadata"].get("uid") in uids:
                expected.append(entry.revision)
        elif about(entry.object)[0] in uids or (not about(entry.object)[0] and about(entry.object)[1] in names):
            expected.append(entry.revision)
    story = cluster.story("deployment/web")
    assert list(story.revisions) == expected
    assert all(change.words for step in story.steps for change in step.changes)


def test_causes_point_back_to_what_was_told_or_say_what_it_was() -> None:
    story = rolling_update().story("deployment/web")
    seen: set[int] = set()
    for step in story.steps:
        assert set(step.because) <= seen or step.elsewhere
        seen |= {change.revision for change in step.changes}


def test_a_pod_that_was_released_stays_in_the_story_of_its_deployment() -> None:
    words = text(quarantine().story("deployment/web"))
    assert "released: replicaset/web-" in words
    assert "has other labels now" in words


def commands(story: Story) -> list[str]:
    return [step.command for step in story.steps if step.command]


def test_it_tells_what_users_did_in_python_and_to_machines() -> None:
    cluster = Cluster(system=False, nodes=1)
    cluster.client.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, "default")
    cluster.kubectl("run p --image=nginx")
    cluster.settle()
    cluster.kill_node("node1")
    assert commands(cluster.story("cm/a")) == ["kubectl in Python: create configmaps a"]
    assert commands(cluster.story("po/p")) == ["kubectl run p --image=nginx", "%cluster kill-node node1"]


@pytest.mark.parametrize("what", ["web", "deployment/", "/web"])
def test_it_takes_a_type_and_a_name(what: str) -> None:
    with pytest.raises(ValueError, match="is not TYPE/NAME"):
        Cluster(system=False, nodes=1).story(what)


def test_nobody_has_a_story_who_was_never_there() -> None:
    cluster = Cluster(system=False, nodes=1)
    with pytest.raises(ApiError, match=r'deployments\.apps "web" not found'):
        cluster.story("deployment/web")
    with pytest.raises(ApiError, match="the server doesn't have a resource type"):
        cluster.story("nonsense/web")
