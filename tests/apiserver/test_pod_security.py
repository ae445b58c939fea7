"""The Pod Security Standards, and the labels that ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.apiserver.pod_security import described, violations
from k8s_magic.objects.meta import Obj

GOOD = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(context: Obj | None = None, name: str = "p", **spec: Any) -> Obj:
    container: Obj = {"name": "c", "image": "nginx", **({"securityContext": context} if context else {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [container], **spec}}


def space(client: LocalClient, **labels: str) -> None:
    named = {f"pod-security.kubernetes.io/{mode.replace('_', '-')}": level for mode, level in labels.items()}
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "labels": named}})
    client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "n")


BASELINE = [
    (pod(hostNetwork=True, hostPID=True), "host namespaces (hostNetwork=true, hostPID=true)"),
    (pod({"privileged": True}), 'privileged (container "c" must not set securityContext.privileged=true)'),
    (
        pod({"capabilities": {"add": ["SYS_ADMIN", "NET_ADMIN", "CHOWN"]}}),
        'non-default capabilities (container "c" must not include "NET_ADMIN", "SYS_ADMIN" in securityContext.capabilities.add)',
    ),
    (pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), 'hostPath volumes (volume "v")'),
    (
        pod({"seccompProfile": {"type": "Unconfined"}}),
        'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
    ),
    (
        pod({"seLinuxOptions": {"type": "x", "user": "u"}}),
        'seLinuxOptions (container "c" set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)',
    ),
    (pod(securityContext={"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}), "forbidden sysctls (kernel.msgmax)"),
    (
        pod({"appArmorProfile": {"type": "Unconfined"}}),
        'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "Unconfined")',
    ),
]


@pytest.mark.parametrize(("bad", "text"), BASELINE)
def test_baseline_forbids(bad: Obj, text: str) -> None:
    assert described(violations("baseline", bad)) == text
    assert violations("privileged", bad) == []


def test_restricted_asks_for_four_things() -> None:
    assert described(violations("restricted", pod())) == (
        'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), '
        'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), '
        'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), '
        'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'
    )
    assert violations("restricted", pod(GOOD)) == []
    assert violations("restricted", pod({**GOOD, "runAsUser": 0}))[0].detail == 'container "c" must not set runAsUser=0'


def test_a_namespace_enforces_its_level(client: LocalClient) -> None:
    space(client, enforce="restricted")
    with pytest.raises(ApiError) as refused:
        client.create("pods", pod(), "n")
    assert refused.value.message.startswith(
        'pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'
    )
    assert client.create("pods", pod(GOOD), "n")["metadata"]["name"] == "p"


def test_warnings_let_pass(client: LocalClient) -> None:
    space(client, warn="baseline", warn_version="v1.30")
    warnings: list[str] = []
    client.warn = warnings.append
    client.create("pods", pod(hostNetwork=True), "n")
    assert warnings == ['would violate PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)']


def test_a_workload_is_warned_about_and_stored(client: LocalClient) -> None:
    space(client, enforce="baseline")
    warnings: list[str] = []
    client.warn = warnings.append
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod({"privileged": True})["spec"]}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    client.create("deployments.apps", {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}, "n")
    assert warnings == ['would violate PodSecurity "baseline:latest": ' + BASELINE[1][1]]


def test_pods_that_are_there_are_told_of(client: LocalClient) -> None:
    space(client)
    for name in ("a", "b"):
        client.create("pods", pod({"privileged": True}, name), "n")
    warnings: list[str] = []
    client.warn = warnings.append
    client.patch("namespaces", "n", "", "merge", {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}})
    assert warnings == [
        'existing pods in namespace "n" violate the new PodSecurity enforce level "baseline:latest"',
        "a (and 1 other pod): privileged",
    ]


def test_wrong_labels_are_refused(client: LocalClient) -> None:
    with pytest.raises(ApiError) as refused:
        space(client, enforce="strict")
    assert refused.value.message == (
        'Namespace "n" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: '
        'Invalid value: "strict": must be one of privileged, baseline, restricted'
    )
