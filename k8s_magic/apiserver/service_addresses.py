"""Cluster IPs and node ports: given out when a Service is stored, taken back when it goes."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from k8s_magic.apiserver.store import Entry, Store
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.meta import Obj
from k8s_magic.sim.lineage import Lineage

SERVICE_RANGE = ipaddress.ip_network("10.96.0.0/16")
NODE_PORTS = range(30000, 32768)
# The first address is the kubernetes Service's, the tenth the DNS server's by custom.
RESERVED = {"10.96.0.1", "10.96.0.10"}


class ServiceAddresses:
    """The allocators. Models pkg/registry/core/service/storage/alloc.go, for one IPv4 family."""

    def __init__(self, store: Store, lineage: Lineage) -> None:
        self._lineage = lineage
        self._ips: dict[str, str] = {}
        self._ports: dict[int, str] = {}
        store.subscribe("services", self._track)

    def _track(self, entry: Entry) -> None:
        if entry.old is not None:
            _each(entry.old, lambda ip: self._ips.pop(ip, None), lambda port: self._ports.pop(port, None))
        if entry.type != "DELETED":
            uid = entry.object["metadata"]["uid"]
            _each(entry.object, lambda ip: self._ips.__setitem__(ip, uid), lambda port: self._ports.__setitem__(port, uid))

    def complete(self, draft: Obj, old: Obj | None) -> list[FieldError]:
        """Fill in what the Service's type needs, in place; what was asked for and cannot be had comes back as errors."""
        spec, uid = draft["spec"], draft["metadata"]["uid"]
        if spec.get("type") == "ExternalName":
            return self._release(spec)
        if old is not None:
            self._keep(spec, old.get("spec", {}))
        return [*self._complete_ip(spec, uid), *self._complete_ports(spec, uid)]

    def _release(self, spec: Obj) -> list[FieldError]:
        for port in spec.get("ports") or ():
            port.pop("nodePort", None)
        for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"):
            spec.pop(name, None)
        return []

    def _keep(self, spec: Obj, old: Obj) -> None:
        """A user who leaves an allocated value out means to keep it. Models patchAllocatedValues."""
        if old.get("type") != "ExternalName" and old.get("clusterIP") and not spec.get("clusterIP"):
            spec["clusterIP"] = old["clusterIP"]
        if not _has_node_ports(spec):
            for port in spec.get("ports") or ():
                if any(p.get("nodePort") == port.get("nodePort") for p in old.get("ports") or ()):
                    port.pop("nodePort", None)
            return
        had = {(p.get("protocol", "TCP"), p["port"]): p["nodePort"] for p in old.get("ports") or () if p.get("nodePort")}
        for port in spec.get("ports") or ():
            kept = had.get((port.get("protocol", "TCP"), port.get("port")))
            if kept and not port.get("nodePort"):
                port["nodePort"] = kept

    def _complete_ip(self, spec: Obj, uid: str) -> list[FieldError]:
        asked = spec.get("clusterIP")
        if not asked:
            asked = self._free_ip(uid)
        elif asked != "None":
            problem = self._ip_problem(asked, uid)
            if problem:
                return [invalid("spec.clusterIPs", [asked], problem)]
        spec.update(clusterIP=asked, clusterIPs=spec.get("clusterIPs") or [asked])
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")
        if spec["clusterIPs"][0] != asked:
            spec["clusterIPs"] = [asked]
        return []

    def _ip_problem(self, asked: str, uid: str) -> str:
        if self._ips.get(asked, uid) != uid:
            return f"failed to allocate IP {asked}: provided IP is already allocated"
        try:
            inside = ipaddress.ip_address(asked) in SERVICE_RANGE
        except ValueError:
            return ""  # Validation has its own word on what is no address.
        return "" if inside else f"failed to allocate IP {asked}: the provided network does not match the current range"

    def _free_ip(self, uid: str) -> str:
        for attempt in range(1 << 16):
            # The lower part of the range is left for addresses that users choose. Models ipallocator's static band.
            ip = str(SERVICE_RANGE[256 + self._lineage.below(65_000, "cluster ip", uid, attempt)])
            if ip not in self._ips and ip not in RESERVED:
                return ip
        raise AssertionError("the Service range is full")

    def _complete_ports(self, spec: Obj, uid: str) -> list[FieldError]:
        if not _has_node_ports(spec):
            return []
        errors: list[FieldError] = []
        taken_here: set[int] = set()
        for index, port in enumerate(spec.get("ports") or ()):
            asked = port.get("nodePort")
            if asked:
                problem = self._port_problem(asked, uid)
                errors += [invalid(f"spec.ports[{index}].nodePort", asked, problem)] if problem else []
            else:
                port["nodePort"] = self._free_port(uid, index, taken_here)
            taken_here.add(port["nodePort"])
        return errors

    def _port_problem(self, asked: int, uid: str) -> str:
        if asked not in NODE_PORTS:
            return "provided port is not in the valid range. The range of valid ports is 30000-32767"
        return "provided port is already allocated" if self._ports.get(asked, uid) != uid else ""

    def _free_port(self, uid: str, index: int, taken_here: set[int]) -> int:
        for attempt in range(1 << 16):
            port = NODE_PORTS[self._lineage.below(len(NODE_PORTS), "node port", uid, index, attempt)]
            if port not in self._ports and port not in taken_here:
                return port
        raise AssertionError("the node port range is full")


def _has_node_ports(spec: Obj) -> bool:
    return spec.get("type") == "NodePort" or (spec.get("type") == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts", True))


def _each(service: Obj, on_ip: Callable[[str], object], on_port: Callable[[int], object]) -> None:
    spec = service.get("spec", {})
    for ip in spec.get("clusterIPs") or ():
        if ip not in ("", "None"):
            on_ip(ip)
    for port in spec.get("ports") or ():
        if port.get("nodePort"):
            on_port(port["nodePort"])
