"""The controllers of pods: defaults, rules, rows, scale. Agrees with pkg/apis/apps and the transcripts named."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

from .builders import BORN_S, UID, complaints, deployment, meta, taken, template, update_complaints


def workload(kind: str, **spec: Any) -> Obj:
    whole = {"selector": {"matchLabels": {"app": "x"}}, "template": template(), **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": meta("w"), "spec": whole}


def test_a_deployments_defaults() -> None:
    # transcripts/deploy-first.yaml, get deployments nginx -o yaml
    spec = taken("deployments.apps", deployment())["spec"]
    assert {k: v for k, v in spec.items() if k not in ("template", "selector")} == {
        "progressDeadlineSeconds": 600,
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}, "type": "RollingUpdate"},
    }
    # A template gets a pod's defaults, but for those that only pods have.
    assert "enableServiceLinks" not in spec["template"]["spec"]
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 30


def test_the_others_defaults() -> None:
    daemon = taken("daemonsets.apps", workload("DaemonSet"))
    assert daemon["spec"]["updateStrategy"] == {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}, "type": "RollingUpdate"}
    assert daemon["metadata"]["annotations"] == {"deprecated.daemonset.template.generation": "1"}
    stateful = taken("statefulsets.apps", workload("StatefulSet"))["spec"]
    assert stateful["updateStrategy"] == {"rollingUpdate": {"partition": 0}, "type": "RollingUpdate"}
    assert stateful["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert stateful["podManagementPolicy"] == "OrderedReady"


ROLLING = "spec.strategy.rollingUpdate"
CASES: list[tuple[str, Obj, list[str]]] = [
    (
        "selector",  # err-validation.yaml, h.yaml
        deployment(replicas=-1, selector={"matchLabels": {"app": "x"}, "matchExpressions": [{"key": "x", "operator": "In"}]}),
        [
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
            "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
            'spec.selector: Invalid value: {"matchLabels":{"app":"x"},"matchExpressions":[{"key":"x","operator":"In"}]}: '
            "invalid label selector",
        ],
    ),
    (
        "no selector",  # legacy-apis.yaml
        deployment(selector=None),
        [
            "spec.selector: Required value",
            'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
        ],
    ),
    ("empty selector", deployment(selector={}), ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"]),
    (
        "mismatch",
        deployment(selector={"matchLabels": {"app": "y"}}),
        ['spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`'],
    ),
    (
        "deadline",  # deploy-deadline-nope.yaml
        deployment(progressDeadlineSeconds=0),
        ["spec.progressDeadlineSeconds: Invalid value: 0: must be greater than minReadySeconds"],
    ),
    (
        "nothing may move",  # deploy-rolling-steps.yaml
        deployment(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
        [f"{ROLLING}.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"],
    ),
    (
        "percent",
        deployment(strategy={"rollingUpdate": {"maxSurge": "abc", "maxUnavailable": "150%"}}),
        [
            f"{ROLLING}.maxSurge: Invalid value: \"abc\": a valid percent string must be a numeric string followed by an ending '%' "
            "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
            f'{ROLLING}.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
        ],
    ),
    (
        "recreate",  # deploy-recreate-minready.yaml
        deployment(strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
        [f"{ROLLING}: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ),
    (
        "odd policy",
        workload("StatefulSet", podManagementPolicy="Odd"),
        [
            "spec.podManagementPolicy: Invalid value: \"Odd\": must be 'OrderedReady' or 'Parallel'",
        ],
    ),
    (
        "surge and more",
        workload("DaemonSet", updateStrategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}),
        [
            "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
        ],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_new_workloads(obj: Obj, expected: list[str]) -> None:
    assert complaints(f"{obj['kind'].lower()}s.apps", obj) == expected


def test_a_selector_stays() -> None:
    # transcripts/err-immutable.yaml
    old = taken("deployments.apps", deployment())
    new = set_in(old, ("spec", "selector"), {"matchLabels": {"app": "e"}})
    assert (
        update_complaints("deployments.apps", old, new)[-1]
        == 'spec.selector: Invalid value: {"matchLabels":{"app":"e"}}: field is immutable'
    )
    old = taken("daemonsets.apps", workload("DaemonSet"))
    new = set_in(old, ("spec", "selector"), {"matchLabels": {"app": "e"}})
    assert [text.partition(":")[0] for text in update_complaints("daemonsets.apps", old, new)] == [
        "spec.selector",
        "spec.template.metadata.labels",
    ]


def test_little_of_a_stateful_set_may_change() -> None:
    old = taken("statefulsets.apps", workload("StatefulSet"))
    assert update_complaints("statefulsets.apps", old, set_in(old, ("spec", "minReadySeconds"), 5)) == []
    (text,) = update_complaints("statefulsets.apps", old, set_in(old, ("spec", "serviceName"), "t"))
    assert text.startswith("spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template'")


def test_annotations_count_as_a_change_of_a_deployment() -> None:
    old = taken("deployments.apps", deployment())
    old["metadata"]["generation"] = 3
    new = {**old, "metadata": {**old["metadata"], "annotations": {"a": "b"}}}
    registry()["deployments.apps"].prepare_update(new, old)
    assert new["metadata"]["generation"] == 4


def test_scale() -> None:
    kind = registry()["deployments.apps"]
    assert kind.scale is not None and kind.set_scale is not None
    stored = {**taken("deployments.apps", deployment(replicas=2)), "status": {"replicas": 1}}
    shown = kind.scale(stored)
    assert shown["spec"] == {"replicas": 2}
    assert shown["status"] == {"replicas": 1, "selector": "app=x"}
    assert kind.set_scale(stored, 5)["spec"]["replicas"] == 5
    assert stored["spec"]["replicas"] == 2


ROWS: list[tuple[str, Obj, Obj, list[Any]]] = [
    ("deployments.apps", deployment(replicas=3), {"readyReplicas": 1, "updatedReplicas": 2, "availableReplicas": 1}, ["1/3", 2, 1, "2m"]),
    ("replicasets.apps", workload("ReplicaSet", replicas=3), {"replicas": 2, "readyReplicas": 1}, [3, 2, 1, "2m"]),
    ("statefulsets.apps", workload("StatefulSet", replicas=2), {"readyReplicas": 1}, ["1/2", "2m", "c", "nginx:1.25"]),
    ("daemonsets.apps", workload("DaemonSet"), {"desiredNumberScheduled": 3}, [3, 0, 0, 0, 0, "<none>", "2m"]),
]


@pytest.mark.parametrize(("resource", "obj", "status", "expected"), ROWS, ids=[case[0] for case in ROWS])
def test_rows(resource: str, obj: Obj, status: Obj, expected: list[Any]) -> None:
    row = registry()[resource].row
    assert row is not None
    assert row({**taken(resource, obj), "status": status}, BORN_S + 120)[1 : len(expected) + 1] == expected


def test_a_status_cannot_say_the_impossible() -> None:
    errors = registry()["replicasets.apps"].validate_status({"status": {"replicas": 1, "readyReplicas": 2}}, {})
    assert [f"{e.path}: {e.message}" for e in errors] == ["status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas"]


def job(**spec: Any) -> Obj:
    whole = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "c"}]}}, **spec}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta("j"), "spec": whole}


def test_a_job_marks_its_pods() -> None:
    made = taken("jobs.batch", job())
    labels = {"batch.kubernetes.io/controller-uid": UID, "batch.kubernetes.io/job-name": "j", "controller-uid": UID, "job-name": "j"}
    assert made["spec"]["template"]["metadata"]["labels"] == made["metadata"]["labels"] == labels
    assert made["spec"]["selector"] == {"matchLabels": {"batch.kubernetes.io/controller-uid": UID}}
    numbers = ("backoffLimit", "completionMode", "completions", "manualSelector", "parallelism", "podReplacementPolicy", "suspend")
    assert [made["spec"][field] for field in numbers] == [6, "NonIndexed", 1, False, 1, "TerminatingOrFailed", False]
    assert complaints("jobs.batch", job()) == []


def test_a_jobs_rules() -> None:
    # transcripts/err-validation.yaml i.yaml, jobs-oneshot.yaml, err-immutable.yaml
    assert complaints("jobs.batch", job(completions=-1, parallelism=-2, backoffLimit=-3)) == [
        f"spec.{field}: Invalid value: {value}: must be greater than or equal to 0"
        for field, value in (("parallelism", -2), ("completions", -1), ("backoffLimit", -3))
    ]
    always = job(template={"spec": {"containers": [{"name": "c", "image": "c"}]}})
    expected = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'
    assert complaints("jobs.batch", always) == [expected]
    old = taken("jobs.batch", job())
    new = set_in(old, ("spec", "template", "spec", "containers", 0, "image"), "other")
    (text,) = update_complaints("jobs.batch", old, new)
    assert text.startswith('spec.template: Invalid value: {"labels":{"batch.kubernetes.io/controller-uid":')
    assert '"Spec":{"Volumes":null,"InitContainers":null,"Containers":[{"Name":"c","Image":"other","Command":null,' in text
    assert text.endswith('"HostnameOverride":null,"SchedulingGroup":null}}: field is immutable')


JOB_ROWS: list[tuple[Obj, Obj, list[str]]] = [
    ({}, {}, ["Running", "0/1", ""]),
    ({"completions": 3}, {"succeeded": 1, "startTime": "2026-01-05T09:00:30Z"}, ["Running", "1/3", "90s"]),
    ({"completions": None, "parallelism": 4}, {}, ["Running", "0/1 of 4", ""]),
    (
        {},
        {
            "succeeded": 1,
            "startTime": "2026-01-05T09:00:00Z",
            "completionTime": "2026-01-05T09:00:04Z",
            "conditions": [{"type": "Complete", "status": "True"}],
        },
        ["Complete", "1/1", "4s"],
    ),
    ({}, {"conditions": [{"type": "FailureTarget", "status": "True"}]}, ["FailureTarget", "0/1", ""]),
]


@pytest.mark.parametrize(("spec", "status", "expected"), JOB_ROWS)
def test_job_rows(spec: Obj, status: Obj, expected: list[str]) -> None:
    row = registry()["jobs.batch"].row
    assert row is not None
    assert row({**taken("jobs.batch", job(**spec)), "status": status}, BORN_S + 120)[1:4] == expected
