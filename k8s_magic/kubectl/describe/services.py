"""kubectl describe service."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, pairs
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "services"
_SHOWN_ENDPOINTS = 3


def describe(obj: Obj, d: Describer) -> str:
    """Models describeService."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj)
    parts.both(w, obj)
    w.field("Selector", pairs(spec.get("selector")))
    w.field("Type", spec.get("type", ""))
    _addresses(w, obj)
    slices = d.items("endpointslices.discovery.k8s.io", meta.namespace(obj), labels=f"kubernetes.io/service-name={meta.name(obj)}")
    for port in spec.get("ports") or ():
        _port(w, port, slices)
    w.field("Session Affinity", spec.get("sessionAffinity", ""))
    for title, key in (
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
        ("HealthCheck NodePort", "healthCheckNodePort"),
    ):
        if spec.get(key):
            w.field(title, spec[key])
    if spec.get("loadBalancerSourceRanges"):
        w.field("LoadBalancer Source Ranges", ",".join(spec["loadBalancerSourceRanges"]))
    if spec.get("trafficDistribution") is not None:
        w.field("Traffic Distribution", spec["trafficDistribution"])
    parts.events(w, d, obj)
    return w.text()


def _addresses(w: Writer, obj: Obj) -> None:
    spec = obj["spec"]
    if spec.get("ipFamilyPolicy") is not None:
        w.field("IP Family Policy", spec["ipFamilyPolicy"])
    w.field("IP Families", ",".join(spec.get("ipFamilies") or ()) or "<none>")
    w.field("IP", spec.get("clusterIP", ""))
    w.field("IPs", ",".join(spec.get("clusterIPs") or ()) or "<none>")
    if spec.get("externalIPs"):
        w.field("External IPs", ",".join(spec["externalIPs"]))
    for title, key in (("Desired LoadBalancer IP", "loadBalancerIP"), ("External Name", "externalName")):
        if spec.get(key):
            w.field(title, spec[key])
    ingress = meta.get_in(obj, "status", "loadBalancer", "ingress") or []
    if ingress:
        w.field("LoadBalancer Ingress", ", ".join(map(_ingress, ingress)))


def _ingress(point: Obj) -> str:
    if not point.get("ip"):
        return str(point.get("hostname", ""))
    return str(point["ip"]) + (f" ({point['ipMode']})" if point.get("ipMode") else "")


def _port(w: Writer, port: Obj, slices: Sequence[Obj]) -> None:
    name, protocol = port.get("name") or "<unset>", port.get("protocol", "")
    w.line("Port:", name, f"{port['port']}/{protocol}")
    w.field("TargetPort", f"{port.get('targetPort', 0)}/{protocol}")
    if port.get("appProtocol") is not None:
        w.field("AppProtocol", port["appProtocol"])
    if port.get("nodePort"):
        w.line("NodePort:", name, f"{port['nodePort']}/{protocol}")
    w.field("Endpoints", endpoints(slices, port.get("name", "")))


def endpoints(slices: Sequence[Obj], port_name: str) -> str:
    """`10.244.0.5:80,... + 2 more...`: the ready endpoints of a port. Models formatEndpointSlices."""
    if not slices:
        return "<none>"
    found: list[str] = []
    for each in slices:
        ready = [point for point in each.get("endpoints") or () if (point.get("conditions") or {}).get("ready") in (None, True)]
        if not each.get("ports"):
            found += [point["addresses"][0] for point in ready]
        for port in each.get("ports") or ():
            if port.get("name", "") == port_name:
                found += [_host_port(point["addresses"][0], port.get("port")) for point in ready]
    shown = ",".join(found[:_SHOWN_ENDPOINTS])
    return f"{shown} + {len(found) - _SHOWN_ENDPOINTS} more..." if len(found) > _SHOWN_ENDPOINTS else shown


def _host_port(host: str, port: int | None) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
