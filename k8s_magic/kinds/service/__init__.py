"""Service: one name and address for the pods that a selector finds, or an alias for a name outside.

The API server gives out cluster IPs and node ports; here is only what a Service may say of them.

Not modelled: a second family of addresses.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, NONE, age, labels_text, texts, wide
from k8s_magic.kinds.kind import Kind
from k8s_magic.kinds.service.validation import externally_accessible, is_headless, validate, validate_update
from k8s_magic.objects.meta import Obj

DEFAULT_AFFINITY_SECONDS = 10800


def default(draft: Obj) -> None:
    """Models pkg/apis/core/v1/defaults.go SetDefaults_Service."""
    spec = draft.setdefault("spec", {})
    _default_affinity(spec)
    if not spec.get("type"):
        spec["type"] = "ClusterIP"
    for port in spec.get("ports") or ():
        if not port.get("protocol"):
            port["protocol"] = "TCP"
        if port.get("targetPort") in (None, 0, ""):
            port["targetPort"] = port.get("port", 0)
    if externally_accessible(spec) and not spec.get("externalTrafficPolicy"):
        spec["externalTrafficPolicy"] = "Cluster"
    if spec.get("internalTrafficPolicy") is None and spec["type"] in ("NodePort", "LoadBalancer", "ClusterIP"):
        spec["internalTrafficPolicy"] = "Cluster"
    if spec["type"] == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _default_affinity(spec: Obj) -> None:
    if not spec.get("sessionAffinity"):
        spec["sessionAffinity"] = "None"
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP":
        seconds = ((spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}).get("timeoutSeconds")
        if seconds is None:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": DEFAULT_AFFINITY_SECONDS}}


def prepare_create(draft: Obj) -> None:
    draft["status"] = {"loadBalancer": {}}
    spec = draft["spec"]
    if spec.get("clusterIP") and not spec.get("clusterIPs"):
        spec["clusterIPs"] = [spec["clusterIP"]]


def prepare_update(draft: Obj, old: Obj) -> None:
    """What the API has given out stays unless the user says otherwise, and goes where the type has no use for it.

    Models pkg/registry/core/service/storage normalizeClusterIPs and patchAllocatedValues, and dropTypeDependentFields.
    """
    spec, stored = draft["spec"], old["spec"]
    _normalize_ips(spec, stored)
    if spec["type"] == "ExternalName":
        _drop_allocated(spec, stored)
    elif not spec.get("clusterIP") and not spec.get("clusterIPs") and stored["type"] != "ExternalName":
        for field in ("clusterIP", "clusterIPs"):
            if field in stored:
                spec[field] = stored[field]
    if _has_node_ports(spec):
        _keep_node_ports(spec, stored)
    elif _has_node_ports(stored):
        _drop_node_ports(spec, stored)
    if not externally_accessible(spec) and spec.get("externalTrafficPolicy") == stored.get("externalTrafficPolicy"):
        spec.pop("externalTrafficPolicy", None)
    if spec["type"] != "LoadBalancer" and stored["type"] == "LoadBalancer":
        for field in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if spec.get(field) == stored.get(field):
                spec.pop(field, None)
    if spec["type"] != "LoadBalancer" and (draft.get("status") or {}).get("loadBalancer"):
        draft["status"] = {**draft["status"], "loadBalancer": {}}


def _normalize_ips(spec: Obj, stored: Obj) -> None:
    """Whoever changes only `clusterIP` means the first of `clusterIPs` too."""
    if spec.get("clusterIPs") != stored.get("clusterIPs") or spec.get("clusterIP") == stored.get("clusterIP"):
        if spec.get("clusterIP") and not spec.get("clusterIPs"):
            spec["clusterIPs"] = [spec["clusterIP"]]
        return
    if spec.get("clusterIP"):
        spec["clusterIPs"] = [spec["clusterIP"]]
    else:
        spec.pop("clusterIPs", None)


def _drop_allocated(spec: Obj, stored: Obj) -> None:
    if stored["type"] == "ExternalName":
        return
    if spec.get("clusterIP") == stored.get("clusterIP") and spec.get("clusterIPs") == stored.get("clusterIPs"):
        spec.pop("clusterIP", None)
        spec.pop("clusterIPs", None)
    for field in ("ipFamilies", "ipFamilyPolicy"):
        if spec.get(field) == stored.get(field):
            spec.pop(field, None)


def _has_node_ports(spec: Obj) -> bool:
    return spec.get("type") in ("NodePort", "LoadBalancer")


def _keep_node_ports(spec: Obj, stored: Obj) -> None:
    """A port is known by its name. Models patchAllocatedValues."""
    had = {port.get("name", ""): port.get("nodePort") for port in stored.get("ports") or ()}
    ports = spec.get("ports") or ()
    kept = set(had.values()) & {port.get("nodePort") for port in ports}
    for port in ports:
        before = had.get(port.get("name", ""))
        if before and not port.get("nodePort") and before not in kept:
            port["nodePort"] = before


def _drop_node_ports(spec: Obj, stored: Obj) -> None:
    had = {port.get("nodePort") for port in stored.get("ports") or ()}
    ports = spec.get("ports") or ()
    if all(port.get("nodePort") in had or not port.get("nodePort") for port in ports):
        for port in ports:
            port.pop("nodePort", None)


def warn(new: Obj, old: Obj | None) -> list[str]:
    """Models pkg/api/service/warnings.go GetWarningsForService."""
    spec, warnings = new["spec"], list[str]()
    if is_headless(spec):
        warnings += ["spec.loadBalancerIP is ignored for headless services"] if spec.get("loadBalancerIP") else []
        warnings += ["spec.externalIPs is ignored for headless services"] if spec.get("externalIPs") else []
        warnings += ["spec.SessionAffinity is ignored for headless services"] if spec["sessionAffinity"] != "None" else []
    elif spec.get("externalIPs") and spec["type"] != "ExternalName":
        warnings.append("spec.externalIPs is deprecated and may no longer be implemented in some clusters")
    if spec["type"] == "ExternalName" and spec.get("externalIPs"):
        warnings.append('spec.externalIPs is ignored when spec.type is "ExternalName"')
    if spec["type"] != "ExternalName" and spec.get("externalName"):
        warnings.append('spec.externalName is ignored when spec.type is not "ExternalName"')
    if spec.get("trafficDistribution") == "PreferClose":
        warnings.append('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
    return warnings


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printService."""
    spec = obj.get("spec") or {}
    return [
        obj["metadata"]["name"],
        spec.get("type", ""),
        (spec.get("clusterIPs") or [NONE])[0],
        external_address(obj),
        ports_text(spec.get("ports") or []) or NONE,
        age(obj, now),
        labels_text(spec.get("selector")),
    ]


def external_address(obj: Obj) -> str:
    """Where a Service is reached from outside. Models getServiceExternalIP, in the wide form that the server always sends."""
    spec = obj.get("spec") or {}
    of_type, own = spec.get("type"), spec.get("externalIPs") or []
    if of_type == "ExternalName":
        return str(spec.get("externalName", ""))
    if of_type in ("ClusterIP", "NodePort"):
        return ",".join(own) or NONE
    if of_type != "LoadBalancer":
        return "<unknown>"
    ingress = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    given = ",".join(sorted({point.get("ip") or point.get("hostname") for point in ingress} - {None, ""}))
    return ",".join([*([given] if given else []), *own]) or "<pending>"


def ports_text(ports: list[Obj]) -> str:
    """Models makePortString: `80/TCP`, or `80:30080/TCP` with a node port."""
    return ",".join(f"{p['port']}{':' + str(p['nodePort']) if p.get('nodePort') else ''}/{p.get('protocol', 'TCP')}" for p in ports)


KIND = Kind(
    returns_deleted=True,
    kind="Service",
    plural="services",
    singular="service",
    short_names=("svc",),
    categories=("all",),
    subresources=("proxy", "status"),
    columns=(NAME, *texts("Type", "Cluster-IP", "External-IP", "Port(s)"), AGE, *wide("Selector")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warn=warn,
    name_rule=names.label,
    fields={
        "spec.clusterIP": lambda obj: obj["spec"].get("clusterIP") or "",
        "spec.type": lambda obj: obj["spec"].get("type") or "",
    },
)
