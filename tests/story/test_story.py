"""Stories: complete, in order, in plain words. `K8S_MAGIC_WRITE_STORIES=1` writes the golden files anew, to be read and reviewed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.cluster import Cluster
from k8s_magic.cluster.story import Story, text
from k8s_magic.objects.meta import Obj
from k8s_magic.widgets._target import target_of
from k8s_magic.widgets.reconcile import painting
from k8s_magic.widgets.reconcile.actions import words_of

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


def busy() -> Cluster:
    """A cluster in which much has come and gone, the same name twice too."""
    cluster = rolling_update()
    for line in (
        "expose deployment web --port=80",
        "create job once --image=busybox -- sleep 3",
        "create cm settings --from-literal=a=b",
        "scale deployment web --replicas=4",
        "annotate deployment web note=x",
        "delete cm settings",
        "create cm settings --from-literal=a=c",
        "drain node2 --ignore-daemonsets --force",
        "create deployment bad --image=nope:1",
        "delete deployment web",
    ):
        cluster.kubectl(line)
        cluster.tick("5s")
    cluster.kill_node("node1")
    cluster.tick("6m")
    return cluster


def test_each_write_about_any_object_stands_in_its_story_exactly_once_and_in_order() -> None:
    cluster = busy()
    journal = cluster.inspector.journal
    last = {(e.resource, e.key): e.object["metadata"].get("uid") for e in journal if e.resource != "events"}
    told_of = set()
    for (resource, key), uid in last.items():
        revisions = cluster.story(f"{resource}/{key.name}", key.namespace).revisions
        own = [e.revision for e in journal if e.resource == resource and e.key == key and e.object["metadata"].get("uid") == uid]
        said = [e.revision for e in journal if e.resource == "events" and uid and about(e.object)[0] == uid]
        assert [revisions.count(revision) for revision in own + said] == [1] * len(own + said), (resource, key)
        assert list(revisions) == sorted(revisions)
        told_of.add(resource)
    assert {"pods", "nodes", "deployments.apps", "replicasets.apps", "jobs.batch", "configmaps", "services"} <= told_of


def test_the_story_of_a_node_tells_of_the_pods_on_it() -> None:
    cluster = death_of_a_node()
    journal = cluster.inspector.journal
    pods = {e.object["metadata"]["uid"] for e in journal if e.resource == "pods" and e.object["spec"].get("nodeName") == "node2"}
    own = {e.object["metadata"]["uid"] for e in journal if e.resource == "nodes" and e.key.name == "node2"}
    owned = own | {
        e.object["metadata"]["uid"] for e in journal if any(o["uid"] in own for o in e.object["metadata"].get("ownerReferences", []))
    }
    expected = [e.revision for e in journal if e.resource != "events" and e.object["metadata"].get("uid") in pods | owned]
    expected += [e.revision for e in journal if e.resource == "events" and about(e.object)[0] in pods | own]
    names = {e.key.name for e in journal if e.resource in ("pods", "nodes") and e.object["metadata"]["uid"] in pods | own}
    by_name = [about(e.object) for e in journal if e.resource == "events"]
    assert any(uid in ("", "node2") and name in names for uid, name in by_name)
    expected += [
        e.revision for e in journal if e.resource == "events" and about(e.object)[0] in ("", "node2") and about(e.object)[1] in names
    ]
    assert sorted(set(expected)) == list(cluster.story("node/node2").revisions)


@pytest.mark.parametrize("made", [rolling_update, death_of_a_node, quarantine])
def test_the_picture_of_reconciliation_tells_what_the_story_tells(made: Callable[[], Cluster]) -> None:
    cluster = made()
    by_revision = {entry.revision: entry for entry in cluster.inspector.journal}
    target = target_of(cluster.client, ("deployment/web",), "")
    scenes = painting(target).scenes(cluster.client, cluster.inspector, 0)
    drawn = Counter((time, chain[0]) for time, scene in scenes for chain in scene.actions)
    told: Counter[tuple[float, str]] = Counter()
    for step in cluster.story("deployment/web").steps:
        for change in step.changes:
            if not change.is_event and (words := words_of(by_revision[change.revision])):
                told[step.time, f"{step.actor} {words}"] += 1
    assert drawn <= told
    if made is not quarantine:  # There the story goes on with a pod that the picture has let go.
        assert drawn == told
    wanted = [step.desired.split(" ")[0] for step in cluster.story("deployment/web").steps if step.actor == "deployment-controller"]
    assert {str(scene.desired) for _, scene in scenes[1:]} == set(wanted) == {"2"}


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
