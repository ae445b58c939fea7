"""The placement picture, from a cluster's journal to SVG, text and the widget's frames."""

import base64
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from k8s_magic import Cluster
from k8s_magic.widgets import pictures
from k8s_magic.widgets.placement import open_view, play
from k8s_magic.widgets.placement.amounts import cpu_text, memory_text
from k8s_magic.widgets.placement.layout import Layout
from k8s_magic.widgets.placement.scene import NodeBox, PodTile, Scene, changes
from k8s_magic.widgets.placement.svg import draw
from k8s_magic.widgets.placement.text import draw_text

SVG = "{http://www.w3.org/2000/svg}"


def tile(name: str, mood: str = "running", **more: object) -> PodTile:
    values = {"id": f"uid-{name}", "namespace": "default", "word": "Running", "cpu": 500, "memory": 128 << 20, "node": "node1", **more}
    return PodTile(name=name, mood=mood, **values)  # type: ignore[arg-type]


def box(name: str, *pods: PodTile, notes: tuple[str, ...] = (), ready: bool = True) -> NodeBox:
    return NodeBox(name, notes, ready, 2000, 4 << 30, pods)


def svg_of(scene: Scene) -> ET.Element:
    return ET.fromstring(draw(scene, Layout.of([scene])))


def words_of(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(("amount", "text"), [(0, "0"), (1, "1m"), (500, "500m"), (1000, "1"), (1500, "1.5"), (64000, "64")])
def test_cpu_in_words(amount: int, text: str) -> None:
    assert cpu_text(amount) == text


@pytest.mark.parametrize(("amount", "text"), [(0, "0"), (1000, "1000"), (128 << 20, "128Mi"), (4 << 30, "4Gi"), (4023 << 20, "3.9Gi")])
def test_memory_in_words(amount: int, text: str) -> None:
    assert memory_text(amount) == text


def test_bars_add_up_requests_but_not_of_pods_that_ended() -> None:
    node = box("node1", tile("a"), tile("b"), tile("c", "done"))
    assert (node.cpu_requested, node.memory_requested) == (1000, 256 << 20)
    assert "cpu 1 of 2 (50%)" in words_of(svg_of(Scene((node,), ())))


def test_requests_count_where_a_namespace_is_not_shown() -> None:
    cluster = Cluster()
    revision = cluster.inspector.revision
    everything, default = (play(cluster.client, cluster.inspector, revision, names)[1].text for names in ((), ("default",)))
    assert "kube-system/" in everything and "kube-system/" not in default
    assert everything.splitlines()[0] == default.splitlines()[0]


def test_names_are_escaped() -> None:
    evil = "<script>alert(1)</script>"
    scene = Scene((box("node1", tile(evil)), box('"&<b>')), (tile(evil + "2", node="", why="<img src=x onerror=alert(1)>"),))
    root = svg_of(scene)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "rect", "text", "title", "circle", "path"}
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    assert evil in words_of(root)


def test_characters_that_xml_cannot_hold_do_no_harm() -> None:
    assert svg_of(Scene((box("a\x00\ud800b"),), ())) is not None


def test_every_mood_has_its_own_shape_and_colour() -> None:
    moods = ["running", "unready", "starting", "done", "failed", "leaving"]
    drawn = []
    for mood in moods:
        group = next(g for g in svg_of(Scene((box("n", tile("p", mood)),), ())).iter(f"{SVG}g") if g.get("data-id"))
        sign = [element for element in group if "sign" in element.get("class", "")]
        drawn.append((ET.tostring(sign[0]), group.find(f"{SVG}rect").get("fill")))  # type: ignore[union-attr]
    assert len({shape for shape, _ in drawn}) == len({colour for _, colour in drawn}) == len(moods)


def test_pods_that_wait_stand_beside_with_the_reason() -> None:
    why = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found."
    words = words_of(svg_of(Scene((box("node1"),), (tile("big", "starting", node="", word="Pending", why=why),))))
    assert "Waiting for a node (1)" in words
    assert "0/1 nodes are available: 1 Insufficient" in words
    assert "preemption" not in " ".join(words)


def test_many_pods_become_chips() -> None:
    crowd = [tile(f"p{i}") for i in range(40)]
    root = svg_of(Scene((box("node1", *crowd),), ()))
    assert not [word for word in words_of(root) if word.startswith("p1")]
    assert len([g for g in root.iter(f"{SVG}g") if g.get("data-id")]) == 40


def test_a_hundred_nodes_fit() -> None:
    scene = Scene(tuple(box(f"node{i}", tile(f"p{i}")) for i in range(100)), ())
    layout = Layout.of([scene])
    assert layout.width < 1000
    assert len({layout.box(f"node{i}") for i in range(100)}) == 100


def test_nothing_overlaps() -> None:
    scene = Scene((box("node1", tile("a"), tile("b", namespace="kube-system"), tile("c")), box("node2")), ())
    layout = Layout.of([scene])
    places = sorted(place for _, place in layout.tiles(layout.box("node1"), scene.nodes[0].pods))
    assert all(above.y + above.height < below.y for above, below in pairwise(places))
    bottom = layout.box("node1").y + layout.box("node1").height
    assert places[-1].y + places[-1].height < bottom <= layout.height


def test_what_happened_in_words() -> None:
    before = Scene(
        (box("node1", tile("a")), box("node2", notes=("NotReady",), ready=False)), (tile("b", "starting", node="", word="Pending"),)
    )
    after = Scene((box("node1", tile("b", "starting", word="ContainerCreating")), box("node2"), box("node3")), ())
    assert changes(before, after) == ["b goes to node1", "a is gone", "node2 is Ready", "node3 joins"]


def test_text() -> None:
    scene = Scene((box("node1", tile("a"), tile("b", "unready")),), (tile("c", "starting", node="", word="Pending", why="no room"),))
    assert draw_text(scene) == (
        "node1  cpu █████░░░░░ 1 of 2  memory █░░░░░░░░░ 256Mi of 4Gi\n"
        "  ● a  Running\n"
        "  ◐ b  Running, not ready\n"
        "waiting for a node\n"
        "  ○ c  Pending: no room"
    )


def test_a_pods_way_is_played() -> None:
    cluster = Cluster(nodes=2, system=False)
    before = cluster.inspector.revision
    cluster.kubectl("run web --image=nginx")
    cluster.settle()
    frames, static = play(cluster.client, cluster.inspector, before)
    told = "; ".join(frame.caption for frame in frames)
    assert re.search(r"web is created.*web goes to node[12].*web is Running", told)
    assert "web" not in frames[0].svg
    assert ">web<" in frames[-1].svg
    assert "● web  Running" in static.text
    assert [float(frame.time[1:-1]) for frame in frames[1:]] == sorted(float(frame.time[1:-1]) for frame in frames[1:])


def test_what_is_deleted_was_there_before() -> None:
    cluster = Cluster(nodes=2, system=False)
    cluster.kubectl("run web --image=nginx")
    cluster.settle()
    before = cluster.inspector.revision
    cluster.kubectl("delete pod web --now")
    frames, _ = play(cluster.client, cluster.inspector, before)
    assert ">web<" in frames[0].svg and ">web<" not in frames[-1].svg
    assert "web is gone" in frames[-1].caption


def test_a_long_play_is_thinned_but_keeps_its_ends() -> None:
    cluster = Cluster(nodes=3, system=False)
    before = cluster.inspector.revision
    cluster.kubectl("create deployment web --image=nginx --replicas=60")
    cluster.settle()
    frames, static = play(cluster.client, cluster.inspector, before)
    assert 2 < len(frames) <= 48
    assert static.text.count("● web-") == 60


def test_the_output_holds_picture_and_text_beside_the_widget() -> None:
    cluster = Cluster(nodes=1, system=False)
    picture = open_view(cluster.client, cluster.inspector)
    picture.follow(cluster.inspector.revision)
    data, _ = picture._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    encoded = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', data["text/html"])
    assert encoded and ET.fromstring(base64.b64decode(encoded[1])).tag == f"{SVG}svg"
    assert 'alt="node1: no pods"' in data["text/html"]
    assert data["text/plain"].startswith("node1  cpu ░")


def test_the_same_seed_draws_the_same_bytes() -> None:
    def drawn() -> str:
        cluster = Cluster(seed=7)
        cluster.kubectl("create deployment web --image=nginx --replicas=5")
        return "".join(frame.svg for frame in play(cluster.client, cluster.inspector, 0)[0])

    assert drawn() == drawn()


def test_the_folder_is_the_registry() -> None:
    assert "placement" in pictures()
