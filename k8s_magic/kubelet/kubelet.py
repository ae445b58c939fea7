"""The kubelet of one node: registers the machine, has a worker for each Pod bound to it, and answers for them.

It implements what the API asks of a node: heartbeats, streams (logs, exec, attach, port-forward), statistics.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from k8s_magic.apiserver.client import Stream, WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.kubelet import node as node_object
from k8s_magic.kubelet import stats, streams
from k8s_magic.kubelet.pod_worker import PodWorker
from k8s_magic.kubelet.profile import Profile
from k8s_magic.kubelet.pulling import ImageStore
from k8s_magic.kubelet.volumes import Mounter
from k8s_magic.network import Network
from k8s_magic.objects import meta, pods
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

RENEW_S = 10.0


class Kubelet:
    """One node's kubelet. `client` must be its own: its causes are set before each write."""

    def __init__(self, node_name: str, client: LocalClient, network: Network, profile: Profile) -> None:
        self.name = node_name
        self.client = client
        self.network = network
        self.profile = profile
        self.loop, self.lineage = client.loop, client.lineage
        self.recorder = Recorder(client, "kubelet", node_name)
        self.is_up = False
        self.image_store = ImageStore(
            self.loop,
            self.lineage,
            node_name,
            profile.download_mib_per_s,
            instant=profile.images_pulled,
            changed=self._images_changed,
        )
        self.disk: dict[str, bytes] = {}
        """The machine's own files, which hostPath volumes show; they outlive a restart."""
        self.mounter = Mounter(client, network, self.disk)
        self._workers: dict[str, PodWorker] = {}
        self._addresses: set[str] = set()
        self._range = ipaddress.ip_network(profile.pod_cidr)
        self._unsubscribe: Callable[[], None] | None = None
        self._started_at = self.loop.now
        self._stopped_at: float | None = None

    # --- The machine ---

    def start(self) -> None:
        """Boot: register the node, or tell that it is back, and take up its Pods."""
        self.is_up, self._started_at, self._stopped_at = True, self.loop.now, None
        self.network.attach(self.profile.ip, self.name)
        self.network.set_down(self.name, False)
        self.client.api.register_node(self.name, self)
        self._register()
        self._unsubscribe = self.client.subscribe("pods", self._pod_written, node=self.name)
        for pod in self.client.by_node(self.name):
            self._take_up(pod, returning=True)

    def stop(self) -> None:
        """The machine dies: nothing happens on it any more, and it answers nobody."""
        if not self.is_up:
            return
        self._stopped_at = self.loop.now
        self.is_up = False
        if self._unsubscribe is not None:
            self._unsubscribe()
        self.network.set_down(self.name, True)
        for worker in list(self._workers.values()):
            worker.vanish()
        self._workers.clear()

    def restart(self) -> None:
        """The machine dies and comes back; its images and its disk are still there, its containers are not."""
        self.stop()
        self.start()

    def _register(self) -> None:
        self.client.causes = ()
        joined = self.profile.joined_at or self.loop.now
        found = self.client.peek("nodes", self.name)
        if found is None:
            found = self.client.create("nodes", node_object.node(self.name, self.profile))
            self.client.create("leases.coordination.k8s.io", node_object.lease(found, self.loop.now), "kube-node-lease")
            self._write_node(found, joined)
            return
        self.recorder.event(found, "Normal", "Starting", "Starting kubelet.")
        self._write_node(found, self.loop.now)

    def _write_node(self, found: Obj, now: float) -> None:
        status = node_object.status(self.name, self.profile, self.image_store.images.values(), found.get("status") or {}, now)
        self.client.write_status("nodes", set_in(found, ("status",), status))

    def _images_changed(self) -> None:
        found = self.client.peek("nodes", self.name)
        if found is not None and self.is_up:
            self.client.causes = ()
            self._write_node(found, self.loop.now)

    # --- Pods ---

    def _pod_written(self, event: WatchEvent, old: Obj | None) -> None:
        pod = event.object
        worker = self._workers.get(meta.uid(pod))
        if event.type == "DELETED":
            if worker is not None:
                del self._workers[worker.uid]
                worker.vanish()
            return
        if worker is None:
            self._take_up(pod, returning=False)
        elif pod is not worker.pod:
            if _is_news(pod, old):
                worker.causes[meta.revision(pod)] = None
            worker.observe(pod)

    def _take_up(self, pod: Obj, *, returning: bool) -> None:
        if pods.is_terminal(pod) or meta.uid(pod) in self._workers:
            return
        worker = self._workers[meta.uid(pod)] = PodWorker(self, pod)
        worker.causes[meta.revision(pod)] = None
        if returning and meta.get_in(pod, "status", "containerStatuses"):
            worker.remember(pod["status"])
        if meta.is_deleting(pod):
            worker.observe(pod)
        else:
            worker.start()

    def runs(self, worker: PodWorker) -> bool:
        """Whether the worker is still the one of its Pod."""
        return self._workers.get(worker.uid) is worker

    def forget(self, worker: PodWorker) -> None:
        if self.runs(worker):
            del self._workers[worker.uid]

    def workers(self) -> list[PodWorker]:
        return list(self._workers.values())

    def take_address(self, uid: str) -> str:
        """A free address of the node's range, drawn for the Pod."""
        count = self._range.num_addresses - 3
        offset = self.lineage.below(count, "pod address", uid)
        for step in range(count):
            address = self._range[2 + (offset + step) % count].compressed
            if address not in self._addresses:
                self._addresses.add(address)
                return address
        raise AssertionError(f"{self.name} has run out of addresses")

    def give_back_address(self, address: str) -> None:
        self._addresses.discard(address)

    # --- What the API asks of a node ---

    def heartbeat(self) -> float:
        """When the lease was last renewed: every ten seconds while the machine runs."""
        until = self.loop.now if self._stopped_at is None else self._stopped_at
        return self._started_at + (until - self._started_at) // RENEW_S * RENEW_S

    async def connect(self, pod: Obj, subresource: str, parameters: dict[str, Any]) -> Stream:
        """Open a log, exec, attach or port-forward stream to a Pod; `ApiError` where that cannot be."""
        if not self.is_up:
            why = f'Get "https://{self.profile.ip}:10250/": dial tcp {self.profile.ip}:10250: connect: no route to host'
            raise ApiError(500, "InternalError", why)
        worker = self._workers.get(meta.uid(pod))
        if worker is None:
            raise ApiError(404, "NotFound", f'pod "{meta.name(pod)}" not found on node {self.name}')
        return await streams.open_stream(worker, subresource, parameters)

    def stats(self) -> Obj:
        """What the node and its containers use, as the kubelet's /stats/summary tells it."""
        return stats.summary(self)


def _is_news(pod: Obj, old: Obj | None) -> bool:
    """Whether a write is about more than the status, which is mostly the kubelet's own."""
    return old is None or pod["metadata"].get("generation") != old["metadata"].get("generation") or meta.is_deleting(pod)
