"""What is written beside an object: bindings, evictions, ephemeral containers, resources, approvals; and other versions' view of it."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.client import Impersonation
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj
from tests.apiserver.random_objects import REQUEST

REQUESTS = "certificatesigningrequests.certificates.k8s.io"
AUTOSCALERS = "horizontalpodautoscalers.autoscaling"


@pytest.fixture
def pods(client: LocalClient) -> LocalClient:
    """With a pod `p` that asks for some CPU."""
    container = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": "100m"}}}
    client.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}, "default")
    return client


def patch(client: LocalClient, subresource: str, spec: Obj) -> Obj:
    return client.patch("pods", "p", "default", "strategic", {"spec": spec}, subresource=subresource)


def refused(act: Any) -> str:
    with pytest.raises(ApiError) as error:
        act()
    return error.value.message


def test_ephemeral_containers_come_and_stay(pods: LocalClient) -> None:
    debugger = {"name": "d", "image": "busybox", "targetContainerName": "c"}
    assert patch(pods, "ephemeralcontainers", {"ephemeralContainers": [debugger]})["metadata"]["generation"] == 2
    changed = [{**debugger, "image": "other"}]
    assert 'existing ephemeral containers "d" may not be changed' in refused(
        lambda: patch(pods, "ephemeralcontainers", {"ephemeralContainers": changed})
    )
    bad = [{"name": "e", "image": "i", "targetContainerName": "x", "ports": [{"containerPort": 1}]}]
    assert refused(lambda: patch(pods, "ephemeralcontainers", {"ephemeralContainers": bad})) == (
        'Pod "p" is invalid: [spec.ephemeralContainers[0].targetContainerName: Not found: "x", '
        "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container]"
    )
    assert "pod updates may not change fields" in refused(lambda: patch(pods, "", {"ephemeralContainers": [{"name": "z", "image": "i"}]}))


def test_resources_are_resized_within_their_class(pods: LocalClient) -> None:
    new = patch(pods, "resize", {"containers": [{"name": "c", "image": "ignored", "resources": {"requests": {"cpu": "200m"}}}]})
    assert (new["spec"]["containers"][0]["resources"], new["spec"]["containers"][0]["image"]) == ({"requests": {"cpu": "200m"}}, "nginx")
    limits = {
        "containers": [{"name": "c", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}}]
    }
    assert refused(lambda: patch(pods, "resize", limits)) == (
        'Pod "p" is invalid: spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing'
    )


def test_a_binding_names_a_node(pods: LocalClient) -> None:
    binding: Obj = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "p"}}
    for target in ({}, {"kind": "Pod", "name": "x"}):
        refused(lambda target=target: pods.create("pods", {**binding, "target": target}, "default", name="p", subresource="binding"))
    pods.create("bindings", {**binding, "target": {"kind": "Node", "name": "n"}}, "default")
    assert pods.get("pods", "p", "default")["spec"]["nodeName"] == "n"


def test_what_is_no_subresource_of_the_kind(pods: LocalClient) -> None:
    pods.create("configmaps", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}}, "default")
    for subresource in ("binding", "eviction", "nonsense"):
        text = refused(lambda s=subresource: pods.create("configmaps", {}, "default", name="m", subresource=s))
        assert text == "the server could not find the requested resource"


def request(**spec: Any) -> Obj:
    wanted = {"request": REQUEST, "signerName": "example.com/s", "usages": ["client auth"], **spec}
    return {"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "r"}, "spec": wanted}


def test_requests_for_certificates_are_signed_by_who_makes_them_and_decided_once(client: LocalClient) -> None:
    made = client.create(REQUESTS, request(username="somebody else"))
    assert made["spec"]["username"] == "admin"
    approved = {**made, "status": {"conditions": [{"type": "Approved", "status": "True", "reason": "r"}]}}
    assert refused(lambda: client.update(REQUESTS, approved, subresource="status")).endswith(
        'updates may not add a condition of type "Approved"'
    )
    done = client.update(REQUESTS, approved, subresource="approval")
    assert done["status"]["conditions"][0]["type"] == "Approved"
    assert refused(lambda: client.update(REQUESTS, {**done, "status": {}}, subresource="approval")).endswith(
        'updates may not remove a condition of type "Approved"'
    )


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"request": "eA=="}, "PEM block type must be CERTIFICATE REQUEST"),
        ({"usages": []}, "spec.usages: Required value"),
        ({"expirationSeconds": 1}, "may not specify a duration less than 600 seconds (10 minutes)"),
        ({"signerName": "x"}, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ],
)
def test_requests_for_certificates_are_judged(client: LocalClient, spec: Obj, text: str) -> None:
    assert text in refused(lambda: client.create(REQUESTS, request(**spec)))


def test_only_who_may_decides_for_a_signer(client: LocalClient) -> None:
    made = client.create(REQUESTS, request())
    rbac = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": ["certificates.k8s.io"], "resources": ["certificatesigningrequests/approval"], "verbs": ["update"]}]
    role = {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": rules}
    client.create(f"clusterroles.{rbac}", role)
    reference = {"apiGroup": rbac, "kind": "ClusterRole", "name": "r"}
    binding = {"apiVersion": f"{rbac}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"}, "roleRef": reference}
    client.create(f"clusterrolebindings.{rbac}", {**binding, "subjects": [{"kind": "User", "name": "jane"}]})
    jane = client.impersonate(Impersonation("jane"))
    approved = {**made, "status": {"conditions": [{"type": "Approved", "status": "True", "reason": "r"}]}}
    assert refused(lambda: jane.update(REQUESTS, approved, subresource="approval")) == (
        f'{REQUESTS} "r" is forbidden: user not permitted to approve requests with signerName "example.com/s"'
    )


def test_an_autoscaler_in_two_versions(client: LocalClient) -> None:
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"},
        "maxReplicas": 3,
        "targetCPUUtilizationPercentage": 50,
    }
    old = {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec}
    client.create("horizontalpodautoscalers.v1.autoscaling", old, "default")
    metrics = client.get(AUTOSCALERS, "h", "default")["spec"]["metrics"]
    assert metrics[0]["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}
    memory = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 70}}}
    client.patch(AUTOSCALERS, "h", "default", "merge", {"spec": {"metrics": [*metrics, memory]}})
    shown = client.get("horizontalpodautoscalers.v1.autoscaling", "h", "default")
    assert shown["spec"]["targetCPUUtilizationPercentage"] == 50
    assert "memory" in shown["metadata"]["annotations"]["autoscaling.alpha.kubernetes.io/metrics"]
    client.update("horizontalpodautoscalers.v1.autoscaling", {**shown, "spec": {**shown["spec"], "maxReplicas": 9}}, "default")
    stored = client.get(AUTOSCALERS, "h", "default")
    assert (stored["spec"]["maxReplicas"], len(stored["spec"]["metrics"])) == (9, 2)
    assert "annotations" not in stored["metadata"]


def test_events_in_the_newer_group(client: LocalClient) -> None:
    involved = {"kind": "Pod", "name": "p", "namespace": "default"}
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "involvedObject": involved, "message": "m", "count": 2}
    client.create("events", event, "default")
    shown = client.get("events.events.k8s.io", "e", "default")
    assert (shown["regarding"], shown["note"], shown["deprecatedCount"]) == (involved, "m", 2)
