"""The placement picture, from a cluster's journal to SVG, text and the widget's frames."""

import base64
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import pytest

from k8s_magic import Cluster
from k8s_magic.objects.quantity import milli
from k8s_magic.widgets import pictures
from k8s_magic.widgets._picture import Frame, Static
from k8s_magic.widgets.placement import Player, open_view
from k8s_magic.widgets.placement.amounts import cpu_text, memory_text
from k8s_magic.widgets.placement.layout import WIDTH, Layout, Place
from k8s_magic.widgets.placement.scene import NodeBox, PodTile, Scene, changes
from k8s_magic.widgets.placement.svg import draw
from k8s_magic.widgets.placement.text import draw_text
from k8s_magic.widgets.placement.usage import Used

SVG = "{http://www.w3.org/2000/svg}"


def tile(name: str, mood: str = "running", **more: object) -> PodTile:
    values = {"id": f"uid-{name}", "namespace": "default", "word": "Running", "cpu": 500, "memory": 128 << 20, "node": "node1", **more}
    return PodTile(name=name, mood=mood, **values)  # type: ignore[arg-type]


def box(name: str, *pods: PodTile, notes: tuple[str, ...] = (), ready: bool = True) -> NodeBox:
    return NodeBox(name, notes, ready, 2000, 4 << 30, pods)


def play(cluster: Cluster, since: int, *namespaces: str) -> tuple[list[Frame], Static]:
    return Player(namespaces)(cluster.client, cluster.inspector, since)


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
    cpu, memory = node.accounts
    assert (cpu.requested, memory.requested) == (1000, 256 << 20)
    assert {"1 of 2", "50%", "no limits"} <= set(words_of(svg_of(Scene((node,), ()))))


def test_limits_and_usage_stand_beside_requests() -> None:
    node = replace(box("node1", tile("a", cpu_limit=3000, memory_limit=1 << 30), tile("b")), used=Used(53, 200 << 20))
    root = svg_of(Scene((node,), ()))
    assert {"limits 3", "used 53m", "limits 1Gi", "used 200Mi"} <= set(words_of(root))
    assert "cpu 1 of 2 requested, limits 3, used 53m; memory 256Mi of 4Gi requested, limits 1Gi, used 200Mi" in words_of(root)
    assert "  cpu    █████░░░░░  1 of 2 requested, limits 3, used 53m" in draw_text(Scene((node,), ())).splitlines()


def test_a_nodes_account_is_that_of_kubectl() -> None:
    cluster = Cluster()
    cluster.kubectl("create deployment web --image=nginx --replicas=6")
    cluster.kubectl("set resources deployment web --requests=cpu=250m,memory=128Mi --limits=cpu=500m,memory=256Mi")
    cluster.settle()
    text = play(cluster, cluster.inspector.revision)[1].text
    for node in ("node1", "node2", "node3", "node4"):
        described = cluster.kubectl(f"describe node {node}").stdout
        top = cluster.kubectl(f"top node {node} --no-headers").stdout.split()
        for what, used in (("cpu", top[1]), ("memory", top[3])):
            requests, limits = re.search(rf"^  {what} +(\S+) .*?%\) +(\S+)", described, re.M).groups()  # type: ignore[union-attr]
            line = next(li for li in text.partition(f"{node} ")[2].splitlines() if li.strip().startswith(what))
            shown = re.search(r"(\S+) of .* requested, (?:no )?limits ?(\S*), used (\S+)", line)
            assert shown, line
            for mine, its in zip(shown.groups(), (requests, limits, used), strict=True):
                assert milli(mine or "0") == pytest.approx(milli(its), rel=0.05), (node, what)


def test_usage_is_what_was_measured_then() -> None:
    cluster = Cluster()
    player = Player()
    player(cluster.client, cluster.inspector, cluster.inspector.revision)
    revision = cluster.inspector.revision
    cluster.kubectl("run web --image=nginx")
    cluster.settle()
    frames, _ = player(cluster.client, cluster.inspector, revision)
    used = [re.search(r"cpu [^;<]* used (\w+); memory", frame.svg) for frame in frames]
    told = [match[1] for match in used if match]
    assert len(told) == len(frames) > 3
    assert set(told[:-1]) == {told[0]} != {told[-1]}


def test_without_a_metrics_api_no_usage_is_shown() -> None:
    cluster = Cluster(nodes=2, system=False)
    assert "used" not in play(cluster, cluster.inspector.revision)[1].text


def test_what_came_and_went_is_counted() -> None:
    before = Scene((box("node1", tile("a"), tile("b")),), ())
    after = Scene((box("node1", tile("b"), tile("c"), tile("d")),), ())
    assert "3 pods +2 −1" in words_of(ET.fromstring(draw(after, Layout.of([before, after]), before)))


def test_taints_and_cordons_are_named() -> None:
    cluster = Cluster(nodes=2, system=False)
    cluster.kubectl("taint node node1 gpu=true:NoSchedule")
    cluster.kubectl("cordon node2")
    frames, static = play(cluster, cluster.inspector.revision)
    assert {"taint gpu=true:NoSchedule", "cordoned"} <= set(words_of(ET.fromstring(frames[-1].svg)))
    assert "node1 (taint gpu=true:NoSchedule)" in static.text and "node2 (cordoned)" in static.text


def test_requests_count_where_a_namespace_is_not_shown() -> None:
    cluster = Cluster()
    revision = cluster.inspector.revision
    everything, default = (play(cluster, revision, *names)[1].text for names in ((), ("default",)))
    assert "kube-system/" in everything and "kube-system/" not in default
    assert "0 of 9 pods" in default
    assert everything.splitlines()[1:3] == default.splitlines()[1:3]


def test_names_are_escaped() -> None:
    evil = "<script>alert(1)</script>"
    scene = Scene((box("node1", tile(evil)), box('"&<b>')), (tile(evil + "2", node="", why="<img src=x onerror=alert(1)>"),))
    root = svg_of(scene)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "rect", "text", "title", "desc", "circle", "path"}
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
    assert "0/1 nodes are available: 1 Insufficient cpu" in words
    assert "preemption" not in " ".join(words)


def test_many_pods_become_chips() -> None:
    crowd = [tile(f"pod-{i}") for i in range(50)]
    root = svg_of(Scene((box("node1", *crowd),), ()))
    assert not [word for word in words_of(root) if word.startswith("pod-")]
    assert len([g for g in root.iter(f"{SVG}g") if g.get("data-id")]) == 50


@pytest.mark.parametrize(("nodes", "pods"), [(1, 0), (1, 1000), (2, 25), (3, 9), (7, 60), (12, 40), (13, 900), (31, 31), (100, 1000)])
def test_it_folds_and_the_numbers_stay_true(nodes: int, pods: int) -> None:
    made = [
        [tile(f"p{i}", "failed" if i == pods - 1 else "running", workload="deployment/web") for i in range(n, pods, nodes)]
        for n in range(nodes)
    ]
    waiting = tuple(tile(f"w{i}", "starting", node="", why=f"reason {i % 9}") for i in range(pods))
    scene = Scene(tuple(box(f"node{n}", *made[n]) for n in range(nodes)), waiting)
    layout = Layout.of([scene])
    root = ET.fromstring(draw(scene, layout))
    said = words_of(root)
    assert any(words.startswith(f"{nodes} node") and f"{2 * pods} pods" in words for words in said)
    shown = [g for g in root.iter(f"{SVG}g") if g.get("data-id")]
    more = sum(int(match[1]) for words in said if (match := re.match(r"and (\d+) more", words)))
    assert len(shown) + more == 2 * pods
    assert not pods or any("k8sm-failed" in g.get("class", "") for g in shown)  # What is unusual is never folded away.
    assert layout.height < 2600
    text = draw_text(scene)
    counted = [int(m[1]) if (m := re.match(r"  \S (\d+) of ", line)) else 1 for line in text.splitlines() if re.match("  [●○▲]", line)]
    assert sum(counted) == 2 * pods


@pytest.mark.parametrize(("nodes", "pods"), [(1, 1), (2, 7), (3, 60), (4, 30), (20, 100), (40, 400)])
def test_nothing_overlaps(nodes: int, pods: int) -> None:
    made = [[tile(f"p{i}", namespace="kube-system" if i % 3 else "default") for i in range(n, pods, nodes)] for n in range(nodes)]
    scene = Scene(tuple(box(f"node{n}", *sorted(made[n], key=lambda t: t.is_system)) for n in range(nodes)), ())
    layout = Layout.of([scene])
    for node in scene.nodes:
        frame = layout.box(node.name)
        places = [place for _, place in layout.tiles(frame, layout.shown(node.pods)[0])]
        assert not any(_overlap(a, b) for a, b in combinations(places, 2))
        assert all(frame.x < p.x and p.x + p.width < frame.x + frame.width and p.y + p.height < frame.y + frame.height for p in places)
    boxes = [layout.box(node.name) for node in scene.nodes]
    assert not any(_overlap(a, b) for a, b in combinations(boxes, 2))
    assert all(b.x + b.width < WIDTH and b.y + b.height < layout.height for b in boxes)


def test_only_those_move_that_come_or_go() -> None:
    cluster = Cluster(system=False, nodes=3)
    cluster.kubectl("create deployment web --image=nginx --replicas=60")
    cluster.settle()
    picture = open_view(cluster.client, cluster.inspector)
    picture.follow(cluster.inspector.revision)
    for command in ("delete pods --wait=false " + " ".join(pod for pod in _pods(cluster)[::7]), "scale deployment web --replicas=50"):
        revision, before = cluster.inspector.revision, _places(picture.frames[-1].svg)
        cluster.kubectl(command)
        cluster.settle()
        picture.follow(revision)
        for frame in picture.frames:
            now = _places(frame.svg)
            assert len(set(now.values())) == len(now)
            moved = sum(now[id] != before[id] for id in now.keys() & before.keys())
            assert moved == 0 if frame is not picture.frames[-1] else moved <= 10  # At the end the gaps are filled.
            before |= now


def _pods(cluster: Cluster) -> list[str]:
    return cluster.kubectl("get pods -o jsonpath={.items[*].metadata.name}").stdout.split()


def _places(svg: str) -> dict[str, str]:
    """Of the pods on nodes."""
    groups = [group for group in ET.fromstring(svg) if len(group) and group[0].get("data-id")]
    return {g[0].get("data-id", ""): g.get("transform", "") for g in groups if ", on node" in (g[0][0].text or "")}


def _overlap(a: Place, b: Place) -> bool:
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height


def test_what_happened_in_words() -> None:
    before = Scene(
        (box("node1", tile("a")), box("node2", notes=("NotReady",), ready=False)), (tile("b", "starting", node="", word="Pending"),)
    )
    after = Scene((box("node1", tile("b", "starting", word="ContainerCreating")), box("node2"), box("node3")), ())
    assert changes(before, after) == ["b goes to node1", "a is gone", "node2 is Ready", "node3 joins"]


def test_text() -> None:
    scene = Scene((box("node1", tile("a"), tile("b", "unready")),), (tile("c", "starting", node="", word="Pending", why="no room"),))
    assert draw_text(scene) == (
        "node1  2 pods\n"
        "  cpu    █████░░░░░  1 of 2 requested, no limits\n"
        "  memory █░░░░░░░░░  256Mi of 4Gi requested, no limits\n"
        "  ● a  Running\n"
        "  ◐ b  Running, not ready\n"
        "waiting for a node (1)\n"
        "  ○ c  Pending: no room"
    )


def test_a_pods_way_is_played() -> None:
    cluster = Cluster(nodes=2, system=False)
    before = cluster.inspector.revision
    cluster.kubectl("run web --image=nginx")
    cluster.settle()
    frames, static = play(cluster, before)
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
    frames, _ = play(cluster, before)
    assert ">web<" in frames[0].svg and ">web<" not in frames[-1].svg
    assert "web is gone" in frames[-1].caption


def test_a_long_play_is_thinned_but_keeps_its_ends() -> None:
    cluster = Cluster(nodes=3, system=False)
    before = cluster.inspector.revision
    cluster.kubectl("create deployment web --image=nginx --replicas=60")
    cluster.settle()
    frames, static = play(cluster, before)
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
    assert data["text/plain"].startswith("node1  0 pods\n  cpu    ░")


def test_the_same_seed_draws_the_same_bytes() -> None:
    def drawn() -> str:
        cluster = Cluster(seed=7)
        cluster.kubectl("create deployment web --image=nginx --replicas=5")
        return "".join(frame.svg for frame in play(cluster, 0)[0])

    assert drawn() == drawn()


def test_the_folder_is_the_registry() -> None:
    assert "placement" in pictures()
