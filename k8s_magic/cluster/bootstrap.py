"""The objects that a cluster is born with: what a control plane makes at its first start, and the add-ons of kube-system."""

from __future__ import annotations

from functools import cache
from typing import Any

from k8s_magic.apiserver import bootstrap_policy
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.root_ca import CERTIFICATE
from k8s_magic.kubectl import yamls
from k8s_magic.objects import packaged
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
# Each controller of upstream's has an account of its own, and so has a cluster in which ours do its work.
CONTROLLERS = (
    *("attachdetach-controller", "bootstrap-signer", "certificate-controller", "clusterrole-aggregation-controller", "cronjob-controller"),
    *("daemon-set-controller", "deployment-controller", "device-taint-eviction-controller", "disruption-controller", "endpoint-controller"),
    *("endpointslice-controller", "endpointslicemirroring-controller", "ephemeral-volume-controller", "expand-controller"),
    *("generic-garbage-collector", "horizontal-pod-autoscaler", "job-controller", "legacy-service-account-token-cleaner"),
    *("namespace-controller", "node-controller", "persistent-volume-binder", "pod-garbage-collector", "pv-protection-controller"),
    *("pvc-protection-controller", "replicaset-controller", "replication-controller", "resource-claim-controller"),
    *("resourcequota-controller", "root-ca-cert-publisher", "service-account-controller", "service-cidrs-controller"),
    *("statefulset-controller", "token-cleaner", "ttl-after-finished-controller", "ttl-controller"),
    *("validatingadmissionpolicy-status-controller", "volumeattributesclass-protection-controller"),
)
API_ADDRESS = "192.168.64.2"
API_PORT = 6443


def create_basics(client: LocalClient) -> None:
    """Namespaces, the kubernetes Service with its endpoints, component statuses, the built-in priority classes."""
    for namespace in NAMESPACES:
        client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    for obj in _kubernetes_service():
        client.create(_resource(client, obj), obj, "default")
    for obj in _control_plane(client):
        client.create(_resource(client, obj), obj, "kube-system")
    bootstrap_policy.create(client.api)
    for name in ("scheduler", "controller-manager", "etcd-0"):
        status = _component_status(name)
        # Nobody can create one: upstream makes them up on reading.
        client.api.commit(client.api.kinds["componentstatuses"], Key("", name), status, client.caller)
    for name, value in (("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)):
        client.create("priorityclasses.scheduling.k8s.io", _priority_class(name, value))


def create_add_ons(client: LocalClient) -> None:
    """What an installer puts into kube-system: DNS, metrics, dashboard, kube-proxy and the control plane's own pods."""
    for obj in _add_ons():
        client.create(_resource(client, obj), obj, obj["metadata"].get("namespace", ""))


@cache
def _add_ons() -> list[Obj]:
    return yamls.load_all(packaged.read(__package__, "manifests/kube-system.yaml").decode(), "kube-system.yaml")


def _resource(client: LocalClient, obj: Obj) -> str:
    group = obj["apiVersion"].rpartition("/")[0]
    return next(k.resource for k in client.api.kinds.values() if k.kind == obj["kind"] and k.group == group)


def _control_plane(client: LocalClient) -> list[Obj]:
    """What a control plane keeps in kube-system for itself."""
    since = {"since": rfc3339(client.now())[:10]}
    data = {
        "extension-apiserver-authentication": {"client-ca-file": CERTIFICATE},
        "kube-apiserver-legacy-service-account-token-tracking": since,
    }
    maps = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": of} for name, of in data.items()]
    return maps + [{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}} for name in CONTROLLERS]


def _kubernetes_service() -> list[Obj]:
    labels = {"component": "apiserver", "provider": "kubernetes"}
    port: Obj = {"name": "https", "port": API_PORT, "protocol": "TCP"}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": labels},
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "10.96.0.1",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": API_PORT}],
        },
    }
    mirrored = {"endpointslice.kubernetes.io/skip-mirror": "true"}
    endpoints = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": mirrored},
        "subsets": [{"addresses": [{"ip": API_ADDRESS}], "ports": [port]}],
    }
    endpoint_slice: dict[str, Any] = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": {"kubernetes.io/service-name": "kubernetes"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [API_ADDRESS], "conditions": {"ready": True}}],
        "ports": [port],
    }
    return [service, endpoints, endpoint_slice]


def _component_status(name: str) -> Obj:
    condition = {"type": "Healthy", "status": "True", "message": "ok"}
    return {"apiVersion": "v1", "kind": "ComponentStatus", "metadata": {"name": name}, "conditions": [condition]}


def _priority_class(name: str, value: int) -> Obj:
    about = {
        "system-cluster-critical": "Used for system critical pods that must run in the cluster, but can be moved to another node "
        "if necessary.",
        "system-node-critical": "Used for system critical pods that must not be moved from their current node.",
    }
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": value,
        "description": about[name],
    }
