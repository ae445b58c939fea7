"""What the API refuses of a pod, what it warns of, what may change. Agrees with err-validation.yaml and err-immutable.yaml."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

from .builders import complaints, pod, taken, template, update_complaints

KIND = registry()["pods"]
CASES: list[tuple[str, Obj, list[str]]] = [
    ("plain", pod(), []),
    (
        "policies",  # err-validation.yaml, e.yaml
        pod({"restartPolicy": "Maybe", "dnsPolicy": "Foo", "containers": []}),
        [
            "spec.containers: Required value",
            'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
            'spec.dnsPolicy: Unsupported value: "Foo": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
        ],
    ),
    (
        "probes",  # f.yaml
        pod(
            livenessProbe={"periodSeconds": 5},
            readinessProbe={"httpGet": {"path": "/", "port": 0}, "tcpSocket": {"port": 1}, "timeoutSeconds": -1},
        ),
        [
            "spec.containers[0].livenessProbe: Required value: must specify a handler type",
            "spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive",
            "spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
            "spec.containers[0].readinessProbe.timeoutSeconds: Invalid value: -1: must be greater than or equal to 0",
        ],
    ),
    (
        "requests beyond limits",  # d.yaml
        pod(resources={"requests": {"cpu": 2, "memory": "1Gi"}, "limits": {"cpu": 1, "memory": "512Mi"}}),
        [
            'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
            'spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi',
        ],
    ),
    (
        "environment and volumes",  # l.yaml
        pod(
            {"volumes": [{"name": "v"}, {"name": "v", "emptyDir": {}}]},
            env=[{"name": "1 BAD=", "value": "x"}, {"name": "W", "value": "a", "valueFrom": {"fieldRef": {"fieldPath": "nope"}}}],
        ),
        [
            'spec.volumes[1].name: Duplicate value: "v"',
            'spec.containers[0].env[0].name: Invalid value: "1 BAD=": a valid environment variable name must consist only of '
            "printable ASCII characters other than '='",
            'spec.containers[0].env[1].valueFrom.fieldRef.fieldPath: Invalid value: "nope": error converting fieldPath: '
            "field label not supported: nope",
            'spec.containers[0].env[1].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
        ],
    ),
    (
        "tolerations",
        pod({"tolerations": [{"operator": "Equal"}, {"key": "a", "operator": "Exists", "value": "v", "effect": "Nope"}]}),
        [
            'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means '
            r'"match all values and all keys"',
            "spec.tolerations[1].operator: Invalid value: \"v\": value must be empty when `operator` is 'Exists'",
            'spec.tolerations[1].effect: Unsupported value: "Nope": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
        ],
    ),
    (
        "an init container's probe",
        pod({"initContainers": [{"name": "i", "image": "i", "livenessProbe": {"exec": {"command": ["x"]}}}]}),
        [
            "spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
        ],
    ),
    (
        "an unknown resource",
        pod(resources={"requests": {"gpu": "1"}}),
        [
            'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
            'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
        ],
    ),
    (
        "mount of no volume",
        pod(volumeMounts=[{"name": "novol", "mountPath": "/x"}]),
        [
            'spec.containers[0].volumeMounts[0].name: Not found: "novol"',
        ],
    ),
    (
        "a resource that cannot be shared",
        pod(resources={"requests": {"example.com/gpu": "1"}}),
        ["spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources"],
    ),
    ("no volume source", pod({"volumes": [{"name": "v", "configMap": {}}]}), ["spec.volumes[0].configMap.name: Required value"]),
]


@pytest.mark.parametrize(("obj", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_new_pods(obj: Obj, expected: list[str]) -> None:
    assert complaints("pods", obj) == expected


def test_images_tolerations_and_deadlines_may_change() -> None:
    old = taken("pods", pod())
    new = set_in(old, ("spec", "containers", 0, "image"), "nginx:1.26")
    new = set_in(new, ("spec", "tolerations"), [{"key": "a", "operator": "Exists"}])
    new = set_in(new, ("spec", "activeDeadlineSeconds"), 5)
    assert update_complaints("pods", old, new) == []


def test_other_changes_are_shown_as_a_difference() -> None:
    # transcripts/err-immutable.yaml, restartPolicy
    old = taken("pods", pod())
    (text,) = update_complaints("pods", old, set_in(old, ("spec", "restartPolicy"), "Never"))
    head, _, difference = text.partition("\n")
    assert head == (
        "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
    )
    assert difference.splitlines()[1:] == [
        "   }",
        "  ],",
        '  "EphemeralContainers": null,',
        '- "RestartPolicy": "Always",',
        '+ "RestartPolicy": "Never",',
        '  "TerminationGracePeriodSeconds": 30,',
        '  "ActiveDeadlineSeconds": null,',
        '  "DNSPolicy": "ClusterFirst",',
    ]


def test_containers_may_not_come_or_go() -> None:
    old = taken("pods", pod())
    new = set_in(old, ("spec", "containers"), [*old["spec"]["containers"], {**old["spec"]["containers"][0], "name": "d"}])
    assert update_complaints("pods", old, new) == ["spec.containers: Forbidden: pod updates may not add or remove containers"]


# rest.BeforeDelete and podStrategy.CheckGracefulDelete
GRACE: list[tuple[Obj, Obj, int | None, int]] = [
    ({}, {"phase": "Pending"}, None, 0),
    ({"nodeName": "node1"}, {"phase": "Running"}, None, 30),
    ({"nodeName": "node1"}, {"phase": "Running"}, 5, 5),
    ({"nodeName": "node1"}, {"phase": "Running"}, 0, 0),
    ({"nodeName": "node1"}, {"phase": "Running"}, -3, 1),
    ({"nodeName": "node1"}, {"phase": "Succeeded"}, 10, 0),
    ({"nodeName": "node1", "terminationGracePeriodSeconds": 60}, {"phase": "Running"}, None, 60),
]


@pytest.mark.parametrize(("spec", "status", "asked", "expected"), GRACE)
def test_grace(spec: Obj, status: Obj, asked: int | None, expected: int) -> None:
    assert KIND.grace_seconds is not None
    obj = {**taken("pods", pod(spec)), "status": status}
    assert KIND.grace_seconds(obj, asked) == expected


WARNINGS: list[tuple[Obj, list[str]]] = [
    (pod(), []),
    (
        pod(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
        ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ),
    (
        pod({"nodeSelector": {"beta.kubernetes.io/os": "linux"}}),
        ['spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead'],
    ),
    (
        pod(ports=[{"containerPort": 80}, {"containerPort": 80}]),
        ["spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"],
    ),
]


@pytest.mark.parametrize(("obj", "expected"), WARNINGS)
def test_warnings(obj: Obj, expected: list[str]) -> None:
    assert KIND.warn(taken("pods", obj), None) == expected


def test_field_selectors() -> None:
    bound: dict[str, Any] = taken("pods", pod({"nodeName": "node1"}))
    read = {path: get(bound) for path, get in KIND.fields.items()}
    assert read["spec.nodeName"] == "node1"
    assert read["status.phase"] == "Pending"
    assert read["spec.hostNetwork"] == "false"


def test_a_template_has_a_templates_paths() -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d", "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": "x"}}, "template": template(restartPolicy="Never")},
    }
    expected = 'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'
    assert complaints("deployments.apps", deployment) == [expected]
