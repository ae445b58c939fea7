"""kubectl describe endpoints."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj

RESOURCE = "endpoints"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeEndpoints."""
    w = Writer()
    parts.heading(w, obj)
    parts.both(w, obj)
    w.line("Subsets:")
    for subset in obj.get("subsets") or ():
        w.field("Addresses", _joined(subset.get("addresses")), 1)
        w.field("NotReadyAddresses", _joined(subset.get("notReadyAddresses")), 1)
        if subset.get("ports"):
            w.write("Ports:\n", 1)
            w.header("Name", "Port", "Protocol", level=2)
            for port in subset["ports"]:
                w.line(port.get("name") or "<unset>", port["port"], port.get("protocol", ""), level=2)
        w.line("")
    parts.events(w, d, obj)
    return w.text()


def _joined(addresses: Sequence[Obj] | None) -> str:
    return ",".join(address["ip"] for address in addresses or ()) or "<none>"
