"""Who owns whom: objects as a directed graph, an edge from each owner to what it owns (metadata.ownerReferences)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8s_magic.apiserver.client import Client
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

OWNED = (
    "cronjobs.batch",
    "daemonsets.apps",
    "deployments.apps",
    "endpointslices.discovery.k8s.io",
    "jobs.batch",
    "pods",
    "replicasets.apps",
    "services",
    "statefulsets.apps",
    "controllerrevisions.apps",
)
"""The resources whose objects own others, or are owned."""


def owner_graph(objects: Iterable[Obj]) -> Any:
    """A networkx.DiGraph; a node is a uid with `kind`, `name`, `namespace`. Owners that are gone are nodes with `gone=True`."""
    import networkx  # It takes its time, and few ask.

    graph = networkx.DiGraph()
    for obj in objects:
        graph.add_node(meta.uid(obj), kind=obj.get("kind", ""), name=meta.name(obj), namespace=meta.namespace(obj), gone=False)
        for owner in obj["metadata"].get("ownerReferences") or ():
            if owner["uid"] not in graph:
                graph.add_node(owner["uid"], kind=owner["kind"], name=owner["name"], namespace=meta.namespace(obj), gone=True)
            graph.add_edge(owner["uid"], meta.uid(obj), controller=bool(owner.get("controller")))
    return graph


def graph_of(client: Client, namespace: str = "") -> Any:
    """The graph of what there is now; without a namespace, of all."""
    return owner_graph(obj for resource in OWNED for obj in client.list(resource, namespace)["items"])


def to_dot(graph: Any, title: str = "owners") -> Any:
    """The graph as a graphviz.Digraph, whose `.source` is DOT text; drawing it takes Graphviz' own `dot`."""
    import graphviz

    dot = graphviz.Digraph(title, graph_attr={"rankdir": "LR"}, node_attr={"shape": "box", "style": "rounded"})
    for uid, about in sorted(graph.nodes.items()):
        dot.node(uid, graphviz.escape(f"{about['kind']}\n{about['name']}"), style="rounded,dashed" if about["gone"] else "rounded")
    for owner, owned, about in sorted(graph.edges(data=True)):
        dot.edge(owner, owned, style="solid" if about["controller"] else "dashed")
    return dot
