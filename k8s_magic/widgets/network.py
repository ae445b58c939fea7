"""The picture of a request's way: DNS name, Service, EndpointSlice, pods, nodes. `%view network web`.

Only ready endpoints get requests; the way to the others is drawn shut.
"""

from __future__ import annotations

from k8s_magic.apiserver.client import Client
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj, get_in
from k8s_magic.objects.pods import condition_is_true
from k8s_magic.widgets._layers import Card, Edge, Layer, Scene, changes, draw_text, drawer, ordered, summary
from k8s_magic.widgets._moods import mood_of, state_words, word_of
from k8s_magic.widgets._picture import Picture
from k8s_magic.widgets._play import Painting
from k8s_magic.widgets._states import Journal, State
from k8s_magic.widgets._target import Target, arguments_of, target_of

SLICES = "endpointslices.discovery.k8s.io"
USAGE = "the name of a Service, as in %view network web"


def open_view(client: Client, journal: Journal | None, arguments: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget. Arguments: the Service's name and `-n NAMESPACE`."""
    return painting(client, arguments).open(client, journal)


def painting(client: Client, arguments: tuple[str, ...]) -> Painting[Scene]:
    """How the picture is made."""
    words, namespace = arguments_of(arguments)
    name = words[0].rpartition("/")[2] if len(words) == 1 else ""
    target = target_of(client, ("services", name, "-n", namespace), USAGE)
    return Painting(("services", SLICES, "pods", "nodes"), lambda state: scene_of(state, target), changes, drawer, draw_text, summary)


def scene_of(state: State, target: Target) -> Scene:
    """The way in a state."""
    service = state.objects["services"].get(Key(target.namespace, target.name))
    host = f"{target.name}.{target.namespace}.svc.cluster.local"
    if service is None:
        return Scene(f"{target.title} does not exist", (), ())
    id = meta.uid(service)
    slices = [s for s in state.objects[SLICES].values() if _is_of(s, target)]
    slices.sort(key=meta.name)
    edges = [Edge("dns", id), *(Edge(id, meta.uid(s)) for s in slices)]
    pods: dict[str, Card] = {}
    nodes: dict[str, Card] = {}
    for slice_ in slices:
        for endpoint in slice_.get("endpoints") or ():
            _follow(state, target, slice_, endpoint, pods, nodes, edges)
    layers = [
        Layer("DNS name", (Card("dns", "", target.name, _dns(service, host)),)),
        Layer("Service", (Card(id, "Service", target.name, _service(service)),)),
        Layer("EndpointSlices", tuple(Card(meta.uid(s), "EndpointSlice", meta.name(s), _slice(s)) for s in slices)),
        Layer("Pods", tuple(pods.values())),
        Layer("Nodes", tuple(sorted(nodes.values(), key=lambda card: card.name))),
    ]
    unique = tuple(dict.fromkeys(edges))
    return Scene(f"The way of a request to {host}", ordered(layers, unique), unique)


def _is_of(slice_: Obj, target: Target) -> bool:
    return meta.namespace(slice_) == target.namespace and meta.labels(slice_).get("kubernetes.io/service-name") == target.name


def _follow(
    state: State, target: Target, slice_: Obj, endpoint: Obj, pods: dict[str, Card], nodes: dict[str, Card], edges: list[Edge]
) -> None:
    """Put one endpoint's pod and node, and the ways to them, into the scene."""
    ready = bool(get_in(endpoint, "conditions", "ready", default=True))
    address = ", ".join(endpoint.get("addresses") or ())
    reference = endpoint.get("targetRef") or {}
    id = reference.get("uid") or f"address-{address}"
    pod = state.objects["pods"].get(Key(target.namespace, reference.get("name", "")))
    told = (address, "gets requests" if ready else "gets no requests")
    if pod is None:
        pods[id] = Card(id, "", reference.get("name") or address, told, gone=bool(reference))
    else:
        word = word_of(pod)
        mood = mood_of(pod, word)
        pods[id] = Card(id, "Pod", meta.name(pod), (f"{state_words(word, mood)} · {address}", told[1]), mood)
    edges.append(Edge(meta.uid(slice_), id, ready))
    if name := endpoint.get("nodeName"):
        node = state.objects["nodes"].get(Key("", name))
        is_ready = node is not None and condition_is_true(node, "Ready")
        nodes[name] = Card(f"node-{name}", "Node", name, () if is_ready else ("NotReady",), gone=node is None)
        edges.append(Edge(id, f"node-{name}"))


def _dns(service: Obj, host: str) -> tuple[str, ...]:
    address = get_in(service, "spec", "clusterIP", default="")
    if get_in(service, "spec", "type") == "ExternalName":
        return (f"CNAME {get_in(service, 'spec', 'externalName', default='')}",)
    answer = "A: each ready pod's address" if address == "None" else f"A {address}"
    return (host, answer)


def _service(service: Obj) -> tuple[str, ...]:
    spec = service.get("spec", {})
    ports = [
        f"{port.get('port')} → {port.get('targetPort', port.get('port'))}/{port.get('protocol', 'TCP')}" for port in spec.get("ports") or ()
    ]
    selector = ",".join(f"{key}={value}" for key, value in sorted((spec.get("selector") or {}).items()))
    return (f"{spec.get('type', 'ClusterIP')} {spec.get('clusterIP', '')}".strip(), *ports, f"selects {selector or 'nothing'}")


def _slice(slice_: Obj) -> tuple[str, ...]:
    endpoints = slice_.get("endpoints") or ()
    ready = sum(bool(get_in(endpoint, "conditions", "ready", default=True)) for endpoint in endpoints)
    ports = ", ".join(f"{port.get('port')}/{port.get('protocol', 'TCP')}" for port in slice_.get("ports") or ())
    return (f"{ready} of {len(endpoints)} endpoints ready", *([f"port {ports}"] if ports else []))
