"""The picture of owners: who owns whom, from the first owner down to the pods. `%view tree deployment/web`."""

from __future__ import annotations

import networkx as nx

from k8s_magic.apiserver.client import Client
from k8s_magic.cluster.graph import OWNED, owner_graph
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj, get_in
from k8s_magic.widgets._layers import Card, Edge, Layer, Scene, changes, draw_text, drawer, ordered, summary
from k8s_magic.widgets._moods import mood_of, state_words, word_of
from k8s_magic.widgets._picture import Picture
from k8s_magic.widgets._play import Painting
from k8s_magic.widgets._states import Journal, State
from k8s_magic.widgets._target import Target, target_of


def open_view(client: Client, journal: Journal | None, arguments: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget. Arguments: TYPE/NAME and `-n NAMESPACE`."""
    return painting(client, arguments).open(client, journal)


def painting(client: Client, arguments: tuple[str, ...]) -> Painting[Scene]:
    """How the picture is made."""
    target = target_of(client, arguments, "TYPE/NAME, as in %view tree deployment/web")
    resources = tuple(dict.fromkeys((*OWNED, target.resource)))
    return Painting(resources, lambda state: scene_of(state, target), changes, drawer, draw_text, summary)


def scene_of(state: State, target: Target) -> Scene:
    """The target's first owners, and all that these own, in layers."""
    objects = {meta.uid(obj): obj for of in state.objects.values() for obj in of.values() if meta.namespace(obj) in ("", target.namespace)}
    root = state.objects[target.resource].get(Key(target.namespace, target.name))
    if root is None:
        return Scene(f"{target.title} does not exist", (), ())
    graph = owner_graph(sorted(objects.values(), key=lambda obj: (obj["metadata"].get("creationTimestamp", ""), meta.name(obj))))
    above = nx.ancestors(graph, meta.uid(root)) | {meta.uid(root)}
    shown = above | {below for owner in above if not graph.in_degree(owner) for below in nx.descendants(graph, owner)}
    part = graph.subgraph(shown)
    edges = tuple(Edge(owner, owned) for owner, owned in graph.edges if owner in shown and owned in shown)
    order = {uid: number for number, uid in enumerate(graph.nodes)}
    layers = []
    for number, uids in enumerate(nx.topological_generations(part)):
        cards = tuple(_card(uid, part.nodes[uid], objects.get(uid)) for uid in sorted(uids, key=order.__getitem__))
        layers.append(Layer("owner" if number == 0 else "owned by it" if number == 1 else "owned by these", cards))
    return Scene(f"Owners around {target.title}", ordered(layers, edges), edges)


def _card(uid: str, about: Obj, obj: Obj | None) -> Card:
    if obj is None:
        return Card(uid, about["kind"], about["name"], (), None, gone=True)
    if about["kind"] == "Pod":
        word = word_of(obj)
        mood = mood_of(obj, word)
        return Card(uid, "Pod", about["name"], (state_words(word, mood),), mood)
    return Card(uid, about["kind"], about["name"], _lines(obj))


def _lines(obj: Obj) -> tuple[str, ...]:
    """What counts about an owner: how many it wants and has, and its revision."""
    lines = []
    wanted = get_in(obj, "spec", "replicas")
    if wanted is not None:
        lines.append(f"wants {wanted}, ready {get_in(obj, 'status', 'readyReplicas', default=0)}")
    if revision := meta.annotations(obj).get("deployment.kubernetes.io/revision"):
        lines.append(f"revision {revision}")
    if "endpoints" in obj:
        lines.append(f"{len(obj['endpoints'] or ())} endpoints")
    return tuple(lines)
