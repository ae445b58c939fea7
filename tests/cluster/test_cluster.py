"""`Cluster`: its birth, its clock, its commands, and names that depend on nothing else."""

from __future__ import annotations

import gc
import re
import warnings

import pytest

from k8s_magic.cluster import Cluster


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def names(cluster: Cluster, what: str) -> list[str]:
    return cluster.kubectl(f"get {what} -o name").stdout.split()


def test_the_course_cluster_is_a_week_old_and_at_rest(cluster: Cluster) -> None:
    nodes = cluster.kubectl("get nodes").stdout.splitlines()
    assert nodes[1].split() == ["node1", "Ready", "control-plane", "7d", "v1.36.2"]
    assert [line.split()[0] for line in nodes[1:]] == ["node1", "node2", "node3", "node4"]
    pods = cluster.kubectl("get pods -n kube-system").stdout.splitlines()[1:]
    assert pods
    assert {line.split()[2] for line in pods} == {"Running"}


def test_workers_are_empty_but_for_a_proxy_that_asks_for_nothing(cluster: Cluster) -> None:
    described = cluster.kubectl("describe node node2").stdout
    assert re.search(r"cpu +0 \(0%\) +0 \(0%\)", described)
    assert "kube-proxy-" in described


@pytest.mark.parametrize("begun", ["start_node", "start"])
def test_a_cluster_may_be_given_up_at_any_instant(begun: str) -> None:
    cluster = Cluster(system=False, nodes=2)
    cluster.kubectl("create deployment web --image=nginx --replicas=4")
    cluster.kill_node("node1")
    cluster.tick("1s")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        if begun == "start":
            cluster.start(["get", "pods", "-w"])
        else:
            cluster.start_node("node1")
        del cluster
        gc.collect()
    assert [str(each.message) for each in heard] == []


def test_a_bare_cluster_has_nothing_in_kube_system() -> None:
    bare = Cluster(system=False, nodes=2)
    assert names(bare, "nodes") == ["node/node1", "node/node2"]
    assert bare.kubectl("get pods -A").stderr == "No resources found\n"


def test_each_command_moves_the_clock_by_one_step(cluster: Cluster) -> None:
    before = cluster.now
    cluster.kubectl("get pods")
    cluster.kubectl("get nonsense")
    assert cluster.now == before + 4


def test_a_paused_clock_stands(cluster: Cluster) -> None:
    paused = Cluster(clock="pause")
    before = paused.now
    paused.kubectl("create deployment web --image=nginx")
    assert paused.now == before
    assert names(paused, "pods") == []
    paused.tick("10s")
    assert len(names(paused, "pods")) == 1


def test_settle_waits_for_quiet_and_no_longer(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx --replicas=2")
    assert cluster.settle()
    before = cluster.now
    assert cluster.settle()
    assert cluster.now == before + 3


def test_a_dead_node_is_noticed_and_its_pods_move(cluster: Cluster) -> None:
    cluster.kubectl("create deployment web --image=nginx --replicas=3")
    cluster.settle()
    cluster.kill_node("node2")
    cluster.tick("60s")
    assert "NotReady" in cluster.kubectl("get node node2").stdout
    cluster.tick("6m")
    where = cluster.kubectl(
        "get pods -l app=web --field-selector status.phase=Running -o jsonpath={.items[*].spec.nodeName}"
    ).stdout.split()
    assert len([node for node in where if node != "node2"]) == 3, where
    cluster.start_node("node2")
    cluster.tick("30s")
    assert "NotReady" not in cluster.kubectl("get node node2").stdout


def test_a_node_can_join(cluster: Cluster) -> None:
    assert cluster.add_node() == "node5"
    cluster.tick("5s")
    assert cluster.kubectl("get node node5").stdout.split("\n")[1].split()[1] == "Ready"
    with pytest.raises(LookupError, match='no node "nowhere"'):
        cluster.kill_node("nowhere")


def test_watches_go_on_in_the_background(cluster: Cluster) -> None:
    assert cluster.kubectl("get pods -w &").exit_code == 0
    result = cluster.kubectl("run p --image=nginx")
    assert result.stdout == "pod/p created\n"
    assert "ContainerCreating" in result.background
    cluster.stop_background()
    assert cluster.kubectl("delete pod p").background == ""


def test_an_unbalanced_quote_is_the_users_mistake(cluster: Cluster) -> None:
    assert cluster.kubectl("get pods 'x").stderr == "error: No closing quotation\n"


def test_another_seed_is_another_cluster() -> None:
    pods = [names(Cluster(seed=seed), "pods -n kube-system -l k8s-app=kube-dns") for seed in (0, 1)]
    assert pods[0] != pods[1]


def test_a_command_put_in_before_renames_nothing_after_it() -> None:
    plain, longer = Cluster(), Cluster()
    longer.kubectl("create deployment other --image=nginx --replicas=2")
    for cluster in (plain, longer):
        cluster.kubectl("create deployment web --image=nginx --replicas=2")
        cluster.settle()
    found = [names(cluster, "pods -l app=web") for cluster in (plain, longer)]
    assert found[0] == found[1]
    assert len(found[0]) == 2


def test_a_pods_events_stand_in_the_order_in_which_they_happened() -> None:
    cluster = Cluster()
    cluster.kubectl("run web --image=nginx")
    cluster.tick(5)
    events = cluster.kubectl("describe pod web").stdout.partition("Events:")[2].splitlines()[3:]
    assert [line.split()[1] for line in events] == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]
