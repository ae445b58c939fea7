"""What goes wrong in clusters, at will: machines, networks, registries, programs, load. Each failure has its opposite.

Nothing here writes to the API: a real failure does not announce itself, it shows in what kubelets and controllers say of it. The one
exception is a node that is switched off or cut off, of which an event by `chaos` tells, because the machine cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.events import Recorder
from k8s_magic.kubelet import Kubelet
from k8s_magic.kubelet.container import Container
from k8s_magic.kubelet.process import Exit
from k8s_magic.kubelet.registries import Registries
from k8s_magic.network.services import SLICES
from k8s_magic.objects import quantity
from k8s_magic.objects.duration import format_duration, parse_duration
from k8s_magic.objects.meta import Key, Obj, get_in

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

SERVICE_LABEL = "kubernetes.io/service-name"
CORES_PER_REQUEST = 0.01


class NoSuchThing(LookupError):
    """What should fail is not there; the text says what was looked for."""


@dataclass
class Load:
    """Requests a second to one Service, and the containers that they keep busy now."""

    rps: float
    cores_per_request: float
    loaded: list[Container] = field(default_factory=list)


class Failures:
    """Breaks parts of one cluster, and mends them. Pods and Services are named as `NAME` (in `default`) or `NAMESPACE/NAME`."""

    def __init__(self, cluster: Cluster) -> None:
        self.registries = Registries()
        self._cluster = cluster
        self._client = cluster.client_for("chaos")
        self._events = Recorder(self._client, "chaos")
        self._loads: dict[Key, Load] = {}
        self._strained: dict[str, list[Container]] = {}
        self._unsubscribe: Callable[[], None] | None = None

    # --- Machines ---

    def kill_node(self, name: str) -> None:
        """Cut a node's power: nothing happens on it any more, and nobody is told."""
        kubelet = self._kubelet(name)
        if kubelet.is_up:
            self._tell_of_node(name, "PowerCut", f"Node {name} has lost its power")
        kubelet.stop()

    def start_node(self, name: str) -> None:
        """Give a killed node its power back."""
        kubelet = self._kubelet(name)
        if not kubelet.is_up:
            kubelet.restart()

    def partition_node(self, name: str) -> None:
        """Cut a node off the network: its pods run on, but nothing is reported and nobody reaches it."""
        kubelet = self._kubelet(name)
        if kubelet.is_connected:
            self._tell_of_node(name, "NetworkCut", f"Node {name} is cut off")
        kubelet.cut_off()

    def heal_node(self, name: str) -> None:
        """Connect a node again: its kubelet catches up."""
        self._kubelet(name).reconnect()

    def _tell_of_node(self, name: str, reason: str, message: str) -> None:
        node = self._client.peek("nodes", name)
        if node is not None:
            self._events.event(node, "Warning", reason, message)

    def _kubelet(self, name: str) -> Kubelet:
        if name not in self._cluster.kubelets:
            raise NoSuchThing(f'no node "{name}"; there are {", ".join(self._cluster.kubelets)}')
        return self._cluster.kubelets[name]

    # --- Images ---

    def break_image(self, image: str) -> None:
        """Pulls of an image fail from now on; without a tag, those of every tag. Nodes that have it keep it."""
        self.registries.broken.add(image)

    def mend_image(self, image: str) -> None:
        """Pulls of an image succeed again, once nodes try again."""
        self.registries.broken.discard(image)

    def slow_image(self, image: str, duration: str | float) -> None:
        """Pulls of an image take longer by `duration` ("90s" or seconds); 0 ends that."""
        seconds = _seconds(duration)
        self.registries.delays.pop(image, None)
        if seconds:
            self.registries.delays[image] = seconds

    # --- Programs ---

    def fail(self, pod: str, container: str = "") -> None:
        """A container's program exits with 1; without a name, the first container's."""
        self._container(pod, container).kill(Exit(1))

    def hang(self, pod: str, container: str = "") -> None:
        """A program answers no probe and no request, and hears no TERM; without a name, those of all containers."""
        for each in self._strain(pod, container):
            each.hang()

    def unhang(self, pod: str) -> None:
        """The programs of a pod go on where they stopped."""
        for each in self._containers(pod):
            each.unhang()

    def leak(self, pod: str, rate: str | int = "10Mi", container: str = "") -> None:
        """A program loses so much memory a second, again and again after each restart."""
        try:
            amount = quantity.value(rate)
        except ValueError:
            raise ValueError(f'"{rate}" is no amount of memory such as 10Mi') from None
        for each in self._strain(pod, container)[:1]:
            each.leak(amount)

    def unleak(self, pod: str) -> None:
        """The programs of a pod lose no more memory; what is lost stays lost until they end."""
        for each in self._containers(pod):
            each.leak(0)

    def _strain(self, pod: str, container: str) -> list[Container]:
        chosen = [self._container(pod, container)] if container else self._containers(pod)
        self._strained[pod] = chosen
        return chosen

    def _containers(self, pod: str) -> list[Container]:
        key = _key(pod)
        found = self._client.peek("pods", key.name, key.namespace)
        kubelet = self._cluster.kubelets.get(found["spec"].get("nodeName", "")) if found else None
        worker = next((w for w in kubelet.workers() if w.key == key), None) if kubelet else None
        if worker is None:
            raise NoSuchThing(f'no pod "{key.name}" runs in namespace "{key.namespace}"')
        return [c for c in worker.containers if c.state.kind == "main"]

    def _container(self, pod: str, name: str) -> Container:
        found = next((c for c in self._containers(pod) if name in ("", c.state.name)), None)
        if found is None:
            raise NoSuchThing(f'no container "{name}" in pod "{pod}"')
        return found

    # --- Load ---

    def load(self, service: str, rps: float, cores_per_request: float = CORES_PER_REQUEST) -> None:
        """So many requests a second come to a Service; its ready endpoints share them, and each takes CPU time. 0 ends it."""
        key = _key(service)
        if self._client.peek("services", key.name, key.namespace) is None:
            raise NoSuchThing(f'no service "{key.name}" in namespace "{key.namespace}"')
        self._relieve(key)
        if rps > 0:
            self._loads[key] = Load(rps, cores_per_request)
            self._unsubscribe = self._unsubscribe or self._client.subscribe(SLICES, self._endpoints_changed)
            self._share(key)

    def unload(self, service: str) -> None:
        """Nobody asks the Service any more."""
        self._relieve(_key(service))
        if not self._loads and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _relieve(self, key: Key) -> None:
        load = self._loads.pop(key, None)
        for container in load.loaded if load is not None else ():
            container.usage.load = 0.0

    def _endpoints_changed(self, event: WatchEvent, old: Obj | None) -> None:
        metadata = event.object["metadata"]
        key = Key(metadata.get("namespace", ""), (metadata.get("labels") or {}).get(SERVICE_LABEL, ""))
        if key in self._loads:
            # Behind what this instant still brings: kubelets may be about to start what the slice tells of.
            self._cluster.loop.call_soon(lambda: self._share(key))

    def _share(self, key: Key) -> None:
        """Divide the requests anew among the endpoints that are ready now."""
        load, service = self._loads.get(key), self._client.peek("services", key.name, key.namespace)
        if load is None:
            return
        for container in load.loaded:
            container.usage.load = 0.0
        load.loaded = [c for piece in self._cluster.network.services.slices(service) for c in self._serving(piece)] if service else []
        for container in load.loaded:
            container.usage.load = load.rps * load.cores_per_request / len(load.loaded)

    def _serving(self, piece: Obj) -> list[Container]:
        ports = [port["port"] for port in piece.get("ports") or () if port.get("port")]
        ready = [e for e in piece.get("endpoints") or () if (e.get("conditions") or {}).get("ready") is not False]
        names = [get_in(e, "targetRef", "name", default="") for e in ready if get_in(e, "targetRef", "kind", default="") == "Pod"]
        found: list[Container] = []
        for name in names:
            workers = [w for k in self._cluster.kubelets.values() for w in k.workers() if w.key == (piece["metadata"]["namespace"], name)]
            found += [_listening([c for c in w.containers if c.state.kind == "main"], ports) for w in workers]
        return found

    # --- All of it ---

    def active(self) -> list[str]:
        """What is broken now, a line each."""
        kubelets = self._cluster.kubelets.values()
        lines = [f"node {k.name} is down" for k in kubelets if not k.is_up]
        lines += [f"node {k.name} is cut off" for k in kubelets if k.is_up and k.is_cut_off]
        lines += [f"image {image} cannot be pulled" for image in sorted(self.registries.broken)]
        delays = sorted(self.registries.delays.items())
        lines += [f"image {image} comes {format_duration(seconds)} late" for image, seconds in delays]
        strained = [(pod, c) for pod, containers in self._strained.items() for c in containers if not c.worker.ending]
        lines += [f"container {c.state.name} of pod {pod} hangs" for pod, c in strained if c.thaw is not None]
        lines += [f"container {c.state.name} of pod {pod} leaks {c.usage.leak:.0f} bytes a second" for pod, c in strained if c.usage.leak]
        return lines + [f"service {key.namespace}/{key.name} gets {load.rps:g} requests a second" for key, load in self._loads.items()]

    def end_all(self) -> None:
        """Mend whatever is broken."""
        for kubelet in self._cluster.kubelets.values():
            kubelet.reconnect()
            if not kubelet.is_up:
                kubelet.restart()
        self.registries.broken.clear()
        self.registries.delays.clear()
        for container in [c for containers in self._strained.values() for c in containers]:
            container.unhang()
            container.leak(0)
        self._strained.clear()
        for key in list(self._loads):
            self.unload(f"{key.namespace}/{key.name}")


def _listening(containers: list[Container], ports: list[int]) -> Container:
    """The container that says that it serves one of the ports; otherwise the first."""
    return next((c for c in containers if set(c.ports) & set(ports)), containers[0])


def _key(name: str) -> Key:
    namespace, slash, rest = name.partition("/")
    return Key(namespace, rest) if slash else Key("default", name)


def _seconds(duration: str | float) -> float:
    seconds = parse_duration(duration) if isinstance(duration, str) else float(duration)
    if seconds < 0:
        raise ValueError(f"nothing takes {duration}")
    return seconds
