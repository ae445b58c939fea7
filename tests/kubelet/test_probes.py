"""Probes really ask, restart what does not answer, and rest while the program promises not to change."""

from __future__ import annotations

import json

from tests.kubelet.bench import Bench

LIVE = {"httpGet": {"path": "/healthy", "port": 8080}, "initialDelaySeconds": 5, "periodSeconds": 10, "failureThreshold": 3}
READY = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 2, "failureThreshold": 2}


def kuard(bench: Bench, name: str, **container: object) -> None:
    bench.run(name, "gcr.io/kuar-demo/kuard-amd64:1", ports=[{"containerPort": 8080}], **container)


def order(bench: Bench, name: str, path: str, failures: int) -> dict[str, object]:
    body = json.dumps({"failNext": failures})
    answer: dict[str, object] = json.loads(bench.execute(name, "curl", "-sX", "PUT", "-d", body, f"localhost:8080{path}/api")[0])
    return answer


def test_ready_after_the_first_answer() -> None:
    bench = Bench()
    kuard(bench, "k", readinessProbe={**READY, "initialDelaySeconds": 3})
    bench.at(4.9)
    assert not bench.is_ready("k")
    bench.at(5)
    assert bench.is_ready("k")


def test_liveness_restarts_a_container_that_was_told_to_fail() -> None:
    bench = Bench()
    kuard(bench, "k", livenessProbe=LIVE)
    bench.at(30)
    assert order(bench, "k", "/healthy", -1)["failNext"] == -1
    bench.at(56.9)  # Asked at 7, 17, 27, ... and told at 30: failures at 37, 47 and 57.
    assert bench.state("k") == "running 0"
    bench.at(58)
    assert bench.state("k") == "running 1"
    assert bench.events("k", "Unhealthy", "Killing") == [
        "Unhealthy Liveness probe failed: HTTP probe failed with statuscode: 500",
        "Killing Container c failed liveness probe, will be restarted",
    ]


def test_two_failures_in_a_row_are_forgiven_where_three_are_needed() -> None:
    bench = Bench()
    kuard(bench, "k", livenessProbe=LIVE)
    bench.at(30)
    order(bench, "k", "/healthy", 2)
    bench.at(200)
    assert bench.state("k") == "running 0"


def test_readiness_comes_and_goes() -> None:
    bench = Bench()
    kuard(bench, "k", readinessProbe=READY)
    bench.at(10)
    assert bench.is_ready("k")
    order(bench, "k", "/ready", 3)
    bench.at(15)
    assert not bench.is_ready("k")
    bench.at(20)
    assert bench.is_ready("k")
    assert bench.state("k") == "running 0"


def test_probes_rest_while_nothing_changes() -> None:
    bench = Bench()
    kuard(bench, "k", livenessProbe=LIVE, readinessProbe=READY)
    bench.at(60)
    assert bench.loop.next_event_at() is None or bench.loop.next_event_at() > bench.loop.now + 600  # type: ignore[operator]
    order(bench, "k", "/ready", -1)
    bench.at(70)
    assert not bench.is_ready("k")


def test_a_file_that_goes_away() -> None:
    """The Kubernetes documentation's own example of a liveness command."""
    bench = Bench()
    script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"
    probe = {"exec": {"command": ["cat", "/tmp/healthy"]}, "initialDelaySeconds": 5, "periodSeconds": 5, "failureThreshold": 3}
    bench.run("p", "busybox:1", args=["/bin/sh", "-c", script], livenessProbe=probe)
    bench.at(30)
    assert bench.state("p") == "running 0"
    bench.at(80)
    assert bench.state("p") == "running 1"
    assert "Unhealthy Liveness probe failed: cat: /tmp/healthy: No such file or directory\n" in bench.events("p")


def test_nobody_listens() -> None:
    bench = Bench()
    bench.run("p", "nginx:1", readinessProbe={"tcpSocket": {"port": 81}})
    bench.at(5)
    ip = bench.pod("p")["status"]["podIP"]
    assert bench.events("p", "Unhealthy") == [f"Unhealthy Readiness probe failed: dial tcp {ip}:81: connect: connection refused"]
    assert not bench.is_ready("p")


def test_a_startup_probe_holds_the_others_back() -> None:
    bench = Bench()
    startup = {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 60}
    live = {"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 1}
    bench.run("p", "busybox:1", command=["sh", "-c", "sleep 10; touch /tmp/up; sleep 1d"], startupProbe=startup, livenessProbe=live)
    bench.at(9)
    assert bench.container("p")["started"] is False
    bench.at(13)
    assert bench.container("p")["started"] is True
    assert bench.state("p") == "running 0"


def test_images_that_nobody_wrote_answer_all_probes() -> None:
    bench = Bench()
    bench.run("http", readinessProbe={"httpGet": {"path": "/x", "port": 80}})
    bench.run("tcp", readinessProbe={"tcpSocket": {"port": 3306}})
    bench.run("exec", readinessProbe={"exec": {"command": ["x"]}})
    bench.at(2)
    assert [bench.is_ready(name) for name in ("http", "tcp", "exec")] == [True, True, True]
