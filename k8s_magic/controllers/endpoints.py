"""Endpoints: the addresses behind a Service in one object. Deprecated since v1.33, and kept all the same."""

from __future__ import annotations

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
from k8s_magic.objects import go_dump
from k8s_magic.objects.meta import Key, Obj, key, labels, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import is_ready

MANAGED_BY = "endpoints.kubernetes.io/managed-by"
OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
LARGEST = 1000
TERMINATING_NAMESPACE = "because it is being terminated"


class EndpointsController(Controller):
    """Models pkg/controller/endpoint."""

    name = "endpoint-controller"
    kind = "services"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._trigger_times = TriggerTimes()

    def watches(self) -> dict[str, Mapper]:
        return {"pods": services_of_pod(self.client), "endpoints": self._deleted}

    @staticmethod
    def _deleted(event: WatchEvent, old: Obj | None) -> list[Key]:
        return [key(event.object)] if event.type == "DELETED" else []

    def reconcile(self, key: Key) -> float | None:
        service = self.client.peek("services", key.name, key.namespace)
        if service is None:
            self._trigger_times.forget(key)
            if self.client.peek("endpoints", key.name, key.namespace) is not None:
                self.client.delete("endpoints", key.name, key.namespace)
            return None
        if service["spec"].get("type") == "ExternalName" or not service["spec"].get("selector"):
            return None
        pods = backends(self.client, service, with_terminating=bool(service["spec"].get("publishNotReadyAddresses")))
        trigger_time = self._trigger_times.since_last(service, pods)
        subsets = subsets_of(service, pods)
        self._write(service, subsets, trigger_time)
        return None

    def _write(self, service: Obj, subsets: list[Obj], trigger_time: str) -> None:
        current = self.client.peek("endpoints", name(service), namespace(service))
        wanted = {**labels(service), MANAGED_BY: self.name, **({HEADLESS: ""} if is_headless(service) else {})}
        if current is not None and (current.get("subsets") or []) == subsets and labels(current) == wanted:
            return
        notes = {k: v for k, v in annotations_of(current or {"metadata": {}}).items() if k not in (TRIGGER_TIME, OVER_CAPACITY)}
        if trigger_time:
            notes[TRIGGER_TIME] = trigger_time
        if _truncate(subsets):
            notes[OVER_CAPACITY] = "truncated"
        metadata = {**(current["metadata"] if current else {"name": name(service), "namespace": namespace(service)})}
        metadata.update(labels=wanted, annotations=notes)
        if not notes:
            del metadata["annotations"]
        draft: Obj = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata}
        if subsets:
            draft["subsets"] = subsets
        self._send(draft, is_new=current is None)

    def _send(self, draft: Obj, *, is_new: bool) -> None:
        send = self.client.create if is_new else self.client.update
        try:
            send("endpoints", draft, namespace(draft))
        except ApiError as error:
            if TERMINATING_NAMESPACE not in error.message:
                raise


Port = tuple[str, int, str, str]
"""Name, number, protocol, application protocol."""


def subsets_of(service: Obj, pods: list[Obj]) -> list[Obj]:
    """Ports grouped by the pods that all have them. Models endpoints.RepackSubsets."""
    having: dict[Port | None, list[int]] = {}
    for index, pod in enumerate(pods):
        for port in _ports(service, pod):
            having.setdefault(port, []).append(index)
    groups: dict[tuple[int, ...], list[Port | None]] = {}
    for port, indexes in having.items():
        groups.setdefault(tuple(indexes), []).append(port)
    unready_too = bool(service["spec"].get("publishNotReadyAddresses"))
    entries = [(_address(service, pod), unready_too or is_ready(pod)) for pod in pods] if groups else []
    return [_subset(sorted(filter(None, ports), key=_place), [entries[i] for i in indexes]) for indexes, ports in sorted(groups.items())]


def _ports(service: Obj, pod: Obj) -> list[Port | None]:
    """The ports of a pod that serve the Service; None stands for the pod itself, where a headless Service has no ports."""
    found: list[Port | None] = []
    for port in service["spec"].get("ports") or ():
        number = find_port(pod, port)
        if number is not None:
            found.append((port.get("name", ""), number, port.get("protocol", "TCP"), port.get("appProtocol", "")))
    return [None] if not service["spec"].get("ports") and is_headless(service) else found


def _place(port: Port) -> int:
    """Where a port stands among others: by the hash of what Go prints of it. Models endpoints.portsByHash."""
    return go_dump.place(_port(port), "v1.EndpointPort")


def _address(service: Obj, pod: Obj) -> Obj:
    address: Obj = {"ip": pod["status"]["podIP"], "nodeName": pod["spec"].get("nodeName", ""), "targetRef": target(pod)}
    named = hostname(pod, service)
    return {**address, "hostname": named} if named else address


def _subset(ports: list[Port], entries: list[tuple[Obj, bool]]) -> Obj:
    ordered = sorted(entries, key=lambda entry: (entry[0]["ip"], entry[0]["targetRef"].get("uid", "")))
    ready, unready = ([address for address, is_ready in ordered if is_ready is wanted] for wanted in (True, False))
    subset = {"addresses": ready, "notReadyAddresses": unready, "ports": [_port(port) for port in ports]}
    return {k: v for k, v in subset.items() if v}


def _port(port: Port) -> Obj:
    given = dict(zip(("name", "port", "protocol", "appProtocol"), port, strict=True))
    return {k: v for k, v in given.items() if v}


def _truncate(subsets: list[Obj]) -> bool:
    """Cut down to the largest number of addresses, ready ones first; True where that was needed."""
    total = sum(len(s.get(field, ())) for s in subsets for field in ("addresses", "notReadyAddresses"))
    left = LARGEST
    for field in ("addresses", "notReadyAddresses") if total > LARGEST else ():
        for subset in subsets:
            subset[field] = subset.get(field, [])[:left]
            left -= len(subset[field])
            if not subset[field]:
                del subset[field]
    return total > LARGEST
