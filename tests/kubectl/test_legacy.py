"""The forms of 2017: taken with a warning, or refused exactly as v1.36 refuses them."""

from __future__ import annotations

import pytest

from k8s_magic.kubectl.environment import Legacy
from tests.kubectl.conftest import Shell

RS = """apiVersion: extensions/v1beta1
kind: ReplicaSet
metadata: {name: kuard}
spec: {template: {metadata: {labels: {app: kuard}}, spec: {containers: [{name: kuard, image: "kuard:2"}]}}}
"""
INGRESS = """apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata: {name: i}
spec: {rules: [{http: {paths: [{path: /, backend: {serviceName: s, servicePort: 80}}]}}]}
"""


@pytest.fixture
def book(kubectl: Shell) -> Shell:
    kubectl.legacy = "accept"
    return kubectl


def test_manifests_are_taken_in_todays_version(book: Shell) -> None:
    said = book("apply -f -", RS)
    assert said.out == "replicaset.apps/kuard created\n"
    assert said.err == (
        "Warning: extensions/v1beta1 ReplicaSet is gone; taken as apiVersion: apps/v1, with spec.selector from the template's labels\n"
    )
    assert book.ok("get rs kuard -o jsonpath={.spec.selector}") == '{"matchLabels":{"app":"kuard"}}'
    assert book.ok("delete -f - --cascade=false --wait=false", RS) == 'replicaset.apps "kuard" deleted from default namespace\n'


def test_ingresses_get_todays_backends(book: Shell) -> None:
    made = book.ok("create -f - --dry-run=client -o jsonpath='{.spec.rules[0].http.paths[0]}'", INGRESS)
    assert made == '{"backend":{"service":{"name":"s","port":{"number":80}}},"path":"/","pathType":"ImplementationSpecific"}'


@pytest.mark.parametrize(
    ("mode", "flags", "made", "today"),
    [
        ("accept", "", "pod/web", ""),
        ("accept", "--replicas=2", "deployment.apps/web", "kubectl create deployment web --image=nginx --replicas=2"),
        ("accept", "--generator=run-pod/v1", "pod/web", ""),
        ("accept", "--generator=job/v1 --restart=OnFailure", "job.batch/web", "kubectl create job web --image=nginx"),
        ("accept", "--restart=OnFailure", "pod/web", ""),
        ("book", "", "deployment.apps/web", "kubectl create deployment web --image=nginx"),
        ("book", "--restart=OnFailure", "job.batch/web", "kubectl create job web --image=nginx"),
        ("book", "--restart=Never", "pod/web", ""),
        (
            "book",
            "--schedule='* * * * *'",
            "cronjob.batch/web",
            "kubectl create cronjob web --image=nginx --schedule='* * * * *'",
        ),
    ],
)
def test_run(kubectl: Shell, mode: Legacy, flags: str, made: str, today: str) -> None:
    kubectl.legacy = mode
    said = kubectl(f"run web --image=nginx {flags} --dry-run=client")
    assert said.out == f"{made} created (dry run)\n"
    assert said.err == (
        f"Warning: kubectl run makes a pod today; this makes a {_kind(made)}, as in 2017. Today's form: {today}\n" if today else ""
    )


def _kind(made: str) -> str:
    return {"deployment.apps": "Deployment", "job.batch": "Job", "cronjob.batch": "CronJob"}[made.split("/")[0]]


def test_labels_of_a_run_select_its_pods(book: Shell) -> None:
    book.ok('run web --image=nginx --replicas=2 --labels="ver=1,app=web" --port=80')
    found = book.client.get("deployments.apps", "web", "default")
    labels = {"app": "web", "ver": "1"}
    assert (
        found["metadata"]["labels"] == found["spec"]["selector"]["matchLabels"] == found["spec"]["template"]["metadata"]["labels"] == labels
    )
    assert found["spec"]["template"]["spec"]["containers"][0]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]


def test_flags_that_are_gone(book: Shell) -> None:
    book.ok("create deployment web --image=a")
    assert book("get deploy -a -o name").err == "Warning: -a is gone: pods that have ended are always shown\n"
    exported = book.ok("get deploy web --export -o yaml")
    assert "uid:" not in exported and exported.endswith("status: {}\n")
    assert book("get deployments.extensions -o name").out == "deployment.apps/web\n"


def test_a_command_behind_a_pod_gets_its_dashes(book: Shell) -> None:
    said = book("exec -ti kuard date")
    assert said.err.startswith("Warning: a command stands behind -- today: kubectl exec -ti kuard -- date\n")
    assert "Warning" not in book("exec kuard -c x -- date").err


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("label pods my-pod -color", "a label is removed by its name with a dash behind it: color-"),
        ("get pod my-pod -o jsonpath --namespace={.status.podIP}", "the template belongs to -o: -o jsonpath='{.status.podIP}'"),
        ("rolling-update x", "rolling-update is gone: "),
    ],
)
def test_hints(book: Shell, line: str, hint: str) -> None:
    assert f"Hint: {hint}" in book.fails(line)
    book.legacy = "reject"
    assert "Hint" not in book.fails(line)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("run nginx --image=nginx:1.7.12 --replicas=2", "unknown flag: --replicas\nSee 'kubectl run --help' for usage."),
        ("get pods -a", "unknown shorthand flag: 'a' in -a\nSee 'kubectl get --help' for usage."),
        ("get deployments.extensions", 'the server doesn\'t have a resource type "deployments"'),
        (
            "apply -f -",
            'resource mapping not found for name: "kuard" namespace: "" from "STDIN": no matches for kind "ReplicaSet" in version '
            '"extensions/v1beta1"\nensure CRDs are installed first',
        ),
    ],
)
def test_reject_is_v1_36(kubectl: Shell, line: str, error: str) -> None:
    assert kubectl.fails(line, RS) == f"error: {error}\n"
