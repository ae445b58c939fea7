"""Programs in containers: kuard, nginx, the shell and its tools."""

from __future__ import annotations

import json

import pytest

from tests.kubelet.bench import Bench
from tests.network.test_network import service

WORKER = ["--keygen-enable", "--keygen-exit-on-complete"]


def test_kuard_generates_keys_and_says_so() -> None:
    bench = Bench()
    bench.run("job", "gcr.io/kuar-demo/kuard-amd64:1", args=[*WORKER, "--keygen-num-to-gen=10"], spec={"restartPolicy": "OnFailure"})
    bench.at(4.9)
    assert bench.state("job") == "running 0"
    bench.at(6)
    assert bench.state("job") == "Completed 0"
    lines = bench.logs("job").splitlines()
    assert lines[0] == "2026/01/05 09:00:01 Starting kuard version: v0.7.2-1"
    assert "2026/01/05 09:00:01 (ID 0) Workload starting" in lines
    assert [line[20:45] for line in lines if "Item done" in line][::9] == ["(ID 0 1/10) Item done: SH", "(ID 0 10/10) Item done: S"]
    assert lines[-1].endswith("(ID 0) Workload exiting")


def test_the_same_seed_gives_the_same_keys() -> None:
    logs = []
    for _ in range(2):
        bench = Bench()
        bench.run("job", "kuard:1", args=[*WORKER, "--keygen-num-to-gen=3"], spec={"restartPolicy": "Never"})
        bench.at(10)
        logs.append(bench.logs("job"))
    assert logs[0] == logs[1]
    assert len({line for line in logs[0].splitlines() if "SHA256" in line}) == 3


def test_the_exit_code_is_what_was_asked_for() -> None:
    bench = Bench()
    args = [*WORKER, "--keygen-exit-code=1", "--keygen-num-to-gen=3"]
    bench.run("job", "kuard:1", args=args, spec={"restartPolicy": "Never"})
    bench.at(10)
    assert bench.container("job")["state"]["terminated"]["exitCode"] == 1


def test_workers_drain_a_queue() -> None:
    """The book's work queue: filled with curl, drained by consumers that end when it is empty."""
    bench = Bench()
    bench.run("queue", "kuard:1", ports=[{"containerPort": 8080}])
    bench.run("shell", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    bench.create(
        "services",
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "queue"}, "spec": {"ports": [{"port": 8080, "targetPort": 8080}]}},
    )
    address = {"addresses": [bench.pod("queue")["status"]["podIP"]], "conditions": {"ready": True}}
    labels = {"kubernetes.io/service-name": "queue"}
    piece = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "queue-1", "labels": labels}}
    ports = [{"name": "", "port": 8080, "protocol": "TCP"}]
    bench.create("endpointslices.discovery.k8s.io", {**piece, "addressType": "IPv4", "endpoints": [address], "ports": ports})
    base = "queue:8080/memq/server"
    assert bench.execute("shell", "curl", "-sX", "PUT", f"{base}/queues/keygen") == ("", 0)
    for number in range(10):
        bench.execute("shell", "curl", "-sX", "POST", f"{base}/queues/keygen/enqueue", "-d", f"work-item-{number}")
    args = [*WORKER, "--keygen-memq-server=http://queue:8080/memq/server", "--keygen-memq-queue=keygen"]
    for name in ("one", "two"):
        bench.run(name, "kuard:1", args=args, spec={"restartPolicy": "OnFailure"})
    bench.at(10)
    assert [bench.state(name) for name in ("one", "two")] == ["Completed 0", "Completed 0"]
    stats = json.loads(bench.execute("shell", "curl", "-s", f"{base}/stats")[0])
    assert stats == {"kind": "stats", "queues": [{"name": "keygen", "depth": 0, "enqueued": 10, "dequeued": 10, "drained": 0}]}
    assert "Item done: SHA256:" in bench.logs("one")


def test_kuard_shows_what_it_was_given() -> None:
    bench = Bench()
    volume = {"name": "config", "configMap": {"name": "m"}}
    bench.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"my-config.txt": "a = b\n"}})
    bench.run("k", "kuard:2", volumeMounts=[{"name": "config", "mountPath": "/config"}], spec={"volumes": [volume]})
    bench.at(2)
    assert bench.execute("k", "curl", "-s", "localhost:8080/fs/config/my-config.txt")[0] == "a = b\n"
    assert '<a href="my-config.txt">' in bench.execute("k", "curl", "-s", "localhost:8080/fs/config/")[0]
    assert json.loads(bench.execute("k", "curl", "-s", "localhost:8080/env/api")[0])["env"]["HOSTNAME"] == "k"
    assert "v0.7.2-2" in bench.execute("k", "curl", "-s", "localhost:8080/")[0]
    assert bench.execute("k", "curl", "-s", "localhost:8080/x") == ("404 page not found\n", 0)


def test_nginx_logs_what_it_is_asked() -> None:
    bench = Bench()
    bench.run("web", "nginx:1.25.3")
    bench.run("shell", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    service(bench, "web", ["web"])
    assert "Welcome to nginx!" in bench.execute("shell", "wget", "-qO-", "web")[0]
    assert bench.execute("shell", "curl", "-s", "web/missing")[0].count("404 Not Found") == 2
    line = bench.logs("web", tailLines=1)
    assert line.startswith(bench.pod("shell")["status"]["podIP"] + ' - - [05/Jan/2026:09:00:02 +0000] "GET /missing HTTP/1.1" 404 153')


SCRIPTS = [
    ("echo hi", "hi\n", 0),
    ("true && echo yes; false && echo no", "yes\n", 1),
    ("exit 7", "", 7),
    ("echo $((6 * 7)) $HOSTNAME", "42 p\n", 0),
    ("for i in 1 2 3; do echo $i; done | tail -1", "3\n", 0),
    ("echo b > /tmp/f; echo a >> /tmp/f; sort /tmp/f", "a\nb\n", 0),
    ("if [ -f /etc/hostname ]; then cat /etc/hostname; fi", "p\n", 0),
    ('X=$(hostname); echo "<$X>"', "<p>\n", 0),
    ("mkdir -p /a/b && cd /a && ls", "b\n", 0),
    ("frob", "bash: frob: command not found\n", 127),
    ("nslookup nowhere | grep -c NXDOMAIN", "1\n", 0),
]


@pytest.mark.parametrize(("script", "printed", "code"), SCRIPTS, ids=[case[0] for case in SCRIPTS])
def test_scripts(script: str, printed: str, code: int) -> None:
    bench = Bench()
    bench.run("p", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    assert bench.execute("p", "sh", "-c", script) == (printed, code)


def test_a_script_prints_while_it_runs() -> None:
    bench = Bench()
    bench.run("p", "busybox:1", command=["sh", "-c", "i=0; while true; do echo tick $i; i=$((i+1)); sleep 10; done"])
    bench.at(25)
    assert bench.logs("p") == "tick 0\ntick 1\ntick 2\n"
    bench.at(35)
    assert bench.logs("p", tailLines=1, timestamps=True) == "2026-01-05T09:00:31.000000000Z tick 3\n"


def test_a_shell_without_input_ends() -> None:
    bench = Bench()
    bench.run("p", "busybox:1", spec={"restartPolicy": "Never"})
    bench.at(3)
    assert bench.state("p") == "Completed 0"


def test_digits_of_pi() -> None:
    bench = Bench()
    bench.run("pi", "perl:5.34", command=["perl", "-Mbignum=bpi", "-wle", "print bpi(20)"], spec={"restartPolicy": "Never"})
    bench.at(3)
    assert bench.logs("pi") == "3.1415926535897932385\n"


CLOCKS = [
    ("sleep 3; echo $SECONDS", "3\n"),
    ("SECONDS=10; sleep 2; echo $SECONDS", "12\n"),
    ("sleep 1; (sleep 1; echo $SECONDS)", "2\n"),
    ("awk 'BEGIN { print systime() }'", "1767603602\n"),
    ("printf '%(%F %H:%M:%S)T\\n'", "2026-01-05 09:00:02\n"),
    ("date +%s", "1767603602\n"),
    ("echo $HOSTNAME $(hostname)", "sh sh\n"),
]


@pytest.mark.parametrize(("script", "printed"), CLOCKS)
def test_scripts_know_the_containers_clock_and_name_alone(script: str, printed: str) -> None:
    bench = Bench()
    bench.run("sh", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    assert bench.execute("sh", "sh", "-c", script) == (printed, 0)


def used(bench: Bench, name: str) -> tuple[int, int]:
    """What a Pod's container uses: millicores and mebibytes."""
    (pod,) = [p for p in bench.kubelets[0].stats()["pods"] if p["podRef"]["name"] == name]
    (container,) = pod["containers"]
    return round(container["cpu"]["usageNanoCores"] / 1e6), container["memory"]["workingSetBytes"] >> 20


STRESSES = [
    (["--cpu", "2", "--timeout", "60s"], None, (1000, 5)),
    (["--vm", "1", "--vm-bytes", "150M", "--vm-hang", "1"], "200Mi", (1000, 150)),
    (["-cpus", "1", "-mem-total", "150Mi"], None, (1000, 150)),
]


@pytest.mark.parametrize(("args", "memory", "usage"), STRESSES)
def test_stress_takes_what_it_is_told_to_within_its_limit(args: list[str], memory: str | None, usage: tuple[int, int]) -> None:
    bench = Bench()
    limits = {"cpu": "1", **({"memory": memory} if memory else {})}
    bench.run("s", "polinux/stress", command=["stress"], args=args, resources={"limits": limits})
    bench.at(2)
    assert used(bench, "s") == usage


def test_stress_beyond_its_limit_is_killed() -> None:
    bench = Bench()
    args = ["--vm", "1", "--vm-bytes", "250M"]
    bench.run("s", "polinux/stress", command=["stress"], args=args, resources={"limits": {"memory": "100Mi"}})
    bench.at(5)
    assert bench.state("s").startswith(("OOMKilled", "CrashLoopBackOff"))
    assert "OOMKilled" in str(bench.container("s"))


def test_requests_cost_the_hpa_example_cpu() -> None:
    bench = Bench()
    bench.run("php", "registry.k8s.io/hpa-example")
    bench.run("load", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    address = bench.pod("php")["status"]["podIP"]
    script = f"for i in $(seq 50); do wget -q -O- http://{address} >/dev/null; sleep 0.1; done"
    assert bench.execute("load", "sh", "-c", script) == ("", 0)
    assert used(bench, "php")[0] == 250
    bench.loop.run_until(bench.loop.now + 20)
    assert used(bench, "php")[0] <= 1
