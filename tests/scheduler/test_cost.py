"""What a placement costs: the nodes that changed, not all the nodes there are."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, ClassVar

import pytest

from k8s_magic.objects import selectors
from k8s_magic.scheduler import plugins
from k8s_magic.scheduler.cycle import Cycle
from k8s_magic.scheduler.filtering import nodes_to_find, run_filters
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.nominator import Nominator
from k8s_magic.scheduler.plugin import Rejection
from k8s_magic.scheduler.plugins.node_resources_fit import NodeResourcesFit
from k8s_magic.scheduler.plugins.pod_topology_spread import PodTopologySpread
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.sim.lineage import Lineage
from tests.scheduler.makers import Bench, make_node, make_pod, snapshot_of


class CountedFit(NodeResourcesFit):
    """Counts the nodes that it is asked about."""

    asked: ClassVar[int] = 0

    def fits(self, state: Any, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        type(self).asked += 1
        return super().fits(state, pod, node)


def place(cycle: Cycle, pod: PodInfo) -> str:
    """Decide, and put the pod on its node."""
    chosen = cycle.decide(pod).chosen
    node = cycle.snapshot.by_name(chosen)
    assert node is not None
    cycle.snapshot.replace(node.added(pod), pod, 1)
    return chosen


def test_a_filter_looks_once_at_each_node_and_then_at_what_changed() -> None:
    snapshot = snapshot_of([make_node(f"n{i}") for i in range(300)], [])
    CountedFit.asked = 0
    cycle = Cycle(snapshot, [CountedFit()], Nominator(), Lineage(0))
    for number in range(50):
        place(cycle, PodInfo(make_pod(f"p{number}", {"cpu": "100m"})))
    assert CountedFit.asked == 300 + 49
    place(cycle, PodInfo(make_pod("other", {"cpu": "200m"})))
    assert CountedFit.asked == 2 * 300 + 49, "another signature asks anew"


def test_large_clusters_are_not_searched_whole_and_the_search_goes_round() -> None:
    """schedule_one_test.go TestNumFeasibleNodesToFind, and the start of each search where the last one ended."""
    assert [nodes_to_find(n) for n in (10, 99, 100, 1000, 6000)] == [10, 99, 100, 420, 300]
    cycle = Cycle(snapshot_of([make_node(f"n{i:03}") for i in range(300)], []), plugins.registry(), Nominator(), Lineage(0))
    windows = [cycle.decide(PodInfo(make_pod(f"p{n}"))).scored for n in range(3)]
    assert [(window[0], len(window)) for window in windows] == [(0, 144), (144, 144), (288, 144)]


HARD = {
    "maxSkew": 1,
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "DoNotSchedule",
    "labelSelector": {"matchLabels": {"app": "a"}},
}


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
TOGETHER = {"labelSelector": {"matchLabels": {"app": "a"}}, "topologyKey": "topology.kubernetes.io/zone"}
PREFERRED = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 10, "podAffinityTerm": TOGETHER}]}
APART = {"labelSelector": {"matchLabels": {"app": "a"}}, "topologyKey": "kubernetes.io/hostname"}


class CountedSpread(PodTopologySpread):
    """Counts the nodes that it is asked about."""

    asked: ClassVar[int] = 0

    def fits(self, state: Any, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        type(self).asked += 1
        return super().fits(state, pod, node)


def test_a_constraint_over_zones_looks_once_at_each_zone() -> None:
    nodes = [make_node(f"n{i}", labels={"topology.kubernetes.io/zone": f"z{i % 3}"}) for i in range(300)]
    CountedSpread.asked = 0
    cycle = Cycle(snapshot_of(nodes, []), [CountedSpread()], Nominator(), Lineage(0))
    for number in range(50):
        place(cycle, PodInfo(make_pod(f"p{number}", {"cpu": "100m"}, {"app": "a"}, topologySpreadConstraints=[HARD])))
    assert CountedSpread.asked == 50 * 3


@pytest.mark.parametrize(
    "spec, third, labels",
    [
        ({}, PREFERRED, {}),
        ({}, PREFERRED, {"app": "a"}),
        ({}, {REQUIRED: [APART]}, {"app": "a"}),
        ({"topologySpreadConstraints": [HARD]}, PREFERRED, {"app": "a"}),
        ({"topologySpreadConstraints": [HARD]}, {REQUIRED: [APART]}, {"app": "a"}),
        ({"affinity": {"podAffinity": {REQUIRED: [TOGETHER]}}}, PREFERRED, {"app": "a"}),
        ({"affinity": {"podAntiAffinity": {REQUIRED: [APART]}}}, {REQUIRED: [APART, TOGETHER]}, {"app": "a"}),
    ],
)
def test_what_is_kept_from_pod_to_pod_is_what_would_be_worked_out_anew(
    spec: dict[str, Any], third: dict[str, Any], labels: dict[str, str]
) -> None:
    """The same pods placed by a cycle that remembers and by one that has just been made, with default spreading and preferences."""
    zones = [{"topology.kubernetes.io/zone": f"z{i % 3}"} for i in range(40)]
    nodes = [make_node(f"n{i}", labels=zone, cpu="3" if i % 5 else "2") for i, zone in enumerate(zones)]
    chosen = selectors.from_map(labels)
    snapshot = snapshot_of(nodes, [], default_selector=lambda pod: chosen)
    cycle = Cycle(snapshot, plugins.registry(), Nominator(), Lineage(0))
    for number in range(60):
        given = {**spec, "affinity": {"podAntiAffinity": third}} if number % 3 == 0 else spec
        pod = PodInfo(make_pod(f"p{number}", {"cpu": "300m"}, labels, **given))
        fresh, outcome = (each.decide(pod) for each in (Cycle(snapshot, plugins.registry(), Nominator(), Lineage(0)), cycle))
        assert (outcome.chosen, outcome.rejected) == (fresh.chosen, fresh.rejected), f"pod {number}"
        one_by_one = [run_filters(cycle.active(pod), pod, node) is None for node in snapshot.nodes]
        assert sorted(outcome.scored) == [position for position, fits in enumerate(one_by_one) if fits], f"pod {number}"
        node = snapshot.by_name(outcome.chosen)
        if node is not None:
            snapshot.replace(node.added(pod), pod, 1)


@pytest.mark.slow
def test_ten_thousand_pods_on_five_thousand_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    """SchedulingBasic of scheduler_perf, with all writes; Kubernetes' own CI asks kube-scheduler for 680 pods/s. Prints the rate."""
    bench = Bench()
    bench.nodes(*(make_node(f"node{i}", "4", "32Gi", labels={"topology.kubernetes.io/zone": f"z{i % 3}"}) for i in range(5000)))
    for number in range(10_000):
        bench.pod(make_pod(f"p{number}", {"cpu": "100m", "memory": "500Mi"}))
    before = time.process_time()
    bench.run(0.01)
    spent = time.process_time() - before
    with capsys.disabled():
        print(f"\n10,000 pods on 5,000 nodes: {10_000 / spent:.0f} pods/s of CPU time")
    loads = Counter(pod["spec"].get("nodeName") for pod in bench.client.items("pods"))
    assert set(loads.values()) == {2}
