"""kubectl describe networkpolicy."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.selectors import format_label_selector
from k8s_magic.objects.times import parse_time, rfc3339

RESOURCE = "networkpolicies.networking.k8s.io"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeNetworkPolicy."""
    w = Writer()
    spec = obj["spec"]
    parts.heading(w, obj)
    created = rfc3339(parse_time(obj["metadata"]["creationTimestamp"]))
    w.field("Created on", f"{created[:10]} {created[11:19]} +0000 UTC")
    parts.both(w, obj)
    w.line("Spec:")
    chosen = spec.get("podSelector") or {}
    everything = "    <none> (Allowing the specific traffic to all pods in this namespace)"
    some = chosen.get("matchLabels") or chosen.get("matchExpressions")
    w.line(f"PodSelector: {'    ' + format_label_selector(chosen) if some else everything}", level=1)
    types = spec.get("policyTypes") or []
    _direction(w, "ingress", "Ingress" in types, spec.get("ingress") or (), "from")
    _direction(w, "egress", "Egress" in types, spec.get("egress") or (), "to")
    w.line(f"Policy Types: {', '.join(types) or '<none>'}", level=1)
    return w.text()


def _direction(w: Writer, name: str, enabled: bool, rules: Sequence[Obj], peers: str) -> None:
    if not enabled:
        w.line(f"Not affecting {name} traffic", level=1)
        return
    w.line(f"Allowing {name} traffic:", level=1)
    if not rules:
        w.line(f"<none> (Selected pods are isolated for {name} connectivity)", level=2)
    for i, rule in enumerate(rules):
        _ports(w, rule.get("ports") or ())
        side = "source" if peers == "from" else "destination"
        if not rule.get(peers):
            w.line(f"{peers.title()}: <any> (traffic not restricted by {side})", level=2)
        for peer in rule.get(peers) or ():
            w.line(f"{peers.title()}:", level=2)
            _peer(w, peer)
        if i != len(rules) - 1:
            w.line("----------", level=2)


def _ports(w: Writer, ports: Sequence[Obj]) -> None:
    if not ports:
        w.line("To Port: <any> (traffic allowed to all ports)", level=2)
    for port in ports:
        number, protocol = port.get("port", "<nil>"), port.get("protocol", "TCP")
        if "endPort" in port:
            w.line(f"To Port Range: {number}-{port['endPort']}/{protocol}", level=2)
        else:
            w.line(f"To Port: {number}/{protocol}", level=2)


def _peer(w: Writer, peer: Obj) -> None:
    for title, key in (("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")):
        if peer.get(key) is not None:
            w.line(f"{title}: {format_label_selector(peer[key])}", level=3)
    block = peer.get("ipBlock")
    if block and peer.get("podSelector") is None and peer.get("namespaceSelector") is None:
        w.line("IPBlock:", level=3)
        w.line(f"CIDR: {block.get('cidr', '')}", level=4)
        w.line(f"Except: {', '.join(block.get('except') or ())}", level=4)
