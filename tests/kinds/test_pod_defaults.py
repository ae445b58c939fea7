"""A pod's defaults. Agrees with pkg/apis/core/v1/defaults.go and pkg/util/parsers."""

from __future__ import annotations

import pytest

from k8s_magic.kinds.pod.defaults import pull_policy

from .builders import pod, taken

IMAGES = [
    ("nginx", "Always"),
    ("nginx:latest", "Always"),
    ("nginx:1.25", "IfNotPresent"),
    ("localhost:5000/app", "Always"),
    ("localhost:5000/app:v1", "IfNotPresent"),
    ("nginx@sha256:" + "0" * 64, "IfNotPresent"),
    ("nginx:latest@sha256:" + "0" * 64, "Always"),
]


@pytest.mark.parametrize(("image", "policy"), IMAGES)
def test_images_are_pulled_by_their_tag(image: str, policy: str) -> None:
    assert pull_policy(image) == policy


def test_a_plain_pod() -> None:
    # transcripts/get-jsonpath.yaml shows these; the API's admission adds the rest.
    made = taken("pods", pod())
    assert made["spec"] == {
        "containers": [
            {
                "name": "c",
                "image": "nginx:1.25",
                "imagePullPolicy": "IfNotPresent",
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }
        ],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "terminationGracePeriodSeconds": 30,
    }
    assert made["status"] == {"phase": "Pending", "qosClass": "BestEffort"}


def test_probes_ports_and_requests() -> None:
    probe = {"httpGet": {"port": 8080}}
    made = taken("pods", pod(readinessProbe=probe, ports=[{"containerPort": 80}], resources={"limits": {"cpu": 1, "memory": "64Mi"}}))
    container = made["spec"]["containers"][0]
    assert container["readinessProbe"] == {
        "failureThreshold": 3,
        "httpGet": {"path": "/", "port": 8080, "scheme": "HTTP"},
        "periodSeconds": 10,
        "successThreshold": 1,
        "timeoutSeconds": 1,
    }
    assert container["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert container["resources"]["requests"] == container["resources"]["limits"] == {"cpu": "1", "memory": "64Mi"}
    assert made["status"]["qosClass"] == "Guaranteed"


def test_volumes() -> None:
    volumes = [
        {"name": "nothing"},
        {"name": "config", "configMap": {"name": "m"}},
        {"name": "host", "hostPath": {"path": "/data"}},
        {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
    ]
    assert taken("pods", pod({"volumes": volumes}))["spec"]["volumes"] == [
        {"name": "nothing", "emptyDir": {}},
        {"name": "config", "configMap": {"name": "m", "defaultMode": 420}},
        {"name": "host", "hostPath": {"path": "/data", "type": ""}},
        {
            "name": "token",
            "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}]},
        },
    ]


QOS = [
    ({}, "BestEffort"),
    ({"requests": {"cpu": "100m"}}, "Burstable"),
    ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m", "memory": "1Gi"}}, "Burstable"),
    ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m", "memory": "1Gi"}}, "Guaranteed"),
    ({"limits": {"example.com/gpu": "1"}}, "BestEffort"),
]


@pytest.mark.parametrize(("resources", "expected"), QOS)
def test_qos_class(resources: dict[str, dict[str, str]], expected: str) -> None:
    assert taken("pods", pod(resources=resources))["status"]["qosClass"] == expected


def test_old_and_new_name_of_the_service_account() -> None:
    spec = taken("pods", pod({"serviceAccount": "robot"}))["spec"]
    assert spec["serviceAccount"] == spec["serviceAccountName"] == "robot"
