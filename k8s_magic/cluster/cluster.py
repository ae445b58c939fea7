"""`Cluster`: one simulated cluster with its clock, and the commands that move it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Protocol

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.cluster import bootstrap
from k8s_magic.cluster.command import Command, Result
from k8s_magic.cluster.failures import Failures
from k8s_magic.cluster.inspector import Inspector
from k8s_magic.cluster.run import Run, Settings
from k8s_magic.cluster.workstation import Workstation
from k8s_magic.controllers.manager import Manager
from k8s_magic.kubectl.environment import Legacy
from k8s_magic.kubelet import Kubelet, Profile
from k8s_magic.network import Network
from k8s_magic.objects.duration import parse_duration
from k8s_magic.scheduler import Scheduler
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop, Task

BORN_AT = 1_766_998_800.0  # 2025-12-29T09:00:00Z: when the cluster was set up ...
OPENED_AT = 1_767_603_600.0  # 2026-01-05T09:00:00Z: ... and when the learner comes to it, a week later.
SETTLED_AFTER_S = 3.0
SETTLE_LIMIT_S = 600.0
QUIET_RESOURCES = ("events", "leases.coordination.k8s.io")
ClockMode = Literal["step", "pause"]


class Pace(Protocol):
    """A wall clock that a cluster follows (see k8s_magic.live)."""

    def target(self) -> float:
        """Where the cluster's clock should stand now, in seconds since the epoch."""
        ...

    def rest(self) -> None:
        """Let real time pass, with the cluster's lock free for others."""
        ...


class Cluster:
    """A simulated Kubernetes v1.36.

    `nodes` counts workers. With `system` there is a tainted control plane `node1` before them, and kube-system is
    populated; without, it is the bare cluster of the transcripts. `step` is how far the clock moves after each command.
    Same seed and same commands give the same bytes.
    """

    def __init__(
        self,
        seed: int = 0,
        nodes: int = 3,
        system: bool = True,
        legacy: Legacy = "accept",
        clock: ClockMode = "step",
        step: str = "2s",
    ) -> None:
        self.seed = seed
        self.system = system
        self.legacy: Legacy = legacy
        self.clock: ClockMode = clock
        self.step_s = parse_duration(step)
        self.commands: list[Command] = []
        self.env: dict[str, str] = {}
        self.editor: Callable[[str, str], str] | None = None
        self.lock: AbstractContextManager[object] = nullcontext()
        self.pace: Pace | None = None
        self.loop = Loop(BORN_AT)
        self.lineage = Lineage(seed)
        self.api = ApiServer(self.loop, self.lineage)
        self.client = self.client_for("kubectl", trusted=False)
        self.inspector = Inspector(self)
        self.network = Network(self.client_for("network"), self.loop, self.lineage)
        self.scheduler = Scheduler(self.client_for("default-scheduler"))
        self.kubelets: dict[str, Kubelet] = {}
        self.failures = Failures(self)
        self.workstation = Workstation(self)
        self._background: list[Run] = []
        self._start(nodes)

    def client_for(self, actor: str, *, trusted: bool = True) -> LocalClient:
        """A client whose writes carry `actor` in the journal."""
        return LocalClient(self.api, Caller(actor, trusted=trusted))

    # --- Birth ---

    def _start(self, workers: int) -> None:
        setup = self.client_for("setup")
        bootstrap.create_basics(setup)
        Manager(self.client_for).start()
        self.scheduler.start()
        for _ in range(workers + (1 if self.system else 0)):
            self.add_node()
        self.loop.run_until(BORN_AT + 1)
        if self.system:
            bootstrap.create_add_ons(setup)
        self.loop.run_until(BORN_AT + 120)
        # A healthy cluster writes nothing while nobody uses it, so a week passes by setting the clock.
        self.loop.jump(OPENED_AT - 10)
        self.loop.run_until(OPENED_AT)

    def add_node(self, name: str = "") -> str:
        """Let another node join; gives its name."""
        number = len(self.kubelets) + 1
        while not name or name in self.kubelets:
            name = f"node{number}"
            number += 1
        index = len(self.kubelets) + 1
        control_plane = self.system and index == 1
        profile = Profile(
            cpu="2",
            memory="4Gi",
            pods=110,
            ip=f"192.168.64.{index + 1}" if index < 250 else f"192.168.{64 + index // 250}.{index % 250 + 1}",
            pod_cidr=f"10.244.{index - 1}.0/24" if index <= 256 else f"10.{244 + (index - 1) // 256}.{(index - 1) % 256}.0/24",
            images_pulled=not self.system,
            first_restart_waits=not self.system,
            kubelet_port=10250 if self.system else 0,
            labels=CONTROL_PLANE_LABELS if control_plane else {},
            taints=CONTROL_PLANE_TAINTS if control_plane else (),
        )
        client = self.client_for(f"kubelet-{name}")
        self.kubelets[name] = Kubelet(name, client, self.network, profile, self.failures.registries)
        self.kubelets[name].start()
        return name

    # --- Failures (see k8s_magic.cluster.failures), each with its opposite ---

    def kill_node(self, name: str) -> None:
        """Cut a node's power: nothing happens on it any more, and nobody is told."""
        self.failures.kill_node(name)

    def start_node(self, name: str) -> None:
        """Give a killed node its power back."""
        self.failures.start_node(name)

    def partition_node(self, name: str) -> None:
        """Cut a node off the network: its pods run on, but nothing is reported and nobody reaches it."""
        self.failures.partition_node(name)

    def heal_node(self, name: str) -> None:
        """Connect a node again: its kubelet catches up."""
        self.failures.heal_node(name)

    def break_image(self, image: str) -> None:
        """Pulls of an image fail from now on; without a tag, those of every tag. Nodes that have it keep it."""
        self.failures.break_image(image)

    def mend_image(self, image: str) -> None:
        """Pulls of an image succeed again, once nodes try again."""
        self.failures.mend_image(image)

    def slow_image(self, image: str, duration: str | float) -> None:
        """Pulls of an image take longer by `duration` ("90s" or seconds); 0 ends that."""
        self.failures.slow_image(image, duration)

    def fail(self, pod: str, container: str = "") -> None:
        """A container's program exits with 1; without a name, the first container's."""
        self.failures.fail(pod, container)

    def hang(self, pod: str, container: str = "") -> None:
        """A program answers no probe and no request, and hears no TERM; without a name, those of all containers."""
        self.failures.hang(pod, container)

    def unhang(self, pod: str) -> None:
        """The programs of a pod go on where they stopped."""
        self.failures.unhang(pod)

    def leak(self, pod: str, rate: str | int = "10Mi", container: str = "") -> None:
        """A program loses so much memory a second, again and again after each restart."""
        self.failures.leak(pod, rate, container)

    def unleak(self, pod: str) -> None:
        """The programs of a pod lose no more memory; what is lost stays lost until they end."""
        self.failures.unleak(pod)

    def load(self, service: str, rps: float) -> None:
        """So many requests a second come to a Service; its ready endpoints share them, and each takes CPU time."""
        self.failures.load(service, rps)

    def unload(self, service: str) -> None:
        """Nobody asks the Service any more."""
        self.failures.unload(service)

    # --- Time ---

    @property
    def now(self) -> float:
        """Seconds since the epoch on the cluster's clock."""
        return self.loop.now

    def tick(self, duration: str | float) -> None:
        """Let time pass: "30s", "1m30s", or seconds."""
        seconds = parse_duration(duration) if isinstance(duration, str) else float(duration)
        with self.lock:
            self.catch_up()
            self.loop.run_until(self.loop.now + seconds)

    def settle(self, quiet_s: float = SETTLED_AFTER_S, limit_s: float = SETTLE_LIMIT_S) -> bool:
        """Let time pass until no object has changed for `quiet_s` seconds; False where `limit_s` came first."""
        end = self.loop.now + limit_s
        revision, changed_at = self.api.store.revision, self.loop.now
        while self.loop.now < end:
            if self.loop.now >= changed_at + quiet_s:
                return True
            upcoming = self.loop.next_event_at()
            self.loop.run_until(min(end, changed_at + quiet_s, upcoming if upcoming is not None else end))
            if any(_counts(entry.resource, entry.object, entry.old) for entry in self.api.store.since(revision)):
                changed_at = self.loop.now
            revision = self.api.store.revision
        return False

    # --- kubectl ---

    def kubectl(
        self,
        line: str | Sequence[str],
        stdin: str | None = None,
        cwd: str | os.PathLike[str] | None = None,
        on_output: Callable[[str], None] | None = None,
    ) -> Result:
        """Run one top-level kubectl command, then let the clock's step pass. `on_output` sees the text as it is printed."""
        try:
            argv = shlex.split(line) if isinstance(line, str) else list(line)
        except ValueError as error:
            return Result("", f"error: {error}\n", 1)
        with self.lock:
            return self._kubectl(argv, stdin, cwd, on_output)

    def _kubectl(
        self, argv: list[str], stdin: str | None, cwd: str | os.PathLike[str] | None, on_output: Callable[[str], None] | None
    ) -> Result:
        self.catch_up()
        in_background = argv[-1:] == ["&"]
        run = self.start(argv[:-1] if in_background else argv, stdin, cwd, on_output, Settings(goes_on=in_background))
        if in_background:
            self._background.append(run)
        exit_code = 0 if in_background else run.finish()
        self.after_command()
        return Result(run.take_stdout(), run.take_stderr(), exit_code, self.take_background())

    def start(
        self,
        argv: Sequence[str],
        stdin: str | None = None,
        cwd: str | os.PathLike[str] | None = None,
        on_output: Callable[[str], None] | None = None,
        settings: Settings = Settings(),
    ) -> Run:
        """Start a kubectl process and leave it; it goes on as the clock moves."""
        words = list(argv[1:] if argv[:1] == ["kubectl"] else argv)
        self.commands.append(Command(len(self.commands) + 1, self.loop.now, tuple(words), stdin, self.api.store.revision))
        return Run(self, words, stdin, cwd, on_output, settings)

    def terminal(self, script: str, on_output: Callable[[bool, str], None] | None = None) -> Result:
        """Run a script in the workstation's shell, which stays as it leaves it, then let the clock's step pass.

        `on_output` sees the text as it is printed: (is it standard error, text).
        """
        with self.lock:
            self.catch_up()
            self.commands.append(Command(len(self.commands) + 1, self.loop.now, ("%%terminal",), script, self.api.store.revision))
            result = self.workstation.run(script, on_output or (lambda is_error, text: None))
            self.after_command()
        return result

    def run_task(self, task: Task[int], limit_s: float) -> bool:
        """Run the clock until the task ends; False where it would not within `limit_s`. Where there is a wall clock, nothing is before its time."""
        end = self.loop.now + limit_s
        if self.pace is None:
            return self.loop.run_until_done(task, end)
        while self.pace is not None and self.loop.now < end:
            if self.loop.run_until_done(task, self.pace.target()):
                return True
            self.catch_up()
            self.pace.rest()
        return False

    def catch_up(self) -> None:
        """Move the clock to where the wall clock wants it, if the cluster follows one."""
        if self.pace is not None:
            self.loop.run_until(max(self.loop.now, self.pace.target()))

    def after_command(self) -> None:
        """Let the clock make its step, as after each top-level command."""
        if self.clock == "step" and self.pace is None:
            self.loop.run_until(self.loop.now + self.step_s)

    def take_background(self) -> str:
        """What watches left on with `&` have printed since they were last asked."""
        text = "".join(background.take_stdout() + background.take_stderr() for background in self._background)
        self._background = [background for background in self._background if not background.done]
        return text

    def stop_background(self) -> str:
        """End all watches left on with `&`; gives what they printed last."""
        for background in self._background:
            background.cancel()
        return self.take_background()


CONTROL_PLANE_LABELS = {
    "node-role.kubernetes.io/control-plane": "",
    "node.kubernetes.io/exclude-from-external-load-balancers": "",
}
CONTROL_PLANE_TAINTS = ({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},)


def _counts(resource: str, new: dict[str, object], old: dict[str, object] | None) -> bool:
    """Whether a write shows that the cluster is still at work: events, leases and a node's status do not."""
    if resource in QUIET_RESOURCES:
        return False
    return resource != "nodes" or old is None or new.get("spec") != old.get("spec")
