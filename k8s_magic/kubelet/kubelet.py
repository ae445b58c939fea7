"""The kubelet of one node: registers the machine, has a worker for each Pod bound to it, and answers for them.

It implements what the API asks of a node: heartbeats, streams (logs, exec, attach, port-forward), statistics.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from k8s_magic.apiserver.client import Stream, WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import EventType, Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.kubelet import admission, resizing, stats, streams
from k8s_magic.kubelet import node as node_object
from k8s_magic.kubelet.container import Container
from k8s_magic.kubelet.eviction import MemoryPressure
from k8s_magic.kubelet.pod_worker import PodWorker
from k8s_magic.kubelet.profile import Profile
from k8s_magic.kubelet.pulling import ImageStore
from k8s_magic.kubelet.registries import Registries
from k8s_magic.kubelet.volumes import Mounter
from k8s_magic.network import Network
from k8s_magic.objects import meta, pods
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339

RENEW_S = 10.0


class Kubelet:
    """One node's kubelet. `client` must be its own: its causes are set before each write."""

    def __init__(
        self, node_name: str, client: LocalClient, network: Network, profile: Profile, registries: Registries | None = None
    ) -> None:
        self.name = node_name
        self.client = client
        self.network = network
        self.profile = profile
        self.loop, self.lineage = client.loop, client.lineage
        self.recorder = Recorder(client, "kubelet", node_name)
        self.is_up = False
        self.is_cut_off = False
        self.memory = 0
        """Bytes that all containers together hold."""
        self.image_store = ImageStore(
            self.loop,
            self.lineage,
            node_name,
            profile.download_mib_per_s,
            registries or Registries(),
            instant=profile.images_pulled,
            changed=self.write_node,
        )
        self.disk: dict[str, bytes] = {}
        """The machine's own files, which hostPath volumes show; they outlive a restart."""
        self.mounter = Mounter(client, network, self.disk)
        self.pressure = MemoryPressure(self)
        self._held: dict[Container, int] = {}
        self._workers: dict[str, PodWorker] = {}
        self._admitted: dict[str, PodWorker] = {}
        self._requested: dict[str, int] = {}
        self._addresses: set[str] = set()
        self._range = ipaddress.ip_network(profile.pod_cidr)
        self._unsubscribe: Callable[[], None] | None = None
        self._started_at = self.loop.now
        self._stopped_at: float | None = None

    # --- The machine ---

    def start(self) -> None:
        """Boot: register the node, or tell that it is back, and take up its Pods."""
        self.is_up, self.is_cut_off, self._started_at, self._stopped_at = True, False, self.loop.now, None
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
        self._stopped_at = self.loop.now if self._stopped_at is None else self._stopped_at
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

    @property
    def is_connected(self) -> bool:
        """Whether what the kubelet says reaches the API."""
        return self.is_up and not self.is_cut_off

    def cut_off(self) -> None:
        """The network to the machine fails: Pods run on, but nobody hears of them or reaches them."""
        if not self.is_connected:
            return
        self.is_cut_off, self._stopped_at = True, self.loop.now
        if self._unsubscribe is not None:
            self._unsubscribe()
        self.network.set_down(self.name, True)

    def reconnect(self) -> None:
        """The network is back: catch up with what has been asked for, and tell what has happened."""
        if not self.is_up or not self.is_cut_off:
            return
        self.is_cut_off, self._stopped_at = False, None
        self.network.set_down(self.name, False)
        self._unsubscribe = self.client.subscribe("pods", self._pod_written, node=self.name)
        self.write_node()
        for worker in list(self._workers.values()):
            self._catch_up(worker)
        for pod in self.client.by_node(self.name):
            self._take_up(pod, returning=False)

    def _catch_up(self, worker: PodWorker) -> None:
        pod = self.client.peek("pods", worker.key.name, worker.key.namespace)
        if pod is None or meta.uid(pod) != worker.uid:
            del self._workers[worker.uid]
            worker.vanish()
            return
        worker.causes[meta.revision(pod)] = None
        worker.observe(pod)
        worker.write()

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
        images, old = self.image_store.images.values(), found.get("status") or {}
        status = node_object.status(self.name, self.profile, images, old, now, is_short_of_memory=self.pressure.is_on)
        self.client.write_status("nodes", set_in(found, ("status",), status))

    def write_node(self) -> None:
        """Tell how the node is now."""
        found = self.client.peek("nodes", self.name)
        if found is not None and self.is_connected:
            self.client.causes = ()
            self._write_node(found, self.loop.now)

    def node_event(self, kind: EventType, reason: str, message: str) -> None:
        """Tell of the node."""
        found = self.client.peek("nodes", self.name)
        if found is not None and self.is_connected:
            self.client.causes = ()
            self.recorder.event(found, kind, reason, message)

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
        worker = PodWorker(self, pod)
        if not (returning or meta.is_deleting(pod) or self._admits(worker)):
            return
        self._workers[worker.uid] = worker
        self._reserve(worker)
        worker.causes[meta.revision(pod)] = None
        if returning and meta.get_in(pod, "status", "containerStatuses"):
            worker.remember(pod["status"])
        if meta.is_deleting(pod):
            worker.observe(pod)
        else:
            worker.start()

    # --- What is set aside, and what is used ---

    def _admits(self, worker: PodWorker) -> bool:
        """Whether there is room for the Pod; where there is none, it has failed. Models the kubelet's rejectPod."""
        pod, node = worker.pod, self.client.peek("nodes", self.name)
        rejection = admission.under_pressure(pod, worker.quality) if self.pressure.is_on else None
        if rejection is None and node is not None:
            rejection = admission.reject(pod, node, self.profile, worker.requests, self._taken())
        if rejection is None:
            return True
        self.client.causes = (meta.revision(pod),)
        self.recorder.event(pod, "Warning", rejection.reason, rejection.message)
        failed = {"phase": "Failed", "reason": rejection.reason, "message": f"Pod was rejected: {rejection.message}"}
        failed |= {"qosClass": worker.quality, "startTime": rfc3339(self.loop.now)}
        self.client.write_status("pods", set_in(pod, ("status",), failed))
        return False

    def _taken(self) -> dict[str, int]:
        return {**self._requested, "pods": len(self._admitted)}

    def lacks_for(self, worker: PodWorker, requests: dict[str, int]) -> str:
        """What is said where the node has not got `requests` for a Pod that it runs; empty where it has."""
        others = {name: amount - worker.requests.get(name, 0) for name, amount in self._requested.items()}
        found = admission.lacks(self.profile, requests, others)
        return found[1] if found is not None else ""

    def _reserve(self, worker: PodWorker) -> None:
        self._admitted[worker.uid] = worker
        for name, amount in worker.requests.items():
            self._requested[name] = self._requested.get(name, 0) + amount

    def reserve_anew(self, worker: PodWorker, requests: dict[str, int]) -> None:
        """A Pod has been resized."""
        for name in {**worker.requests, **requests}:
            self._requested[name] = self._requested.get(name, 0) + requests.get(name, 0) - worker.requests.get(name, 0)
        worker.requests = requests

    def release(self, worker: PodWorker) -> None:
        """A Pod has ended: there is room for a resize that had to wait."""
        if self._admitted.get(worker.uid) is not worker:
            return
        del self._admitted[worker.uid]
        for name, amount in worker.requests.items():
            self._requested[name] -= amount
        for other in [w for w in self._admitted.values() if "PodResizePending" in w.view.more]:
            resizing.resize(other)

    def count_memory(self, container: Container, held: int) -> None:
        """A container holds so many bytes now."""
        before = self._held.pop(container, 0)
        if held:
            self._held[container] = held
        self.memory += held - before
        if held > before:
            self.pressure.look()

    def runs(self, worker: PodWorker) -> bool:
        """Whether the worker is still the one of its Pod."""
        return self._workers.get(worker.uid) is worker

    def forget(self, worker: PodWorker) -> None:
        if self.runs(worker):
            del self._workers[worker.uid]
            self.release(worker)

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
        if not self.is_connected:
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
