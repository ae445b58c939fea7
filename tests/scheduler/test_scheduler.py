"""The scheduler against a real API server: what it binds, says and keeps. The messages are those of the transcripts."""

from __future__ import annotations

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.objects.edit import set_in
from tests.scheduler.makers import Bench, make_node, make_pod

HELPLESS = "no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
NO_VICTIMS = "no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
SELECTOR = "node(s) didn't match Pod's node affinity/selector"


def test_a_pod_is_bound_5_ms_after_it_appears_and_told_of(three_nodes: Bench) -> None:
    three_nodes.pod(make_pod("p"))
    three_nodes.run(0.004)
    assert three_nodes.node_of("p") == ""
    three_nodes.run(0.002)
    node = three_nodes.node_of("p")
    assert node in ("node1", "node2", "node3")
    assert three_nodes.events("Scheduled") == [("p", f"Successfully assigned default/p to {node}")]
    assert three_nodes.scheduler.queue.pending() == {"active": [], "backoff": [], "unschedulable": []}


def test_what_sched_failures_records(three_nodes: Bench) -> None:
    for pod in (
        make_pod("cpu", {"cpu": "3"}),
        make_pod("mem", {"memory": "5Gi"}),
        make_pod("both", {"cpu": "3", "memory": "5Gi"}),
        make_pod("gpu", {"nvidia.com/gpu": "1"}),
        make_pod("sel", nodeSelector={"disk": "ssd"}),
        make_pod("sched", schedulerName="mine"),
        make_pod("gated", schedulingGates=[{"name": "example.com/wait"}]),
    ):
        three_nodes.pod(pod)
    three_nodes.run()
    assert {name: three_nodes.message(name) for name in ("cpu", "mem", "both", "gpu", "sel", "sched")} == {
        "cpu": f"0/3 nodes are available: 3 Insufficient cpu. {HELPLESS}",
        "mem": f"0/3 nodes are available: 3 Insufficient memory. {HELPLESS}",
        "both": f"0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory. {HELPLESS}",
        "gpu": f"0/3 nodes are available: 3 Insufficient nvidia.com/gpu. {HELPLESS}",
        "sel": f"0/3 nodes are available: 3 {SELECTOR}. {HELPLESS}",
        "sched": "",
    }
    failed = three_nodes.events("FailedScheduling")
    assert sorted(name for name, _ in failed) == ["both", "cpu", "gpu", "mem", "sel"]
    assert dict(failed)["cpu"] == three_nodes.message("cpu")


def test_each_node_is_out_for_the_first_reason_that_a_filter_finds(bench: Bench) -> None:
    bench.nodes(make_node("node1", taints=[{"key": "a", "value": "b", "effect": "NoSchedule"}]))
    bench.nodes(make_node("node2", unschedulable=True), make_node("node3"))
    bench.pod(make_pod("more", nodeSelector={"kubernetes.io/hostname": "node2"}))
    bench.pod(make_pod("hungry", {"cpu": "2500m"}))
    bench.run()
    more = f"0/3 nodes are available: 1 {SELECTOR}, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. {HELPLESS}"
    hungry = f"0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. {HELPLESS}"
    assert (bench.message("more"), bench.message("hungry")) == (more, hungry)


def test_anti_affinity_spreads_and_then_refuses(three_nodes: Bench) -> None:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "anti"}}}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    for n in range(4):
        three_nodes.pod(make_pod(f"anti{n}", labels={"app": "anti"}, affinity=affinity))
    three_nodes.run()
    assert sorted(three_nodes.node_of(f"anti{n}") for n in range(4)) == ["", "node1", "node2", "node3"]
    assert three_nodes.message("anti3") == f"0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. {NO_VICTIMS}"


def test_what_sched_spread_fill_records(three_nodes: Bench) -> None:
    for n in range(7):
        three_nodes.pod(make_pod(f"fill{n}", {"cpu": "900m", "memory": "512Mi"}))
    three_nodes.run()
    assert sorted(three_nodes.node_of(f"fill{n}") for n in range(7)) == ["", *("node1",) * 2, *("node2",) * 2, *("node3",) * 2]
    assert three_nodes.message("fill6") == f"0/3 nodes are available: 3 Insufficient cpu. {NO_VICTIMS}"
    three_nodes.finish("fill0")
    three_nodes.run()
    assert three_nodes.node_of("fill6") != ""


def test_a_constraint_on_zones_waits_for_labels_and_counts_what_is_there(three_nodes: Bench) -> None:
    constraint = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "s"}}}
    three_nodes.pod(make_pod("s0", labels={"app": "s"}, topologySpreadConstraints=[constraint]))
    three_nodes.run()
    reason = "node(s) didn't match pod topology spread constraints"
    assert three_nodes.message("s0") == f"0/3 nodes are available: 3 {reason} (missing required label). {HELPLESS}"
    for node, zone in (("node1", "a"), ("node2", "b")):
        made = three_nodes.client.get("nodes", node)
        three_nodes.client.update("nodes", set_in(made, ("metadata", "labels", "zone"), zone))
    three_nodes.run()
    assert three_nodes.node_of("s0") in ("node1", "node2")
    other = {"node1": "node2", "node2": "node1"}[three_nodes.node_of("s0")]
    node = three_nodes.client.get("nodes", other)
    three_nodes.client.update("nodes", set_in(node, ("spec", "unschedulable"), True))
    three_nodes.pod(make_pod("s1", labels={"app": "s"}, topologySpreadConstraints=[constraint]))
    three_nodes.run()
    partly = "1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."
    after = f"no new claims to deallocate, preemption: 0/3 nodes are available: {partly}"
    said = f"1 {reason}, 1 {reason} (missing required label), 1 node(s) were unschedulable"
    assert three_nodes.message("s1") == f"0/3 nodes are available: {said}. {after}"


def priority_class(bench: Bench, name: str, value: int, policy: str = "PreemptLowerPriority") -> None:
    made = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value}
    bench.client.create("priorityclasses.scheduling.k8s.io", {**made, "preemptionPolicy": policy})


def test_what_sched_preemption_records(three_nodes: Bench) -> None:
    bench, here = three_nodes, {"nodeSelector": {"kubernetes.io/hostname": "node1"}}
    priority_class(bench, "high", 1000)
    priority_class(bench, "high-nice", 900, "Never")
    low = bench.pod(make_pod("low", {"cpu": "1500m"}, **here))
    bench.run()
    bench.pod(make_pod("nice", {"cpu": "1"}, priorityClassName="high-nice", **here))
    bench.run()
    why = f"0/3 nodes are available: 1 Insufficient cpu, 2 {SELECTOR}."
    assert bench.message("nice") == f"{why} no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never."
    high = bench.pod(make_pod("high", {"cpu": "1"}, priorityClassName="high", **here))
    bench.run()
    assert bench.message("high") == why
    assert bench.client.get("pods", "high", "default")["status"]["nominatedNodeName"] == "node1"
    victim = bench.client.get("pods", "low", "default")
    condition = next(c for c in victim["status"]["conditions"] if c["type"] == "DisruptionTarget")
    assert victim["metadata"]["deletionTimestamp"]
    assert (condition["reason"], condition["message"]) == (
        "PreemptionByScheduler",
        "default-scheduler: preempting to accommodate a higher priority pod",
    )
    assert bench.events("Preempted") == [("low", f"Preempted by pod {high['metadata']['uid']} on node node1")]
    bench.client.delete("pods", "low", "default", options=DeleteOptions(grace_seconds=0, uid=low["metadata"]["uid"]))
    bench.run()
    assert (bench.node_of("high"), bench.node_of("nice")) == ("node1", "node1")


def test_room_that_preemption_made_is_kept_for_the_nominated_pod(three_nodes: Bench) -> None:
    bench, here = three_nodes, {"nodeSelector": {"kubernetes.io/hostname": "node1"}}
    priority_class(bench, "high", 1000)
    bench.pod(make_pod("low", {"cpu": "1500m"}, **here))
    bench.run()
    bench.pod(make_pod("high", {"cpu": "1"}, priorityClassName="high", **here))
    bench.run()
    bench.pod(make_pod("sneaky", {"cpu": "400m"}, **here))
    bench.run()
    assert bench.node_of("sneaky") == "", "500m are free, but 1000m are promised"
    bench.finish("low")
    bench.run()
    assert (bench.node_of("high"), bench.node_of("sneaky")) == ("node1", "node1")


def test_a_pod_pinned_to_a_node_names_the_plugin_that_pinned_it(three_nodes: Bench) -> None:
    match = [{"key": "metadata.name", "operator": "In", "values": ["node1"]}]
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": match}]}}
    three_nodes.pod(make_pod("pinned", {"cpu": "3"}, affinity={"nodeAffinity": required}))
    three_nodes.run()
    assert three_nodes.message("pinned") == (
        f"0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. {HELPLESS}"
    )


def test_claims_are_looked_for_before_nodes(three_nodes: Bench) -> None:
    """storage-mysql.yaml; what DynamicResources adds stands there too."""
    bench = three_nodes
    bench.pod(make_pod("mysql", volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "database"}}]))
    bench.run()
    assert bench.message("mysql") == '0/3 nodes are available: persistentvolumeclaim "database" not found. not found'
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": ""}
    meta = {"name": "database", "namespace": "default"}
    bench.client.create(
        "persistentvolumeclaims", {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta, "spec": spec}, "default"
    )
    bench.run()
    assert bench.message("mysql") == "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"


def test_without_nodes_it_says_so_and_tries_again_when_one_joins(bench: Bench) -> None:
    bench.pod(make_pod("early"))
    bench.run()
    assert bench.message("early") == "no nodes available to schedule pods"
    bench.nodes(make_node("node1"))
    bench.run(2)
    assert bench.node_of("early") == "node1"


def test_the_verdict_tells_each_nodes_scores_or_why_it_is_out(bench: Bench) -> None:
    bench.nodes(make_node("node1"), make_node("node2", cpu="4"), make_node("node3", unschedulable=True))
    pod = bench.pod(make_pod("p", {"cpu": "1", "memory": "1Gi"}))
    bench.run()
    decision = bench.scheduler.verdict(pod["metadata"]["uid"])
    assert decision is not None and (decision.chosen, decision.message, decision.tied) == ("node2", "", ("node2",))
    scores = {
        name: {plugin: (s.raw, s.normalized, s.weighted) for plugin, s in verdict.scores.items()}
        for name, verdict in decision.nodes.items()
    }
    assert scores == {
        "node1": {"TaintToleration": (0, 100, 300), "NodeResourcesFit": (62, 62, 62), "NodeResourcesBalancedAllocation": (68, 68, 68)},
        "node2": {"TaintToleration": (0, 100, 300), "NodeResourcesFit": (75, 75, 75), "NodeResourcesBalancedAllocation": (75, 75, 75)},
        "node3": {},
    }
    out = decision.nodes["node3"]
    assert (out.rejected_by, out.reasons, out.total) == ("NodeUnschedulable", ("node(s) were unschedulable",), None)
    assert decision.nodes["node2"].total == 450


def test_a_verdict_stays_what_it_was_when_the_cluster_moves_on(three_nodes: Bench) -> None:
    first = three_nodes.pod(make_pod("first", {"cpu": "1"}))
    three_nodes.run()
    before = three_nodes.scheduler.verdict(first["metadata"]["uid"])
    for n in range(3):
        three_nodes.pod(make_pod(f"later{n}", {"cpu": "500m"}))
    three_nodes.run()
    assert before is not None and three_nodes.scheduler.verdict(first["metadata"]["uid"]) == before


def test_the_binding_is_caused_by_the_write_that_made_the_pod_due(three_nodes: Bench) -> None:
    pod = three_nodes.pod(make_pod("p"))
    three_nodes.run()
    bound = next(e for e in three_nodes.api.store.journal if e.actor == "default-scheduler" and e.resource == "pods")
    assert bound.causes == (int(pod["metadata"]["resourceVersion"]),)


def test_equal_nodes_are_drawn_by_the_pod_alone() -> None:
    def nodes(extra: bool) -> list[str]:
        bench = Bench()
        bench.nodes(*(make_node(f"node{n}") for n in range(1, 7)))
        if extra:
            bench.client.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}, "default")
        for n in range(6):
            bench.pod(make_pod(f"p{n}"))
        bench.run()
        return [bench.node_of(f"p{n}") for n in range(6)]

    assert nodes(False) == nodes(True)
    assert len(set(nodes(False))) > 1
