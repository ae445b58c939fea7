"""k8s-magic serve: a program of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

KUBECTL = shutil.which("kubectl", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(KUBECTL is None, reason="no real kubectl here")
def test_a_real_kubectl_finds_the_cluster_by_the_wall_clock() -> None:
    server = subprocess.Popen([sys.executable, "-m", "k8s_magic", "serve", "--nodes", "1"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        path = Path(server.stdout.readline().strip().removeprefix("export KUBECONFIG="))
        assert path.exists()
        command = [str(KUBECTL), "create", "namespace", "a", "-o", "jsonpath={.metadata.creationTimestamp}"]
        made = subprocess.run(command, env={**os.environ, "KUBECONFIG": str(path)}, capture_output=True, text=True, check=True).stdout
        assert made.startswith(time.strftime("%Y-%m-%dT", time.gmtime()))
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        server.stdout.close()
    assert not path.exists()


def test_a_file_that_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("clusters: []\n")
    command = [sys.executable, "-m", "k8s_magic", "serve", "--kubeconfig", str(tmp_path / "config")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"error: {tmp_path}/config is there already, and is not ours to overwrite\n")
