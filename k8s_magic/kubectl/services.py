"""What the generators of Services share. Models kubectl/pkg/cmd/create/create_service.go."""

from __future__ import annotations

import re

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


async def run(call: Call, service_type: str) -> int | None:
    """Create a Service of `service_type` that selects app=NAME."""
    name, flags = common.one_name(call), call.flags
    cluster_ip = flags.get("clusterip") or ""
    if cluster_ip != "None" and not flags["tcp"] and service_type != "ExternalName":
        raise UsageError("at least one tcp port specifier must be provided")
    external = flags.get("external-name") or ""
    if service_type == "ExternalName" and not (_SUBDOMAIN.fullmatch(external) and len(external) <= 253):
        raise UsageError(f"invalid service external name {external}")
    labels = {"app": name}
    ports = [_port(text, flags.get("node-port") or 0) for text in flags["tcp"]]
    service = {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": generate.metadata(call, name, labels=labels),
        "spec": generate.compact(
            ports=ports, selector=labels, clusterIP=cluster_ip or None, type=service_type, externalName=external or None
        ),
        "status": {"loadBalancer": {}},
    }
    generate.submit(call, service, "services", f"failed to create {service_type} service:", annotate=False)
    return None


def _port(text: str, node_port: int) -> Obj:
    parts = text.split(":")
    port = generate.parse_port(parts[0], allow_zero=True)
    target = _target(parts[1]) if len(parts) > 1 else port
    return generate.compact(name=text.replace(":", "-"), protocol="TCP", port=port, targetPort=target, nodePort=node_port or None)


def _target(text: str) -> int | str:
    target = generate.int_or_string(text)
    if isinstance(target, int):
        if not 1 <= target <= 65535:
            raise UsageError("must be between 1 and 65535, inclusive")
        return target
    faults = port_name_faults(text)
    if faults:
        raise UsageError(",".join(faults))
    return target


def port_name_faults(name: str) -> list[str]:
    """What is wrong with a port's name. Models validation.IsValidPortName."""
    faults = ["must be no more than 15 characters"] if len(name) > 15 else []
    if not re.fullmatch(r"[a-z0-9-]+", name):
        faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search(r"[a-z]", name):
        faults.append("must contain at least one letter (a-z)")
    if "--" in name:
        faults.append("must not contain consecutive hyphens")
    if name.startswith("-") or name.endswith("-"):
        faults.append("must not begin or end with a hyphen")
    return faults
