"""The decoder's complaints, as the real API server words them, and what it makes of objects."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds.schema import decode_errors, decode_metadata, ref

POD, DEPLOYMENT = ref("", "v1", "Pod"), ref("apps", "v1", "Deployment")


def deployment(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


def pod(**container: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c", "image": "c", **container}]},
    }


def test_unknown_fields_are_collected_in_order_with_indexes() -> None:
    # transcripts/err-manifests.yaml
    template = {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [{"name": "c", "image": "c", "imagePolicy": "Always"}]}}
    result = decode_errors(deployment(replica=2, progressDeadlineseconds=600, template=template), DEPLOYMENT)
    assert result.fatal is None
    assert result.unknown == [
        'unknown field "spec.progressDeadlineseconds"',
        'unknown field "spec.replica"',
        'unknown field "spec.template.spec.containers[0].imagePolicy"',
    ]


FATAL = [
    # transcripts/err-manifests.yaml, rs-match-expressions.yaml, configmap-update.yaml, err-validation.yaml, secrets.yaml
    (deployment(replicas="two"), "cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"),
    (
        deployment(selector={"matchExpressions": [{"key": "a", "operator": "In", "values": [1]}]}),
        "cannot unmarshal number into Go struct field LabelSelectorRequirement.spec.selector.matchExpressions.values of type string",
    ),
    (
        {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": 1}},
        "cannot unmarshal number into Go struct field ConfigMap.data of type string",
    ),
    # Go's own rules: elements, named types, embedded structs, whole values of another type.
    (pod(command="ls"), "cannot unmarshal string into Go struct field Container.spec.containers.command of type []string"),
    (
        pod(imagePullPolicy=True),
        "cannot unmarshal bool into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy",
    ),
    (
        pod(env=[{"name": "PORT", "value": 80}]),
        "cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
    ),
    (
        pod(ports=[{"containerPort": "80"}]),
        "cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ),
    (
        pod(ports=[{"containerPort": 80.5}]),
        "cannot unmarshal number 80.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ),
    (
        pod(ports={"containerPort": 80}),
        "cannot unmarshal object into Go struct field Container.spec.containers.ports of type []v1.ContainerPort",
    ),
    (
        pod(livenessProbe={"exec": []}),
        "cannot unmarshal array into Go struct field Probe.spec.containers.livenessProbe.ProbeHandler.exec of type v1.ExecAction",
    ),
    ({"apiVersion": "v1", "kind": "Pod", "spec": []}, "cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec"),
    (pod(livenessProbe={"httpGet": {"port": True}}), "cannot unmarshal bool into Go value of type int32"),
]


@pytest.mark.parametrize(("obj", "text"), FATAL, ids=[text.partition("field ")[2].partition(" ")[0] or text for _, text in FATAL])
def test_a_wrong_type_refuses_the_object(obj: dict[str, Any], text: str) -> None:
    group, _, version = obj["apiVersion"].rpartition("/")
    assert decode_errors(obj, ref(group, version, obj["kind"])).fatal == f"json: {text}"


def test_quantities_and_base64_have_their_own_words() -> None:
    # transcripts/err-validation.yaml and secrets.yaml
    wrong = decode_errors(pod(resources={"requests": {"cpu": "lots"}}), POD).fatal
    assert wrong == "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "not base64!"}}
    assert decode_errors(secret, ref("", "v1", "Secret")).fatal == "illegal base64 data at input byte 3"


def test_metadata_is_read_by_clients_too() -> None:
    # transcripts/err-manifests.yaml: numlabel.yaml, boolname.yaml
    labels = {"metadata": {"name": "p", "labels": {"version": 2}}}
    assert decode_metadata(labels).fatal == "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"
    assert (
        decode_metadata({"metadata": {"name": True}}).fatal
        == "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string"
    )
    assert decode_metadata({"metadata": {"name": "p", "labels": None}}).fatal is None


def test_the_copy_is_what_go_would_write() -> None:
    given = pod(
        env=[{"name": "EMPTY", "value": ""}], args=[], resources={"limits": {"cpu": 0.5, "memory": "1024Mi"}}, tty=False, stdin=None
    )
    given["spec"] |= {
        "hostNetwork": False,
        "automountServiceAccountToken": False,
        "securityContext": {},
        "volumes": [{"name": "v", "emptyDir": {}}],
    }
    made = decode_errors(given, POD).object
    assert made["spec"] == {
        "containers": [
            {"name": "c", "image": "c", "env": [{"name": "EMPTY"}], "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}},
        ],
        "automountServiceAccountToken": False,
        "securityContext": {},
        "volumes": [{"name": "v", "emptyDir": {}}],
    }
    assert given["spec"]["containers"][0]["env"] == [{"name": "EMPTY", "value": ""}]


def test_what_is_no_pointer_is_written_though_nobody_said_it() -> None:
    made = decode_errors(deployment(template={"spec": {"containers": [{"name": "c"}]}}), DEPLOYMENT).object
    assert made["spec"] == {"strategy": {}, "template": {"metadata": {}, "spec": {"containers": [{"name": "c", "resources": {}}]}}}
    assert made["status"] == {}
