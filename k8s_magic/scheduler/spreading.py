"""What a pod belongs to, for the spreading that everyone gets: the Services that select it and its controller's selector."""

from __future__ import annotations

from collections.abc import Hashable

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj, controller_of, get_in
from k8s_magic.objects.selectors import Selector
from k8s_magic.scheduler.matching import merged
from k8s_magic.scheduler.podinfo import PodInfo

OWNERS = {
    ("v1", "ReplicationController"): "replicationcontrollers",
    ("apps/v1", "ReplicaSet"): "replicasets.apps",
    ("apps/v1", "StatefulSet"): "statefulsets.apps",
}
SELECTORS_KEPT = 4096


class DefaultSelectors:
    """Selectors by what they depend on of the pod. Models plugins/helper/spread.go DefaultSelector."""

    def __init__(self, client: LocalClient) -> None:
        self._client = client
        self._known: dict[Hashable, Selector] = {}

    def start(self) -> None:
        for resource in ("services", *OWNERS.values()):
            self._client.subscribe(resource, self._on_change)

    def _on_change(self, event: WatchEvent, old: Obj | None) -> None:
        if event.type != "MODIFIED" or get_in(event.object, "spec", "selector") != get_in(old, "spec", "selector"):
            self._known.clear()

    def of(self, pod: PodInfo) -> Selector:
        """What Services and owner select together; an empty selector where the pod belongs to nothing."""
        owner = controller_of(pod.pod)
        key = pod.namespace, owner and owner["uid"], tuple(pod.labels.items())
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= SELECTORS_KEPT:
                self._known.clear()
            found = self._known[key] = self._work_out(pod, owner)
        return found

    def _work_out(self, pod: PodInfo, owner: Obj | None) -> Selector:
        wanted: dict[str, str] = {}
        for service in self._client.items("services", pod.namespace):
            selector = get_in(service, "spec", "selector")
            if selector and selectors.from_map(selector).matches(pod.labels):
                wanted |= selector
        resource = OWNERS.get((owner["apiVersion"], owner["kind"])) if owner else None
        found = self._client.peek(resource, owner["name"], pod.namespace) if owner and resource else None
        chosen = get_in(found, "spec", "selector")
        if chosen and resource == "replicationcontrollers":
            wanted |= chosen
        own = selectors.from_label_selector(chosen) if chosen and resource != "replicationcontrollers" else selectors.from_map({})
        return merged(selectors.from_map(wanted), own)
