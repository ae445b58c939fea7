"""kubectl in real shells: a program on PATH that runs in the kernel's cluster."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from k8s_magic.cluster import Cluster
from k8s_magic.server import command_socket
from k8s_magic.server.command_socket import CommandSocket, reads_stdin

pytestmark = pytest.mark.skipif(not command_socket.is_possible(), reason="no Unix sockets here")
Shell = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def shell(cluster: Cluster, tmp_path: Path) -> Iterator[Shell]:
    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=30)

    kubectl = CommandSocket(lambda: cluster).start()
    yield run
    kubectl.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_commands_run_in_the_kernels_cluster(cluster: Cluster, shell: Shell, tmp_path: Path) -> None:
    before = cluster.now
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}]}\n"
    )
    assert shell("kubectl apply -f pod.yaml").stdout == "pod/web created\n"
    assert cluster.now == before + 2
    assert shell("kubectl wait --for=condition=Ready pod/web && kubectl get pods -o name | sed s/pod/POD/").stdout == (
        "pod/web condition met\nPOD/web\n"
    )
    failed = shell("kubectl get pods nope")
    assert (failed.stdout, failed.stderr, failed.returncode) == ("", 'Error from server (NotFound): pods "nope" not found\n', 1)


def test_standard_input_is_read_where_it_is_asked_for(shell: Shell) -> None:
    assert shell("kubectl run web --image=nginx --dry-run=client -o yaml | kubectl apply -f -").stdout == "pod/web created\n"
    shell("kubectl wait --for=condition=Ready pod/web")
    assert shell("echo hello | kubectl exec -i web -- cat").stdout == "hello\n"
    loop = "printf 'node1\\nnode2\\n' | while read node; do kubectl get node $node -o name; done"
    assert shell(loop).stdout == "node/node1\nnode/node2\n"


def test_exit_codes_and_odd_arguments_come_through(shell: Shell) -> None:
    shell("kubectl run web --image=nginx && kubectl wait --for=condition=Ready pod/web")
    assert shell("kubectl exec web -- sh -c 'exit 3'").returncode == 3
    shell("kubectl annotate pod web note='zwei  Wörter\n\"x\"'")
    assert shell("kubectl get pod web -o jsonpath='{.metadata.annotations.note}'").stdout == 'zwei  Wörter\n"x"'


def test_kubeconfig_is_passed_on(shell: Shell, tmp_path: Path) -> None:
    config = (
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: kube-system}}]\n"
    )
    (tmp_path / "config").write_text(config)
    assert "metrics-server" in shell("KUBECONFIG=config kubectl get pods").stdout


def test_port_forward_opens_a_real_port_until_it_ends(cluster: Cluster, shell: Shell) -> None:
    shell("kubectl run kuard --image=gcr.io/kuar-demo/kuard-amd64:1 && kubectl wait --for=condition=Ready pod/kuard")
    port = free_port()
    forward = subprocess.Popen(["kubectl", "port-forward", "kuard", f"{port}:8080"], stdout=subprocess.PIPE, text=True)
    assert forward.stdout is not None
    assert forward.stdout.readline() == f"Forwarding from 127.0.0.1:{port} -> 8080\n"
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"GET /healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.endswith(b"\r\n\r\nok")
        assert cluster.terminal(f"curl -s localhost:{port}/healthy").stdout.startswith("ok")
    finally:
        forward.terminate()
        forward.wait()
        forward.stdout.close()
    assert (
        shell(f"for n in 1 2 3 4 5 6 7 8 9; do (: < /dev/tcp/127.0.0.1/{port}) 2> /dev/null || exit 0; sleep 0.1; done; exit 1").returncode
        == 0
    )


def test_nothing_is_left_when_the_kernel_ends() -> None:
    program = (
        "from k8s_magic import Cluster\nfrom k8s_magic.server.command_socket import CommandSocket\n"
        "kubectl = CommandSocket(lambda: Cluster()).start()\nprint(kubectl.bin)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() and not Path(done.stdout.strip()).parent.exists()


def test_stopping_takes_it_off_the_path(cluster: Cluster) -> None:
    before = os.environ["PATH"]
    kubectl = CommandSocket(lambda: cluster).start()
    assert os.environ["PATH"] == f"{kubectl.bin}{os.pathsep}{before}"
    script = str(kubectl.bin / "kubectl")
    assert Path(script).exists()
    kubectl.stop()
    kubectl.stop()
    assert os.environ["PATH"] == before
    assert not Path(script).exists()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("apply -f -", True),
        ("apply -f- ", True),
        ("apply --filename=-", True),
        ("exec -it web -- sh", True),
        ("exec --stdin web -- sh", True),
        ("exec web -- cat -i -", False),
        ("get pods -w", False),
        ("delete pod web -i", False),
    ],
)
def test_who_reads_standard_input(line: str, expected: bool) -> None:
    assert reads_stdin(line.split()) is expected
