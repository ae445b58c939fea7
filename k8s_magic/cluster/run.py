"""One kubectl process on the cluster's clock: its task and what it prints."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from k8s_magic.cluster.command import DiskFiles
from k8s_magic.cluster.log import Command, Stopped
from k8s_magic.cluster.recorded import RecordedFiles, recorded_editor
from k8s_magic.kubectl import main as kubectl
from k8s_magic.kubectl.environment import Environment, Listeners
from k8s_magic.objects.duration import format_duration
from k8s_magic.sim.loop import Task

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

COMMAND_LIMIT_S = 24 * 3600.0
"""No command moves the clock by more than a day: what waits longer waits for nothing."""


@dataclass(frozen=True)
class Settings:
    """What a kubectl process may have otherwise than most."""

    env: dict[str, str] = field(default_factory=dict)
    """Beyond the cluster's own."""
    listeners: Listeners | None = None
    """Where port-forward listens; None: on the workstation."""
    goes_on: bool = False
    """In the background: an endless verb really is."""
    on_error: Callable[[str], None] | None = None
    """Sees standard error as it is printed; None: what sees standard output sees both."""


def environment_of(
    cluster: Cluster, files: DiskFiles, out: Callable[[str], None], err: Callable[[str], None], stdin: str | None, settings: Settings
) -> Environment:
    """What a kubectl process in this cluster gets."""
    environment = Environment(
        client=cluster.client_for("kubectl", trusted=False),
        files=RecordedFiles(cluster.log, files),
        out=out,
        err=err,
        stdin=stdin,
        env={**cluster.env, **settings.env},
        kept=cluster.world.kept,
        discovery=cluster.world.discovery,
        legacy=cluster.legacy,
        edit=recorded_editor(cluster.log, cluster.editor),
        listeners=settings.listeners or cluster.workstation.ports,
        may_wait=cluster.clock != "pause",
    )
    return replace(environment, wait_limit_s=None, quiet_limit_s=None) if settings.goes_on else environment


class Run:
    """One kubectl process: its task and what it printed."""

    def __init__(
        self,
        cluster: Cluster,
        command: Command,
        cwd: str | os.PathLike[str] | None,
        on_output: Callable[[str], None] | None,
        settings: Settings = Settings(),
    ) -> None:
        self._stdout: list[str] = []
        self._stderr: list[str] = []
        self._cluster = cluster
        self.number = command.number
        out = self._printer(self._stdout, on_output)
        self._print_error = self._printer(self._stderr, settings.on_error or on_output)
        environment = environment_of(cluster, DiskFiles(cwd), out, self._print_error, command.stdin, settings)
        argv = list(command.argv)
        self._task: Task[int] = cluster.loop.spawn(kubectl.run(argv, environment), "kubectl " + " ".join(argv[:2]))
        self._task.when_done(lambda: None)  # Its errors are ours to raise, in `finish`.
        if command.how != "run":
            cluster.world.runs[self.number] = self

    def _printer(self, into: list[str], on_output: Callable[[str], None] | None) -> Callable[[str], None]:
        def write(text: str) -> None:
            into.append(text)
            if on_output is not None:
                on_output(text)

        return write

    @property
    def done(self) -> bool:
        return self._task.done

    def finish(self) -> int:
        """Run the clock until the process ends; 1 where it would not within a day."""
        try:
            if not self._cluster.run_task(self._task, COMMAND_LIMIT_S):
                self._print_error(f"error: gave up: what the command waits for does not happen within {format_duration(COMMAND_LIMIT_S)}\n")
                self._task.cancel()
                return 1
        except KeyboardInterrupt:
            self._task.cancel()
            raise
        return self._task.result()

    def cancel(self) -> None:
        """End it, wherever it is."""
        if not self.done:
            with self._cluster.log.doing(Stopped(self._cluster.now, self.number)):
                self._task.cancel()

    def take_stdout(self) -> str:
        text = "".join(self._stdout)
        self._stdout.clear()
        return text

    def take_stderr(self) -> str:
        text = "".join(self._stderr)
        self._stderr.clear()
        return text
