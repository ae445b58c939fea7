"""%cluster use and %cluster serve: magics on a cluster outside, here another one of ours."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from k8s_magic.cluster import Cluster
from k8s_magic.server.serving import Server
from tests.magics.conftest import Cell

Run = Callable[[str], Cell]


@pytest.fixture
def other() -> Cluster:
    return Cluster(seed=7, nodes=1)


@pytest.fixture
def kubeconfig(other: Cluster) -> Iterator[Path]:
    server = Server(other).start()
    yield server.write_kubeconfig()
    server.stop()


def test_kubectl_goes_there_and_comes_back(run: Run, other: Cluster, kubeconfig: Path) -> None:
    run("kubectl create configmap here")
    assert "Kubernetes v1.36" in run(f"%cluster use {kubeconfig}").stdout
    assert run("kubectl get nodes -o name").stdout == "node/node1\nnode/node2\n"
    assert run("kubectl create configmap there").stdout == "configmap/there created\n"
    assert other.client.get("configmaps", "there", "default")
    assert str(run("kubectl get configmap here").error) == 'Error from server (NotFound): configmaps "here" not found'
    assert run("%cluster use embedded").error is None
    assert run("kubectl get configmap here -o name").stdout == "configmap/here\n"


def test_manifests_and_pictures_go_there_too(run: Run, kubeconfig: Path, other: Cluster) -> None:
    run(f"%cluster use {kubeconfig} --context k8s-magic")
    assert run("%%manifest\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").stdout == "configmap/a created\n"
    assert run("%view placement").error is None
    assert run("%cluster status").stdout.startswith("Kubernetes v1.36")


def test_shells_go_there_too(run: Run, shell: Any, kubeconfig: Path) -> None:
    run(f"%cluster use {kubeconfig}")
    run("x = !kubectl get nodes -o name")
    assert list(shell.user_ns["x"]) == ["node/node1", "node/node2"]


@pytest.mark.parametrize("line", ["%cluster tick 5s", "%cluster kill-node node1", "%cluster reset", "%%terminal\necho hello"])
def test_what_only_a_simulation_can_do_says_so(run: Run, kubeconfig: Path, line: str) -> None:
    run(f"%cluster use {kubeconfig}")
    error = run(line).error
    assert "the simulated cluster" in str(error)
    assert "`%cluster use embedded`" in str(error)


def test_mistakes(run: Run, tmp_path: Path) -> None:
    assert str(run("%cluster use nosuchfile").error) == "error: stat nosuchfile: no such file or directory"
    assert "expected a kubeconfig" in str(run("%cluster use --context").error)
    assert run("kubectl get nodes -o name").stdout.startswith("node/node1\n")


def test_serving_gives_a_kubeconfig_that_goes_with_the_cluster(run: Run) -> None:
    told = run("%cluster serve").stdout
    path = Path(told.strip().rpartition("KUBECONFIG=")[2])
    assert path.exists()
    assert run("%cluster serve").stdout == told
    run("%cluster reset")
    assert not path.exists()
