"""DefaultBinder: tells the API server on which node a pod runs, through the pod's `binding` subresource."""

from __future__ import annotations

from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import name, namespace, uid
from k8s_magic.scheduler.podinfo import PodInfo


def bind(client: LocalClient, pod: PodInfo, node: str) -> None:
    """Bind the pod; raises ApiError where the server refuses. Models plugins/defaultbinder Bind."""
    meta = {"name": name(pod.pod), "namespace": namespace(pod.pod), "uid": uid(pod.pod)}
    binding = {"apiVersion": "v1", "kind": "Binding", "metadata": meta, "target": {"kind": "Node", "name": node}}
    client.create("pods", binding, pod.namespace, name=pod.name, subresource="binding")
