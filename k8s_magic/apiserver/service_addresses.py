"""Cluster IPs and node ports: given out when a Service is stored, taken back when it goes."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.store import Entry, Store
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.service.validation import cluster_ip_errors, needs_health_check
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
        """Fill in what the Service's type needs, in place; what was asked for and cannot be had comes back as errors.

        The first error ends it, and comes before all that validation has to say.
        """
        spec, uid, stored = draft["spec"], draft["metadata"]["uid"], (old or {}).get("spec") or {}
        if spec.get("type") == "ExternalName":
            return self._release(spec)
        self._keep(spec, stored)
        families = [] if stored and _keeps_preference(spec, stored) else _complete_families(spec, stored)
        return families or self._complete_ip(spec, uid) or self._complete_ports(spec, uid, stored) or self._health_port(spec, uid)

    def _release(self, spec: Obj) -> list[FieldError]:
        for port in spec.get("ports") or ():
            port.pop("nodePort", None)
        for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy", "healthCheckNodePort"):
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
        if needs_health_check(spec):
            if needs_health_check(old) and not spec.get("healthCheckNodePort"):
                spec["healthCheckNodePort"] = old["healthCheckNodePort"]
        elif spec.get("healthCheckNodePort") == old.get("healthCheckNodePort"):
            spec.pop("healthCheckNodePort", None)

    def _complete_ip(self, spec: Obj, uid: str) -> list[FieldError]:
        asked = spec.get("clusterIP")
        if not asked:
            asked = self._free_ip(uid)
        elif asked != "None":
            problem = self._ip_problem(asked, uid)
            if problem:
                return [invalid("spec.clusterIPs", [asked], problem)]
        spec.update(clusterIP=asked, clusterIPs=spec.get("clusterIPs") or [asked])
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

    def _complete_ports(self, spec: Obj, uid: str, old: Obj) -> list[FieldError]:
        """Models initNodePorts for a new Service, where the same number over TCP and UDP shares one node port, and updateNodePorts."""
        if spec.get("type") not in ("NodePort", "LoadBalancer"):
            return []
        taken_here: set[int] = set()
        shared: dict[int, int] = {}
        ports = spec.get("ports") or ()
        for index, port in enumerate(ports):
            number = port.get("port", 0)
            wished = [p["nodePort"] for p in ports if p.get("port", 0) == number and p.get("nodePort")] if not old else []
            asked = port.get("nodePort") or shared.get(number) or (wished[0] if wished and number not in shared else 0)
            if asked:
                problem = self._port_problem(asked, uid)
                if problem:
                    return [invalid(f"spec.ports[{index}].nodePort", asked, problem)]
            elif not _has_node_ports(spec):
                continue
            port["nodePort"] = asked or self._free_port(uid, index, taken_here)
            taken_here.add(port["nodePort"])
            if not old:
                shared.setdefault(number, port["nodePort"])
        return []

    def _health_port(self, spec: Obj, uid: str) -> list[FieldError]:
        """Where a load balancer asks a node whether it has endpoints. Models allocHealthCheckNodePort."""
        if not needs_health_check(spec):
            return []
        asked = spec.get("healthCheckNodePort")
        problem = self._port_problem(asked, uid) if asked else ""
        if problem:
            raise ApiError(
                500, "InternalError", f"Internal error occurred: failed to allocate requested HealthCheck NodePort {asked}: {problem}"
            )
        if not asked:
            taken_here = {port.get("nodePort", 0) for port in spec.get("ports") or ()}
            spec["healthCheckNodePort"] = self._free_port(uid, -1, taken_here)
        return []

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


def _keeps_preference(spec: Obj, old: Obj) -> bool:
    """Models isMatchingPreferDualStackClusterIPFields."""
    fields = ("type", "ipFamilyPolicy", "ipFamilies", "clusterIPs")
    return spec.get("ipFamilyPolicy") == "PreferDualStack" and all(spec.get(field) == old.get(field) for field in fields)


def _complete_families(spec: Obj, old: Obj) -> list[FieldError]:
    """The policy and the families that are not given, for a cluster of IPv4 alone. Models initIPFamilyFields."""
    is_loose = spec.get("clusterIP") == "None" and not spec.get("selector")
    if not spec.get("ipFamilyPolicy"):
        spec["ipFamilyPolicy"] = old.get("ipFamilyPolicy") or ("RequireDualStack" if is_loose else "SingleStack")
    errors = cluster_ip_errors(spec)
    if errors:
        return errors
    policy, path = spec["ipFamilyPolicy"], "spec.ipFamilyPolicy"
    if policy == "SingleStack":
        _go_single(spec, old)
        for field, what in (("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")):
            if len(spec.get(field) or ()) == 2:
                why = f"must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
                errors.append(invalid(path, policy, why))
        if errors:
            return errors
    families = spec["ipFamilies"] = list(spec.get("ipFamilies") or ["IPv4"])
    if is_loose:
        if len(families) < 2 and policy != "SingleStack":
            families.append("IPv6" if families[0] == "IPv4" else "IPv4")
        return []
    if policy == "RequireDualStack":
        errors.append(invalid(path, policy, "this cluster is not configured for dual-stack services"))
    unknown = [(index, family) for index, family in enumerate(families) if family != "IPv4"]
    return errors + [invalid(f"spec.ipFamilies[{index}]", family, "not configured on this cluster") for index, family in unknown]


def _go_single(spec: Obj, old: Obj) -> None:
    """Who sets the policy alone to SingleStack gives up the second address."""
    for field in ("clusterIPs", "ipFamilies"):
        if old.get(field) == spec.get(field) and len(spec.get(field) or ()) > 1:
            spec[field] = spec[field][:1]


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
    if spec.get("healthCheckNodePort"):
        on_port(spec["healthCheckNodePort"])
