"""One container's life: pull, configure, start, probe, end, wait, start again. Models kuberuntime and the prober.

A container lives in one coroutine; what it does is written into its `ContainerState`, and the Pod's worker is told.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING

from k8s_magic.images.registry import Image, PullError, find
from k8s_magic.kubelet import environment, hooks
from k8s_magic.kubelet.backoff import Backoff
from k8s_magic.kubelet.environment import ConfigError, expand
from k8s_magic.kubelet.logs import Log
from k8s_magic.kubelet.probes import Prober
from k8s_magic.kubelet.process import SIGKILL, Exit, Process, succeed
from k8s_magic.kubelet.state import ContainerState, Kind
from k8s_magic.kubelet.status import restarts
from k8s_magic.kubelet.usage import DEFAULT_MEMORY, Usage
from k8s_magic.network.network import ANY_PORT
from k8s_magic.objects.duration import format_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import resource_amount
from k8s_magic.objects.times import rfc3339
from k8s_magic.sim.loop import Future, Task

if TYPE_CHECKING:
    from k8s_magic.kubelet.pod_worker import PodWorker

NOTICED_AFTER_S = 1.0
"""The kubelet looks once a second which containers have ended, so a success is never seen sooner. An error is, so that what
crashes at once is seen to crash at once, as on the nodes of the transcripts."""
BACKOFF_SHOWN_AFTER_S = 1.0
PULL_BACKOFF_SHOWN_AFTER_S = 3.0
RETRY_CONFIG_S = 10.0
START_S = 0.2
TERMINATION_LOG = "/dev/termination-log"
LEAK_STEP_S = 1.0


class Container:
    """A container of a Pod on this node; lends itself as `Host` to the programs in it."""

    def __init__(self, worker: PodWorker, spec: Obj, kind: Kind) -> None:
        self.worker = worker
        self.spec = spec
        self.state = ContainerState(spec, kind)
        self.process: Process | None = None
        self.log = Log()
        self.previous_log: Log | None = None
        self.files: MutableMapping[str, bytes] = {}
        self.env: dict[str, str] = {}
        self.image: Image
        self.usage = Usage()
        self.thaw: Future[None] | None = None
        self.task: Task[None] | None = None
        self.has_started: Future[None] = Future()
        """Resolved once it has been started and its startup probe has succeeded; init containers behind a sidecar wait for it."""
        self._stopping = False
        self._start_error = ""
        self._commands: list[Process] = []
        self._backoff = Backoff(first_waits=worker.kubelet.profile.first_restart_waits)
        self._pull_backoff = Backoff(first_waits=True)
        self._prober = Prober(self)
        node = worker.kubelet
        self.loop, self.lineage, self.network = node.loop, node.lineage, node.network

    @property
    def resources(self) -> Obj:
        """What it runs with; after a resize of the Pod the spec may ask for something else."""
        return self.state.actual

    # --- What programs see of it ---

    @property
    def image_name(self) -> str:
        return str(self.spec["image"])

    @property
    def namespace(self) -> str:
        return self.worker.key.namespace

    @property
    def address(self) -> str:
        return self.worker.view.ip

    @property
    def hostname(self) -> str:
        return self.worker.hostname

    @property
    def aliases(self) -> dict[str, str]:
        return self.worker.aliases

    @property
    def identity(self) -> tuple[object, ...]:
        return (self.worker.uid, self.spec["name"], self.state.restarts)

    @property
    def ports(self) -> tuple[int, ...]:
        declared = [port["containerPort"] for port in self.spec.get("ports") or () if port.get("protocol", "TCP") == "TCP"]
        if declared or self.worker.pod["spec"].get("hostNetwork"):
            return tuple(dict.fromkeys([*declared, *self._prober.ports()]))
        return (ANY_PORT,)

    def disturbed(self) -> None:
        if not self._prober.asking:
            self._prober.wake()

    def used(self, process: object, cpu: float | None, memory: int | None) -> None:
        self.usage.say(process, cpu, memory)
        if memory is not None:
            self.check_memory()

    def check_memory(self) -> None:
        """It may hold more than before: kill it above its limit, and let the node look whether it has enough left."""
        held, limit = self.usage.memory, (self.resources.get("limits") or {}).get("memory")
        self.worker.kubelet.count_memory(self, held)
        if limit is not None and held > resource_amount("memory", limit):
            # Later in this instant, because the program that asked is running right now.
            process = self.process
            self.loop.call_soon(lambda: self.kill(Exit(SIGKILL, "OOMKilled")) if self.process is process else None)

    # --- Its life ---

    def live(self) -> Task[None]:
        """Start to live; the task ends when no restart is due any more."""
        self.task = self.loop.spawn(self._live(), f"{self.worker.key.name}/{self.state.name}")
        return self.task

    async def _live(self) -> None:
        while not self._stopping:
            if not await self._prepare():
                return
            self._start()
            assert self.process is not None
            how = await self.process.exited
            waited = NOTICED_AFTER_S - (self.loop.now - (self.state.running_since or 0))
            if not how.code and waited > 0 and not self._stopping:
                await self.loop.sleep(waited)
            self._end(how)
            if self._stopping or not self._comes_back(how.code):
                return
            await self._back_off()

    def _comes_back(self, code: int) -> bool:
        if self.state.kind == "sidecar":
            return True
        policy = self.worker.restart_policy
        if self.state.kind == "init" and policy == "Always":
            policy = "OnFailure"
        return self.state.kind != "ephemeral" and restarts(self.spec, policy, code)

    async def _prepare(self) -> bool:
        """Have image, variables and files; waits for them as long as it takes."""
        pulled = await self._get_image()
        while not self._stopping:
            try:
                self._configure()
                break
            except ConfigError as error:
                self.event("Warning", "Failed", f"Error: {error}")
                self._wait("CreateContainerConfigError", str(error))
                await self.loop.sleep(RETRY_CONFIG_S)
        if not self.state.restarts and not self.state.last:
            await self.worker.pace(START_S if pulled else 0.0)
        return not self._stopping

    async def _get_image(self) -> bool:
        """Have the image on the node; True where that took a pull. Models EnsureImageExists."""
        store, policy = self.worker.kubelet.image_store, self.spec.get("imagePullPolicy", "IfNotPresent")
        while policy == "Never" and not store.has(self.image_name):
            why = f'Container image "{self.image_name}" is not present with pull policy of Never'
            self.event("Warning", "ErrImageNeverPull", why)
            self.event("Warning", "Failed", "Error: ErrImageNeverPull")
            self._wait("ErrImageNeverPull", why)
            await self.loop.sleep(RETRY_CONFIG_S)
        if policy == "Always" or not store.has(self.image_name):
            await self._pull()
            return True
        self.image = find(self.image_name)
        self.event("Normal", "Pulled", f'Container image "{self.image_name}" already present on machine and can be accessed by the pod')
        return False

    async def _pull(self) -> None:
        store = self.worker.kubelet.image_store
        while True:
            name = self.image_name
            self.event("Normal", "Pulling", f'Pulling image "{name}"')
            try:
                pulled = await store.pull(name)
            except PullError as error:
                await self._pull_failed(name, str(error))
                continue
            self.image = pulled.image
            took, waited = (_go_duration(seconds) for seconds in (pulled.took_s, pulled.waited_s))
            text = f'Successfully pulled image "{name}" in {took} ({waited} including waiting). Image size: {pulled.image.size} bytes.'
            self.event("Normal", "Pulled", text)
            return

    async def _pull_failed(self, name: str, why: str) -> None:
        """ErrImagePull, then ImagePullBackOff until it is time to try again; a new image in the spec is tried at once.

        Further failures are not shown as ErrImagePull again, so that one sees the same whenever one looks.
        """
        failed_at, is_first = self.loop.now, self.state.waiting != "ImagePullBackOff"
        wait_s = self._pull_backoff.next(failed_at)
        self.event("Warning", "Failed", f'Failed to pull image "{name}": {why}')
        self.event("Warning", "Failed", "Error: ErrImagePull")
        if is_first:
            self._wait("ErrImagePull", why)
        await self.worker.sleep_unless_changed(PULL_BACKOFF_SHOWN_AFTER_S, lambda: self.image_name != name)
        if self.image_name != name:
            return
        text = f'Back-off pulling image "{name}"'
        self.event("Normal", "BackOff", text)
        self.event("Warning", "Failed", "Error: ImagePullBackOff")
        self._wait("ImagePullBackOff", f"{text}: ErrImagePull: {why}")
        await self.worker.sleep_unless_changed(failed_at + wait_s - self.loop.now, lambda: self.image_name != name)

    def _configure(self) -> None:
        """Variables and files as they are now; `ConfigError` where something is missing."""
        worker = self.worker
        self.env = environment.build(worker.client, self.network.services, worker.pod, self.spec, worker.addresses())
        self.files = worker.files_for(self.spec, self.env, self.image)

    def _start(self) -> None:
        if self.state.terminated is not None or self.state.last is not None:
            self.state.restarts += 1
            self.previous_log = self.log
        self.log = Log()
        self.state.image_id = f"{self.image.reference.host}/{self.image.reference.repository}@{self.image.digest}"
        self.state.container_id = f"containerd://{self._drawn_id()}"
        self.event("Normal", "Created", "Container created")
        command = [expand(word, self.env) for word in self.spec.get("command") or ()]
        args = [expand(word, self.env) for word in self.spec.get("args") or ()]
        argv = self.image.argv(command, args)
        program = self.image.program(argv)
        if self.state.kind == "init" and not self.image.known and program is self.image.main:
            program = succeed  # Whatever it is, it is written to come to an end.
        self.thaw = None
        if program is None:
            self._cannot_start(argv[0])
            return
        log = self.log
        self.process = Process(
            self,
            program,
            argv,
            self.env,
            lambda stream, text: log.write(self.loop.now, stream, text),
            name=self.state.name,
            keeps_stdin_open=bool(self.spec.get("stdin")),
            is_primary=True,
            is_terminal=bool(self.spec.get("tty")),
        )
        self.used(self.process, None, DEFAULT_MEMORY)
        self.event("Normal", "Started", "Container started")
        self.state.run(self.loop.now)
        self._prober.start()
        self._run_post_start()
        self.worker.changed()

    def _drawn_id(self) -> str:
        return f"{self.lineage.number('container', *self.identity):032x}{self.lineage.number('container too', *self.identity):032x}"

    def _cannot_start(self, name: str) -> None:
        """The runtime finds no such program: it counts as an exit with code 128."""
        why = (
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start "
            f'container process: error during container init: exec: "{name}": executable file not found in $PATH'
        )
        self.event("Warning", "Failed", f"Error: {why}")
        self._start_error = why
        self.process = Process(self, _no_program, [], {}, lambda stream, text: None)
        self.state.run(self.loop.now)

    def _run_post_start(self) -> None:
        handler = (self.spec.get("lifecycle") or {}).get("postStart")
        if handler is not None:
            self.worker.spawn(self._post_start(handler))

    async def _post_start(self, handler: Obj) -> None:
        process = self.process
        if not await hooks.run(self, handler) and process is self.process and not self._stopping:
            self.event("Warning", "FailedPostStartHook", "PostStartHook failed")
            self.restart_because("FailedPostStartHook", self.worker.grace_s)

    def _end(self, how: Exit) -> None:
        """Note how it ended."""
        self._prober.stop()
        self.log.close(self.loop.now)
        for command in self._commands:
            command.kill()
        self._commands.clear()
        self._account_for_nothing()
        reason = how.reason or ("Error" if how.code else "Completed")
        started = rfc3339(self.state.running_since or self.loop.now)
        ended = {"containerID": self.state.container_id, "exitCode": how.code, "finishedAt": rfc3339(self.loop.now), "reason": reason}
        ended["startedAt"] = started
        message = self._termination_message(how.code)
        if self._start_error:
            ended |= {"reason": "StartError", "startedAt": "1970-01-01T00:00:00Z"}
            message, self._start_error = self._start_error, ""
        self.state.end({**ended, "message": message} if message else ended)
        self.state.succeeded = self.state.kind == "init" and how.code == 0
        self.state.ready = self.state.succeeded
        self.process = None
        self.worker.changed()

    def _account_for_nothing(self) -> None:
        self.usage.clear()
        self.worker.kubelet.count_memory(self, 0)

    def _termination_message(self, code: int) -> str:
        content = self.files.get(self.spec.get("terminationMessagePath") or TERMINATION_LOG) if self.files else None
        if content:
            return content[:4096].decode("utf-8", "replace")
        if code and self.spec.get("terminationMessagePolicy") == "FallbackToLogsOnError":
            return self.log.tail(80, 2048)
        return ""

    async def _back_off(self) -> None:
        """Wait as long as a container that keeps ending has to. Models doBackOff."""
        ended_at = self.loop.now
        wait_s = self._backoff.next(ended_at)
        if not wait_s:
            return
        await self.loop.sleep(BACKOFF_SHOWN_AFTER_S)
        pod = f"{self.worker.key.name}_{self.worker.key.namespace}({self.worker.uid})"
        self.event("Warning", "BackOff", f"Back-off restarting failed container {self.state.name} in pod {pod}")
        shown = _go_duration(self._backoff.shown)
        self._wait("CrashLoopBackOff", f"back-off {shown} restarting failed container={self.state.name} pod={pod}")
        await self.loop.sleep(ended_at + wait_s - self.loop.now)

    def _wait(self, reason: str, message: str) -> None:
        self.state.wait(reason, message)
        self.worker.changed()

    # --- What others do to it ---

    def execute(
        self, argv: list[str], out: Callable[[int, str], None], *, keeps_stdin_open: bool = False, is_terminal: bool = False
    ) -> Process:
        """Run a command beside the program; LookupError where the image has no such command."""
        program = self.image.command(argv[0]) or (None if self.image.known else succeed)
        if program is None:
            raise LookupError(argv[0])
        self.disturbed()
        process = Process(self, program, argv, self.env, out, name="exec", keeps_stdin_open=keeps_stdin_open, is_terminal=is_terminal)
        self._commands.append(process)
        process.exited.when_done(lambda: self._command_ended(process))
        return process

    def _command_ended(self, process: Process) -> None:
        if process in self._commands:
            self._commands.remove(process)
            self.usage.forget(process)
            self.worker.kubelet.count_memory(self, self.usage.memory)

    def hang(self) -> None:
        """The program stops in its tracks: it holds what it holds and answers nobody."""
        if self.thaw is None and self.process is not None:
            self.disturbed()
            self.thaw = Future()

    def unhang(self) -> None:
        thaw, self.thaw = self.thaw, None
        if thaw is not None:
            thaw.set(None)

    def leak(self, bytes_per_s: float) -> None:
        """Lose so much memory from now on, and again after each restart; 0 ends it."""
        was, self.usage.leak = self.usage.leak, bytes_per_s
        if bytes_per_s and not was:
            self.worker.spawn(self._leak())

    async def _leak(self) -> None:
        while self.usage.leak:
            await self.loop.sleep(LEAK_STEP_S)
            if self.process is not None:
                self.usage.lose(LEAK_STEP_S)
                self.check_memory()

    def set_started(self) -> None:
        """The startup probe has succeeded, or there is none."""
        self.state.started = True
        self.has_started.set(None)
        self.worker.changed()

    def set_ready(self, ready: bool) -> None:
        if self.state.ready != ready:
            self.state.ready = ready
            self.worker.changed()

    def restart_because(self, why: str, grace_s: float) -> None:
        """Stop the program; the container's life goes on as after any end of it."""
        back = "" if not self._comes_back(SIGKILL) else ", will be restarted"
        self.event("Normal", "Killing", f"{why}{back}")
        self.worker.spawn(self._stop_process(grace_s))

    async def stop(self, grace_s: float) -> None:
        """End for good: preStop, TERM, and KILL when the grace period is over."""
        if self._stopping:
            return
        self._stopping = True
        self._prober.stop()
        if self.process is None:
            if self.task is not None:
                self.task.cancel()
            return
        self.event("Normal", "Killing", f"Stopping container {self.state.name}")
        await self._stop_process(grace_s)

    async def _stop_process(self, grace_s: float) -> None:
        process = self.process
        if process is None:
            return
        deadline = self.loop.call_later(max(grace_s, 0.001), process.kill)
        handler = (self.spec.get("lifecycle") or {}).get("preStop")
        if handler is not None and not await hooks.run(self, handler, process.exited):
            self.event("Warning", "FailedPreStopHook", "PreStopHook failed")
        process.terminate()
        await process.exited
        deadline.cancel()

    def kill(self, how: Exit | None = None) -> None:
        """End the program now."""
        if self.process is not None:
            self.process.kill(how or Exit(SIGKILL))

    def vanish(self) -> None:
        """The machine is gone: nothing of it runs any more, and nothing is told."""
        self._stopping = True
        self._prober.stop()
        if self.task is not None:
            self.task.cancel()
        self.kill()
        self._account_for_nothing()

    def event(self, kind: str, reason: str, message: str) -> None:
        self.worker.event(kind, reason, message, self)


async def _no_program(ctx: object, argv: list[str]) -> int:
    return 128


def _go_duration(seconds: float) -> str:
    """To the millisecond as Go prints a Duration."""
    return format_duration(round(seconds, 3))
