"""EndpointSlices: the addresses behind a Service in slices of at most a hundred, so that a change rewrites little."""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.service_backends import (
    HEADLESS,
    TRIGGER_TIME,
    TriggerTimes,
    backends,
    find_port,
    hostname,
    is_headless,
    services_of_pod,
    target,
)
from k8s_magic.objects.edit import set_or_remove
from k8s_magic.objects.meta import Key, Obj, controller_reference, is_deleting, labels, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import is_ready
from k8s_magic.objects.selectors import from_map

SLICES = "endpointslices.discovery.k8s.io"
SERVICE_NAME = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
MANAGER = "endpointslice-controller.k8s.io"
MOST_ENDPOINTS = 100
TERMINATING_NAMESPACE = "because it is being terminated"

Ports = tuple[tuple[Any, ...], ...]


class EndpointSliceController(Controller):
    """Models pkg/controller/endpointslice and k8s.io/endpointslice. Not modelled: topology hints, IPv6."""

    name = "endpoint-slice-controller"
    kind = "services"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._trigger_times = TriggerTimes()

    def watches(self) -> dict[str, Mapper]:
        return {"pods": services_of_pod(self.client), SLICES: self._deleted}

    @staticmethod
    def _deleted(event: WatchEvent, old: Obj | None) -> list[Key]:
        ours = labels(event.object).get(MANAGED_BY) == MANAGER
        service = labels(event.object).get(SERVICE_NAME)
        return [Key(namespace(event.object), service)] if event.type == "DELETED" and ours and service else []

    def reconcile(self, key: Key) -> float | None:
        service = self.client.peek("services", key.name, key.namespace)
        if service is None:
            self._trigger_times.forget(key)  # The slices go with their owner.
            return None
        if service["spec"].get("type") == "ExternalName" or not service["spec"].get("selector"):
            return None
        pods = backends(self.client, service, with_terminating=True)
        trigger_time = self._trigger_times.since_last(service, pods)
        wanted = desired_endpoints(service, pods)
        selector = from_map({SERVICE_NAME: key.name, MANAGED_BY: MANAGER})
        existing = [s for s in self.client.by_label(SLICES, key.namespace, selector) if not is_deleting(s)]
        for draft, old in fill(service, wanted, existing):
            self._write(draft, old, trigger_time)
        return None

    def _write(self, draft: Obj | None, old: Obj | None, trigger_time: str) -> None:
        if draft is None:
            if old is not None:
                self.client.delete(SLICES, name(old), namespace(old))
            return
        notes = {**annotations_of(draft), TRIGGER_TIME: trigger_time}
        if not trigger_time:
            del notes[TRIGGER_TIME]
        draft = set_or_remove(draft, ("metadata", "annotations"), notes)
        try:
            (self.client.create if old is None else self.client.update)(SLICES, draft, namespace(draft))
        except ApiError as error:
            if TERMINATING_NAMESPACE not in error.message:
                raise


def desired_endpoints(service: Obj, pods: list[Obj]) -> dict[Ports, list[Obj]]:
    """Endpoints grouped by the ports they have."""
    groups: dict[Ports, list[Obj]] = {}
    for pod in pods:
        groups.setdefault(_ports(service, pod), []).append(endpoint(service, pod))
    return groups


def _ports(service: Obj, pod: Obj) -> Ports:
    found = []
    for port in service["spec"].get("ports") or ():
        number = find_port(pod, port)
        if number is not None:
            found.append((port.get("name", ""), number, port.get("protocol", "TCP"), port.get("appProtocol", "")))
    return tuple(found)


def endpoint(service: Obj, pod: Obj) -> Obj:
    """Models podToEndpoint."""
    serving, terminating = is_ready(pod), is_deleting(pod)
    ready = bool(service["spec"].get("publishNotReadyAddresses")) or (serving and not terminating)
    result: Obj = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        "targetRef": target(pod),
    }
    if pod["spec"].get("nodeName"):
        result["nodeName"] = pod["spec"]["nodeName"]
    named = hostname(pod, service)
    return {**result, "hostname": named} if named else result


def fill(service: Obj, wanted: dict[Ports, list[Obj]], existing: list[Obj]) -> list[tuple[Obj | None, Obj | None]]:
    """The writes (new, old) that bring the slices in line; old None creates, new None deletes. Models Reconciler.reconcileByAddressType."""
    writes: list[tuple[Obj | None, Obj | None]] = []
    superfluous: list[Obj] = []
    created: list[Obj] = []
    by_ports: dict[Ports, list[Obj]] = {}
    for slice_ in existing:
        by_ports.setdefault(_ports_of(slice_), []).append(slice_)
    for ports in sorted({*wanted, *by_ports}):
        changed, unused, new = _fill_group(service, ports, wanted.get(ports, []), by_ports.get(ports, []))
        writes += changed
        superfluous += unused
        created += new
    if not created and len(superfluous) == len(existing):
        placeholder = _new_slice(service, (), [])
        if len(superfluous) == 1 and _same_content(superfluous[0], placeholder):
            return writes
        created = [placeholder]
    # What would be deleted is filled anew instead, and keeps its name.
    reused = [(_into(old, draft), old) for draft, old in zip(created, superfluous, strict=False)]
    fresh: list[tuple[Obj | None, Obj | None]] = [(draft, None) for draft in created[len(reused) :]]
    return [*writes, *reused, *fresh, *((None, old) for old in superfluous[len(reused) :])]


def _into(old: Obj, draft: Obj) -> Obj:
    return {**draft, "metadata": {**old["metadata"], "labels": draft["metadata"]["labels"]}}


def _ports_of(slice_: Obj) -> Ports:
    ports = slice_.get("ports") or ()
    return tuple((p.get("name") or "", p.get("port") or 0, p.get("protocol") or "TCP", p.get("appProtocol") or "") for p in ports)


def _same_content(one: Obj, other: Obj) -> bool:
    return _ports_of(one) == _ports_of(other) and not one.get("endpoints") and not other.get("endpoints") and labels(one) == labels(other)


def _identity(entry: Obj) -> tuple[Any, ...]:
    return (tuple(entry["addresses"]), (entry.get("targetRef") or {}).get("uid"))


def _fill_group(service: Obj, ports: Ports, wanted: list[Obj], existing: list[Obj]) -> tuple[list[tuple[Obj, Obj]], list[Obj], list[Obj]]:
    """(changes, superfluous slices, new slices) for endpoints of the same ports. Models reconcileByPortMapping."""
    left = {_identity(entry): entry for entry in wanted}
    kept: list[tuple[Obj, list[Obj]]] = []
    for slice_ in existing:
        here = [left.pop(_identity(e)) for e in slice_.get("endpoints") or () if _identity(e) in left]
        kept.append((slice_, here))
    missing = list(left.values())
    # Slices that are written anyway are filled first, then whichever has room.
    for _, here in sorted(kept, key=lambda pair: (pair[1] == (pair[0].get("endpoints") or []), -len(pair[1]))):
        if here and missing:
            room = MOST_ENDPOINTS - len(here)
            here += missing[:room]
            missing = missing[room:]
    changes, unused = [], []
    for slice_, here in kept:
        draft = {**slice_, "endpoints": here, "metadata": {**slice_["metadata"], "labels": _labels(service)}}
        if not here:
            unused.append(slice_)
        elif here != (slice_.get("endpoints") or []) or labels(slice_) != labels(draft):
            changes.append((draft, slice_))
    new = [_new_slice(service, ports, missing[i : i + MOST_ENDPOINTS]) for i in range(0, len(missing), MOST_ENDPOINTS)]
    return changes, unused, new


def _labels(service: Obj) -> dict[str, str]:
    own = {HEADLESS: ""} if is_headless(service) else {}
    of_service = {k: v for k, v in labels(service).items() if k not in (HEADLESS, SERVICE_NAME, MANAGED_BY)}
    return {**of_service, **own, SERVICE_NAME: name(service), MANAGED_BY: MANAGER}


def _new_slice(service: Obj, ports: Ports, endpoints: list[Obj]) -> Obj:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": f"{name(service)}-",
            "namespace": namespace(service),
            "labels": _labels(service),
            "ownerReferences": [controller_reference(service)],
        },
        "addressType": "IPv4",
        "endpoints": endpoints,
        "ports": [port_of(*port) for port in ports],
    }


def port_of(port_name: str, number: int, protocol: str, app_protocol: str) -> Obj:
    port: Obj = {"name": port_name, "port": number, "protocol": protocol}
    return {**port, "appProtocol": app_protocol} if app_protocol else port
