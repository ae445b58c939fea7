"""Mirroring: Endpoints that a user wrote for a Service without a selector appear as EndpointSlices too."""

from __future__ import annotations

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.endpointslice import MANAGED_BY, SERVICE_NAME, SLICES, port_of
from k8s_magic.controllers.service_backends import TRIGGER_TIME
from k8s_magic.objects.meta import Key, Obj, controller_reference, key, labels, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.selectors import from_map

MANAGER = "endpointslicemirroring-controller.k8s.io"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class EndpointSliceMirroringController(Controller):
    """Models pkg/controller/endpointslicemirroring; a slice a subset."""

    name = "endpoint-slice-mirroring-controller"
    kind = "endpoints"

    def watches(self) -> dict[str, Mapper]:
        return {"services": self._service_changed}

    @staticmethod
    def _service_changed(event: WatchEvent, old: Obj | None) -> list[Key]:
        had_selector = old is not None and bool(old["spec"].get("selector"))
        return [] if event.object["spec"].get("selector") and had_selector else [key(event.object)]

    def reconcile(self, key: Key) -> float | None:
        selector = from_map({SERVICE_NAME: key.name, MANAGED_BY: MANAGER})
        existing = self.client.by_label(SLICES, key.namespace, selector)
        wanted = self._wanted(key)
        for draft, old in zip(wanted, existing, strict=False):
            changed = {**old, **draft, "metadata": {**old["metadata"], **_notes(draft)}}
            if changed != old:
                self.client.update(SLICES, changed, key.namespace)
        for draft in wanted[len(existing) :]:
            self.client.create(SLICES, draft, key.namespace)
        for old in existing[len(wanted) :]:
            self.client.delete(SLICES, name(old), key.namespace)
        return None

    def _wanted(self, key: Key) -> list[Obj]:
        endpoints = self.client.peek("endpoints", key.name, key.namespace)
        service = self.client.peek("services", key.name, key.namespace)
        if endpoints is None or service is None or service["spec"].get("selector"):
            return []
        if labels(endpoints).get(SKIP) == "true" or LEADER in annotations_of(endpoints):
            return []
        return [_slice(endpoints, subset) for subset in endpoints.get("subsets") or ()]


def _notes(draft: Obj) -> Obj:
    return {k: v for k, v in draft["metadata"].items() if k in ("labels", "annotations")}


def _slice(endpoints: Obj, subset: Obj) -> Obj:
    ready = [_endpoint(address, True) for address in subset.get("addresses") or ()]
    unready = [_endpoint(address, False) for address in subset.get("notReadyAddresses") or ()]
    ports = [port_of(p.get("name", ""), p["port"], p.get("protocol", "TCP"), p.get("appProtocol", "")) for p in subset.get("ports") or ()]
    metadata: Obj = {
        "generateName": f"{name(endpoints)}-",
        "namespace": namespace(endpoints),
        "labels": {**labels(endpoints), SERVICE_NAME: name(endpoints), MANAGED_BY: MANAGER},
        "ownerReferences": [controller_reference(endpoints)],
    }
    notes = {k: v for k, v in annotations_of(endpoints).items() if k not in (TRIGGER_TIME, LAST_APPLIED)}
    if notes:
        metadata["annotations"] = notes
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata,
        "addressType": "IPv6" if ":" in (ready + unready)[0]["addresses"][0] else "IPv4",
        "endpoints": ready + unready,
        "ports": ports,
    }


def _endpoint(address: Obj, ready: bool) -> Obj:
    endpoint: Obj = {"addresses": [address["ip"]], "conditions": {"ready": ready}}
    endpoint.update({k: address[k] for k in ("targetRef", "nodeName", "hostname") if address.get(k)})
    return endpoint
