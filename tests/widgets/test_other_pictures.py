"""Why a pod is where it is, who owns whom, the way of a request; and what all pictures have in common."""

import json
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterator
from random import Random
from typing import Any

import networkx as nx
import pytest

from k8s_magic import Cluster
from k8s_magic.cluster.graph import graph_of, to_dot
from k8s_magic.widgets import pictures
from k8s_magic.widgets._history import Frame, continued, encoded, packed
from k8s_magic.widgets._svg import document, label

SVG = "{http://www.w3.org/2000/svg}"
WAYS = {
    "placement": (),
    "selector": ("service/web",),
    "why": ("POD",),
    "reconcile": ("deployment/web",),
    "tree": ("deployment/web",),
    "network": ("web",),
}


def web(**options: Any) -> Cluster:
    cluster = Cluster(**{"nodes": 3, "system": False, **options})
    cluster.kubectl("create deployment web --image=nginx --replicas=3")
    cluster.kubectl("expose deployment web --port=80")
    cluster.settle()
    return cluster


def opened(cluster: Cluster, name: str, *arguments: str, since: int | None = None) -> Any:
    pod = cluster.kubectl("get pods -o jsonpath={.items[0].metadata.name}").stdout
    picture = pictures()[name](cluster.client, cluster.inspector, tuple(pod if word == "POD" else word for word in arguments))
    picture.follow(cluster.inspector.revision if since is None else since)
    return picture


def unpacked(picture: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(picture.history))
    return found


def rebuilt(history: dict[str, Any]) -> list[str]:
    """What the front end makes of a history."""
    now: list[int] = []
    frames = []
    for changes, _, _ in history["steps"]:
        now = list(now)
        for where, gone, come in changes:
            now[where : where + gone] = come
        frames.append("".join(history["pieces"][number] for number in now))
    return frames


def test_every_picture_is_known_here() -> None:
    assert set(pictures()) == set(WAYS)


@pytest.mark.parametrize("name", WAYS)
def test_the_same_cluster_draws_the_same_bytes(name: str) -> None:
    drawn = [opened(web(seed=5), name, *WAYS[name])._repr_mimebundle_()[0] for _ in range(2)]
    for key in ("text/html", "text/plain"):
        assert drawn[0][key] == drawn[1][key]
        assert drawn[0][key]


@pytest.mark.parametrize("name", WAYS)
def test_the_front_end_gets_the_frames_that_were_drawn(name: str) -> None:
    cluster = web()
    picture = opened(cluster, name, *WAYS[name], since=0)
    assert rebuilt(unpacked(picture)) == [str(frame.svg) for frame in picture.frames]
    before = len(unpacked(picture)["steps"])
    revision = cluster.inspector.revision
    cluster.kubectl("scale deployment web --replicas=5")
    picture.follow(revision)
    if name != "why":
        assert len(unpacked(picture)["steps"]) > before
        assert unpacked(picture)["marks"][-1] == [before, "scale deployment web --replicas=5"]
    for svg in rebuilt(unpacked(picture)):
        ET.fromstring(svg)


@pytest.mark.parametrize("name", WAYS)
def test_users_text_is_escaped(name: str) -> None:
    cluster = web()
    evil = "<img src=x onerror=alert(1)>"
    cluster.kubectl("run web-evil --image=nginx --labels=app=web")
    pod = cluster.client.get("pods", "web-evil", "default")
    cluster.client.update("pods", {**pod, "status": {**pod["status"], "reason": evil}}, "default", subresource="status")
    root = ET.fromstring(opened(cluster, name, *WAYS[name])._static.svg)
    assert not [e for e in root.iter() if "img" in e.tag or [key for key in e.attrib if key.startswith("on")]]


def test_a_history_of_200_steps_is_small() -> None:
    cluster = web()
    picture = opened(cluster, "placement")
    for replicas in range(30):
        revision = cluster.inspector.revision
        cluster.kubectl(f"scale deployment web --replicas={2 + replicas % 7}")
        picture.follow(revision)
    assert 100 < len(unpacked(picture)["steps"]) <= 200
    assert len(picture.history) < 1_000_000


def test_what_is_told_again_replaces_what_was_told() -> None:
    frames = [Frame("a", "", ""), Frame("b", "", "")]
    chapters = continued(continued([], 1, "x", frames), 5, "y", frames)
    assert [(chapter.since, chapter.words) for chapter in continued(chapters, 5, "z", frames)] == [(1, "x"), (5, "z")]
    assert [chapter.since for chapter in continued(chapters, 0, "z", frames)] == [0]


def test_too_much_is_thinned_to_its_ends() -> None:
    noise = [Random(number).randbytes(200_000).hex() for number in range(9)]
    frames = [Frame(document(1, 1, "", "", label(noise[number], 0, 0)), str(number), "") for number in range(9)]
    chapters = continued([], 0, "", frames)
    steps = encoded(chapters)["steps"]
    assert 2 < len(steps) < 9 and (steps[0][1], steps[-1][1]) == ("0", "8")
    assert len(packed(chapters)) < 1_000_000


def test_a_large_rollout_is_played_in_all_its_steps() -> None:
    cluster = Cluster(system=False, nodes=50)
    cluster.kubectl("create deployment web --image=nginx --replicas=500")
    cluster.settle()
    revision = cluster.inspector.revision
    cluster.kubectl("rollout restart deployment web")
    cluster.settle()
    picture = opened(cluster, "placement", since=revision)
    assert len(unpacked(picture)["steps"]) == 48
    assert len(picture.history) < 1_000_000


def test_why_shows_the_sum_that_decided() -> None:
    cluster = web(system=True)
    picture = opened(cluster, "why", "POD")
    lines = picture._static.text.splitlines()
    chosen = next(line for line in lines if line.startswith("→"))
    terms, _, total = chosen.partition("✓ fits")[2].partition("=")
    assert sum(int(term.split()[-1]) for term in terms.split("+")) == int(total)
    assert any("✗ TaintToleration" in line for line in lines)
    assert "node1" in lines[-1]


def test_why_nowhere() -> None:
    cluster = web()
    cluster.kubectl('run big --image=nginx --overrides={"spec":{"nodeSelector":{"a":"b"}}}'.split())
    picture = opened(cluster, "why", "big")
    assert picture._static.text.startswith("default/big fits on none of 3 nodes")
    assert picture._static.text.count("✗ NodeAffinity") == 3


def test_many_nodes_fold_in_the_table() -> None:
    cluster = web(nodes=100)
    cluster.kubectl("cordon node7")
    cluster.kubectl("create deployment api --image=nginx --replicas=40")
    cluster.settle()
    pod = cluster.kubectl("get pods -l app=api -o jsonpath={.items[39].metadata.name}").stdout
    picture = opened(cluster, "why", pod)
    lines = picture._static.text.splitlines()[1:]
    assert len(lines) <= 24
    assert sum(int(line.split()[0]) if re.match(r"  \d+ (more )?nodes", line) else 1 for line in lines) == 100
    assert "✗ NodeUnschedulable" in lines[-1]


def test_many_nodes_that_do_not_fit_fold_by_reason() -> None:
    cluster = web(nodes=100)
    cluster.kubectl("cordon node7")
    cluster.kubectl('run big --image=nginx --overrides={"spec":{"nodeSelector":{"a":"b"}}}'.split())
    text = opened(cluster, "why", "big")._static.text
    assert "99 nodes, as node1" in text and "✗ NodeUnschedulable" in text
    assert len(text.splitlines()) == 3


def test_the_matrix_says_who_was_asked() -> None:
    cluster = web(system=True)
    cluster.kubectl("cordon node3")
    cluster.kubectl("run late --image=nginx")
    rows = {}
    for group in ET.fromstring(opened(cluster, "why", "late")._static.svg).iter(f"{SVG}g"):
        if group.get("data-id", "").startswith("node-"):
            rows[group.get("data-id")] = [text.text for text in group.iter(f"{SVG}text")]
    assert [word for word in rows["node-node1"] if word in "✓✗–"] == ["✓", "✗"]
    assert [word for word in rows["node-node3"] if word in "✓✗–"] == ["✗", "–"]
    assert rows["node-node3"][-1] == "node(s) were unschedulable"


@pytest.mark.parametrize("name", WAYS)
def test_every_picture_has_a_name_and_a_description(name: str) -> None:
    root = ET.fromstring(opened(web(), name, *WAYS[name])._static.svg)
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert all(child.text for child in root[:2])


@pytest.mark.parametrize("name", WAYS)
def test_words_do_not_leave_their_picture(name: str) -> None:
    """A width that a wide font would take; long names are cut."""
    cluster = web()
    long = "w" * 63
    cluster.kubectl(f"create deployment {long} --image=nginx")
    cluster.kubectl("label pods --all app=web --overwrite")
    cluster.settle()
    root = ET.fromstring(opened(cluster, name, *WAYS[name])._static.svg)
    width = float(root.get("width", "0"))
    for x, text in _texts(root, 0):
        size = float(text.get("font-size", "0"))
        room = width - x if text.get("text-anchor") is None else x
        assert text.get("transform") or len(text.text or "") * size * 0.55 <= room, text.text


def _texts(element: ET.Element, left: float) -> Iterator[tuple[float, ET.Element]]:
    for child in element:
        moved = re.search(r"translate\(([-\d.]+)", child.get("transform", ""))
        at = left + (float(moved[1]) if moved else 0)
        if child.tag == f"{SVG}text":
            yield at + float(child.get("x", "0")), child
        yield from _texts(child, at)


def test_the_tree_begins_with_the_first_owner() -> None:
    cluster = web()
    picture = opened(cluster, "tree", "pod", "POD")
    assert [line for line in picture._static.text.splitlines() if "(" in line] == ["owner (1)", "owned by it (1)", "owned by these (3)"]


def test_only_ready_endpoints_get_requests() -> None:
    cluster = web()
    cluster.break_image("nginx:9")
    cluster.kubectl("run late --image=nginx:9 --labels=app=web")
    text = opened(cluster, "network", "web")._static.text
    assert "A 10." in text and "3 of 4 endpoints ready" in text and "↛ late" in text
    assert text.count("gets requests") == 3


def test_the_graph_of_owners() -> None:
    graph = graph_of(web().client, "default")
    assert nx.is_directed_acyclic_graph(graph)
    assert sorted(about["kind"] for _, about in graph.nodes.items()) == [
        *("Deployment", "EndpointSlice", "EndpointSlice"),
        *("Pod", "Pod", "Pod", "ReplicaSet", "Service", "Service"),
    ]
    assert to_dot(graph).source.count("->") == 5
