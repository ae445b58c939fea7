"""kubectl describe ingress: with the endpoints behind each path."""

from __future__ import annotations

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.describe import parts, services
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "ingresses.networking.k8s.io"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeIngressV1."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj, namespaced=False)
    parts.labels(w, meta.labels(obj))
    w.field("Namespace", meta.namespace(obj))
    points = meta.get_in(obj, "status", "loadBalancer", "ingress") or []
    w.field("Address", ",".join(sorted({point.get("ip") or point.get("hostname", "") for point in points} - {""})))
    w.field("Ingress Class", spec.get("ingressClassName", "<none>"))
    default = backend(d, meta.namespace(obj), spec["defaultBackend"]) if spec.get("defaultBackend") else "<default>"
    w.field("Default backend", default)
    _tls(w, spec)
    w.write("Rules:\n  Host\tPath\tBackends\n")
    w.line("----", "----", "--------", level=1)
    rules = [rule for rule in spec.get("rules") or () if rule.get("http")]
    for rule in rules:
        w.line(rule.get("host") or "*", "", level=1)
        for path in rule["http"].get("paths") or ():
            w.line("", f"{path.get('path', '')} ", backend(d, meta.namespace(obj), path["backend"]), level=2)
    if not rules:
        w.line("*", "*", default, level=1)
    parts.notes(w, meta.annotations(obj))
    parts.events(w, d, obj)
    return w.text()


def _tls(w: Writer, spec: Obj) -> None:
    if spec.get("tls"):
        w.line("TLS:")
    for each in spec.get("tls") or ():
        hosts = ",".join(each.get("hosts") or ())
        w.line(f"{each['secretName']} terminates {hosts}" if each.get("secretName") else f"SNI routes {hosts}", level=1)


def backend(d: Describer, namespace: str, target: Obj) -> str:
    """`web:80 (10.244.0.5:8080)`. Models describeBackendV1."""
    if "service" not in target:
        resource = target.get("resource") or {}
        return f"APIGroup: {resource.get('apiGroup', '<none>')}, Kind: {resource.get('kind', '')}, Name: {resource.get('name', '')}"
    name, port = target["service"]["name"], target["service"].get("port", {})
    shown = f"{name}:{port.get('number') or port.get('name', '')}"
    slices = d.items("endpointslices.discovery.k8s.io", namespace, labels=f"kubernetes.io/service-name={name}")
    try:
        service = d.client.get("services", name, namespace)
    except ApiError as error:
        return f"{shown} (<error: {error.message}>)"
    port_name = ""
    for each in service["spec"].get("ports") or ():
        if port.get("number") == each["port"] or (port.get("name") and port["name"] == each.get("name")):
            port_name = each.get("name", "")
    return f"{shown} ({services.endpoints(slices, port_name)})"
