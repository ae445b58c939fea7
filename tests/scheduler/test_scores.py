"""Scores, plugin by plugin. Each row agrees with a case of the upstream table that its test names, by the case's own name."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler.plugins.image_locality import PLUGIN as IMAGE_LOCALITY
from k8s_magic.scheduler.plugins.inter_pod_affinity import PLUGIN as INTER_POD_AFFINITY
from k8s_magic.scheduler.plugins.node_affinity import PLUGIN as NODE_AFFINITY
from k8s_magic.scheduler.plugins.node_resources_balanced_allocation import PLUGIN as BALANCED
from k8s_magic.scheduler.plugins.node_resources_fit import PLUGIN as FIT
from k8s_magic.scheduler.plugins.pod_topology_spread import PLUGIN as SPREAD
from k8s_magic.scheduler.plugins.taint_toleration import PLUGIN as TAINTS
from tests.scheduler.makers import make_node, make_pod, scored, snapshot_of

ASKS = {"cpu": "3000m", "memory": "5000"}
Sizes = list[tuple[str, str]]


def on(node: str, name: str, requests: dict[str, str] | None = None, labels: dict[str, str] | None = None, **spec: Any) -> Obj:
    return make_pod(name, requests, labels, nodeName=node, **spec)


def sized(sizes: Sizes) -> list[Obj]:
    return [make_node(f"node{n}", cpu, memory) for n, (cpu, memory) in enumerate(sizes, 1)]


# plugins/noderesources/least_allocated_test.go
@pytest.mark.parametrize(
    "requests, sizes, pods, want",
    [
        pytest.param({"cpu": "0", "memory": "0"}, [("4", "10000")] * 2, [], [100, 100], id="nothing scheduled, nothing requested"),
        pytest.param(
            ASKS, [("4", "10000"), ("6", "10000")], [], [37, 50], id="nothing scheduled, resources requested, differently sized nodes"
        ),
        pytest.param(
            {"cpu": "0", "memory": "0"},
            [("10", "20000")] * 2,
            [("node1", "3", "0"), ("node1", "3", "0"), ("node2", "3", "0"), ("node2", "3", "5000")],
            [70, 57],
            id="no resources requested, pods scheduled with resources",
        ),
        pytest.param(
            ASKS,
            [("10", "20000")] * 2,
            [("node1", "3", "0"), ("node2", "3", "5000")],
            [57, 45],
            id="resources requested, pods scheduled with resources",
        ),
        pytest.param(
            ASKS,
            [("10", "20000"), ("10", "50000")],
            [("node1", "3", "0"), ("node2", "3", "5000")],
            [57, 60],
            id="resources requested, pods scheduled with resources, differently sized nodes",
        ),
        pytest.param(
            {"cpu": "3", "memory": "0"},
            [("4", "10000")] * 2,
            [("node1", "3", "0"), ("node2", "3", "5000")],
            [50, 25],
            id="requested resources exceed node capacity",
        ),
        pytest.param(
            {"cpu": "0", "memory": "0"}, [("0", "0")], [("node1", "3", "0")], [0], id="zero node resources, pods scheduled with resources"
        ),
    ],
)
def test_least_allocated(requests: dict[str, str], sizes: Sizes, pods: list[tuple[str, str, str]], want: list[int]) -> None:
    there = [on(node, f"p{n}", {"cpu": cpu, "memory": memory}) for n, (node, cpu, memory) in enumerate(pods)]
    scores = scored(FIT, make_pod("p", requests), snapshot_of(sized(sizes), there))
    assert scores is not None and list(scores.values()) == want


def test_a_container_without_requests_counts_100m_and_200mb_in_scores_but_not_in_fitting() -> None:
    nodes = snapshot_of([make_node("node1", "1", "400Mi")], [on("node1", "other")])
    scores = scored(FIT, make_pod("p"), nodes)
    assert scores == {"node1": (80 + 0) // 2}
    assert (nodes.nodes[0].cpu, nodes.nodes[0].nonzero_cpu) == (0, 100)


# plugins/noderesources/balanced_allocation_test.go
@pytest.mark.parametrize(
    "requests, sizes, pods, want",
    [
        pytest.param(None, [("4", "10000")] * 2, [], None, id="nothing scheduled, nothing requested, skip in PreScore"),
        pytest.param(
            ASKS, [("4", "10000"), ("6", "10000")], [], [68, 75], id="nothing scheduled, resources requested, differently sized nodes"
        ),
        pytest.param(
            ASKS,
            [("10", "20000")] * 2,
            [("node1", "3", "0"), ("node2", "3", "5000")],
            [73, 74],
            id="resources requested, pods scheduled with resources",
        ),
        pytest.param(
            ASKS,
            [("10", "20000"), ("10", "50000")],
            [("node1", "3", "0"), ("node2", "3", "5000")],
            [73, 70],
            id="resources requested, pods scheduled with resources, differently sized nodes",
        ),
        pytest.param(
            {"memory": "5000"},
            [("3", "5000")] * 2,
            [("node1", "3", "0")],
            [100, 50],
            id="resources requested, pods scheduled with resources, nodes to reach min/max score",
        ),
        pytest.param(
            {"cpu": "3"},
            [("6", "10000")] * 2,
            [("node1", "3", "0"), ("node2", "3", "5000")],
            [62, 62],
            id="requested resources at node capacity",
        ),
    ],
)
def test_balanced_allocation(
    requests: dict[str, str] | None, sizes: Sizes, pods: list[tuple[str, str, str]], want: list[int] | None
) -> None:
    there = [on(node, f"p{n}", {"cpu": cpu, "memory": memory}) for n, (node, cpu, memory) in enumerate(pods)]
    scores = scored(BALANCED, make_pod("p", requests), snapshot_of(sized(sizes), there))
    assert (None if scores is None else list(scores.values())) == want


def soft(*pairs: tuple[str, str], effect: str = "PreferNoSchedule") -> list[Obj]:
    return [{"key": key, "value": value, "effect": effect} for key, value in pairs]


CPU, DISK = ("cpu-type", "arm64"), ("disk-type", "ssd")


# plugins/tainttoleration/taint_toleration_test.go TestTaintTolerationScore
@pytest.mark.parametrize(
    "tolerated, taints, want",
    [
        pytest.param(
            soft(("foo", "bar")),
            [soft(("foo", "bar")), soft(("foo", "blah"))],
            [100, 0],
            id="node with taints tolerated by the pod, gets a higher score than those node with intolerable taints",
        ),
        pytest.param(
            soft(CPU, DISK),
            [[], soft(CPU), soft(CPU, DISK)],
            [100, 100, 100],
            id="the nodes that all of their taints are tolerated by the pod, get the same score",
        ),
        pytest.param(
            soft(("foo", "bar")),
            [[], soft(CPU), soft(CPU, DISK)],
            [100, 50, 0],
            id="the more intolerable taints a node has, the lower score it gets.",
        ),
        pytest.param(
            soft(CPU, DISK, effect="NoSchedule"),
            [[], soft(CPU, effect="NoSchedule"), soft(CPU, DISK)],
            [100, 100, 0],
            id="only taints and tolerations that have effect PreferNoSchedule are checked by taints-tolerations priority function",
        ),
        pytest.param([], [[], soft(CPU)], [100, 0], id="Default behaviour No taints and tolerations, lands on node with no taints"),
    ],
)
def test_taints(tolerated: list[Obj], taints: list[list[Obj]], want: list[int]) -> None:
    nodes = [make_node(f"node{n}", taints=listed) for n, listed in enumerate(taints)]
    scores = scored(TAINTS, make_pod("p", tolerations=[{**t, "operator": "Equal"} for t in tolerated]), snapshot_of(nodes, []))
    assert scores is not None and list(scores.values()) == want


def prefers(*terms: tuple[int, dict[str, str]]) -> Obj:
    listed = [
        {"weight": weight, "preference": {"matchExpressions": [{"key": k, "operator": "In", "values": [v]} for k, v in wanted.items()]}}
        for weight, wanted in terms
    ]
    return {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": listed}}


# plugins/nodeaffinity/node_affinity_test.go TestNodeAffinityPriority
@pytest.mark.parametrize(
    "affinity, labels, want",
    [
        pytest.param({}, [{"foo": "bar"}, {"key": "value"}, {"az": "az1"}], None, id="all nodes are same priority as NodeAffinity is nil"),
        pytest.param(
            prefers((2, {"foo": "bar"})),
            [{"foo": "bar"}, {"key": "value"}, {"az": "az1"}],
            [100, 0, 0],
            id="only node1 matches the preferred scheduling requirements of pod",
        ),
        pytest.param(
            prefers((2, {"foo": "bar"}), (4, {"key": "value"}), (5, {"foo": "bar", "key": "value", "az": "az1"})),
            [{"foo": "bar"}, {"foo": "bar", "key": "value", "az": "az1"}, {"key": "value"}],
            [18, 100, 36],
            id="all nodes matches the preferred scheduling requirements of pod but with different priorities ",
        ),
    ],
)
def test_node_affinity(affinity: Obj, labels: list[dict[str, str]], want: list[int] | None) -> None:
    nodes = [make_node(f"node{n}", labels=own) for n, own in enumerate(labels, 1)]
    scores = scored(NODE_AFFINITY, make_pod("p", affinity=affinity), snapshot_of(nodes, []))
    assert (None if scores is None else list(scores.values())) == want


MB = 1024 * 1024


def stocked(name: str, *megabytes: int) -> Obj:
    return make_node(name, images=[{"names": [f"gcr.io/{size}:latest"], "sizeBytes": size * MB} for size in megabytes])


def of_images(*megabytes: int, init: tuple[int, ...] = (), volume: int = 0) -> Obj:
    pod = make_pod("p", initContainers=[{"name": f"i{s}", "image": f"gcr.io/{s}"} for s in init])
    pod["spec"]["containers"] = [{"name": f"c{s}", "image": f"gcr.io/{s}"} for s in megabytes]
    if volume:
        pod["spec"]["volumes"] = [{"name": "v", "image": {"reference": f"gcr.io/{volume}"}}]
    return pod


# plugins/imagelocality/image_locality_test.go
@pytest.mark.parametrize(
    "pod, stocks, want",
    [
        pytest.param(
            of_images(40, 250), [(40, 300, 2000), (250, 10)], [0, 5], id="two images spread on two nodes, prefer the larger image one"
        ),
        pytest.param(of_images(40, 300), [(40, 300, 2000), (250, 10)], [7, 0], id="two images on one node, prefer this node"),
        pytest.param(of_images(10, 4000), [(4000, 30), (250, 10)], [100, 0], id="if exceed limit, use limit"),
        pytest.param(
            of_images(10, 4000),
            [(4000, 30), (250, 10), ()],
            [66, 0, 0],
            id="if exceed limit, use limit (with node which has no images present)",
        ),
        pytest.param(
            of_images(300, 600, 900),
            [(600, 40, 900), (300, 600, 900), ()],
            [32, 36, 0],
            id="pod with multiple large images, node2 is preferred",
        ),
        pytest.param(of_images(30, 40), [(20, 30, 40), (4000, 30)], [1, 0], id="pod with multiple small images"),
        pytest.param(of_images(30, volume=300), [(300, 600, 900), (4000, 30)], [12, 0], id="pod with ImageVolume"),
        pytest.param(
            of_images(30, init=(300,)),
            [(40, 300, 2000), (20, 30, 40)],
            [6, 0],
            id="include InitContainers: two images spread on two nodes, prefer the larger image one",
        ),
    ],
)
def test_image_locality(pod: Obj, stocks: list[tuple[int, ...]], want: list[int]) -> None:
    nodes = [stocked(f"node{n}", *sizes) for n, sizes in enumerate(stocks, 1)]
    scores = scored(IMAGE_LOCALITY, pod, snapshot_of(nodes, []))
    assert scores is not None and list(scores.values()) == want


HOST = "kubernetes.io/hostname"


def spread(*constraints: tuple[int, str, str | None], action: str = "ScheduleAnyway", **more: Any) -> list[Obj]:
    """(max skew, topology key, label that the pods to be counted carry)."""
    listed = []
    for skew, key, label in constraints:
        selector = {"matchExpressions": [{"key": label, "operator": "Exists"}]} if label else None
        listed.append({"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": action, "labelSelector": selector, **more})
    return listed


def crowd(text: str) -> list[Obj]:
    """`a:foo,bar b:foo` makes a pod with two labels on node-a and one with one on node-b; `a:3` makes three with foo."""
    pods = []
    for number, word in enumerate(text.split()):
        node, _, what = word.partition(":")
        for copy in range(int(what) if what.isdigit() else 1):
            labels = dict.fromkeys(["foo"] if what.isdigit() else what.split(","), "")
            pods.append(on(f"node-{node}", f"p{number}.{copy}", labels=labels))
    return pods


ZONES = {"a": "zone1", "b": "zone1", "x": "zone2", "y": "zone2"}


def lettered(letters: str) -> list[Obj]:
    return [make_node(f"node-{letter}", labels={"zone": ZONES.get(letter, "zone3")}) for letter in letters]


# plugins/podtopologyspread/scoring_test.go TestPodTopologySpreadScore
@pytest.mark.parametrize(
    "constraints, nodes, among, pods, want",
    [
        pytest.param([(1, HOST, "foo")], "ab", "ab", "", [100, 100], id="one constraint on node, no existing pods"),
        pytest.param([(1, HOST, "foo")], "ab", "a", "a:2 b:1", [100], id="one constraint on node, only one node is candidate"),
        pytest.param(
            [(1, HOST, "foo")],
            "ab",
            "ab",
            "a:1 b:1",
            [100, 100],
            id="one constraint on node, all nodes have the same number of matching pods",
        ),
        pytest.param(
            [(1, HOST, "foo")], "abcd", "abcd", "a:2 b:1 d:3", [20, 60, 100, 0], id="one constraint on node, all 4 nodes are candidates"
        ),
        pytest.param([(1, HOST, None)], "abcd", "abcd", "a:2 b:1 d:3", [100] * 4, id="one constraint on node, null selector"),
        pytest.param(
            [(2, HOST, "foo")],
            "abcd",
            "abcd",
            "a:2 b:1 d:3",
            [33, 66, 100, 16],
            id="one constraint on node, all 4 nodes are candidates, maxSkew=2",
        ),
        pytest.param(
            [(3, HOST, "foo")],
            "abcd",
            "abcd",
            "a:4 b:3 c:2 d:1",
            [44, 66, 77, 100],
            id="one constraint on node, all 4 nodes are candidates, maxSkew=3",
        ),
        pytest.param(
            [(1, HOST, "foo")],
            "abxy",
            "abx",
            "a:4 b:2 x:1 y:3",
            [33, 83, 100],
            id="one constraint on node, 3 out of 4 nodes are candidates",
        ),
        pytest.param(
            [(1, "zone", "foo")],
            "abxy",
            "abx",
            "a:4 b:2 x:1 y:3",
            [75, 75, 100],
            id="one constraint on zone, 3 out of 4 nodes are candidates",
        ),
        pytest.param(
            [(1, "zone", "foo"), (1, HOST, "foo")],
            "abxy",
            "ax",
            "a:2 b:1 x:2 y:4",
            [100, 63],
            id="two Constraints on zone and node, 2 out of 4 nodes are candidates",
        ),
        pytest.param(
            [(1, "zone", "foo"), (1, "zone", "bar")],
            "abxy",
            "ax",
            "a:foo,bar a:foo b:foo,bar y:foo y:foo,bar y:foo",
            [85, 100],
            id="two Constraints on zone, 2 out of 4 nodes are candidates",
        ),
        pytest.param(
            [(1, "zone", "foo"), (1, HOST, "bar")],
            "abxy",
            "abxy",
            "a:foo b:foo,bar y:foo y:bar",
            [60, 20, 100, 60],
            id="two Constraints on zone and node, with different labelSelectors",
        ),
    ],
)
def test_topology_spread(constraints: list[tuple[int, str, str | None]], nodes: str, among: str, pods: str, want: list[int]) -> None:
    pod = make_pod("p", labels={"foo": "", "bar": ""}, topologySpreadConstraints=spread(*constraints))
    scores = scored(SPREAD, pod, snapshot_of(lettered(nodes), crowd(pods)), [f"node-{letter}" for letter in among])
    assert scores is not None and list(scores.values()) == want


def test_a_node_without_the_label_of_a_soft_constraint_gets_nothing() -> None:
    """scoring_test.go: one constraint on node, 3 out of 4 nodes are candidates, one node doesn't match topology key."""
    nodes = lettered("abxy")
    del nodes[1]["metadata"]["labels"][HOST]
    pod = make_pod("p", labels={"foo": ""}, topologySpreadConstraints=spread((1, HOST, "foo")))
    scores = scored(SPREAD, pod, snapshot_of(nodes, crowd("a:4 b:2 x:1 y:3")), ["node-a", "node-b", "node-x"])
    assert scores == {"node-a": 16, "node-b": 0, "node-x": 100}


def test_pods_of_a_service_are_spread_by_default() -> None:
    """scoring_test.go: system defaulting, nodes don't have zone, pods match service."""
    selector = selectors.from_map({"foo": ""})
    nodes = snapshot_of(lettered("abcd"), crowd("a:4 b:3 c:2 d:1"), default_selector=lambda pod: selector)
    assert scored(SPREAD, make_pod("p", labels={"foo": ""}), nodes) == {"node-a": 44, "node-b": 66, "node-c": 77, "node-d": 100}


def near(label: str, key: str, weight: int, kind: str = "podAffinity") -> Obj:
    name, value = label.split("=")
    term = {"labelSelector": {"matchExpressions": [{"key": name, "operator": "In", "values": [value]}]}, "topologyKey": key}
    return {kind: {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": weight, "podAffinityTerm": term}]}}


REGIONS = {"m1": {"region": "China"}, "m2": {"region": "India"}, "m3": {"az": "az1"}}
S1, S2 = {"security": "S1"}, {"security": "S2"}


# plugins/interpodaffinity/scoring_test.go TestPreferredAffinity
@pytest.mark.parametrize(
    "affinity, own, pods, want",
    [
        pytest.param({}, S1, [], None, id="all nodes are same priority as Affinity is nil"),
        pytest.param(
            near("security=S1", "region", 5),
            S1,
            [("m1", S1, {}), ("m2", S2, {}), ("m3", S1, {})],
            [100, 0, 0],
            id="Affinity: pod that matches topology key & pods in nodes will get high score",
        ),
        pytest.param(
            {},
            S2,
            [("m1", S1, near("security=S2", "region", 6)), ("m2", S2, near("security=S1", "region", 5))],
            [100, 0, 0],
            id="Affinity symmetry: considered only the preferredDuringSchedulingIgnoredDuringExecution in pod affinity symmetry",
        ),
        pytest.param(
            near("security=S1", "az", 5, "podAntiAffinity"),
            S1,
            [("m1", S1, {}), ("m3", S1, {})],
            [100, 100, 0],
            id="Anti Affinity: pod that matches topology key & pods in nodes will get low score",
        ),
    ],
)
def test_inter_pod_affinity(
    affinity: Obj, own: dict[str, str], pods: list[tuple[str, dict[str, str], Obj]], want: list[int] | None
) -> None:
    nodes = [make_node(name, labels=labels) for name, labels in REGIONS.items()]
    there = [on(node, f"e{n}", labels=labels, affinity=theirs) for n, (node, labels, theirs) in enumerate(pods)]
    scores = scored(INTER_POD_AFFINITY, make_pod("p", labels=own, affinity=affinity), snapshot_of(nodes, there))
    assert (None if scores is None else list(scores.values())) == want
