"""Services: which one owns an address, and which ready endpoint a new connection goes to.

Models pkg/proxy: the endpoints come from EndpointSlices, the choice is random or sticks to the client's address.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, key, uid

SLICES = "endpointslices.discovery.k8s.io"


class Backend(NamedTuple):
    """Where a connection to a Service ends."""

    ip: str
    port: int


class Services:
    """An index of Services by cluster IP and node port, kept up to date by a watch."""

    def __init__(self, client: LocalClient) -> None:
        self._client = client
        self._by_ip: dict[str, Key] = {}
        self._by_node_port: dict[int, Key] = {}
        self._variables: dict[str, dict[str, str]] = {}
        self._connections = 0
        client.subscribe("services", self._changed)
        for service in client.items("services"):
            self._enter(service)

    def _changed(self, event: WatchEvent, old: Obj | None) -> None:
        self._variables.clear()
        for gone in (old, event.object):
            for address in _addresses(gone) if gone else ():
                self._by_ip.pop(address, None)
            for port in _node_ports(gone) if gone else ():
                self._by_node_port.pop(port, None)
        if event.type != "DELETED":
            self._enter(event.object)

    def _enter(self, service: Obj) -> None:
        self._by_ip.update(dict.fromkeys(_addresses(service), key(service)))
        self._by_node_port.update(dict.fromkeys(_node_ports(service), key(service)))

    def owner_of(self, ip: str) -> Obj | None:
        """The Service whose cluster IP, external IP or load balancer address this is."""
        found = self._by_ip.get(ip)
        return self._client.peek("services", found.name, found.namespace) if found else None

    def owner_of_node_port(self, port: int) -> Obj | None:
        found = self._by_node_port.get(port)
        return self._client.peek("services", found.name, found.namespace) if found else None

    def named(self, name: str, namespace: str) -> Obj | None:
        return self._client.peek("services", name, namespace)

    def slices(self, service: Obj) -> list[Obj]:
        """The EndpointSlices of a Service, in the order of their names."""
        where = key(service)
        chosen = selectors.from_map({"kubernetes.io/service-name": where.name})
        return self._client.by_label(SLICES, where.namespace, chosen)

    def backend(self, service: Obj, port: int, client_ip: str, node: str, *, node_port: bool = False) -> Backend | None:
        """Draw the endpoint that a connection to `port` goes to; None where no endpoint is ready."""
        wanted = next((p for p in service["spec"].get("ports") or () if p.get("nodePort" if node_port else "port") == port), None)
        if wanted is None:
            return None
        choices = self._backends(service, wanted, node if service["spec"].get("internalTrafficPolicy") == "Local" else "")
        if not choices:
            return None
        return choices[self._draw(len(choices), service, client_ip)]

    def _backends(self, service: Obj, wanted: Obj, node: str) -> list[Backend]:
        found: list[Backend] = []
        for piece in self.slices(service):
            port = next((p for p in piece.get("ports") or () if (p.get("name") or "") == (wanted.get("name") or "")), None)
            if port is not None and port.get("port"):
                found += [Backend(ip, port["port"]) for ip in _ready_addresses(piece, node)]
        return sorted(found)

    def _draw(self, bound: int, service: Obj, client_ip: str) -> int:
        lineage = self._client.lineage
        if service["spec"].get("sessionAffinity") == "ClientIP":
            return lineage.below(bound, "affinity", uid(service), client_ip)
        self._connections += 1
        return lineage.below(bound, "connection", uid(service), self._connections)

    def variables(self, namespace: str) -> dict[str, str]:
        """WEB_SERVICE_HOST and the like for the Services of a namespace. Models pkg/kubelet/envvars FromServices."""
        if namespace not in self._variables:
            self._variables[namespace] = {
                name: value for service in self._client.items("services", namespace) for name, value in _variables(service).items()
            }
        return self._variables[namespace]


def _addresses(service: Obj) -> list[str]:
    spec = service.get("spec") or {}
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    found = [*(spec.get("clusterIPs") or [spec.get("clusterIP", "")]), *(spec.get("externalIPs") or ())]
    return [ip for ip in [*found, *(i.get("ip", "") for i in ingress)] if ip and ip != "None"]


def _node_ports(service: Obj) -> list[int]:
    return [port["nodePort"] for port in (service.get("spec") or {}).get("ports") or () if port.get("nodePort")]


def is_ready(endpoint: dict[str, Any]) -> bool:
    """Whether an endpoint gets new connections; a missing condition means yes, as the API documents it."""
    return (endpoint.get("conditions") or {}).get("ready") is not False


def _ready_addresses(piece: Obj, node: str) -> list[str]:
    return [
        endpoint["addresses"][0]
        for endpoint in piece.get("endpoints") or ()
        if endpoint.get("addresses") and is_ready(endpoint) and (not node or endpoint.get("nodeName") == node)
    ]


def _variables(service: Obj) -> dict[str, str]:
    ip, ports = service["spec"].get("clusterIP"), service["spec"].get("ports") or []
    if not ip or ip == "None" or not ports:
        return {}
    prefix = service["metadata"]["name"].upper().replace("-", "_")
    found = {f"{prefix}_SERVICE_HOST": ip, f"{prefix}_SERVICE_PORT": str(ports[0]["port"])}
    for port in ports:
        if port.get("name"):
            found[f"{prefix}_SERVICE_PORT_{port['name'].upper().replace('-', '_')}"] = str(port["port"])
    return {**found, **_link_variables(prefix, ip, ports)}


def _link_variables(prefix: str, ip: str, ports: list[Obj]) -> dict[str, str]:
    """Variables in the manner of Docker links, which Kubernetes still sets."""
    found: dict[str, str] = {}
    for index, port in enumerate(ports):
        protocol = port.get("protocol", "TCP")
        url = f"{protocol.lower()}://{ip}:{port['port']}"
        stem = f"{prefix}_PORT_{port['port']}_{protocol}"
        if index == 0:
            found[f"{prefix}_PORT"] = url
        found |= {stem: url, f"{stem}_PROTO": protocol.lower(), f"{stem}_PORT": str(port["port"]), f"{stem}_ADDR": ip}
    return found
