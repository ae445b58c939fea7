"""kubectl describe endpointslice."""

from __future__ import annotations

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, go_bool
from k8s_magic.objects.meta import Obj

RESOURCE = "endpointslices.discovery.k8s.io"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeEndpointSliceV1."""
    w = Writer()
    parts.heading(w, obj)
    parts.both(w, obj)
    w.field("AddressType", obj.get("addressType", ""))
    if obj.get("ports"):
        w.line("Ports:")
        w.header("Name", "Port", "Protocol")
        for port in obj["ports"]:
            number = port.get("port")
            w.line(port.get("name") or "<unset>", "<unset>" if number is None else number, port.get("protocol", ""), level=1)
    else:
        w.line("Ports: <unset>")
    if obj.get("endpoints"):
        w.line("Endpoints:")
        for endpoint in obj["endpoints"]:
            _endpoint(w, endpoint)
    else:
        w.line("Endpoints: <none>")
    parts.events(w, d, obj)
    return w.text()


def _endpoint(w: Writer, endpoint: Obj) -> None:
    w.field("- Addresses", ", ".join(endpoint.get("addresses") or ()) or "<none>", 1)
    w.write("Conditions:\n", 2)
    ready = (endpoint.get("conditions") or {}).get("ready")
    w.field("Ready", "<unset>" if ready is None else go_bool(ready), 3)
    w.field("Hostname", endpoint.get("hostname", "<unset>"), 2)
    target = endpoint.get("targetRef")
    if target:
        w.field("TargetRef", f"{target.get('kind', '')}/{target.get('name', '')}", 2)
    w.field("NodeName", endpoint.get("nodeName", "<unset>"), 2)
    w.field("Zone", endpoint.get("zone", "<unset>"), 2)
