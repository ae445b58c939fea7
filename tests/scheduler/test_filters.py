"""Filters, plugin by plugin. Each row agrees with a case of the upstream table that its test names, by the case's own name."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler.plugins.inter_pod_affinity import PLUGIN as INTER_POD_AFFINITY
from k8s_magic.scheduler.plugins.node_affinity import PLUGIN as NODE_AFFINITY
from k8s_magic.scheduler.plugins.node_name import PLUGIN as NODE_NAME
from k8s_magic.scheduler.plugins.node_ports import PLUGIN as PORTS
from k8s_magic.scheduler.plugins.node_resources_fit import PLUGIN as FIT
from k8s_magic.scheduler.plugins.node_unschedulable import PLUGIN as UNSCHEDULABLE
from k8s_magic.scheduler.plugins.pod_topology_spread import PLUGIN as SPREAD
from k8s_magic.scheduler.plugins.taint_toleration import PLUGIN as TAINTS
from k8s_magic.scheduler.podinfo import PodInfo
from tests.scheduler.makers import filtered, make_node, make_pod, snapshot_of

GPU, FPGA = "example.com/a", "example.com/b"


def init(*requests: dict[str, str], sidecar: bool = False) -> list[Obj]:
    policy = {"restartPolicy": "Always"} if sidecar else {}
    return [{"name": f"i{n}", "image": "i", "resources": {"requests": r}, **policy} for n, r in enumerate(requests)]


def small(cpu: int, memory: int, a: int = 0) -> dict[str, str]:
    return {"cpu": f"{cpu}m", "memory": str(memory), **({GPU: str(a)} if a else {})}


# plugins/noderesources/fit_test.go TestEnoughRequests; the node has 10m, 20 bytes and 5 of example.com/a; ! says that preemption may help.
@pytest.mark.parametrize(
    "requests, inits, used, want",
    [
        pytest.param(None, [], small(10, 20), "", id="no resources requested always fits"),
        pytest.param(small(1, 1), [], small(10, 20), "Insufficient cpu, Insufficient memory!", id="too many resources fails"),
        pytest.param(
            small(1, 1), init(small(3, 1)), small(8, 19), "Insufficient cpu!", id="too many resources fails due to init container cpu"
        ),
        pytest.param(
            small(1, 1),
            init(small(1, 3), small(1, 2)),
            small(9, 19),
            "Insufficient memory!",
            id="too many resources fails due to highest init container memory",
        ),
        pytest.param(
            small(1, 1),
            init(small(1, 1), small(1, 1)),
            small(9, 19),
            "",
            id="multiple init containers fit because it's the max, not sum, of containers and init containers",
        ),
        pytest.param(small(5, 1), [], small(5, 19), "", id="equal edge case"),
        pytest.param({GPU: "1"}, [], None, "", id="extended resource fits"),
        pytest.param(small(1, 1, 10), [], None, f"Insufficient {GPU}", id="extended resource capacity enforced"),
        pytest.param(small(1, 1, 1), [], {GPU: "5"}, f"Insufficient {GPU}!", id="extended resource allocatable enforced"),
        pytest.param({FPGA: "1"}, [], None, f"Insufficient {FPGA}", id="extended resource allocatable enforced for unknown resource"),
    ],
)
def test_resources(requests: dict[str, str] | None, inits: list[Obj], used: dict[str, str] | None, want: str) -> None:
    node = make_node("node", "10m", "20", allocatable={GPU: "5"})
    there = [make_pod("other", used, nodeName="node")] if used else []
    assert filtered(FIT, make_pod("p", requests, initContainers=inits), snapshot_of([node], there)) == {"node": want}


def test_the_number_of_pods_is_a_resource() -> None:
    """fit_test.go TestNotEnoughRequests: even without specified resources, predicate fails when there's no space for additional pod."""
    nodes = snapshot_of([make_node("node", pods="1")], [make_pod("other", nodeName="node")])
    assert filtered(FIT, make_pod("p"), nodes) == {"node": "Too many pods!"}


def test_a_sidecar_is_counted_beside_the_containers_and_overhead_on_top() -> None:
    pod = make_pod("p", {"cpu": "1"}, initContainers=init({"cpu": "2"}, sidecar=True), overhead={"cpu": "250m"})
    assert PodInfo(pod).requests.cpu == 3250


def host_port(*texts: str) -> list[Obj]:
    """`UDP/127.0.0.1/8080` as a container port."""
    parts = [text.split("/") for text in texts]
    return [{"containerPort": 1, "hostPort": int(port), "hostIP": ip, "protocol": protocol} for protocol, ip, port in parts]


def with_ports(name: str, ports: list[Obj], **spec: Any) -> Obj:
    pod = make_pod(name, **spec)
    pod["spec"]["containers"] = [{"name": "c", "image": "i", "ports": ports}]
    return pod


# plugins/nodeports/node_ports_test.go TestNodePorts
@pytest.mark.parametrize(
    "wanted, used, conflicts",
    [
        pytest.param(["UDP/127.0.0.1/8080"], ["UDP/127.0.0.1/9090"], False, id="other port"),
        pytest.param(["UDP/127.0.0.1/8080"], ["UDP/127.0.0.1/8080"], True, id="same udp port"),
        pytest.param(["TCP/127.0.0.1/8080"], ["TCP/127.0.0.2/8080"], False, id="different host ip"),
        pytest.param(["UDP/127.0.0.1/8080"], ["TCP/127.0.0.1/8080"], False, id="different protocol"),
        pytest.param(["UDP/127.0.0.1/8000", "UDP/127.0.0.1/8080"], ["UDP/127.0.0.1/8080"], True, id="second udp port conflict"),
        pytest.param(["TCP/0.0.0.0/8001"], ["TCP/127.0.0.1/8001"], True, id="first tcp port conflict due to 0.0.0.0 hostIP"),
        pytest.param(["TCP/127.0.0.1/8001"], ["TCP/0.0.0.0/8001"], True, id="second tcp port conflict to 0.0.0.0 hostIP"),
        pytest.param(
            ["UDP/127.0.0.1/8001"],
            ["TCP/0.0.0.0/8001", "UDP/0.0.0.0/8001"],
            True,
            id="UDP hostPort conflict due to 0.0.0.0 hostIP",
        ),
    ],
)
def test_ports(wanted: list[str], used: list[str], conflicts: bool) -> None:
    nodes = snapshot_of([make_node("node")], [with_ports("m1", host_port(*used), nodeName="node")])
    want = "node(s) didn't have free ports for the requested pod ports!" if conflicts else ""
    assert filtered(PORTS, with_ports("p", host_port(*wanted)), nodes) == {"node": want}


def test_a_pod_that_tolerates_the_cordon_goes_to_a_cordoned_node() -> None:
    """plugins/nodeunschedulable/node_unschedulable_test.go: Schedule pod with toleration, and the case without."""
    nodes = snapshot_of([make_node("open"), make_node("shut", unschedulable=True)], [])
    toleration = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    assert filtered(UNSCHEDULABLE, make_pod("p"), nodes) == {"open": "", "shut": "node(s) were unschedulable"}
    assert filtered(UNSCHEDULABLE, make_pod("p", tolerations=[toleration]), nodes) == {"open": "", "shut": ""}


def test_a_pod_that_names_its_node_fits_no_other() -> None:
    """plugins/nodename/node_name_test.go TestNodeName."""
    nodes = snapshot_of([make_node("foo"), make_node("bar")], [])
    want = {"foo": "", "bar": "node(s) didn't match the requested node name"}
    assert filtered(NODE_NAME, make_pod("p", nodeName="foo"), nodes) == want


HARD = {"key": "dedicated", "value": "user1", "effect": "NoSchedule"}


# plugins/tainttoleration/taint_toleration_test.go TestTaintTolerationFilter
@pytest.mark.parametrize(
    "tolerations, taint, fits",
    [
        pytest.param([], HARD, False, id="a pod having no tolerations can't be scheduled onto a node with nonempty taints"),
        pytest.param([HARD], HARD, True, id="a pod which can be scheduled on a dedicated node assigned to user1 with effect NoSchedule"),
        pytest.param([{**HARD, "value": "user2"}], HARD, False, id="a pod which can't be scheduled on a dedicated node of another user"),
        pytest.param(
            [{"key": "foo", "operator": "Exists", "effect": "NoSchedule"}],
            {"key": "foo", "value": "bar", "effect": "NoSchedule"},
            True,
            id="a pod can be scheduled onto the node, with a toleration uses operator Exists that tolerates the taints on the node",
        ),
        pytest.param(
            [{"key": "foo", "operator": "Equal", "value": "bar", "effect": "PreferNoSchedule"}],
            {"key": "foo", "value": "bar", "effect": "NoSchedule"},
            False,
            id="a pod has a toleration that keys and values match the taint on the node, but (non-empty) effect doesn't match",
        ),
        pytest.param([], {**HARD, "effect": "PreferNoSchedule"}, True, id="The pod has no tolerations, the taint on the node is only soft"),
    ],
)
def test_taints(tolerations: list[Obj], taint: Obj, fits: bool) -> None:
    answer = filtered(TAINTS, make_pod("p", tolerations=tolerations), snapshot_of([make_node("node", taints=[taint])], []))
    assert answer == {"node": "" if fits else "node(s) had untolerated taint(s)"}


def required(*terms: Obj) -> Obj:
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}}


def expressions(*parts: tuple[str, str, list[str]], field: str = "matchExpressions") -> Obj:
    return {field: [{"key": key, "operator": operator, **({"values": values} if values else {})} for key, operator, values in parts]}


# plugins/nodeaffinity/node_affinity_test.go TestNodeAffinity
@pytest.mark.parametrize(
    "spec, labels, fits",
    [
        pytest.param({"nodeSelector": {"foo": "bar"}}, {}, False, id="missing labels"),
        pytest.param({"nodeSelector": {"foo": "bar"}}, {"foo": "bar", "baz": "blah"}, True, id="node labels are superset"),
        pytest.param({"nodeSelector": {"foo": "bar", "baz": "blah"}}, {"foo": "bar"}, False, id="node labels are subset"),
        pytest.param(
            {"affinity": required(expressions(("foo", "In", ["bar", "value2"])))},
            {"foo": "bar"},
            True,
            id="Pod with matchExpressions using In operator that matches the existing node",
        ),
        pytest.param(
            {"affinity": required(expressions(("kernel-version", "Gt", ["0204"])))},
            {"kernel-version": "0206"},
            True,
            id="Pod with matchExpressions using Gt operator that matches the existing node",
        ),
        pytest.param(
            {"affinity": required(expressions(("mem-type", "NotIn", ["DDR", "DDR2"])))},
            {"mem-type": "DDR3"},
            True,
            id="Pod with matchExpressions using NotIn operator that matches the existing node",
        ),
        pytest.param(
            {"affinity": required(expressions(("GPU", "Exists", [])))},
            {"GPU": "NVIDIA-GRID-K1"},
            True,
            id="Pod with matchExpressions using Exists operator that matches the existing node",
        ),
        pytest.param(
            {"affinity": required({"matchExpressions": []})},
            {"foo": "bar"},
            False,
            id="Pod with empty MatchExpressions is not a valid value will match no objects and won't schedule onto the node",
        ),
        pytest.param(
            {"affinity": required(expressions(("GPU", "Exists", []), ("GPU", "NotIn", ["AMD", "INTER"])))},
            {"GPU": "NVIDIA-GRID-K1"},
            True,
            id="Pod with multiple matchExpressions ANDed that matches the existing node",
        ),
        pytest.param(
            {"affinity": required(expressions(("foo", "In", ["bar"])), expressions(("diffkey", "In", ["wrong"])))},
            {"foo": "bar"},
            True,
            id="Pod with multiple NodeSelectorTerms ORed in affinity, matches the node's labels and will schedule onto the node",
        ),
        pytest.param(
            {"affinity": required(expressions(("foo", "Exists", []))), "nodeSelector": {"foo": "bar"}},
            {"foo": "barrrrrr"},
            False,
            id="Pod with an Affinity matches node's labels but the PodSpec.NodeSelector is not satisfied",
        ),
        pytest.param(
            {"affinity": required(expressions(("metadata.name", "In", ["node"]), field="matchFields"))},
            {},
            True,
            id="Pod with matchFields using In operator that matches the existing node",
        ),
        pytest.param(
            {"affinity": required(expressions(("metadata.name", "In", ["other"]), field="matchFields"))},
            {},
            False,
            id="Pod with matchFields using In operator that does not match the existing node",
        ),
    ],
)
def test_node_affinity(spec: Obj, labels: dict[str, str], fits: bool) -> None:
    answer = filtered(NODE_AFFINITY, make_pod("p", **spec), snapshot_of([make_node("node", labels=labels)], []))
    assert answer == {"node": "" if fits else "node(s) didn't match Pod's node affinity/selector"}


def test_a_pod_may_name_the_only_nodes_worth_a_look() -> None:
    """node_affinity_test.go: Pod with two terms of node.Name affinity; Pod with two conflicting mach field requirements."""
    two = required(*(expressions(("metadata.name", "In", [name]), field="matchFields") for name in ("node1", "node2")))
    torn = required(expressions(("metadata.name", "In", ["node1"]), ("metadata.name", "In", ["node2"]), field="matchFields"))
    assert NODE_AFFINITY.candidates(PodInfo(make_pod("p", affinity=two))) == {"node1", "node2"}
    assert filtered(NODE_AFFINITY, make_pod("p", affinity=torn), snapshot_of([make_node("n")], [])) == {"n": "pod affinity terms conflict"}


def hard_spread(skew: int, key: str, label: str | None = "foo", **more: Any) -> Obj:
    selector = {"matchExpressions": [{"key": label, "operator": "Exists"}]} if label else None
    return {"maxSkew": skew, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule", "labelSelector": selector, **more}


def zoned(*names: str) -> list[Obj]:
    zones = {"a": "zone1", "b": "zone1", "x": "zone2", "y": "zone2"}
    return [make_node(f"node-{name}", labels={"zone": zones.get(name, "zone3"), "node": f"node-{name}"}) for name in names]


def spread_out(**counts: int) -> list[Obj]:
    return [make_pod(f"{n}{i}", labels={"foo": ""}, nodeName=f"node-{n}") for n, count in counts.items() for i in range(count)]


NOT_IN_B = required(expressions(("node", "NotIn", ["node-b"])))
A_OR_Y = required(expressions(("node", "In", ["node-a", "node-y"])))


# plugins/podtopologyspread/filtering_test.go TestSingleConstraint; the letters are the nodes that fit.
@pytest.mark.parametrize(
    "constraint, own, pods, spec, fit",
    [
        pytest.param(hard_spread(1, "zone"), "foo", {}, {}, "abxy", id="no existing pods"),
        pytest.param(hard_spread(1, "zone", "bar"), "foo", {}, {}, "abxy", id="no existing pods, incoming pod doesn't match itself"),
        pytest.param(hard_spread(1, "zone", None), "foo", {"x": 1, "y": 1}, {}, "abxy", id="existing pods do not match null selector"),
        pytest.param(
            hard_spread(1, "zone"), "foo", {"a": 2, "b": 1, "y": 3}, {}, "abxy", id="pods spread across zones as 3/3, all nodes fit"
        ),
        pytest.param(hard_spread(1, "rack"), "foo", {}, {}, "", id="pod cannot be scheduled as all nodes don't have label 'rack'"),
        pytest.param(
            hard_spread(1, "node"), "foo", {"a": 2, "b": 1, "y": 3}, {}, "x", id="pods spread across nodes as 2/1/0/3, only node-x fits"
        ),
        pytest.param(
            hard_spread(2, "node"),
            "foo",
            {"a": 2, "b": 1, "y": 3},
            {},
            "bx",
            id="pods spread across nodes as 2/1/0/3, maxSkew is 2, node-b and node-x fit",
        ),
        pytest.param(
            hard_spread(1, "node"),
            "bar",
            {"a": 2, "b": 1, "y": 3},
            {},
            "bx",
            id="pods spread across nodes as 2/1/0/3, but pod doesn't match itself",
        ),
        pytest.param(
            hard_spread(1, "node"),
            "foo",
            {"a": 2, "b": 1, "y": 3},
            {"affinity": A_OR_Y},
            "abx",
            id="incoming pod has nodeAffinity, pods spread as 2/~1~/~0~/3, hence node-a fits",
        ),
        pytest.param(
            hard_spread(1, "zone"),
            "foo",
            {"b": 2, "y": 1},
            {"affinity": NOT_IN_B},
            "ab",
            id="incoming pod has nodeAffinity, pods spread as 0/~2~/0/1, hence node-a fits",
        ),
        pytest.param(
            hard_spread(2, "node", minDomains=5),
            "foo",
            {"a": 2, "b": 2, "x": 1, "y": 2},
            {},
            "x",
            id="pods spread across nodes as 2/2/1, maxSkew is 2, and the number of domains < minDomains, then the third node fits",
        ),
    ],
)
def test_topology_spread(constraint: Obj, own: str, pods: dict[str, int], spec: Obj, fit: str) -> None:
    pod = make_pod("p", labels={own: ""}, topologySpreadConstraints=[constraint], **spec)
    answers = filtered(SPREAD, pod, snapshot_of(zoned(*"abxy"), spread_out(**pods)))
    assert "".join(name[-1] for name, reason in answers.items() if not reason) == fit


def test_a_missing_label_has_its_own_reason_and_preemption_does_not_help() -> None:
    """filtering_test.go: pods spread across zones as 1/2 due to absence of label 'zone' on node-b."""
    nodes = zoned(*"abxy")
    del nodes[1]["metadata"]["labels"]["zone"]
    pod = make_pod("p", labels={"foo": ""}, topologySpreadConstraints=[hard_spread(1, "zone")])
    constraint = "node(s) didn't match pod topology spread constraints"
    want = {"node-a": "", "node-b": f"{constraint} (missing required label)", "node-x": f"{constraint}!", "node-y": f"{constraint}!"}
    assert filtered(SPREAD, pod, snapshot_of(nodes, spread_out(a=1, b=1, x=1, y=1))) == want


def test_pods_that_are_going_and_pods_elsewhere_do_not_count() -> None:
    """filtering_test.go: terminating Pods should be excluded; existing pods in a different namespace do not count."""
    going = make_pod("going", labels={"foo": ""}, nodeName="node-a")
    going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    elsewhere = make_pod("elsewhere", labels={"foo": ""}, nodeName="node-a")
    elsewhere["metadata"]["namespace"] = "other"
    pod = make_pod("p", labels={"foo": ""}, topologySpreadConstraints=[hard_spread(1, "node")])
    answers = filtered(SPREAD, pod, snapshot_of(zoned("a", "b"), [going, elsewhere, *spread_out(b=1)]))
    assert [name for name, reason in answers.items() if not reason] == ["node-a"]


def wants(label: str, key: str, kind: str = "podAffinity", **more: Any) -> Obj:
    name, value = label.split("=")
    return {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [{**term(name, value, key), **more}]}}


def term(name: str, value: str, key: str) -> Obj:
    return {"labelSelector": {"matchExpressions": [{"key": name, "operator": "In", "values": [value]}]}, "topologyKey": key}


AFFINITY, ANTI = "node(s) didn't match pod affinity rules", "node(s) didn't match pod anti-affinity rules!"
EXISTING = "node(s) didn't satisfy existing pods anti-affinity rules!"
CHINA, CHINA_AZ1, INDIA = {"region": "China"}, {"region": "China", "az": "az1"}, {"region": "India"}
COLLECTION = {
    "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term("foo", "bar", "zone"), term("service", "securityscan", "zone")]}
}


# plugins/interpodaffinity/filtering_test.go TestRequiredAffinityMultipleNodes
@pytest.mark.parametrize(
    "own, affinity, pods, labels, want",
    [
        pytest.param(
            {},
            wants("foo=bar", "region"),
            [("n0", {"foo": "bar"}, {})],
            [CHINA, CHINA_AZ1, INDIA],
            ["", "", AFFINITY],
            id="A pod can be scheduled onto all the nodes that have the same topology key & label value",
        ),
        pytest.param(
            {"foo": "bar", "service": "securityscan"},
            COLLECTION,
            [("n0", {"foo": "bar"}, {})],
            [{"zone": "az1"}, {"zone": "az2"}],
            ["", ""],
            id="The first pod of the collection should not be blocked from being scheduled onto any node",
        ),
        pytest.param(
            {"foo": "bar", "service": "securityscan"},
            COLLECTION,
            [("n0", {"foo": "bar"}, {})],
            [{"zoneLabel": "az1"}, {"zoneLabel": "az2"}],
            [AFFINITY, AFFINITY],
            id="The first pod of the collection can only be scheduled on nodes labelled with the requested topology keys",
        ),
        pytest.param(
            {},
            wants("foo=abc", "region", "podAntiAffinity"),
            [("n0", {"foo": "abc"}, {})],
            [CHINA, CHINA_AZ1, INDIA],
            [ANTI, ANTI, ""],
            id="The pod can not be scheduled onto nodeA and nodeB but can be scheduled onto nodeC",
        ),
        pytest.param(
            {"foo": "123"},
            {},
            [("n0", {}, wants("foo=123", "region", "podAntiAffinity"))],
            [CHINA, CHINA_AZ1, INDIA],
            [EXISTING, EXISTING, ""],
            id="PodAntiAffinity from existing pod is respected when pod has no AntiAffinity constraints",
        ),
        pytest.param(
            {"foo": ""},
            {},
            [("n0", {}, wants("foo=", "invalid-node-label", "podAntiAffinity"))],
            [{"zone": "z1"}, {"zone": "z1"}],
            ["", ""],
            id="Test existing pod's anti-affinity: if an existing pod has a term with invalid topologyKey",
        ),
    ],
)
def test_inter_pod_affinity(own: dict[str, str], affinity: Obj, pods: list[Any], labels: list[dict[str, str]], want: list[str]) -> None:
    nodes = [make_node(f"n{index}", labels=given) for index, given in enumerate(labels)]
    there = [make_pod(f"e{i}", labels=theirs, nodeName=node, affinity=wish) for i, (node, theirs, wish) in enumerate(pods)]
    answers = filtered(INTER_POD_AFFINITY, make_pod("p", labels=own, affinity=affinity), snapshot_of(nodes, there))
    assert list(answers.values()) == want


@pytest.mark.parametrize(
    "more, want",
    [
        pytest.param({}, AFFINITY, id="Does not satisfy the PodAffinity with labelSelector because of diff Namespace"),
        pytest.param({"namespaces": ["team"]}, "", id="affinity with namespaces"),
        pytest.param({"namespaceSelector": {"matchLabels": {"team": "team1"}}}, "", id="affinity with NamespaceSelector"),
        pytest.param(
            {"namespaceSelector": {"matchLabels": {"team": "team2"}}}, AFFINITY, id="affinity with non-matching NamespaceSelector"
        ),
    ],
)
def test_namespaces_of_affinity_terms(more: Obj, want: str) -> None:
    """plugins/interpodaffinity/filtering_test.go TestRequiredAffinitySingleNode."""
    other = make_pod("e", labels={"foo": "bar"}, nodeName="n")
    other["metadata"]["namespace"] = "team"
    nodes = snapshot_of([make_node("n", labels=CHINA)], [other], namespaces={"team": {"team": "team1"}, "default": {}})
    assert filtered(INTER_POD_AFFINITY, make_pod("p", affinity=wants("foo=bar", "region", **more)), nodes) == {"n": want}
