"""kubectl rollout: the status of each kind as a table, history and undo on a bare API server, and one rollout in a cluster."""

from __future__ import annotations

import json
from typing import Any

import pytest

from k8s_magic.cluster import Cluster
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.rollouts import status_of
from tests.kubectl.conftest import Shell


def workload(kind: str, spec: dict[str, Any], status: dict[str, Any], observed: int = 2) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": "w", "generation": 2}, "spec": spec, "status": {"observedGeneration": observed, **status}}


def deployment(observed: int = 2, **status: Any) -> dict[str, Any]:
    return workload("Deployment", {"replicas": 3}, status, observed)


def daemon_set(**status: Any) -> dict[str, Any]:
    return workload("DaemonSet", {"updateStrategy": {"type": "RollingUpdate"}}, status)


def stateful_set(partition: int | None = None, **status: Any) -> dict[str, Any]:
    strategy: dict[str, Any] = {"type": "RollingUpdate"}
    if partition is not None:
        strategy["rollingUpdate"] = {"partition": partition}
    return workload("StatefulSet", {"replicas": 3, "updateStrategy": strategy}, status)


WAITING = 'Waiting for deployment "w" rollout to finish: '
STATUSES = [
    (deployment(observed=1), "Waiting for deployment spec update to be observed...\n", False),
    (deployment(updatedReplicas=1, replicas=4), f"{WAITING}1 out of 3 new replicas have been updated...\n", False),
    (deployment(updatedReplicas=3, replicas=4), f"{WAITING}1 old replicas are pending termination...\n", False),
    (deployment(updatedReplicas=3, replicas=3, availableReplicas=2), f"{WAITING}2 of 3 updated replicas are available...\n", False),
    (deployment(updatedReplicas=3, replicas=3, availableReplicas=3), 'deployment "w" successfully rolled out\n', True),
    (
        daemon_set(updatedNumberScheduled=1, desiredNumberScheduled=3),
        'Waiting for daemon set "w" rollout to finish: 1 out of 3 new pods have been updated...\n',
        False,
    ),
    (daemon_set(updatedNumberScheduled=3, desiredNumberScheduled=3, numberAvailable=3), 'daemon set "w" successfully rolled out\n', True),
    (stateful_set(readyReplicas=1), "Waiting for 2 pods to be ready...\n", False),
    (
        stateful_set(1, readyReplicas=3, updatedReplicas=1),
        "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...\n",
        False,
    ),
    (stateful_set(0, readyReplicas=3, updatedReplicas=3), "partitioned roll out complete: 3 new pods have been updated...\n", True),
    (
        stateful_set(None, readyReplicas=3, updatedReplicas=1, updateRevision="w-2", currentRevision="w-1"),
        "waiting for statefulset rolling update to complete 1 pods at revision w-2...\n",
        False,
    ),
]


@pytest.mark.parametrize(("obj", "text", "done"), STATUSES, ids=[f"{obj['kind']}: {text[:50]}" for obj, text, _ in STATUSES])
def test_the_status_says_what_is_waited_for(obj: dict[str, Any], text: str, done: bool) -> None:
    assert status_of(obj) == (text, done)


def test_a_rollout_that_failed_or_cannot_be_followed() -> None:
    late = deployment(conditions=[{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}])
    with pytest.raises(UsageError, match=r'^deployment "w" exceeded its progress deadline$'):
        status_of(late)
    on_delete = workload("DaemonSet", {"updateStrategy": {"type": "OnDelete"}}, {})
    with pytest.raises(UsageError, match=r"^rollout status is only available for RollingUpdate strategy type$"):
        status_of(on_delete)


def test_pause_and_resume_tell_what_is_so_already(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=nginx")
    assert kubectl.ok("rollout pause deployment web") == "deployment.apps/web paused\n"
    assert kubectl.fails("rollout pause deployment web") == 'error: deployments.apps "web" is already paused\n'
    assert kubectl.fails("rollout restart deploy web") == (
        'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)\n'
    )
    assert kubectl.ok("rollout resume deployment web") == "deployment.apps/web resumed\n"
    assert kubectl.fails("rollout resume deployment web") == 'error: deployments.apps "web" is not paused\n'


def test_restart_writes_the_time_once_a_second(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=nginx")
    assert kubectl.ok("rollout restart deploy") == "deployment.apps/web restarted\n"
    noted = "jsonpath={.spec.template.metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt}"
    assert kubectl.ok(f"get deploy web -o '{noted}'") == "2026-01-05T09:00:00Z"
    assert kubectl.fails("rollout restart deploy web") == (
        "error: failed to create patch for web: if restart has already been triggered within the past second, "
        "please wait before attempting to trigger another\n"
    )


def test_what_is_missing_or_has_no_history_is_told(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=nginx")
    kubectl.ok("create cm x")
    assert kubectl.fails("rollout undo") == "error: required resource not specified\n"
    assert kubectl.fails("rollout undo deploy web") == 'error: no rollout history found for deployment "web"\n'
    assert kubectl.fails("rollout undo deploy web --to-revision=3") == "error: unable to find specified revision 3 in history\n"
    assert kubectl.fails("rollout history cm x") == (
        'error: error retrieving history for "ConfigMap", no visitor method exists for { ConfigMap}\n'
    )
    assert kubectl.fails("rollout status cm x") == "error: no status viewer has been implemented for ConfigMap\n"
    assert kubectl.ok("rollout history deploy web") == "deployment.apps/web \nNo rollout history found.\n"


def test_a_paused_clock_refuses_to_wait(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=nginx")
    kubectl.may_wait = False
    said = kubectl("rollout status deploy web")
    assert said.code == 1 and "clock is paused" in said.err
    assert said.out == "Waiting for deployment spec update to be observed...\n"


def test_a_rollout_is_followed_undone_and_remembered() -> None:
    cluster = Cluster(system=False)

    def ok(line: str) -> str:
        result = cluster.kubectl(line)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    ok("kubectl create deployment web --image=nginx:1.28 --replicas=2")
    assert ok("kubectl rollout status deploy web").endswith('deployment "web" successfully rolled out\n')
    ok("""kubectl patch deploy web -p '{"spec":{"minReadySeconds":5}}'""")
    ok("kubectl set image deploy web nginx=nginx:1.29")
    lines = ok("kubectl rollout status deploy web").split("\n")
    assert lines[0].startswith('Waiting for deployment "web" rollout to finish: ')
    assert lines[-2:] == ['deployment "web" successfully rolled out', ""]
    ok("kubectl annotate deploy web kubernetes.io/change-cause=newer")
    assert ok("kubectl rollout history deploy web") == "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         newer\n\n"
    assert "    Image:\tnginx:1.29\n" in ok("kubectl rollout history deploy web --revision=2")
    assert ok("kubectl rollout undo deploy web") == "deployment.apps/web rolled back\n"
    cluster.settle()
    assert ok("kubectl get deploy web -o jsonpath={..image}") == "nginx:1.28"
    assert ok("kubectl rollout undo deploy web --to-revision=3") == (
        "deployment.apps/web skipped rollback (current template already matches revision 3)\n"
    )


def test_revisions_of_other_kinds_are_the_workload_as_it_was() -> None:
    """transcripts of a real v1.36.2: the image of a revision, and what a dry run would go back to."""
    cluster = Cluster(nodes=1, system=False)
    template = {"metadata": {"labels": {"app": "log"}}, "spec": {"containers": [{"name": "log", "image": "log:1"}]}}
    spec = {"selector": {"matchLabels": {"app": "log"}}, "template": template}
    manifest = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "log"}, "spec": spec}
    cluster.kubectl("kubectl create -f -", stdin=json.dumps(manifest))
    cluster.settle()
    cluster.kubectl("kubectl set image ds/log log=log:2")
    cluster.settle()
    images = cluster.kubectl("kubectl rollout history ds/log -o jsonpath='{.kind} {.spec.template.spec.containers[0].image} '")
    assert images.stdout == "DaemonSet log:1 DaemonSet log:2 "
    undone = cluster.kubectl("kubectl rollout undo ds/log --dry-run=client").stdout
    assert undone.startswith("daemonset.apps/log will roll back to Pod Template:\n")
