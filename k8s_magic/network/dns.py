"""The cluster's DNS: names of Services and Pods to addresses, with the search path of the asker's namespace.

Models the Kubernetes DNS specification (what CoreDNS's kubernetes plugin answers); no record is stored, each answer
is read from Services and EndpointSlices.
"""

from __future__ import annotations

from k8s_magic.network.services import Services, is_ready
from k8s_magic.objects.meta import Obj

DOMAIN = "cluster.local"
DOTS = 5
"""A name with fewer dots is tried with the search path first (ndots in resolv.conf)."""
LONGEST_CHAIN = 8
"""ExternalName Services followed before the resolver gives up."""


def search_path(namespace: str) -> list[str]:
    """The `search` line of a Pod's resolv.conf."""
    return [f"{namespace}.svc.{DOMAIN}", f"svc.{DOMAIN}", DOMAIN]


def resolve(services: Services, name: str, namespace: str) -> list[str]:
    """Addresses of a name as asked by a Pod of `namespace`; empty where there is none."""
    return next((found for full in candidates(name, namespace) if (found := _absolute(services, full, LONGEST_CHAIN))), [])


def canonical_name(services: Services, name: str, namespace: str) -> str:
    """The full name under which `name` is found; empty where it is not."""
    return next((full for full in candidates(name, namespace) if _absolute(services, full, LONGEST_CHAIN)), "")


def candidates(name: str, namespace: str) -> list[str]:
    """The full names that the resolver tries, in order."""
    if name.endswith("."):
        return [name.rstrip(".")]
    searched = [f"{name}.{suffix}" for suffix in search_path(namespace)]
    return [*searched, name] if name.count(".") < DOTS else [name, *searched]


def _absolute(services: Services, name: str, chain: int) -> list[str]:
    if not name.endswith("." + DOMAIN) or not chain:
        return []
    labels = name.lower()[: -len(DOMAIN) - 1].split(".")
    if labels[-1] == "pod" and len(labels) == 3:
        return [labels[0].replace("-", ".")]
    if labels[-1] != "svc" or len(labels) not in (3, 4):
        return []
    service = services.named(labels[-3], labels[-2])
    if service is None:
        return []
    return _of_service(services, service, labels[0] if len(labels) == 4 else "", chain)


def _of_service(services: Services, service: Obj, hostname: str, chain: int) -> list[str]:
    spec = service["spec"]
    if spec.get("type") == "ExternalName":
        return [] if hostname else _absolute(services, spec.get("externalName", "").rstrip("."), chain - 1)
    if not hostname and spec.get("clusterIP") not in (None, "", "None"):
        return [spec["clusterIP"]]
    return sorted(
        endpoint["addresses"][0]
        for piece in services.slices(service)
        for endpoint in piece.get("endpoints") or ()
        if endpoint.get("addresses") and is_ready(endpoint) and (not hostname or _is_called(endpoint, hostname))
    )


def _is_called(endpoint: Obj, hostname: str) -> bool:
    return hostname in (endpoint.get("hostname"), endpoint["addresses"][0].replace(".", "-"))
