"""Rules for Services. Models pkg/apis/core/validation/validation.go validateService and ValidateServiceUpdate."""

from __future__ import annotations

from k8s_magic.kinds import names
from k8s_magic.kinds.addresses import cidr_block, endpoint_ip, ip_address
from k8s_magic.kinds.errors import InOrder, duplicate, forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.metadata import validate_labels
from k8s_magic.kinds.numbers import port_number, port_or_name
from k8s_magic.objects.meta import Obj

TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
PROTOCOLS = ("SCTP", "TCP", "UDP")
DAY = 86400


def is_headless(spec: Obj) -> bool:
    return spec.get("type") == "ClusterIP" and spec.get("clusterIP") == "None"


def externally_accessible(spec: Obj) -> bool:
    """Models pkg/api/v1/service ExternallyAccessible."""
    is_public = spec.get("type") in ("LoadBalancer", "NodePort")
    return is_public or (spec.get("type") == "ClusterIP" and bool(spec.get("externalIPs")))


def needs_health_check(spec: Obj) -> bool:
    """Models pkg/api/v1/service NeedsHealthCheck."""
    return spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"


def validate(obj: Obj) -> list[FieldError]:
    spec = obj["spec"]
    ports = spec.get("ports") or []
    errors: list[FieldError] = []
    if not ports and not is_headless(spec) and spec["type"] != "ExternalName":
        errors.append(required("spec.ports"))
    errors += _by_type(spec)
    errors += _ports(ports)
    errors += validate_labels(spec.get("selector") or {}, "spec.selector")
    errors += _affinity(spec)
    if spec["type"] != "ExternalName":
        errors += cluster_ip_errors(spec)
    for index, ip in enumerate(spec.get("externalIPs") or ()):
        path = f"spec.externalIPs[{index}]"
        errors += ip_address(ip, path) or endpoint_ip(ip, path)
    if spec["type"] not in TYPES:
        errors.append(not_supported("spec.type", spec["type"], TYPES))
    return errors + _node_ports(spec, ports) + _doubles(ports) + _load_balancer(spec) + _traffic(spec)


def _by_type(spec: Obj) -> list[FieldError]:
    of_type, ips = spec["type"], spec.get("clusterIPs") or []
    if of_type in ("LoadBalancer", "NodePort"):
        is_none = spec.get("clusterIP") == "None"
        return [invalid("spec.clusterIPs[0]", ips[0], f"may not be set to 'None' for {of_type} services")] if is_none and ips else []
    if of_type != "ExternalName":
        return []
    given = [field for field in ("clusterIPs", "ipFamilies", "ipFamilyPolicy") if spec.get(field)]
    errors = [forbidden(f"spec.{field}", "may not be set for ExternalName services") for field in given]
    target = (spec.get("externalName") or "").removesuffix(".")
    if not target:
        return [*errors, required("spec.externalName")]
    return errors + [invalid("spec.externalName", target, text) for text in names.subdomain(target)]


def _ports(ports: list[Obj]) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here, name = f"spec.ports[{index}]", port.get("name")
        if name:
            errors += [invalid(f"{here}.name", name, text) for text in names.label(name)]
            errors += [duplicate(f"{here}.name", name)] if name in seen else []
            seen.add(name)
        elif len(ports) > 1:
            errors.append(required(f"{here}.name"))
        errors += port_number(port.get("port", 0), f"{here}.port")
        if port["protocol"] not in PROTOCOLS:
            errors.append(not_supported(f"{here}.protocol", port["protocol"], PROTOCOLS))
        errors += port_or_name(port["targetPort"], f"{here}.targetPort")
        if port.get("appProtocol"):
            errors += [invalid(f"{here}.appProtocol", port["appProtocol"], text) for text in names.qualified(port["appProtocol"])]
    return errors


def _affinity(spec: Obj) -> list[FieldError]:
    affinity = spec["sessionAffinity"]
    if affinity not in ("ClientIP", "None"):
        return [not_supported("spec.sessionAffinity", affinity, ["ClientIP", "None"])]
    if affinity == "None":
        return []
    path = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
    seconds = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"]
    return [] if 0 < seconds <= DAY else [invalid(path, seconds, f"must be greater than 0 and less than {DAY}")]


def cluster_ip_errors(spec: Obj) -> list[FieldError]:
    """Models ValidateServiceClusterIPsRelatedFields, for one family."""
    path, one, ips = "spec.clusterIPs", spec.get("clusterIP") or "", spec.get("clusterIPs") or []
    errors: list[FieldError] = []
    if one and ips and ips[0] != one:
        errors.append(invalid(path, ips, "first value must match `clusterIP`"))
    if not one and ips:
        errors.append(invalid(path, ips, "must be empty when `clusterIP` is not specified"))
    for index, family in enumerate(spec.get("ipFamilies") or ()):
        if family not in ("IPv4", "IPv6"):
            errors.append(not_supported(f"spec.ipFamilies[{index}]", family, ["IPv4", "IPv6"]))
        if family in spec["ipFamilies"][:index]:
            errors.append(duplicate(f"spec.ipFamilies[{index}]", family))
    policies = ("PreferDualStack", "RequireDualStack", "SingleStack")
    if spec.get("ipFamilyPolicy") not in (None, *policies):
        errors.append(not_supported("spec.ipFamilyPolicy", spec["ipFamilyPolicy"], policies))
    for index, ip in enumerate(ips):
        if index == 0 and ip == "None":
            errors += [invalid(path, ips, "'None' must be the first and only value")] if len(ips) > 1 else []
        else:
            errors += ip_address(ip, f"{path}[{index}]")
    return errors


def _node_ports(spec: Obj, ports: list[Obj]) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, port in enumerate(ports):
        if port.get("nodePort") and spec["type"] == "ClusterIP":
            errors.append(forbidden(f"spec.ports[{index}].nodePort", "may not be used when `type` is 'ClusterIP'"))
    return errors


def _doubles(ports: list[Obj]) -> list[FieldError]:
    node_ports: set[tuple[str, int]] = set()
    seen: set[tuple[str, int]] = set()
    on_nodes: list[FieldError] = []
    errors: list[FieldError] = []
    for index, port in enumerate(ports):
        on_node, key = (port["protocol"], port.get("nodePort") or 0), (port["protocol"], port.get("port", 0))
        if on_node[1] and on_node in node_ports:
            on_nodes.append(duplicate(f"spec.ports[{index}].nodePort", on_node[1]))
        node_ports.add(on_node)
        if key in seen:
            shown = {"Name": "", "Protocol": key[0], "AppProtocol": None, "Port": key[1], "TargetPort": 0, "NodePort": 0}
            errors.append(duplicate(f"spec.ports[{index}]", InOrder(shown)))
        seen.add(key)
    return on_nodes + errors


def _load_balancer(spec: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    only = "may only be used when `type` is 'LoadBalancer'"
    ranges, path = spec.get("loadBalancerSourceRanges") or (), "spec.LoadBalancerSourceRanges"
    if ranges and spec["type"] != "LoadBalancer":
        errors.append(forbidden(path, only))
    for index, cidr in enumerate(ranges):
        errors += cidr_block(cidr.strip(), f"{path}[{index}]")
    if spec["type"] == "LoadBalancer":
        return errors
    if spec.get("allocateLoadBalancerNodePorts") is not None:
        errors.append(forbidden("spec.allocateLoadBalancerNodePorts", only))
    if spec.get("loadBalancerClass") is not None:
        errors.append(forbidden("spec.loadBalancerClass", only))
    return errors


def _traffic(spec: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    path, policy = "spec.externalTrafficPolicy", spec.get("externalTrafficPolicy")
    if not externally_accessible(spec):
        errors += [invalid(path, policy, "may only be set for externally-accessible services")] if policy else []
    elif policy not in ("Cluster", "Local"):
        errors.append(not_supported(path, policy, ["Cluster", "Local"]))
    health, path = spec.get("healthCheckNodePort"), "spec.healthCheckNodePort"
    if health and not needs_health_check(spec):
        why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        errors.append(invalid(path, health, why))
    internal = spec.get("internalTrafficPolicy")
    if internal is not None and internal not in ("Cluster", "Local"):
        errors.append(not_supported("spec.internalTrafficPolicy", internal, ["Cluster", "Local"]))
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """A cluster IP once given stays. Models validateUpgradeDowngradeClusterIPs."""
    spec, stored = new["spec"], old["spec"]
    if "ExternalName" in (spec["type"], stored["type"]) or (is_headless(spec) and is_headless(stored)):
        return []
    ips, had = spec.get("clusterIPs") or [], stored.get("clusterIPs") or []
    if had and not ips:
        return [invalid("spec.clusterIPs[0]", None, "primary clusterIP can not be unset")]
    return [invalid("spec.clusterIPs[0]", ips, "may not change once set")] if had and ips[0] != had[0] else []
