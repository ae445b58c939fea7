"""One kubectl process on the cluster's clock: its task and what it prints."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from k8s_magic.cluster.command import DiskFiles
from k8s_magic.kubectl import main as kubectl
from k8s_magic.kubectl.environment import Environment
from k8s_magic.sim.loop import Task

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

COMMAND_LIMIT_S = 24 * 3600.0
"""No command moves the clock by more than a day: what waits longer waits for nothing."""


class Run:
    """One kubectl process: its task and what it printed."""

    def __init__(
        self,
        cluster: Cluster,
        argv: list[str],
        stdin: str | None,
        cwd: str | os.PathLike[str] | None,
        on_output: Callable[[str], None] | None,
    ) -> None:
        self._stdout: list[str] = []
        self._stderr: list[str] = []
        self._cluster = cluster
        client = cluster.client_for("kubectl", trusted=False)
        environment = Environment(
            client=client,
            files=DiskFiles(cwd),
            out=self._printer(self._stdout, on_output),
            err=self._printer(self._stderr, on_output),
            stdin=stdin,
            env=cluster.env,
            legacy=cluster.legacy,
            edit=cluster.editor,
            may_wait=cluster.clock != "pause",
        )
        self._task: Task[int] = cluster.loop.spawn(kubectl.run(argv, environment), "kubectl " + " ".join(argv[:2]))
        self._task.when_done(lambda: None)  # Its errors are ours to raise, in `finish`.

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
        loop = self._cluster.loop
        try:
            if not (self._paced() if self._cluster.pace is not None else self._at_once()):
                self._stderr.append("error: the command waits for something that will not happen\n")
                self._task.cancel()
                return 1
        except KeyboardInterrupt:
            self._task.cancel()
            raise
        loop.run_until(loop.now)  # What the end has made due at this instant belongs to the command.
        return self._task.result()

    def _at_once(self) -> bool:
        loop = self._cluster.loop
        return loop.run_until_done(self._task, loop.now + COMMAND_LIMIT_S)

    def _paced(self) -> bool:
        """Follow the wall clock: nothing happens before its time."""
        loop, pace = self._cluster.loop, self._cluster.pace
        end = loop.now + COMMAND_LIMIT_S
        while pace is not None and loop.now < end:
            if loop.run_until_done(self._task, pace.target()):
                return True
            self._cluster.catch_up()
            pace.rest()
        return False

    def cancel(self) -> None:
        self._task.cancel()

    def take_stdout(self) -> str:
        text = "".join(self._stdout)
        self._stdout.clear()
        return text

    def take_stderr(self) -> str:
        text = "".join(self._stderr)
        self._stderr.clear()
        return text
