"""metrics.k8s.io: what nodes and pods use, asked from the nodes at each reading, as metrics-server would have gathered it.

Served while there is an APIService for it, as on a real cluster. Models kubernetes-sigs/metrics-server pkg/api.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8s_magic.kinds.columns import NAME, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer
    from k8s_magic.apiserver.store import Entry

GROUP, VERSION = "metrics.k8s.io", "v1beta1"
SERVICES, SERVICE = "apiservices.apiregistration.k8s.io", f"{VERSION}.{GROUP}"
WINDOW = "15s"


def _row(obj: Obj, now: float) -> list[Any]:
    usages = [c["usage"] for c in obj["containers"]] if "containers" in obj else [obj["usage"]]
    cpu, memory = sum(int(u["cpu"][:-1]) for u in usages), sum(int(u["memory"][:-2]) for u in usages)
    return [obj["metadata"]["name"], f"{cpu}n", f"{memory}Ki", obj["window"]]


def _kind(kind: str, plural: str, *, namespaced: bool) -> Kind:
    columns = (NAME, *texts("Cpu", "Memory", "Window"))
    return Kind(
        kind=kind,
        plural=plural,
        group=GROUP,
        version=VERSION,
        singular=kind.lower(),
        namespaced=namespaced,
        verbs=("get", "list"),
        columns=columns,
        row=_row,
    )


KINDS = (_kind("NodeMetrics", "nodes", namespaced=False), _kind("PodMetrics", "pods", namespaced=True))


class Metrics:
    """Serves the group while its APIService is there."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        api.computed[f"nodes.{GROUP}"] = lambda namespace: self._nodes()
        api.computed[f"pods.{GROUP}"] = self._pods
        api.store.subscribe(SERVICES, self._observe)

    def _observe(self, entry: Entry) -> None:
        if entry.key.name == SERVICE and entry.type == "ADDED":
            self._api.serve(KINDS)
        elif entry.key.name == SERVICE and entry.type == "DELETED":
            self._api.retire([kind.key for kind in KINDS])

    def _nodes(self) -> list[Obj]:
        found = []
        for node in self._api.store.items("nodes"):
            proxy = self._api.nodes.get(node["metadata"]["name"])
            if proxy is not None and _is_ready(node):
                found.append(self._measured("NodeMetrics", node, {"usage": _usage(proxy.stats()["node"])}))
        return found

    def _pods(self, namespace: str) -> list[Obj]:
        found: dict[Key, Obj] = {}
        for node in self._api.store.items("nodes"):
            proxy = self._api.nodes.get(node["metadata"]["name"])
            for stats in proxy.stats()["pods"] if proxy is not None and _is_ready(node) else ():
                key = Key(stats["podRef"]["namespace"], stats["podRef"]["name"])
                pod = self._api.store.get("pods", key)
                if pod is not None and namespace in ("", key.namespace):
                    containers = [{"name": c["name"], "usage": _usage(c)} for c in stats["containers"]]
                    found[key] = self._measured("PodMetrics", pod, {"containers": containers})
        return [found[key] for key in sorted(found)]

    def _measured(self, kind: str, of: Obj, usage: Obj) -> Obj:
        now = rfc3339(self._api.loop.now)
        metadata = {k: of["metadata"][k] for k in ("name", "namespace", "labels") if k in of["metadata"]}
        metadata["creationTimestamp"] = now
        about: Obj = {"kind": kind, "apiVersion": f"{GROUP}/{VERSION}", "metadata": metadata, "timestamp": now, "window": WINDOW}
        return {**about, **usage}


def _is_ready(node: Obj) -> bool:
    conditions = (node.get("status") or {}).get("conditions") or ()
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def _usage(stats: Obj) -> Obj:
    return {"cpu": f"{stats['cpu']['usageNanoCores']}n", "memory": f"{stats['memory']['workingSetBytes'] // 1024}Ki"}
