"""Failures of a cluster's parts, and their opposites, as kubectl shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from k8s_magic.cluster import Cluster
from k8s_magic.cluster.failures import NoSuchThing

KUARD = "gcr.io/kuar-demo/kuard-amd64:1"


def pods(cluster: Cluster, labels: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cluster.client.list("pods", "default", labels=labels)["items"]
    return found


def web(replicas: int, image: str = KUARD) -> Cluster:
    cluster = Cluster(system=False)
    cluster.kubectl(f"create deployment web --image={image} --replicas={replicas}")
    assert cluster.settle()
    return cluster


def pod_on(cluster: Cluster, node: str) -> str:
    return next(p["metadata"]["name"] for p in pods(cluster) if p["spec"]["nodeName"] == node)


def test_a_partitioned_node_runs_on_unseen_and_catches_up() -> None:
    cluster = web(3)
    name = pod_on(cluster, "node2")
    worker = next(w for w in cluster.kubelets["node2"].workers() if w.key.name == name)
    cluster.partition_node("node2")
    cluster.tick("7m")
    assert cluster.kubectl("get node node2").stdout.split()[6] == "NotReady"
    assert "Terminating" in cluster.kubectl(f"get pod {name}").stdout, "nobody can say that it has gone"
    assert worker.containers[0].process is not None, "the program runs on"
    assert cluster.kubectl(f"logs {name}").exit_code == 1
    cluster.heal_node("node2")
    cluster.tick("5s")
    assert cluster.client.peek("pods", name, "default") is None
    assert worker.containers[0].process is None
    assert cluster.kubectl("get node node2").stdout.split()[6] == "Ready"
    assert cluster.failures.active() == []


def test_nobody_reaches_a_partitioned_node_but_itself() -> None:
    cluster = web(3)
    by_node = {p["spec"]["nodeName"]: p for p in pods(cluster)}
    cluster.partition_node("node2")

    def asks(node: str, target: str) -> str:
        address = by_node[target]["status"]["podIP"]
        worker = next(w for w in cluster.kubelets[node].workers() if w.key.name == by_node[node]["metadata"]["name"])
        said: list[str] = []
        process = worker.containers[0].execute(["wget", "-qO-", f"http://{address}:8080/healthy"], lambda stream, text: said.append(text))
        cluster.tick(5)
        assert process.exited.done
        return "".join(said)

    assert asks("node2", "node2") == "ok"
    assert "No route to host" in asks("node1", "node2")
    assert "No route to host" in asks("node2", "node1")
    assert asks("node1", "node3") == "ok"
    cluster.heal_node("node2")
    assert asks("node1", "node2") == "ok"


def test_an_image_breaks_and_is_mended() -> None:
    cluster = Cluster()
    cluster.break_image("nginx")
    cluster.kubectl("create deployment web --image=nginx:1.28")
    cluster.tick("4s")
    described = cluster.kubectl("describe pods").stdout
    name = "docker.io/library/nginx:1.28"
    why = f'failed to pull and unpack image "{name}": failed to resolve reference "{name}": {name}: not found'
    assert f'Failed to pull image "nginx:1.28": rpc error: code = NotFound desc = {why}' in described
    assert "ImagePullBackOff" in cluster.kubectl("get pods").stdout
    cluster.mend_image("nginx")
    cluster.tick("1m")
    assert " 1/1 " in cluster.kubectl("get pods").stdout


def test_a_slow_image_comes_late() -> None:
    cluster = Cluster(system=False)
    cluster.slow_image("nginx:1.28", "90s")
    cluster.kubectl("create deployment web --image=nginx:1.28")
    cluster.tick("85s")
    assert "ContainerCreating" in cluster.kubectl("get pods").stdout
    cluster.tick("20s")
    assert "Running" in cluster.kubectl("get pods").stdout


def test_a_program_fails() -> None:
    cluster = web(1)
    cluster.fail(pods(cluster)[0]["metadata"]["name"])
    cluster.tick("15s")
    (status,) = pods(cluster)[0]["status"]["containerStatuses"]
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 1
    assert "running" in status["state"]


PROBED = """
apiVersion: v1
kind: Pod
metadata: {name: probed, labels: {app: probed}}
spec:
  terminationGracePeriodSeconds: 5
  containers:
  - name: kuard
    image: gcr.io/kuar-demo/kuard-amd64:1
    ports: [{containerPort: 8080}]
    PROBE: {httpGet: {path: /healthy, port: 8080}, periodSeconds: 5, failureThreshold: 2}
"""


def test_a_hung_program_answers_no_probe_and_is_restarted_by_force() -> None:
    cluster = Cluster(system=False)
    cluster.kubectl("apply -f -", stdin=PROBED.replace("PROBE", "livenessProbe"))
    cluster.settle()
    cluster.hang("probed")
    cluster.tick("40s")
    (status,) = pods(cluster)[0]["status"]["containerStatuses"]
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 137, "it did not hear TERM"
    events = cluster.kubectl("describe pod probed").stdout
    assert "Client.Timeout exceeded while awaiting headers" in events


def test_a_hung_program_goes_on_where_it_stopped() -> None:
    cluster = Cluster(system=False)
    cluster.kubectl("apply -f -", stdin=PROBED.replace("PROBE", "readinessProbe"))
    cluster.settle()
    cluster.hang("probed")
    cluster.tick("20s")
    assert "0/1" in cluster.kubectl("get pod probed").stdout
    assert cluster.failures.active() == ["container kuard of pod probed hangs"]
    cluster.unhang("probed")
    cluster.tick("20s")
    assert "1/1" in cluster.kubectl("get pod probed").stdout


def test_a_leak_ends_at_the_limit() -> None:
    cluster = web(1)
    cluster.kubectl("set resources deployment web --limits=memory=64Mi")
    cluster.settle()
    (pod,) = pods(cluster)
    cluster.leak(pod["metadata"]["name"], "10Mi")
    cluster.tick("8s")
    ended = pods(cluster)[0]["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
    cluster.unleak(pod["metadata"]["name"])
    cluster.tick("2m")
    assert pods(cluster)[0]["status"]["containerStatuses"][0]["restartCount"] == 1


def test_load_is_shared_by_ready_endpoints_and_obeys_limits() -> None:
    cluster = web(2)
    cluster.kubectl("expose deployment web --port=80 --target-port=8080")
    cluster.kubectl("set resources deployment web --requests=cpu=100m --limits=cpu=300m")
    cluster.settle()
    cluster.load_service("web", 50)

    def used() -> list[float]:
        stats = [s for k in cluster.kubelets.values() for s in k.stats()["pods"]]
        return sorted(round(c["cpu"]["usageNanoCores"] / 1e6) for s in stats for c in s["containers"])

    assert used() == [250, 250]
    cluster.load_service("web", 200)
    assert used() == [300, 300]
    cluster.kubectl("scale deployment web --replicas=4")
    cluster.settle()
    cluster.load_service("web", 40)
    assert used() == [100, 100, 100, 100]
    cluster.unload_service("web")
    assert used() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (lambda c: c.kill_node("nope"), 'no node "nope"; there are node1, node2, node3'),
        (lambda c: c.fail("nope"), 'no pod "nope" runs in namespace "default"'),
        (lambda c: c.load_service("team/nope", 5), 'no service "nope" in namespace "team"'),
    ],
)
def test_what_is_not_there_cannot_fail(failure: Any, message: str) -> None:
    with pytest.raises(NoSuchThing) as error:
        failure(Cluster(system=False))
    assert str(error.value) == message


def test_a_power_cut_is_told_by_chaos() -> None:
    cluster = Cluster(system=False)
    cluster.kill_node("node1")
    (entry,) = [e for e in cluster.inspector.journal if e.actor == "chaos"]
    assert json.dumps(entry.object["reason"]) == '"PowerCut"'
