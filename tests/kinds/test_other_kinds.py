"""The plainer kinds: rules and rows. Agrees with the transcripts named, else with pkg/apis/*/validation and the printers."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kinds import registry
from k8s_magic.objects.meta import Obj

from .builders import BORN, BORN_S, complaints, meta, taken, update_complaints


def obj(resource: str, name: str = "x", **fields: Any) -> Obj:
    kind = registry()[resource]
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": meta(name), **fields}


LIMITS = "limitranges"
RULES: list[tuple[str, Obj, list[str]]] = [
    (
        "configmaps",  # configmap-update.yaml
        obj("configmaps", data={"a/b": "1"}),
        [
            "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
            "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
        ],
    ),
    (
        "configmaps",
        obj("configmaps", data={"k": "1"}, binaryData={"k": "MQ=="}),
        ['data[k]: Invalid value: "k": duplicate of key present in binaryData'],
    ),
    ("secrets", obj("secrets", type="kubernetes.io/tls", data={"tls.crt": ""}), ["data[tls.key]: Required value"]),
    (
        "persistentvolumeclaims",  # err-validation.yaml, j.yaml
        obj("persistentvolumeclaims", spec={"resources": {"requests": {"storage": "-1Gi"}}}),
        [
            "spec.accessModes: Required value: at least 1 access mode is required",
            'spec.resources[storage]: Invalid value: "-1Gi": must be greater than zero',
        ],
    ),
    (
        "persistentvolumes",  # k.yaml
        obj("persistentvolumes", spec={"capacity": {"storage": "1Gi"}}),
        ["spec.accessModes: Required value", "spec: Required value: must specify a volume type"],
    ),
    (
        "ingresses.networking.k8s.io",  # m.yaml
        obj("ingresses.networking.k8s.io", spec={"rules": [{"host": "a.b", "http": {"paths": [{"path": "nope", "backend": {}}]}}]}),
        ["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"],
    ),
    (
        "horizontalpodautoscalers.autoscaling",  # n.yaml
        obj(
            "horizontalpodautoscalers.autoscaling",
            spec={"minReplicas": 5, "maxReplicas": 2, "scaleTargetRef": {"kind": "Deployment", "name": ""}},
        ),
        [
            "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`",
            "spec.scaleTargetRef.name: Required value",
            'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
        ],
    ),
    (
        LIMITS,  # quota-limits.yaml
        obj(
            LIMITS,
            spec={
                "limits": [{"type": "Container", "min": {"cpu": 2}, "max": {"cpu": 1}, "defaultRequest": {"cpu": 1}, "default": {"cpu": 1}}]
            },
        ),
        [
            'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
            'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
            'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
        ],
    ),
    (
        "priorityclasses.scheduling.k8s.io",  # create-config-kinds.yaml
        obj("priorityclasses.scheduling.k8s.io", value=2_000_000_000),
        ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
    ),
    (
        "roles.rbac.authorization.k8s.io",
        obj("roles.rbac.authorization.k8s.io", rules=[{"verbs": ["get"]}]),
        [
            "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
            "rules[0].resources: Required value: resource rules must supply at least one resource",
        ],
    ),
    (
        "poddisruptionbudgets.policy",
        obj("poddisruptionbudgets.policy", spec={"minAvailable": "150%"}),
        [
            'spec.minAvailable: Invalid value: "150%": must not be greater than 100%',
        ],
    ),
    (
        "networkpolicies.networking.k8s.io",
        obj("networkpolicies.networking.k8s.io", spec={"ingress": [{"from": [{}]}]}),
        [
            "spec.ingress[0].from[0]: Required value: must specify a peer",
        ],
    ),
]


@pytest.mark.parametrize(("resource", "made", "expected"), RULES, ids=[rule[0] for rule in RULES])
def test_rules(resource: str, made: Obj, expected: list[str]) -> None:
    if not registry()[resource].namespaced:
        del made["metadata"]["namespace"]
    assert complaints(resource, made) == expected


FROZEN: list[tuple[str, Obj, Obj, list[str]]] = [
    (
        "configmaps",
        {"immutable": True, "data": {"a": "1"}},
        {"data": {"a": "2"}},
        [
            "immutable: Forbidden: field is immutable when `immutable` is set",
            "data: Forbidden: field is immutable when `immutable` is set",
        ],
    ),
    ("secrets", {"type": "Opaque"}, {"type": "other"}, ['type: Invalid value: "other": field is immutable']),
    ("priorityclasses.scheduling.k8s.io", {"value": 1}, {"value": 2}, ["value: Forbidden: may not be changed in an update."]),
    (
        "storageclasses.storage.k8s.io",
        {"provisioner": "a.b/c", "reclaimPolicy": "Retain"},
        {"provisioner": "a.b/c", "reclaimPolicy": "Delete"},
        ['reclaimPolicy: Invalid value: "Delete": field is immutable'],
    ),
    (
        "rolebindings.rbac.authorization.k8s.io",  # sa-rbac-yaml.yaml
        {"roleRef": {"kind": "Role", "name": "r"}},
        {"roleRef": {"kind": "Role", "name": "other"}},
        ['roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef'],
    ),
    (
        "nodes",  # node-allocations.yaml
        {"spec": {"podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24"]}},
        {"spec": {}},
        ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
    ),
]


@pytest.mark.parametrize(("resource", "old", "new", "expected"), FROZEN, ids=[case[0] for case in FROZEN])
def test_what_stays(resource: str, old: Obj, new: Obj, expected: list[str]) -> None:
    before, after = taken(resource, obj(resource, **old)), taken(resource, obj(resource, **new))
    assert update_complaints(resource, before, after) == expected


READY = {"type": "Ready", "status": "True"}
CELLS: list[tuple[str, Obj, list[Any]]] = [
    ("namespaces", obj("namespaces", status={"phase": "Active"}), ["x", "Active", "60s"]),
    ("configmaps", obj("configmaps", data={"a": "1"}, binaryData={"b": ""}), ["x", 2, "60s"]),
    ("secrets", obj("secrets", type="Opaque", data={"a": ""}), ["x", "Opaque", 1, "60s"]),
    ("serviceaccounts", obj("serviceaccounts"), ["x", "60s"]),
    ("leases.coordination.k8s.io", obj("leases.coordination.k8s.io", spec={"holderIdentity": "node1"}), ["x", "node1", "60s"]),
    (
        "nodes",
        obj("nodes", spec={}, status={"conditions": [READY], "nodeInfo": {"kubeletVersion": "v1.36.2"}}),
        ["x", "Ready", "<none>", "60s", "v1.36.2"],
    ),
    (
        "nodes",
        obj("nodes", spec={"unschedulable": True}, status={"conditions": [{**READY, "status": "Unknown"}]}),
        ["x", "NotReady,SchedulingDisabled"],
    ),
    ("nodes", obj("nodes", spec={}), ["x", "Unknown"]),
    (
        "persistentvolumes",
        obj(
            "persistentvolumes",
            spec={"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteMany", "ReadWriteOnce"]},
            status={"phase": "Available"},
        ),
        ["x", "1Gi", "RWO,RWX", "", "Available", "", "", "<unset>", "", "60s", "<unset>"],
    ),
    (
        "storageclasses.storage.k8s.io",
        obj("storageclasses.storage.k8s.io", provisioner="a/b"),
        ["x", "a/b", "Delete", "Immediate", False, "60s"],
    ),
    (
        "resourcequotas",
        obj("resourcequotas", status={"hard": {"pods": "2", "limits.cpu": "1"}, "used": {"pods": "1"}}),
        ["x", "pods: 1/2", "limits.cpu: 0/1", "60s"],
    ),
    ("limitranges", obj("limitranges"), ["x", BORN]),
    ("poddisruptionbudgets.policy", obj("poddisruptionbudgets.policy", spec={"maxUnavailable": 1}), ["x", "N/A", "1", 0, "60s"]),
    (
        "horizontalpodautoscalers.autoscaling",  # autoscale-hpa.yaml
        obj(
            "horizontalpodautoscalers.autoscaling",
            spec={
                "scaleTargetRef": {"kind": "Deployment", "name": "d"},
                "minReplicas": 2,
                "maxReplicas": 5,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}],
            },
        ),
        ["x", "Deployment/d", "cpu: <unknown>/80%", "2", 5, 0, "60s"],
    ),
    (
        "ingresses.networking.k8s.io",
        obj("ingresses.networking.k8s.io", spec={"rules": [{"host": h} for h in "abcd"], "tls": [{}]}),
        ["x", "<none>", "a,b,c + 1 more...", "", "80, 443", "60s"],
    ),
    (
        "rolebindings.rbac.authorization.k8s.io",
        obj("rolebindings.rbac.authorization.k8s.io", roleRef={"kind": "Role", "name": "r"}, subjects=[{"kind": "User", "name": "u"}]),
        ["x", "Role/r", "60s", "u", "", ""],
    ),
    (
        "events",
        obj(
            "events",
            involvedObject={"kind": "Pod", "name": "p", "fieldPath": "spec.containers{c}"},
            type="Normal",
            reason="Pulled",
            message="got it\n",
            count=3,
            firstTimestamp=BORN,
            lastTimestamp="2026-01-05T09:00:50Z",
            source={"component": "kubelet", "host": "node1"},
        ),
        ["10s", "Normal", "Pulled", "pod/p", "spec.containers{c}", "kubelet, node1", "got it", "60s", 3, "x"],
    ),
    (
        "componentstatuses",
        obj("componentstatuses", conditions=[{"type": "Healthy", "status": "True", "message": "ok"}]),
        ["x", "Healthy", "ok", ""],
    ),
]


@pytest.mark.parametrize(("resource", "made", "expected"), CELLS)
def test_cells(resource: str, made: Obj, expected: list[Any]) -> None:
    row = registry()[resource].row
    assert row is not None
    assert row(made, BORN_S + 60)[: len(expected)] == expected


def test_a_secret_takes_plain_text() -> None:
    made = taken("secrets", obj("secrets", stringData={"password": "pw"}, data={"user": "dQ=="}))
    assert made["data"] == {"password": "cHc=", "user": "dQ=="}
    assert "stringData" not in made
    assert made["type"] == "Opaque"


def test_a_namespace_is_labelled_with_its_name() -> None:
    made = taken("namespaces", obj("namespaces", "n1"))
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": "n1"}
    assert made["spec"] == {"finalizers": ["kubernetes"]}
    assert made["status"] == {"phase": "Active"}


def test_limits_are_made_from_each_other() -> None:
    # transcripts/quota-limits.yaml, get limits one
    item = {"type": "Container", "default": {"cpu": "300m"}, "max": {"cpu": "1"}, "min": {"cpu": "50m"}}
    made = taken("limitranges", obj("limitranges", spec={"limits": [item]}))["spec"]["limits"][0]
    assert made == {**item, "defaultRequest": {"cpu": "300m"}}


def test_a_network_policy_says_what_it_rules() -> None:
    assert taken("networkpolicies.networking.k8s.io", obj("networkpolicies.networking.k8s.io", spec={"egress": [{}]}))["spec"][
        "policyTypes"
    ] == [
        "Ingress",
        "Egress",
    ]


def test_old_kinds_warn() -> None:
    # transcripts/services-types.yaml
    assert registry()["endpoints"].deprecation == "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"


def test_field_selectors_of_events() -> None:
    fields = registry()["events"].fields
    event = obj("events", involvedObject={"kind": "Pod", "name": "p"}, reportingComponent="kubelet")
    read = {path: get(event) for path, get in fields.items()}
    assert (read["involvedObject.kind"], read["involvedObject.name"], read["source"], read["type"]) == ("Pod", "p", "kubelet", "")


WARNINGS: list[tuple[str, Obj, list[str]]] = [
    (
        "persistentvolumeclaims",  # storageclasses.yaml
        {"metadata": {"annotations": {"volume.beta.kubernetes.io/storage-class": "old"}}, "spec": {}},
        ['metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead'],
    ),
    (
        "persistentvolumes",
        {"metadata": {}, "spec": {"persistentVolumeReclaimPolicy": "Recycle"}},
        [
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. "
            "Instead, the recommended approach is to use dynamic provisioning."
        ],
    ),
    (
        "ingresses.networking.k8s.io",
        {"metadata": {"annotations": {"kubernetes.io/ingress.class": "nginx"}}, "spec": {}},
        ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"],
    ),
]


@pytest.mark.parametrize(("resource", "made", "expected"), WARNINGS, ids=[case[0] for case in WARNINGS])
def test_warnings(resource: str, made: Obj, expected: list[str]) -> None:
    assert registry()[resource].warn(made, None) == expected


def test_a_nodes_one_range_is_the_first_of_the_many() -> None:
    made = taken("nodes", obj("nodes", spec={"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.244.0.0/24"]}))
    assert made["spec"]["podCIDRs"] == ["10.1.0.0/24"]
