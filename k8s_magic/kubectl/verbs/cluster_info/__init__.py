"""kubectl cluster-info. Models kubectl/pkg/cmd/clusterinfo."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Print where the control plane and the cluster's services are."""
    host = _host(call)
    namespace = call.flags["namespace"] or "kube-system"
    services = call.client.list("services", namespace, labels="kubernetes.io/cluster-service=true")["items"]
    call.out(f"Kubernetes control plane is running at {host}\n")
    for service in services:
        name = meta.labels(service).get("kubernetes.io/name") or meta.name(service)
        call.out(f"{name} is running at {_link(host, service)}\n")
    call.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")
    return None


def _host(call: Call) -> str:
    """The server of the context in use."""
    config = configfile.load(call)
    context = config.contexts.get(call.flags["context"] or config.current) or {}
    server = (config.clusters.get(call.flags["cluster"] or context.get("cluster") or "") or {}).get("server")
    return str(call.flags["server"] or server or configfile.SERVER)


def _link(host: str, service: Obj) -> str:
    """Its load balancer, or the way to it through the API server's proxy."""
    ports = service["spec"].get("ports") or []
    ingress = meta.get_in(service, "status", "loadBalancer", "ingress") or []
    if ingress:
        address = ingress[0].get("ip") or ingress[0].get("hostname", "")
        return "".join(f"http://{address}:{port['port']} " for port in ports)
    name = meta.name(service)
    if ports:
        port = ports[0].get("name", "")
        secure = port == "https" or ports[0]["port"] == 443
        name = f"https:{name}:{port}" if secure else f"{name}:{port}" if port else name
    return f"{host}/api/v1/namespaces/{meta.namespace(service)}/services/{name}/proxy"


VERB = Verb("cluster-info", "Show where the control plane is.", run, examples=("kubectl cluster-info",))
