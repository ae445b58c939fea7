"""The range of Services' addresses and which of them are taken, as objects: read off the Services, written by nobody."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from k8s_magic.apiserver.service_addresses import SERVICE_RANGE
from k8s_magic.objects.meta import Key, Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

MANAGED = "ipaddress.kubernetes.io/managed-by"
FAMILY = "ipaddress.kubernetes.io/ip-family"


class ServiceRanges:
    """Models pkg/registry/core/service/ipallocator and its default ServiceCIDR."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        api.computed["ipaddresses.networking.k8s.io"] = lambda namespace: self._addresses()
        api.computed["servicecidrs.networking.k8s.io"] = lambda namespace: self._ranges()

    def _addresses(self) -> list[Obj]:
        found = [(ip, service) for service in self._api.store.items("services") for ip in service["spec"].get("clusterIPs") or ()]
        taken = [(ipaddress.ip_address(ip), service) for ip, service in found if ip not in ("", "None")]
        return [_address(str(ip), service) for ip, service in sorted(taken, key=lambda pair: int(pair[0]))]

    def _ranges(self) -> list[Obj]:
        own = self._api.store.get("services", Key("default", "kubernetes"))
        if own is None:
            return []
        born = own["metadata"].get("creationTimestamp")
        message = "Kubernetes default Service CIDR is ready"
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": born, "reason": "", "message": message}
        metadata = {"name": "kubernetes", "uid": own["metadata"]["uid"], "resourceVersion": "7", "creationTimestamp": born}
        return [{**_kind("ServiceCIDR"), "metadata": metadata, "spec": {"cidrs": [str(SERVICE_RANGE)]}, "status": {"conditions": [ready]}}]


def _address(ip: str, service: Obj) -> Obj:
    of = service["metadata"]
    metadata = {
        "name": ip,
        "uid": of["uid"],
        "resourceVersion": of["resourceVersion"],
        "creationTimestamp": of.get("creationTimestamp"),
        "labels": {FAMILY: "IPv4", MANAGED: "ipallocator.k8s.io"},
    }
    reference = {"resource": "services", "namespace": of["namespace"], "name": of["name"]}
    return {**_kind("IPAddress"), "metadata": metadata, "spec": {"parentRef": reference}}


def _kind(name: str) -> Obj:
    return {"apiVersion": "networking.k8s.io/v1", "kind": name}
