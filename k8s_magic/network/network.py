"""Addresses, listeners and connections.

Kubelets plug in what has an address (`attach`) and programs listen; a connection goes to a Pod's address, or through a
Service's address or a node port to one of its ready endpoints. A node that is down answers nobody.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from k8s_magic.apiserver.local import LocalClient
from k8s_magic.network import dns, errors
from k8s_magic.network.pipe import Socket, connected
from k8s_magic.network.services import Services
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop

Serve = Callable[[Socket], None]
"""Called with the server's end of each new connection; it starts whatever serves it."""
ANY_PORT = 0
"""Listening here takes connections to all ports that nobody else listens on."""
NO_ROUTE_S = 3.0
"""How long a connection to an address that nobody has takes to fail."""


@dataclass(frozen=True)
class Interface:
    """An address that is plugged in: the node it is on, and the Pod's namespace ("" for a node)."""

    node: str
    namespace: str = ""


class Network:
    """One cluster's network."""

    def __init__(self, client: LocalClient, loop: Loop, lineage: Lineage) -> None:
        self.services = Services(client)
        self.exports: dict[str, dict[str, bytes]] = {}
        """Files on network storage (NFS exports, persistent volumes), by the storage's name."""
        self._loop = loop
        self._lineage = lineage
        self._interfaces: dict[str, Interface] = {}
        self._listeners: dict[str, dict[int, Serve]] = {}
        self._host_ports: dict[tuple[str, int], tuple[str, int]] = {}
        self._down: set[str] = set()
        self._connections = 0
        self._between_nodes: WeakValueDictionary[int, Socket] = WeakValueDictionary()
        """The open connections from one node to another, by their number: they break when one of the two is cut off."""

    # --- What kubelets plug in ---

    def attach(self, ip: str, node: str, namespace: str = "") -> None:
        """Plug in an address."""
        self._interfaces[ip] = Interface(node, namespace)

    def detach(self, ip: str) -> None:
        """Unplug an address with all its listeners."""
        self._interfaces.pop(ip, None)
        self._listeners.pop(ip, None)

    def has(self, ip: str) -> bool:
        """Whether the address is plugged in."""
        return ip in self._interfaces

    def forward(self, node_ip: str, port: int, ip: str, target: int) -> None:
        """Map a host port to a Pod's port."""
        self._host_ports[node_ip, port] = (ip, target)

    def unforward(self, node_ip: str, port: int) -> None:
        self._host_ports.pop((node_ip, port), None)

    def set_down(self, node: str, down: bool) -> None:
        """Cut a node off, or plug it in again."""
        (self._down.add if down else self._down.discard)(node)
        for socket in [s for s in self._between_nodes.values() if down and node in s.nodes]:
            socket.close()

    def listen(self, ip: str, port: int, serve: Serve) -> Callable[[], None]:
        """Accept connections; gives the undoing. OSError where the port is taken."""
        listeners = self._listeners.setdefault(ip, {})
        if port in listeners:
            raise OSError(98, "Address already in use", f"{ip}:{port}")
        listeners[port] = serve

        def close() -> None:
            if listeners.get(port) is serve:
                del listeners[port]

        return close

    # --- Names ---

    def resolve(self, name: str, namespace: str) -> list[str]:
        """Addresses of a name, as asked by a Pod of `namespace`; empty where there is none."""
        if is_address(name):
            return [name]
        return ["127.0.0.1"] if name == "localhost" else dns.resolve(self.services, name, namespace)

    def canonical_name(self, name: str, namespace: str) -> str:
        """The full name behind a short one, as nslookup prints it; empty where there is none."""
        return dns.canonical_name(self.services, name, namespace)

    # --- Connections ---

    async def connect(self, from_ip: str, host: str, port: int) -> Socket:
        """Open a connection to a name or address; `NetworkError` where nobody answers."""
        source = self._interfaces.get(from_ip)
        hears_dns = source is None or source.node not in self._down
        addresses = self.resolve(host, source.namespace if source else "default") if hears_dns or is_address(host) else []
        if not addresses:
            raise errors.unknown_host(host)
        ip = from_ip if addresses[0].startswith("127.") else addresses[0]
        target_ip, target_port = self._translate(from_ip, ip, port, source.node if source else "")
        origin = source.node if source else ""
        if not self._reaches(target_ip, origin):
            await self._loop.sleep(NO_ROUTE_S)
            raise errors.unreachable(ip, port)
        serve = self._listener(target_ip, target_port)
        if serve is None:
            raise errors.refused(addresses[0], port)
        return self._open(from_ip, f"{ip}:{port}", serve, (origin, self._interfaces[target_ip].node))

    def _open(self, from_ip: str, target: str, serve: Serve, nodes: tuple[str, str]) -> Socket:
        self._connections += 1
        source_port = 32768 + self._lineage.below(28232, "source port", from_ip, self._connections)
        client, server = connected(f"{from_ip}:{source_port}", target)
        if nodes[0] != nodes[1]:
            client.nodes = nodes
            self._between_nodes[self._connections] = client
        serve(server)
        return client

    def _reaches(self, ip: str, origin: str = "") -> bool:
        """Whether a packet from the node `origin` gets to the address; within a node it does, whatever is cut."""
        found = self._interfaces.get(ip)
        return found is not None and (found.node == origin or not (self._down and (found.node in self._down or origin in self._down)))

    def _listener(self, ip: str, port: int) -> Serve | None:
        listeners = self._listeners.get(ip, {})
        return listeners.get(port) or listeners.get(ANY_PORT)

    def _translate(self, from_ip: str, ip: str, port: int, node: str) -> tuple[str, int]:
        """Where a connection really goes. Models what kube-proxy's rules do, with its refusal where no endpoint is ready."""
        service = self.services.owner_of(ip)
        if service is not None:
            return self._backend(service, from_ip, ip, port, node, node_port=False)
        found = self._interfaces.get(ip)
        if found is None or found.namespace or port in self._listeners.get(ip, {}):
            return ip, port
        if (ip, port) in self._host_ports:
            return self._host_ports[ip, port]
        service = self.services.owner_of_node_port(port)
        return (
            (ip, port)
            if service is None or not self._reaches(ip, node)
            else self._backend(service, from_ip, ip, port, node, node_port=True)
        )

    def _backend(self, service: Obj, from_ip: str, ip: str, port: int, node: str, *, node_port: bool) -> tuple[str, int]:
        backend = self.services.backend(service, port, from_ip, node, node_port=node_port)
        if backend is None:
            raise errors.refused(ip, port)
        return backend


def is_address(host: str) -> bool:
    """Whether `host` is an IP address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
