"""One Pod on this node, from being bound to being gone. Models pkg/kubelet's pod workers.

The worker runs init containers in their order, then the others; writes the Pod's status once for all that changed at
one instant; and ends the Pod when it is deleted, its containers are done for good, or its deadline has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.images.registry import Image
from k8s_magic.kubelet import resizing
from k8s_magic.kubelet.admission import CRITICAL_PRIORITY
from k8s_magic.kubelet.container import Container
from k8s_magic.kubelet.downward import Addresses
from k8s_magic.kubelet.environment import expand
from k8s_magic.kubelet.files import Files, Mount, Volume
from k8s_magic.kubelet.state import Kind
from k8s_magic.kubelet.status import PodView, pod_status
from k8s_magic.kubelet.volumes import MountError, Snapshot
from k8s_magic.network.dns import search_path
from k8s_magic.objects import meta
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import is_sidecar, pod_requests
from k8s_magic.objects.times import parse_time, rfc3339
from k8s_magic.sim.loop import Cancelled, Future, Task

if TYPE_CHECKING:
    from k8s_magic.kubelet.kubelet import Kubelet

SANDBOX_S = 0.5
FIRST_START_S = 1.0
"""From being bound to the first container's start, where nothing has to be pulled."""
SPREAD_STEPS = 20
"""Starts fall on so many instants and not on any, so that controllers that look at many Pods have less to do."""
TEARDOWN_S = 0.5
"""The least time from a deletion to the Pod's end."""
FIRST_MOUNT_RETRY_S, LAST_MOUNT_RETRY_S = 0.5, 122.0
DEFAULT_GRACE_S = 30


class PodWorker:
    """The kubelet's side of one Pod."""

    def __init__(self, kubelet: Kubelet, pod: Obj) -> None:
        self.kubelet = kubelet
        self.client = kubelet.client
        self.pod = pod
        self.key = meta.key(pod)
        self.uid = meta.uid(pod)
        self.created_at = kubelet.loop.now
        self.restart_policy = pod["spec"].get("restartPolicy", "Always")
        self.view = PodView(self._started_at(), kubelet.profile.ip)
        self.containers = [Container(self, spec, kind) for spec, kind in _containers(pod)]
        self.view.containers = [container.state for container in self.containers]
        self.requests = pod_requests(pod)
        """What is set aside for it on the node."""
        self.volumes: dict[str, Volume] = {}
        self.causes: dict[int, None] = {}
        self.ending = False
        self.aliases = {name: a["ip"] for a in pod["spec"].get("hostAliases") or () for name in a.get("hostnames") or ()}
        self._tasks: list[Task[Any]] = []
        self._main: Task[None] | None = None
        self._plugged = False
        self._write_due = False
        self._spec_changed: Future[None] | None = None
        if any(c.state.kind in ("init", "sidecar") for c in self.containers):
            for container in self.containers:
                container.state.waiting = "PodInitializing"

    def _started_at(self) -> float:
        written = meta.get_in(self.pod, "status", "startTime")
        return parse_time(written) if written else self.kubelet.loop.now

    @property
    def hostname(self) -> str:
        return str(self.pod["spec"].get("hostname") or self.key.name)

    @property
    def grace_s(self) -> float:
        return float(self.pod["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_S))

    @property
    def quality(self) -> str:
        """Its class of service."""
        return str((self.pod.get("status") or {}).get("qosClass") or "BestEffort")

    @property
    def is_critical(self) -> bool:
        return int(self.pod["spec"].get("priority") or 0) >= CRITICAL_PRIORITY

    def container(self, name: str) -> Container | None:
        return next((c for c in self.containers if c.state.name == name), None)

    def addresses(self) -> Addresses:
        profile = self.kubelet.profile
        return Addresses(self.view.ip, profile.ip, profile.cpu, profile.memory)

    def remember(self, status: Obj) -> None:
        """The machine has come back: what ran on it has ended with it."""
        for written in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
            container = self.container(written["name"])
            if container is not None and (written.get("containerID") or written["state"].get("terminated")):
                container.state.restarts = written["restartCount"]
                container.state.last = written["state"].get("terminated") or _lost(written, self.kubelet.loop.now)
        self.event("Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")

    # --- Tasks ---

    def start(self) -> None:
        self._main = self.spawn(self._run())

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> Task[Any]:
        """Run something that ends with the Pod at the latest."""
        task = self.kubelet.loop.spawn(coroutine, self.key.name)
        self._tasks = [task, *(t for t in self._tasks if not t.done)]
        return task

    # --- The Pod's life ---

    async def _run(self) -> None:
        self._watch_deadline()
        self.write()
        await self._mount_volumes()
        await self.kubelet.loop.sleep(SANDBOX_S)
        self._plug_in()
        if not await self._initialize():
            self._finish_if_done()
            return
        for container in self.containers:
            if container.state.kind == "main":
                container.live().when_done(self._finish_if_done)

    async def _mount_volumes(self) -> None:
        retry_s = FIRST_MOUNT_RETRY_S
        while True:
            try:
                self.volumes = self.kubelet.mounter.mount(self.pod, self.addresses)
                return
            except MountError as error:
                self.event("Warning", "FailedMount", str(error))
                await self.kubelet.loop.sleep(retry_s)
                retry_s = min(retry_s * 2, LAST_MOUNT_RETRY_S)

    def _plug_in(self) -> None:
        """The sandbox is there: the Pod has its address."""
        kubelet = self.kubelet
        if self.pod["spec"].get("hostNetwork"):
            self.view.ip = kubelet.profile.ip
        else:
            self.view.ip = kubelet.take_address(self.uid)
            kubelet.network.attach(self.view.ip, kubelet.name, self.key.namespace)
            for host_port, port in self._host_ports():
                kubelet.network.forward(kubelet.profile.ip, host_port, self.view.ip, port)
        self.view.sandbox_ready = self._plugged = True

    def _host_ports(self) -> list[tuple[int, int]]:
        declared = [port for container in self.pod["spec"]["containers"] for port in container.get("ports") or ()]
        return [(port["hostPort"], port["containerPort"]) for port in declared if port.get("hostPort")]

    async def _initialize(self) -> bool:
        """Run the init containers one after the other; False where one has failed for good."""
        for container in self.containers:
            if container.state.kind == "sidecar":
                container.live()
                await container.has_started
            elif container.state.kind == "init":
                await container.live()
                if not container.state.succeeded:
                    return False
        return True

    async def pace(self, least_s: float) -> None:
        """Wait until the moment when a first start is due: about a second after the binding, or `least_s` from now."""
        early_s = self.kubelet.lineage.below(SPREAD_STEPS, "start", self.uid) * self.kubelet.profile.spread_s / SPREAD_STEPS
        wait_s = max(self.created_at + FIRST_START_S - early_s - self.kubelet.loop.now, least_s)
        if wait_s > 0:
            await self.kubelet.loop.sleep(wait_s)

    def _watch_deadline(self) -> None:
        seconds = self.pod["spec"].get("activeDeadlineSeconds")
        if seconds is not None:
            left_s = self.view.started_at + seconds - self.kubelet.loop.now
            self.kubelet.loop.call_later(max(left_s, 0), self._deadline_passed)

    def _deadline_passed(self) -> None:
        if self.ending or not self.kubelet.runs(self):
            return
        self.view.phase, self.view.reason = "Failed", "DeadlineExceeded"
        self.view.message = "Pod was active on the node longer than the specified deadline"
        self.event("Normal", "DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        self.ending = True
        self.spawn(self._end_early(self.grace_s))

    async def _end_early(self, grace_s: float) -> None:
        await self._stop_containers(grace_s)
        self.write()
        self._unplug()
        if meta.is_deleting(self.pod):
            self.kubelet.forget(self)
            self._delete_object()

    def _finish_if_done(self) -> None:
        """When no container comes back the Pod has succeeded or failed; sidecars end then."""
        for container in self.containers:
            if container.task is not None and container.task.error is not None and not isinstance(container.task.error, Cancelled):
                raise container.task.error
        mains = [c for c in self.containers if c.state.kind == "main"]
        failed_init = any(c.state.kind == "init" and c.task is not None and c.task.done and not c.state.succeeded for c in self.containers)
        if self.ending or not (failed_init or all(c.task is not None and c.task.done for c in mains)):
            return
        self.ending = True
        self.spawn(self._finish())

    async def _finish(self) -> None:
        await self._end_early(self.grace_s)

    async def _stop_containers(self, grace_s: float) -> None:
        """The containers all at once, then sidecars from the last to the first, within one grace period."""
        end = self.kubelet.loop.now + grace_s
        stops = [self.kubelet.loop.spawn(c.stop(grace_s)) for c in self.containers if c.state.kind != "sidecar"]
        for stop in stops:
            await stop
        for container in reversed(self.containers):
            if container.state.kind == "sidecar":
                await container.stop(max(end - self.kubelet.loop.now, 0.001))
        for container in self.containers:
            if container.task is not None and not container.task.done:
                await container.task

    def evict(self, message: str, grace_s: float) -> None:
        """End the Pod for the node's sake: it has failed. Models evictPod."""
        self.event("Warning", "Evicted", message)
        self.view.phase, self.view.reason, self.view.message = "Failed", "Evicted", message
        self.view.more["DisruptionTarget"] = {"status": "True", "reason": "TerminationByKubelet", "message": message}
        self.ending = True
        if self._main is not None:
            self._main.cancel()
        self.spawn(self._end_early(grace_s))

    # --- Deletion ---

    def observe(self, pod: Obj) -> None:
        """The Pod has been written by somebody."""
        before, self.pod = self.pod, pod
        if meta.is_deleting(pod):
            self._delete_by(float(pod["metadata"].get("deletionGracePeriodSeconds") or 0))
        elif pod["spec"] is not before["spec"] and pod["spec"] != before["spec"]:
            self._spec_was_edited()

    def _delete_by(self, grace_s: float) -> None:
        if not self.ending:
            self.ending = True
            if self._main is not None:
                self._main.cancel()
            self.spawn(self._delete(grace_s))
        elif grace_s < self._grace_left():
            self.kubelet.loop.call_later(max(grace_s, 0.001), self._kill_all)

    def _grace_left(self) -> float:
        stamp = self.pod["metadata"].get("deletionTimestamp")
        return max(parse_time(stamp) - self.kubelet.loop.now, 0) if stamp else self.grace_s

    def _kill_all(self) -> None:
        for container in self.containers:
            container.kill()

    async def _delete(self, grace_s: float) -> None:
        began = self.kubelet.loop.now
        await self._stop_containers(grace_s)
        if self.kubelet.loop.now - began < TEARDOWN_S:
            await self.kubelet.loop.sleep(began + TEARDOWN_S - self.kubelet.loop.now)
        self.kubelet.forget(self)
        if self.pod["metadata"].get("finalizers"):
            # The object outlives the Pod, so it has to say how that ended; otherwise nobody would read it.
            ends = [c.state.terminated for c in self.containers if c.state.kind == "main"]
            self.view.phase = "Succeeded" if all(end is not None and not end["exitCode"] for end in ends) else "Failed"
            self.write()
        self._unplug()
        self._delete_object()

    def _delete_object(self) -> None:
        if not self.kubelet.is_connected:
            return  # Once it is back, the kubelet finds that the Pod is to go.
        self._set_causes()
        try:
            self.client.delete("pods", self.key.name, self.key.namespace, options=DeleteOptions(grace_seconds=0, uid=self.uid))
        except ApiError as error:
            if error.reason not in ("NotFound", "Conflict"):
                raise

    def vanish(self) -> None:
        """The machine stops, or the object is gone: nothing of the Pod runs any more, and nothing is told."""
        self.ending = True
        for container in self.containers:
            container.vanish()
        for task in self._tasks:
            task.cancel()
        self._unplug()

    def _unplug(self) -> None:
        self.kubelet.release(self)
        if not self._plugged:
            return
        self._plugged = False
        kubelet = self.kubelet
        if not self.pod["spec"].get("hostNetwork"):
            for host_port, _ in self._host_ports():
                kubelet.network.unforward(kubelet.profile.ip, host_port)
            kubelet.network.detach(self.view.ip)
            kubelet.give_back_address(self.view.ip)

    # --- Edits ---

    def _spec_was_edited(self) -> None:
        """What may change in a running Pod: images, the deadline, ephemeral containers."""
        specs = {spec["name"]: (spec, kind) for spec, kind in _containers(self.pod)}
        for container in self.containers:
            spec, _ = specs.pop(container.state.name, (container.spec, container.state.kind))
            if spec["image"] != container.spec["image"]:
                container.spec = container.state.spec = spec
                if container.process is not None:
                    container.restart_because(f"Container {container.state.name} definition changed", self.grace_s)
        for spec, kind in specs.values():
            self._add(Container(self, spec, kind))
        resizing.resize(self)
        self._watch_deadline()
        if self._spec_changed is not None:
            waiter, self._spec_changed = self._spec_changed, None
            waiter.set(None)
        self.changed()

    def _add(self, container: Container) -> None:
        self.containers.append(container)
        self.view.containers.append(container.state)
        if self.view.sandbox_ready:
            container.live()

    async def sleep_unless_changed(self, seconds: float, changed: Callable[[], bool]) -> None:
        """Sleep, but wake up when an edit has made `changed` true."""
        woken: Future[None] = Future()
        timer = self.kubelet.loop.call_later(max(seconds, 0), lambda: woken.set(None))
        while not woken.done and not changed():
            self._spec_changed = self._spec_changed or Future()
            either: Future[None] = Future()
            self._spec_changed.when_done(lambda either=either: either.set(None))  # type: ignore[misc]
            woken.when_done(lambda either=either: either.set(None))  # type: ignore[misc]
            await either
        timer.cancel()

    # --- Telling ---

    def changed(self) -> None:
        """Write the status at the end of this instant."""
        if not self._write_due and not (self.ending and meta.is_deleting(self.pod)):
            self._write_due = True
            soon = self.kubelet.loop.call_soon
            # Behind what this instant still brings: a program that ends as it starts was never seen to run.
            soon(lambda: soon(self._write_if_due))

    def _write_if_due(self) -> None:
        if self._write_due:
            self.write()

    def write(self) -> None:
        """Write the status, if it differs from what the API has."""
        self._write_due = False
        current = self.client.peek("pods", self.key.name, self.key.namespace)
        if current is None or meta.uid(current) != self.uid or not self.kubelet.is_connected:
            return
        status = pod_status(current, self.view, self.kubelet.loop.now)
        if status != current.get("status"):
            self._set_causes()
            self.pod = self.client.write_status("pods", set_in(current, ("status",), status))

    def _set_causes(self) -> None:
        self.client.causes = tuple(self.causes)
        self.causes.clear()

    def event(self, kind: str, reason: str, message: str, container: Container | None = None) -> None:
        """Tell of the Pod, or of one of its containers."""
        if not self.kubelet.is_connected:
            return
        field = ""
        if container is not None:
            field = {"main": "containers", "ephemeral": "ephemeralContainers"}.get(container.state.kind, "initContainers")
        path = f"spec.{field}{{{container.state.name}}}" if container is not None else ""
        self.client.causes = tuple(self.causes)
        self.kubelet.recorder.event(self.pod, kind, reason, message, path)  # type: ignore[arg-type]

    # --- Files ---

    def files_for(self, spec: Obj, env: dict[str, str], image: Image) -> Files:
        """A container's file system: its image's few files, with the Pod's volumes mounted."""
        mounts = [self._mount(mount, env) for mount in spec.get("volumeMounts") or () if mount["name"] in self.volumes]
        return Files(mounts, self._base_files, has_all_directories=not image.known, directories=image.directories)

    def _mount(self, mount: Obj, env: dict[str, str]) -> Mount:
        volume = self.volumes[mount["name"]]
        sub_path = mount.get("subPath") or expand(mount.get("subPathExpr") or "", env)
        if sub_path and isinstance(volume, Snapshot):
            volume = dict(volume)  # A part of a ConfigMap that is mounted by subPath is never updated.
        return Mount(mount["mountPath"].rstrip("/") or "/", volume, sub_path, bool(mount.get("readOnly")))

    def _base_files(self) -> dict[str, bytes]:
        search = " ".join(search_path(self.key.namespace))
        hosts = "".join(f"{ip}\t{name}\n" for name, ip in self.aliases.items())
        return {
            "/etc/hostname": f"{self.hostname}\n".encode(),
            "/etc/hosts": f"# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n{self.view.ip}\t{self.hostname}\n{hosts}".encode(),
            "/etc/resolv.conf": f"search {search}\nnameserver 10.96.0.10\noptions ndots:5\n".encode(),
        }


def _lost(written: Obj, now: float) -> Obj:
    """How a container ended that the machine took with it."""
    stamp = rfc3339(now)
    started = meta.get_in(written, "state", "running", "startedAt", default=stamp)
    ended = {"exitCode": 255, "finishedAt": stamp, "reason": "Unknown", "startedAt": started}
    return {"containerID": written["containerID"], **ended} if written.get("containerID") else ended


def _containers(pod: Obj) -> list[tuple[Obj, Kind]]:
    spec = pod["spec"]
    found: list[tuple[Obj, Kind]] = [(c, "sidecar" if is_sidecar(c) else "init") for c in spec.get("initContainers") or ()]
    found += [(c, "main") for c in spec["containers"]]
    return found + [(c, "ephemeral") for c in spec.get("ephemeralContainers") or ()]
