"""Objects of every kind, drawn at random: valid ones grown from a seed along the API's definitions, and others broken on purpose."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from random import Random
from typing import Any

from k8s_magic.kinds import registry
from k8s_magic.kinds.schema import definitions, has_ref, ref
from k8s_magic.objects import der, x509
from k8s_magic.objects.meta import Obj

Draw = Callable[[Random], Any]
LABELS = {"app": "x", "tier": "back"}
SELECTOR = {"matchLabels": {"app": "x"}}
CONTAINER = {"name": "c", "image": "nginx:1.25"}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": {"containers": [CONTAINER]}}
JOB_TEMPLATE = {"metadata": {"labels": LABELS}, "spec": {"containers": [CONTAINER], "restartPolicy": "Never"}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "name": "r"}
ASKED = der.sequence((der.integer(0), x509.name_of(("Common Name", "jane")), x509.key_of(bytes(32))))
REQUEST = base64.b64encode(x509.pem("CERTIFICATE REQUEST", der.sequence((ASKED, der.sequence(()), der.bits(b""))))).decode()
SCHEMA = {"type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
EVERYTHING = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}
REVIEW = {"resourceAttributes": {"verb": "get", "resource": "pods"}}

SEEDS: dict[str, Obj] = {
    "pods": {"spec": {"containers": [CONTAINER]}},
    "podtemplates": {"template": TEMPLATE},
    "replicationcontrollers": {"spec": {"selector": {"app": "x"}, "template": TEMPLATE}},
    **{r: {"spec": {"selector": SELECTOR, "template": TEMPLATE}} for r in ("replicasets.apps", "deployments.apps", "daemonsets.apps")},
    "statefulsets.apps": {"spec": {"selector": SELECTOR, "template": TEMPLATE, "serviceName": "s"}},
    "controllerrevisions.apps": {"revision": 1, "data": {"spec": {"a": 1}}},
    "jobs.batch": {"spec": {"template": JOB_TEMPLATE}},
    "cronjobs.batch": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": JOB_TEMPLATE}}}},
    "services": {"spec": {"ports": [{"port": 80}]}},
    "endpoints": {"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]},
    "endpointslices.discovery.k8s.io": {"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}]},
    "events": {"involvedObject": {"kind": "Pod", "name": "p", "namespace": "default"}},
    "events.events.k8s.io": {"regarding": {"kind": "Pod", "name": "p", "namespace": "default"}},
    "ingresses.networking.k8s.io": {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}},
    "ingressclasses.networking.k8s.io": {"spec": {"controller": "example.com/x"}},
    "networkpolicies.networking.k8s.io": {"spec": {"podSelector": {}}},
    "limitranges": {"spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}},
    "resourcequotas": {"spec": {"hard": {"pods": "4"}}},
    "persistentvolumes": {
        "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}},
    },
    "persistentvolumeclaims": {"spec": CLAIM},
    "storageclasses.storage.k8s.io": {"provisioner": "example.com/p"},
    "volumeattributesclasses.storage.k8s.io": {"driverName": "d.example.com", "parameters": {"a": "b"}},
    "csidrivers.storage.k8s.io": {"spec": {}},
    "csinodes.storage.k8s.io": {"spec": {"drivers": []}},
    "volumeattachments.storage.k8s.io": {"spec": {"attacher": "a", "nodeName": "n", "source": {"persistentVolumeName": "v"}}},
    "horizontalpodautoscalers.autoscaling": {
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}, "maxReplicas": 3},
    },
    "poddisruptionbudgets.policy": {"spec": {"selector": SELECTOR, "minAvailable": 1}},
    "priorityclasses.scheduling.k8s.io": {"value": 7},
    "runtimeclasses.node.k8s.io": {"handler": "runc"},
    "roles.rbac.authorization.k8s.io": {"rules": RULES},
    "clusterroles.rbac.authorization.k8s.io": {"rules": RULES},
    "rolebindings.rbac.authorization.k8s.io": {"roleRef": {**ROLE, "kind": "Role"}},
    "clusterrolebindings.rbac.authorization.k8s.io": {"roleRef": {**ROLE, "kind": "ClusterRole"}},
    "apiservices.apiregistration.k8s.io": {"spec": {"group": "a.b", "version": "v1", "groupPriorityMinimum": 1, "versionPriority": 1}},
    "certificatesigningrequests.certificates.k8s.io": {
        "spec": {"request": REQUEST, "signerName": "example.com/s", "usages": ["client auth"]},
    },
    "customresourcedefinitions.apiextensions.k8s.io": {
        "spec": {
            "group": "b.example.com",
            "scope": "Namespaced",
            "names": {"plural": "as", "kind": "A"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": SCHEMA}}],
        }
    },
    "validatingadmissionpolicies.admissionregistration.k8s.io": {
        "spec": {"matchConstraints": {"resourceRules": [EVERYTHING]}, "validations": [{"expression": "object.metadata.name != 'no'"}]},
    },
    "validatingadmissionpolicybindings.admissionregistration.k8s.io": {"spec": {"policyName": "p", "validationActions": ["Warn"]}},
    "selfsubjectaccessreviews.authorization.k8s.io": {"spec": REVIEW},
    "subjectaccessreviews.authorization.k8s.io": {"spec": {**REVIEW, "user": "u"}},
    "localsubjectaccessreviews.authorization.k8s.io": {
        "spec": {"resourceAttributes": {"verb": "get", "resource": "pods", "namespace": "default"}, "user": "u"},
    },
    "selfsubjectrulesreviews.authorization.k8s.io": {"spec": {"namespace": "default"}},
    "tokenreviews.authentication.k8s.io": {"spec": {"token": "t"}},
    "bindings": {"target": {"kind": "Node", "name": "n"}},
}
SEEDS["horizontalpodautoscalers.v1.autoscaling"] = SEEDS["horizontalpodautoscalers.autoscaling"]
NAMES = {
    "apiservices.apiregistration.k8s.io": "v1.a.b",
    "customresourcedefinitions.apiextensions.k8s.io": "as.b.example.com",
}


def _one(*values: Any) -> Draw:
    return lambda random: copy.deepcopy(random.choice(values))


# What may stand in a field of this name, wherever the definitions have one.
FIELDS: dict[str, Draw] = {
    "labels": _one(LABELS, {"app": "x", "a.b/c": ""}),
    "annotations": _one({"note": "any text at all: ü"}, {}),
    "imagePullPolicy": _one("Always", "IfNotPresent", "Never"),
    "command": _one(["sh", "-c", "true"]),
    "args": _one(["a", "$(B)"], []),
    "workingDir": _one("/tmp"),
    "env": _one([{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}], []),
    "resources": _one({"requests": {"cpu": "100m"}, "limits": {"cpu": "1", "memory": "1Gi"}}),
    "livenessProbe": _one({"exec": {"command": ["true"]}}, {"tcpSocket": {"port": 80}, "periodSeconds": 3}),
    "readinessProbe": _one({"httpGet": {"path": "/", "port": "web"}, "failureThreshold": 5}),
    "terminationMessagePolicy": _one("File", "FallbackToLogsOnError"),
    "terminationGracePeriodSeconds": _one(0, 5, 60),
    "nodeSelector": _one({"disk": "ssd"}),
    "tolerations": _one([{"operator": "Exists"}], [{"key": "k", "value": "v", "effect": "NoSchedule"}]),
    "dnsPolicy": _one("Default", "ClusterFirst"),
    "hostname": _one("h"),
    "subdomain": _one("sub"),
    "minReadySeconds": _one(0, 10),
    "replicas": _one(0, 1, 7),
    "revisionHistoryLimit": _one(0, 3),
    "paused": _one(True, False),
    "suspend": _one(True, False),
    "immutable": _one(True, False),
    "data": _one({"a": "YQ=="}, {}),
    "sessionAffinity": _one("None", "ClientIP"),
    "parallelism": _one(0, 2),
    "completions": _one(1, 5),
    "backoffLimit": _one(0, 6),
    "concurrencyPolicy": _one("Allow", "Forbid", "Replace"),
    "successfulJobsHistoryLimit": _one(0, 9),
    "startingDeadlineSeconds": _one(10),
    "description": _one("what it is for", ""),
    "reason": _one("Because"),
    "message": _one("it is so"),
    "note": _one("it is so"),
    "podManagementPolicy": _one("OrderedReady", "Parallel"),
    "reclaimPolicy": _one("Delete", "Retain"),
    "persistentVolumeReclaimPolicy": _one("Delete", "Retain"),
    "allowVolumeExpansion": _one(True, False),
    "volumeBindingMode": _one("Immediate", "WaitForFirstConsumer"),
    "automountServiceAccountToken": _one(True, False),
    "enableServiceLinks": _one(True, False),
    "stdin": _one(True, False),
    "tty": _one(True, False),
    "unschedulable": _one(True, False),
    "minReplicas": _one(1, 2),
    "leaseDurationSeconds": _one(15),
    "holderIdentity": _one("me"),
    "schedulerName": _one("default-scheduler", "mine"),
    "externalTrafficPolicy": lambda random: None,
}
STRUCTS = ("spec", "template", "jobTemplate", "metadata", "containers")


def valid(resource: str, random: Random, name: str = "x") -> Obj:
    """An object that v1.36 would take."""
    kind = registry()[resource]
    obj: Obj = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": NAMES.get(resource, name)}}
    obj.update(copy.deepcopy(SEEDS.get(resource, {})))
    if has_ref(kind.group, kind.version, kind.kind):
        _grow(obj, definitions()[ref(kind.group, kind.version, kind.kind)], random)
    return obj


def _grow(value: Any, node: Any, random: Random) -> None:
    """Add fields that the definition has and that `FIELDS` knows."""
    node = _resolved(node)
    if isinstance(value, list):
        for item in value:
            _grow(item, node.get("items") or {}, random)
        return
    for field, below in (node.get("properties") or {}).items() if isinstance(value, dict) else ():
        if field in value and field in STRUCTS:
            _grow(value[field], below, random)
        elif field in FIELDS and field not in value and random.random() < 0.25:
            drawn = FIELDS[field](random)
            if drawn is not None and _fits(drawn, _resolved(below)):
                value[field] = drawn


def _resolved(node: Any) -> Any:
    reference = node.get("$ref", "")
    return definitions().get(reference.rpartition("/")[2], {}) if reference else node


def _fits(value: Any, node: Any) -> bool:
    """Whether a value drawn for a field's name is of the type that this field has."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}
    return bool(kinds[type(value)] == node.get("type", "object"))


JUNK: tuple[Any, ...] = (
    *(None, "", "x", "X_y!", "é" * 300, "\u0000", "-1", "1Gi", "50%", "2026-01-05T09:00:00Z", "10.0.0.1", "a/b", "*/5 * * * *"),
    *(-1, 0, 1, 65536, 2**31, 2**63, -(2**63) - 1, 1.5, 1e300, True, False),
    *([], {}, [None], [[]], [{}], ["x", "x"], {"a": 1}, {"": ""}, {"a": None}, {"name": "x"}, [{"name": "x"}, {"name": "x"}]),
)


def broken(obj: Obj, random: Random) -> Obj:
    """The same with one to three things wrong: replaced, removed, added or doubled."""
    result = copy.deepcopy(obj)
    for _ in range(random.randint(1, 3)):
        holder, key = random.choice(_places(result))
        _break(holder, key, random)
    return result


def _break(holder: Any, key: Any, random: Random) -> None:
    how = random.randrange(4)
    if how == 0 and isinstance(holder, dict):
        del holder[key]
    elif how == 1 and isinstance(holder, dict):
        holder[random.choice(["unknown", *FIELDS])] = copy.deepcopy(random.choice(JUNK))
    elif how == 2 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[key] = copy.deepcopy(random.choice(JUNK))


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Everything that stands somewhere within: (what holds it, its key)."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found = [(value, key) for key in keys]
    for _, key in list(found):
        found += _places(value[key])
    return found
