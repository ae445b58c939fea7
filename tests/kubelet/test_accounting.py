"""What a node admits, gives, takes back: admission, memory limits, eviction by quality of service, in-place resize."""

from __future__ import annotations

import pytest

from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj
from tests.kubelet.bench import Bench

KUARD = "kuard:1"


def resources(**amounts: str) -> Obj:
    return {"requests": amounts}


REJECTIONS = [
    ({"resources": resources(cpu="3")}, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 3000, used: 500, capacity: 2000"),
    (
        {"resources": resources(memory="5Gi")},
        "OutOfmemory",
        "Node didn't have enough resource: memory, requested: 5368709120, used: 0, capacity: 4294967296",
    ),
    (
        {"spec": {"nodeSelector": {"disk": "ssd"}}},
        "NodeAffinity",
        "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    ),
]


@pytest.mark.parametrize(("pod", "reason", "message"), REJECTIONS)
def test_a_node_refuses_what_does_not_fit(pod: Obj, reason: str, message: str) -> None:
    bench = Bench()
    bench.run("first", resources=resources(cpu="500m"))
    bench.run("second", **pod)
    bench.at(2)
    status = bench.pod("second")["status"]
    assert (status["phase"], status["reason"], status["message"]) == ("Failed", reason, f"Pod was rejected: {message}")
    assert bench.events("second") == [f"{reason} {message}"]


def test_a_node_is_full_at_its_number_of_pods_and_has_room_again() -> None:
    bench = Bench(pods=2)
    for name in ("one", "two", "three"):
        bench.run(name)
    bench.at(2)
    assert bench.pod("three")["status"]["reason"] == "OutOfpods"
    bench.delete("one", grace=0)
    bench.at(4)
    bench.run("four")
    bench.at(6)
    assert bench.state("four") == "running 0"


def grow(bench: Bench, name: str, mebibytes: int) -> None:
    bench.execute(name, "wget", "-qO-", "--post-data=x", f"http://localhost:8080/mem/api/alloc?size={mebibytes * 1024 * 1024}")


def test_a_container_above_its_limit_is_killed() -> None:
    bench = Bench()
    bench.run("p", KUARD, resources={"limits": {"memory": "64Mi"}})
    bench.at(2)
    grow(bench, "p", 40)
    bench.at(3)
    assert bench.state("p") == "running 0"
    grow(bench, "p", 40)
    bench.at(4)
    ended = bench.container("p")["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")


def pressed() -> Bench:
    """Three Pods of three qualities that hold nearly all of 4Gi."""
    bench = Bench()
    bench.run("guaranteed", KUARD, resources={"limits": {"memory": "2Gi", "cpu": "100m"}, "requests": {"memory": "2Gi", "cpu": "100m"}})
    bench.run("burstable", KUARD, resources=resources(memory="1Gi"))
    bench.run("besteffort", KUARD)
    bench.at(2)
    grow(bench, "guaranteed", 1500)
    grow(bench, "burstable", 900)
    grow(bench, "besteffort", 1240)
    return bench


def test_eviction_takes_who_exceeds_its_requests() -> None:
    bench = pressed()
    bench.at(4)
    status = bench.pod("besteffort")["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "Evicted")
    assert status["message"].startswith("The node was low on resource: memory. Threshold quantity: 100Mi, available: ")
    assert status["message"].endswith("Container c was using 1246Mi, request is 0, has larger consumption of memory. ")
    (condition,) = [c for c in status["conditions"] if c["type"] == "DisruptionTarget"]
    assert (condition["status"], condition["reason"]) == ("True", "TerminationByKubelet")
    assert bench.state("guaranteed") == bench.state("burstable") == "running 0"
    assert [e.split()[0] for e in bench.events("node1")] == ["NodeHasInsufficientMemory", "EvictionThresholdMet"]


def memory_pressure(bench: Bench) -> str:
    conditions = bench.client.get("nodes", "node1")["status"]["conditions"]
    return str(next(c["status"] for c in conditions if c["type"] == "MemoryPressure"))


def test_a_node_under_pressure_takes_no_best_effort_pods_for_five_minutes() -> None:
    bench = pressed()
    bench.at(4)
    assert memory_pressure(bench) == "True"
    bench.run("late")
    bench.run("asks", resources=resources(memory="10Mi"))
    bench.at(6)
    assert bench.pod("late")["status"]["message"] == "Pod was rejected: The node had condition: [MemoryPressure]. "
    assert bench.state("asks") == "running 0"
    bench.at(330)
    assert memory_pressure(bench) == "False"


def resize(bench: Bench, name: str, cpu: str, **more: Obj) -> None:
    pod = set_in(bench.pod(name), ("spec", "containers", 0, "resources"), {**resources(cpu=cpu), **more})
    bench.client.update("pods", pod, "default", subresource="resize")


def conditions(bench: Bench, name: str) -> dict[str, str]:
    found = bench.pod(name)["status"]["conditions"]
    return {c["type"]: c.get("reason", "") for c in found if c["type"].startswith("PodResize")}


def test_a_pod_is_resized_in_place() -> None:
    bench = Bench()
    bench.run("p", resources=resources(cpu="500m"))
    bench.at(2)
    resize(bench, "p", "800m")
    bench.at(2.1)
    assert conditions(bench, "p") == {"PodResizeInProgress": ""}
    assert bench.container("p")["allocatedResources"] == {"cpu": "800m"}
    assert bench.container("p")["resources"] == resources(cpu="500m")
    bench.at(4)
    assert bench.container("p")["resources"] == resources(cpu="800m")
    assert conditions(bench, "p") == {}
    assert bench.state("p") == "running 0"
    told = '{"containers":[{"name":"c","resources":{"requests":{"cpu":"800m"}}}],"generation":2}'
    assert bench.events("p")[-2:] == [f"ResizeStarted Pod resize started: {told}", f"ResizeCompleted Pod resize completed: {told}"]


def test_a_resize_waits_until_there_is_room() -> None:
    bench = Bench()
    bench.run("p", resources=resources(cpu="500m"))
    bench.run("other", resources=resources(cpu="1200m"))
    bench.at(2)
    resize(bench, "p", "1")
    bench.at(4)
    assert conditions(bench, "p") == {"PodResizePending": "Deferred"}
    assert bench.container("p")["resources"] == resources(cpu="500m")
    bench.delete("other", grace=0)
    bench.at(7)
    assert conditions(bench, "p") == {}
    assert bench.container("p")["resources"] == resources(cpu="1")


def test_a_resize_restarts_where_the_policy_says_so() -> None:
    bench = Bench()
    policy = [{"resourceName": "cpu", "restartPolicy": "RestartContainer"}]
    bench.run("p", resources=resources(cpu="500m"), resizePolicy=policy)
    bench.at(2)
    resize(bench, "p", "600m")
    bench.at(8)
    assert bench.state("p") == "running 1"
