"""The Client over HTTP: our kubectl through it, against our own server."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from k8s_magic.apiserver.client import DeleteOptions, WatchEvent, WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.cluster import Cluster, Result
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.server import access
from k8s_magic.server.client import HttpClient
from k8s_magic.server.outside import Outside
from k8s_magic.server.real_loop import RealLoop
from k8s_magic.server.serving import Server

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}, "data": {"x": "1"}}


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def kubeconfig(cluster: Cluster) -> Iterator[Path]:
    server = Server(cluster).start()
    yield server.write_kubeconfig()
    server.stop()


@pytest.fixture
def outside(kubeconfig: Path) -> Outside:
    return Outside(kubeconfig)


@pytest.fixture
def client(kubeconfig: Path) -> HttpClient:
    return HttpClient(access.load(kubeconfig), RealLoop())


def said(result: Result) -> tuple[str, str, int]:
    return result.stdout, result.stderr, result.exit_code


def test_verbs(client: HttpClient) -> None:
    made = client.create("configmaps", CONFIG_MAP, "default", options=WriteOptions(field_manager="me"))
    assert client.get("configmaps", "a", "default") == made
    patched = client.patch("configmaps", "a", "default", "merge", {"data": {"y": "2"}})
    assert patched["data"] == {"x": "1", "y": "2"}
    stale = {**made, "data": {}}
    with pytest.raises(ApiError) as refused:
        client.update("configmaps", stale, "default")
    assert (refused.value.code, refused.value.reason) == (409, "Conflict")
    assert client.update("configmaps", {**patched, "data": {}}, "default").get("data") is None
    listed = client.list("configmaps", "default", fields="metadata.name=a")
    assert [(item["kind"], item["metadata"]["name"]) for item in listed["items"]] == [("ConfigMap", "a")]
    assert client.list("configmaps", "default", table="Metadata")["kind"] == "Table"
    client.create("configmaps", {**CONFIG_MAP, "metadata": {"name": "b"}}, "default", options=WriteOptions(dry_run=True))
    client.delete("configmaps", "a", "default", options=DeleteOptions(uid=made["metadata"]["uid"]))
    with pytest.raises(ApiError, match='configmaps "a" not found'):
        client.get("configmaps", "a", "default")
    with pytest.raises(ApiError, match='configmaps "b" not found'):
        client.get("configmaps", "b", "default")


def test_discovery_and_schema_are_those_of_the_client_inside(cluster: Cluster, client: HttpClient) -> None:
    assert client.resources() == cluster.client.resources()
    assert client.schema()["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]["x-kubernetes-patch-merge-key"] == "name"


def test_the_clock_is_the_servers(cluster: Cluster, client: HttpClient) -> None:
    client.raw("/version")
    assert abs(client.now() - cluster.now) < 2


def test_watch(cluster: Cluster, client: HttpClient) -> None:
    watch = client.watch("configmaps", "default", fields="metadata.name=a")
    cluster.client.create("configmaps", CONFIG_MAP, "default")

    async def first() -> WatchEvent | None:
        return await watch.next()

    task = client.loop.spawn(first())
    client.loop.drive(task)
    event = task.result()
    assert event is not None
    assert (event.type, event.object["metadata"]["name"]) == ("ADDED", "a")
    watch.stop()
    task = client.loop.spawn(first())
    client.loop.drive(task)
    assert task.result() is None


def test_kubectl_waits_runs_and_reads(outside: Outside) -> None:
    assert outside.kubectl("create deployment web --image=nginx").stdout == "deployment.apps/web created\n"
    assert outside.kubectl("rollout status deployment/web").stdout.endswith('deployment "web" successfully rolled out\n')
    assert outside.kubectl("exec -i deploy/web -- cat", stdin="hello\n").stdout == "hello\n"
    assert said(outside.kubectl("exec deploy/web -- sh -c 'exit 3'")) == ("", "command terminated with exit code 3\n", 3)
    assert "start worker processes" in outside.kubectl("logs deploy/web").stdout
    assert said(outside.kubectl("get pods nope")) == ("", 'Error from server (NotFound): pods "nope" not found\n', 1)
    assert outside.kubectl("exec nope -- date").stderr == 'Error from server (NotFound): pods "nope" not found\n'
    assert outside.kubectl("auth can-i create pods --as=nobody").stdout == "no\n"


def test_kubectl_applies_from_standard_input(outside: Outside) -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: z}\n"
    assert outside.kubectl("apply -f -", stdin=manifest).stdout == "configmap/a created\n"
    assert outside.kubectl("apply -f -", stdin=manifest).stdout == "configmap/a unchanged\n"
    assert outside.kubectl("apply --server-side --field-manager=other -f -", stdin=manifest).stdout == "configmap/a serverside-applied\n"


def test_somebody_else_with_groups(outside: Outside) -> None:
    outside.kubectl("create clusterrolebinding readers --clusterrole=view --group=two")
    assert outside.kubectl("auth can-i list pods --as=jane --as-group=one --as-group=two").stdout == "yes\n"
    assert outside.kubectl("auth can-i list pods --as=jane --as-group=one").stdout == "no\n"


def test_a_port_is_forwarded(outside: Outside) -> None:
    outside.kubectl("run kuard --image=gcr.io/kuar-demo/kuard-amd64:1")
    outside.kubectl("wait --for=condition=Ready pod/kuard")
    answers: list[bytes] = []

    def ask(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"GET /healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answers.append(b"".join(iter(lambda: connection.recv(65536), b"")))

    def hear(text: str) -> None:
        if text.startswith("Forwarding from 127"):
            threading.Thread(target=ask, args=(int(text.split(":")[1].split()[0]),), daemon=True).start()

    def look_in() -> None:
        if answers:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outside.kubectl("port-forward kuard :8080", on_output=hear, look_in=look_in)
    assert answers[0].endswith(b"\r\n\r\nok")


def test_another_cluster_is_not_taken_for_this_one(outside: Outside, kubeconfig: Path) -> None:
    assert outside.kubectl("create rolebinding rb --role=r --user=jane").exit_code == 0
    for flags in ("--server=https://elsewhere", "--kubeconfig other", "--user=me"):
        assert "means another cluster" in outside.kubectl(f"get pods {flags}").stderr
    assert said(outside.kubectl("get pods --context=nope")) == ("", 'error: context "nope" does not exist\n', 1)
    assert outside.kubectl("get pods --context=k8s-magic").exit_code == 0


def test_a_context_brings_its_namespace_and_user(outside: Outside, kubeconfig: Path) -> None:
    outside.kubectl("config set-context system --cluster=k8s-magic --user=k8s-magic --namespace=kube-system")
    outside.kubectl("config set-credentials bad --token=wrong")
    outside.kubectl("config set-context bad --cluster=k8s-magic --user=bad")
    assert "metrics-server" in Outside(kubeconfig, "system").kubectl("get pods").stdout
    assert "nothing" not in outside.kubectl("get pods").stdout
    refused = Outside(kubeconfig, "bad").kubectl("get pods")
    assert (refused.stderr, refused.exit_code) == ("error: You must be logged in to the server (Unauthorized)\n", 1)


def test_who_does_not_answer_is_named(cluster: Cluster, tmp_path: Path) -> None:
    server = Server(cluster).start()
    path = server.write_kubeconfig(tmp_path / "config")
    outside = Outside(path)
    server.stop()
    expected = f"The connection to the server 127.0.0.1:{server.port} was refused - did you specify the right host or port?\n"
    assert said(outside.kubectl("get pods")) == ("", expected, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "has no current context"),
        ("current-context: a", 'context "a" does not exist'),
        ("{current-context: a, contexts: [{name: a, context: {cluster: c}}]}", 'cluster "c" does not exist'),
    ],
)
def test_kubeconfigs_that_lead_nowhere(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "config").write_text(text)
    with pytest.raises(UsageError, match=problem):
        access.load(tmp_path / "config")


def test_a_client_that_has_heard_nothing_yet_asks_for_the_time(client: HttpClient, cluster: Cluster) -> None:
    assert abs(client.now() - cluster.now) < 2


def test_an_answer_that_is_no_status_is_told_in_the_clients_words(client: HttpClient) -> None:
    with pytest.raises(ApiError) as refused:
        client.raw("/nope")
    assert (refused.value.reason, refused.value.message) == ("NotFound", "the server could not find the requested resource")


def test_a_parameter_of_nought_is_a_parameter(outside: Outside) -> None:
    outside.kubectl("run box --image=busybox -- sh -c 'echo hi; sleep 3600'")
    outside.kubectl("wait --for=condition=Ready pod/box")
    assert outside.kubectl("logs box --tail=0").stdout == ""
    assert outside.kubectl("logs box --tail=1").stdout == "hi\n"


def test_a_resource_that_has_gone_is_named(client: HttpClient) -> None:
    with pytest.raises(ApiError) as refused:
        client.list("crontabs.stable.example.com", "default")
    assert refused.value.message == "the server could not find the requested resource (get crontabs.stable.example.com)"
