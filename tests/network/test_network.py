"""Who answers: Pods, Services, names, node ports, dead nodes."""

from __future__ import annotations

from collections import Counter

import pytest

from k8s_magic.network import NetworkError
from k8s_magic.objects.meta import Obj
from tests.kubelet.bench import Bench


def service(bench: Bench, name: str, pods: list[str], *, ready: bool = True, **spec: object) -> Obj:
    """A Service with its EndpointSlice, which a controller would otherwise write."""
    made = bench.create(
        "services",
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80, "targetPort": 80}], **spec}},
    )
    endpoints = [
        {
            "addresses": [bench.pod(p)["status"]["podIP"]],
            "conditions": {"ready": ready, "serving": ready, "terminating": False},
            "hostname": p,
            "nodeName": bench.pod(p)["spec"]["nodeName"],
        }
        for p in pods
    ]
    labels = {"kubernetes.io/service-name": name}
    piece = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": f"{name}-abc", "labels": labels}}
    bench.create(
        "endpointslices.discovery.k8s.io",
        {**piece, "addressType": "IPv4", "endpoints": endpoints, "ports": [{"name": "", "port": 80, "protocol": "TCP"}]},
    )
    return made


@pytest.fixture
def bench() -> Bench:
    bench = Bench(nodes=2)
    bench.run("client", "busybox:1", command=["sleep", "1d"])
    for name, node in (("a", "node1"), ("b", "node2")):
        bench.run(name, node=node, ports=[{"containerPort": 80}])
    bench.at(2)
    return bench


def ask(bench: Bench, url: str) -> str:
    return bench.execute("client", "curl", "-s", url)[0]


def test_a_pod_by_its_address(bench: Bench) -> None:
    assert ask(bench, bench.pod("b")["status"]["podIP"]) == "app:1 on b\n"


def test_a_service_spreads_connections(bench: Bench) -> None:
    ip = service(bench, "web", ["a", "b"])["spec"]["clusterIP"]
    answers = Counter(ask(bench, ip) for _ in range(40))
    assert set(answers) == {"app:1 on a\n", "app:1 on b\n"}
    assert min(answers.values()) > 8


def test_a_sticky_service_does_not(bench: Bench) -> None:
    ip = service(bench, "web", ["a", "b"], sessionAffinity="ClientIP")["spec"]["clusterIP"]
    assert len({ask(bench, ip) for _ in range(20)}) == 1


@pytest.mark.parametrize(
    "name", ["web", "web.default", "web.default.svc", "web.default.svc.cluster.local", "web.default.svc.cluster.local."]
)
def test_a_service_by_its_names(bench: Bench, name: str) -> None:
    made = service(bench, "web", ["a"])
    assert bench.network.resolve(name, "default") == [made["spec"]["clusterIP"]]
    assert ask(bench, f"http://{name}/").startswith("app:1 on a")


def test_names_are_searched_in_the_asker_s_namespace(bench: Bench) -> None:
    service(bench, "web", ["a"])
    assert bench.network.resolve("web", "other") == []
    assert bench.network.resolve("web.default", "other") != []
    assert bench.network.canonical_name("web.default", "other") == "web.default.svc.cluster.local"


def test_a_headless_service_names_its_pods(bench: Bench) -> None:
    service(bench, "web", ["a", "b"], clusterIP="None")
    ips = sorted(bench.pod(p)["status"]["podIP"] for p in ("a", "b"))
    assert bench.network.resolve("web", "default") == ips
    assert bench.network.resolve("b.web", "default") == [bench.pod("b")["status"]["podIP"]]


def test_an_external_name_points_to_another_service(bench: Bench) -> None:
    made = service(bench, "web", ["a"])
    spec = {"type": "ExternalName", "externalName": "web.default.svc.cluster.local"}
    bench.create("services", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "alias"}, "spec": spec})
    assert bench.network.resolve("alias", "default") == [made["spec"]["clusterIP"]]


def test_a_node_port_on_every_node(bench: Bench) -> None:
    made = service(bench, "web", ["b"], type="NodePort")
    port = made["spec"]["ports"][0]["nodePort"]
    for kubelet in bench.kubelets:
        assert ask(bench, f"{kubelet.profile.ip}:{port}") == "app:1 on b\n"


REFUSALS = [
    ("nobody listens", "{pod}", 81, "refused", 0.0),
    ("no endpoint is ready", "empty", 80, "refused", 0.0),
    ("not a port of the Service", "web", 81, "refused", 0.0),
    ("no such name", "nowhere", 80, "unknown host", 0.0),
    ("no such address", "10.244.0.1", 80, "unreachable", 3.0),
]


@pytest.mark.parametrize(("why", "host", "port", "kind", "after"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_refusals(bench: Bench, why: str, host: str, port: int, kind: str, after: float) -> None:
    service(bench, "web", ["a"])
    service(bench, "empty", ["a"], ready=False)
    began = bench.loop.now
    with pytest.raises(NetworkError) as refusal:
        bench.call(bench.network.connect(bench.pod("client")["status"]["podIP"], host.format(pod=bench.pod("a")["status"]["podIP"]), port))
    assert refusal.value.kind == kind
    assert bench.loop.now - began == pytest.approx(after)


def test_a_dead_node_answers_nobody(bench: Bench) -> None:
    ip = bench.pod("b")["status"]["podIP"]
    bench.kubelets[1].stop()
    printed, code = bench.execute("client", "wget", "-qO-", ip)
    assert (printed, code) == (f"wget: can't connect to remote host ({ip}): No route to host\n", 1)


def test_variables_of_services(bench: Bench) -> None:
    ip = service(bench, "my-web", ["a"])["spec"]["clusterIP"]
    found = bench.network.services.variables("default")
    assert found["MY_WEB_SERVICE_HOST"] == ip
    assert found["MY_WEB_PORT_80_TCP"] == f"tcp://{ip}:80"


def test_a_connection_carries_bytes_both_ways_and_ends(bench: Bench) -> None:
    async def talk() -> list[bytes]:
        async def echo(socket: object) -> None:
            while data := await socket.read():  # type: ignore[attr-defined]
                socket.write(data.upper())  # type: ignore[attr-defined]

        bench.network.listen("192.168.64.2", 7, lambda socket: (bench.loop.spawn(echo(socket)), None)[1])
        socket = await bench.network.connect("192.168.64.3", "192.168.64.2", 7)
        socket.write(b"one")
        first = await socket.read()
        socket.close()
        return [first, await socket.read()]

    assert bench.call(talk()) == [b"ONE", b""]
