"""What the API passes on: metrics, and requests through it to pods, services and nodes."""

from __future__ import annotations

import pytest

from k8s_magic.cluster import Cluster


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """With a web server behind a service, and metrics."""
    cluster = Cluster()
    cluster.kubectl("create deployment web --image=nginx --port=80")
    cluster.kubectl("expose deployment web --port=8080 --target-port=80")
    cluster.settle()
    return cluster


def lines(cluster: Cluster, command: str) -> list[str]:
    result = cluster.kubectl(command)
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


def test_top_asks_the_nodes(cluster: Cluster) -> None:
    assert [line.split()[0] for line in lines(cluster, "top nodes")] == ["NAME", "node1", "node2", "node3", "node4"]
    assert lines(cluster, "top pods")[1].startswith("web-")
    metrics = cluster.client.list("pods.metrics.k8s.io", "default", labels="app=web")["items"]
    assert [c["name"] for c in metrics[0]["containers"]] == ["nginx"]
    assert set(metrics[0]["containers"][0]["usage"]) == {"cpu", "memory"}


def test_metrics_go_with_their_service() -> None:
    bare = Cluster(system=False)
    assert bare.kubectl("top nodes").stderr == "error: Metrics API not available\n"


def test_requests_reach_services_pods_and_nodes(cluster: Cluster) -> None:
    space = "/api/v1/namespaces/default"
    assert "Welcome to nginx!" in cluster.kubectl(f"get --raw {space}/services/web:8080/proxy/").stdout
    pod = lines(cluster, "get pods -o name")[0].removeprefix("pod/")
    assert "Welcome to nginx!" in cluster.kubectl(f"get --raw {space}/pods/{pod}/proxy/").stdout
    assert cluster.kubectl("get --raw /api/v1/nodes/node1/proxy/healthz").stdout == "ok"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("services/web:81/proxy/", 'Error from server (ServiceUnavailable): no service port "81" found for service "web"\n'),
        ("services/web/proxy/nope", "Error from server (NotFound): the server could not find the requested resource\n"),
        ("services/none/proxy/", 'Error from server (NotFound): services "none" not found\n'),
    ],
)
def test_where_nobody_answers(cluster: Cluster, path: str, said: str) -> None:
    assert cluster.kubectl(f"get --raw /api/v1/namespaces/default/{path}").stderr == said
