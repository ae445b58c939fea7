"""`Cluster`: one simulated cluster with its clock, and the commands that move it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from weakref import WeakSet

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.http import EventStream, Request, Response
from k8s_magic.cluster import going_back, interrupts, pace, saving
from k8s_magic.cluster.command import Result
from k8s_magic.cluster.failures import Failures
from k8s_magic.cluster.graph import graph_of
from k8s_magic.cluster.inspector import Inspector
from k8s_magic.cluster.log import Command, Entry, How, Log, Moved
from k8s_magic.cluster.pace import ClockMode, Pace
from k8s_magic.cluster.recorded import recorded
from k8s_magic.cluster.recorded_client import RecordedClient, received
from k8s_magic.cluster.replaying import replay
from k8s_magic.cluster.run import Run, Settings
from k8s_magic.cluster.story import Story, story_of
from k8s_magic.cluster.streams import OutsideStreams
from k8s_magic.cluster.workstation import Workstation
from k8s_magic.cluster.world import OPENED_AT, World
from k8s_magic.kubectl.environment import Legacy
from k8s_magic.kubelet import Kubelet
from k8s_magic.network import Network
from k8s_magic.objects.duration import format_duration, parse_duration
from k8s_magic.scheduler import Scheduler
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop, Task

SETTLED_AFTER_S = 3.0
SETTLE_LIMIT_S = 600.0


class Cluster:
    """A simulated Kubernetes v1.36.

    `nodes` counts workers. With `system` there is a tainted control plane `node1` before them, and kube-system is
    populated; without, it is the bare cluster of the transcripts. `step` is how far the clock moves after each command,
    `opened_at` where it stands at first, in seconds since the epoch.
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
        opened_at: float = OPENED_AT,
    ) -> None:
        self.seed = seed
        self.workers = nodes
        self.opened_at = opened_at
        self.system = system
        self.legacy: Legacy = legacy
        self.clock: ClockMode = clock
        self.step_s = parse_duration(step)
        self.env: dict[str, str] = {}
        self.editor: Callable[[str, str], str] | None = None
        self.lock: AbstractContextManager[object] = nullcontext()
        self.pace: Pace | None = None
        self.stop_at: float | None = None
        """A replay lets a command be interrupted here, as it was."""
        self.recorded_clients: WeakSet[RecordedClient] = WeakSet()
        self.on_rebuilt: list[Callable[[], None]] = []
        """Called when the cluster has been turned back: what belongs to its past is gone."""
        self.log = Log(self._run_due)
        self._be_born()
        self.client = self.client_for("kubectl", trusted=False)
        self.inspector = Inspector(self)

    def _be_born(self) -> None:
        self.world = World(self.seed, self.system, self.opened_at)
        self.failures = Failures(self)
        self.workstation = Workstation(self)
        self.streams = OutsideStreams(self, self.world)
        self.world.start(self.workers, self.failures.registries)

    @property
    def loop(self) -> Loop:
        return self.world.loop

    @property
    def lineage(self) -> Lineage:
        return self.world.lineage

    @property
    def api(self) -> ApiServer:
        return self.world.api

    @property
    def network(self) -> Network:
        return self.world.network

    @property
    def scheduler(self) -> Scheduler:
        return self.world.scheduler

    @property
    def kubelets(self) -> dict[str, Kubelet]:
        return self.world.kubelets

    @property
    def commands(self) -> list[Command]:
        """The top-level commands so far."""
        return self.log.commands

    def client_for(self, actor: str, *, trusted: bool = True) -> RecordedClient:
        """A client whose writes carry `actor` in the journal, and are inputs of the log."""
        return RecordedClient(self, Caller(actor, trusted=trusted))

    # --- Nodes ---

    @recorded
    def add_node(self, name: str = "") -> str:
        """Let another node join; gives its name."""
        return self.world.add_node(name)

    @recorded
    def kill_node(self, name: str) -> None:
        """Cut a node's power: nothing happens on it any more, and nobody is told."""
        self.failures.kill_node(name)

    @recorded
    def start_node(self, name: str) -> None:
        """Give a killed node its power back."""
        self.failures.start_node(name)

    @recorded
    def partition_node(self, name: str) -> None:
        """Cut a node off the network: its pods run on, but nothing is reported and nobody reaches it."""
        self.failures.partition_node(name)

    @recorded
    def heal_node(self, name: str) -> None:
        """Connect a node again: its kubelet catches up."""
        self.failures.heal_node(name)

    @recorded
    def break_image(self, image: str) -> None:
        """Pulls of an image fail from now on; without a tag, those of every tag. Nodes that have it keep it."""
        self.failures.break_image(image)

    @recorded
    def mend_image(self, image: str) -> None:
        """Pulls of an image succeed again, once nodes try again."""
        self.failures.mend_image(image)

    @recorded
    def slow_image(self, image: str, duration: str | float) -> None:
        """Pulls of an image take longer by `duration` ("90s" or seconds); 0 ends that."""
        self.failures.slow_image(image, duration)

    @recorded
    def fail(self, pod: str, container: str = "") -> None:
        """A container's program exits with 1; without a name, the first container's."""
        self.failures.fail(pod, container)

    @recorded
    def hang(self, pod: str, container: str = "") -> None:
        """A program answers no probe and no request, and hears no TERM; without a name, those of all containers."""
        self.failures.hang(pod, container)

    @recorded
    def unhang(self, pod: str) -> None:
        """The programs of a pod go on where they stopped."""
        self.failures.unhang(pod)

    @recorded
    def leak(self, pod: str, rate: str | int = "10Mi", container: str = "") -> None:
        """A program loses so much memory a second, again and again after each restart."""
        self.failures.leak(pod, rate, container)

    @recorded
    def unleak(self, pod: str) -> None:
        """The programs of a pod lose no more memory; what is lost stays lost until they end."""
        self.failures.unleak(pod)

    @recorded
    def load_service(self, service: str, rps: float) -> None:
        """So many requests a second come to a Service; its ready endpoints share them, and each takes CPU time."""
        self.failures.load(service, rps)

    @recorded
    def unload_service(self, service: str) -> None:
        """Nobody asks the Service any more."""
        self.failures.unload(service)

    # --- Looking ---

    def graph(self, namespace: str = "") -> Any:
        """Who owns whom, as a networkx.DiGraph (see k8s_magic.cluster.graph, which can also write it as DOT)."""
        return graph_of(self.client, namespace)

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
            self.advance(self.loop.now + seconds)

    def advance(self, when: float) -> None:
        """Let the clock go on to `when`; Ctrl+C stops it between two instants."""
        if self.log.is_busy:
            self.loop.run_until(when)
            return
        try:
            with self.log.doing(Moved(when)), self._interruptible():
                self.loop.run_until(when)
        finally:
            self.log.moved(self.loop.now)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        loop = self.loop
        with interrupts.held(loop.stop):
            yield
        loop.check_stop()

    def _run_due(self) -> None:
        self.loop.run_until(self.loop.now)

    def settle(self, quiet_s: float = SETTLED_AFTER_S, limit_s: float = SETTLE_LIMIT_S) -> bool:
        """Let time pass until no object has changed for `quiet_s` seconds; False where `limit_s` came first."""
        return pace.settle(self, quiet_s, limit_s)

    # --- kubectl ---

    def kubectl(
        self,
        line: str | Sequence[str],
        stdin: str | None = None,
        cwd: str | os.PathLike[str] | None = None,
        on_output: Callable[[str], None] | None = None,
        settings: Settings | None = None,
        on_error: Callable[[str], None] | None = None,
    ) -> Result:
        """Run one top-level kubectl command, then let the clock's step pass. `on_output`, `on_error` see the text as it is printed."""
        try:
            argv = shlex.split(line) if isinstance(line, str) else list(line)
        except ValueError as error:
            return Result("", f"error: {error}\n", 1)
        with self.lock:
            return self._kubectl(argv, stdin, cwd, on_output, settings or Settings(on_error=on_error))

    def _kubectl(
        self,
        argv: list[str],
        stdin: str | None,
        cwd: str | os.PathLike[str] | None,
        on_output: Callable[[str], None] | None,
        settings: Settings | None,
    ) -> Result:
        self.catch_up()
        in_background = argv[-1:] == ["&"]
        if in_background:
            on_output = settings = None  # It prints after later commands.
        words = argv[:-1] if in_background else argv
        command = self._command(words[1:] if words[:1] == ["kubectl"] else words, stdin, "background" if in_background else "run")
        run, exit_code = self.work_off(command, cwd, on_output, settings)
        self.after_command()
        printed = ("", "") if in_background else (run.take_stdout(), run.take_stderr())
        return Result(*printed, exit_code, self.take_background())

    def _command(self, argv: Sequence[str], stdin: str | None, how: How) -> Command:
        settings: dict[str, Any] = {"legacy": self.legacy, "may_wait": self.clock != "pause", "env": dict(self.env)}
        settings["has_editor"] = self.editor is not None
        settings["only_read"] = how == "run"  # Until it asks for more.
        return Command(self.log.next_number, self.loop.now, tuple(argv), stdin, self.api.store.revision, how, **settings)

    def work_off(
        self,
        command: Command,
        cwd: str | os.PathLike[str] | None,
        on_output: Callable[[str], None] | None = None,
        settings: Settings | None = None,
    ) -> tuple[Run, int]:
        """Put a command into the log and run it to its end, or only start it; gives the exit code of one that has ended."""
        settings = settings or Settings(goes_on=command.how in ("background", "start"))
        with self._worked_off(command):
            run = Run(self, command, cwd, on_output, settings)
            if command.how == "background":
                self.world.background.append(run)
            return run, run.finish() if command.how == "run" else 0

    @contextmanager
    def _worked_off(self, command: Command) -> Iterator[None]:
        try:
            with self.log.doing(command), self._interruptible():
                yield
        except KeyboardInterrupt:
            command.interrupted_at = self.loop.now
            raise
        except Exception:
            command.crashed = True
            raise
        finally:
            if command.how in ("run", "terminal"):
                command.ended_at = self.loop.now if self.loop.now > command.time else None
                self.log.moved(self.loop.now)

    def start(
        self,
        argv: Sequence[str],
        stdin: str | None = None,
        cwd: str | os.PathLike[str] | None = None,
        on_output: Callable[[str], None] | None = None,
        settings: Settings | None = None,
    ) -> Run:
        """Start a kubectl process and leave it; it goes on as the clock moves, until it is cancelled where it would not end."""
        words = list(argv[1:] if argv[:1] == ["kubectl"] else argv)
        return self.work_off(self._command(words, stdin, "start"), cwd, on_output, settings)[0]

    def stop_run(self, number: int) -> None:
        """End the command of that number, if it is still going on."""
        run = self.world.runs.get(number)
        if run is not None and not run.done:
            run.cancel()

    def terminal(self, script: str, on_output: Callable[[bool, str], None] | None = None) -> Result:
        """Run a script in the workstation's shell, which stays as it leaves it, then let the clock's step pass.

        `on_output` sees the text as it is printed: (is it standard error, text).
        """
        with self.lock:
            self.catch_up()
            result = self.work_off_script(self._command(("%%terminal",), script, "terminal"), on_output)
            self.after_command()
        return result

    def work_off_script(self, command: Command, on_output: Callable[[bool, str], None] | None = None) -> Result:
        """Put a script of the terminal into the log and run it."""
        with self._worked_off(command):
            return self.workstation.run(command.stdin or "", on_output or (lambda is_error, text: None))

    def run_task(self, task: Task[int], limit_s: float) -> bool:
        """Run the clock until the task ends; False where it would not within `limit_s`.

        Where there is a wall clock, nothing is before its time.
        """
        end = self.loop.now + limit_s
        if self.stop_at is not None:
            self.loop.run_until(self.stop_at)
            raise KeyboardInterrupt
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
            self.advance(max(self.loop.now, self.pace.target()))

    def after_command(self) -> None:
        """Let the clock make its step, as after each top-level command."""
        if self.clock == "step" and self.pace is None:
            self.advance(self.loop.now + self.step_s)

    def take_background(self) -> str:
        """What watches left on with `&` have printed since they were last asked."""
        text = "".join(run.take_stdout() + run.take_stderr() for run in self.world.background)
        self.world.background = [run for run in self.world.background if not run.done]
        return text

    def stop_background(self) -> str:
        """End all watches left on with `&`; gives what they printed last."""
        with self.lock:
            for run in self.world.background:
                run.cancel()
            return self.take_background()

    # --- Requests from outside ---

    def receive(self, request: Request) -> Response | EventStream:
        """Answer an HTTP request; one that changes something is an input of the log."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.world.handler.handle(request)
        with self.log.doing(received(self.now, self.api.store.revision, request)):
            return self.world.handler.handle(request)

    def story(self, what: str, namespace: str = "default") -> Story:
        """Why TYPE/NAME is as it is: every write about it and what it owns, by whom and why. `ApiError` where nothing has that name."""
        with self.lock:
            return story_of(self, what, namespace)

    # --- Turning back ---

    def undo(self, n: int = 1) -> None:
        """Take back the last `n` inputs that asked for a change, and all that came after them; files on disk stay as they are."""
        self._rebuild(going_back.before_change(self.log, n))

    def rewind(self, to: int | float | str) -> None:
        """Go back: to the moment after command number `to` and its step (an int, 0 for the beginning), or to a time.

        A time is seconds since the epoch (a float), "2026-01-05T09:01:00Z", or how far back: "30s". ValueError for what
        lies in the future or before the beginning.
        """
        with self.lock:
            self.catch_up()
            self._rebuild(going_back.until(self.log, to, self.opened_at, self.now, self.step_s))

    def begin_here(self) -> None:
        """From now on nobody goes back to what was before: it is a scenario's."""
        self.log.beginning = len(self.log.entries)

    def fork(self) -> Cluster:
        """Another cluster with the same past; what happens to one from now on does not concern the other."""
        with self.lock:
            self.catch_up()
            return self._made_anew(self.log.entries, self._arguments(), self.log.beginning)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all that was put into this cluster to a file of text, from which `load` makes it again."""
        with self.lock:
            self.catch_up()
            text = self.saved()
        Path(path).write_text(text, encoding="utf-8")

    def saved(self) -> str:
        """The text that `save` writes."""
        return saving.text(self._arguments(), self.log, self.api.store)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Cluster:
        """The cluster that was saved; ValueError for what is no such file.

        Warns with `ReplaysOtherwise` where this version of k8s_magic makes something else of it than the one that wrote it.
        """
        return cls.from_saved(Path(path).read_text(encoding="utf-8"), os.fspath(path))

    @classmethod
    def from_saved(cls, text: str, where: str = "the text") -> Cluster:
        """`load`, from the text itself."""
        found = saving.parse(text, where, cls.__init__)
        return found.made(lambda: cls._made_anew(found.entries, found.arguments, found.beginning))

    @classmethod
    def _made_anew(cls, entries: list[Entry], arguments: dict[str, Any], beginning: int) -> Cluster:
        cluster = cls(**arguments)
        cluster._rebuild(entries, cluster.world)
        cluster.log.beginning = beginning
        return cluster

    def _arguments(self) -> dict[str, Any]:
        step = format_duration(self.step_s)
        found = {"seed": self.seed, "nodes": self.workers, "system": self.system, "legacy": self.legacy, "clock": self.clock, "step": step}
        return found if self.opened_at == OPENED_AT else {**found, "opened_at": self.opened_at}

    def _rebuild(self, entries: list[Entry], world: World | None = None) -> None:
        """Be born again and live through `entries`. All or nothing: what interrupts this leaves the cluster as it was."""
        with self.lock:
            kept = (self.world, self.failures, self.workstation, self.streams, self.log)
            settings = (self.legacy, self.clock, self.env, self.editor, self.pace)
            beginning, self.log, self.pace = self.log.beginning, Log(self._run_due), None
            try:
                if world is None:
                    self._be_born()
                replay(self, entries)
                self.log.beginning = beginning
            except BaseException:
                self.world, self.failures, self.workstation, self.streams, self.log = kept
                raise
            finally:
                self.legacy, self.clock, self.env, self.editor, self.pace = settings
            self._is_rebuilt()

    def _is_rebuilt(self) -> None:
        for client in list(self.recorded_clients):
            client.moves_to(self.api)
        if self.pace is not None:
            self.pace.restart()
        for run in self.world.background:
            run.take_stdout(), run.take_stderr()  # It has been read before.
        for listener in list(self.on_rebuilt):
            listener()
