"""One cluster's workstation: runs scripts in its one shell, on the cluster's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8s_magic.cluster.command import Result
from k8s_magic.cluster.workstation.commands import programs
from k8s_magic.cluster.workstation.machine import Machine, Ports
from k8s_magic.images import _shell
from k8s_magic.objects.duration import format_duration
from k8s_magic.sim.loop import Task

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

OnOutput = Callable[[bool, str], None]
LIMIT_S = 24 * 3600.0
"""No script moves the clock by more than a day."""


class Workstation:
    """Made with its cluster; the shell begins at the first script, in the directory of that moment."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.ports = Ports(cluster.loop, cluster.network, cluster.lineage)
        self._machine: Machine | None = None
        self._shell: Any = None
        self._late: list[tuple[bool, str]] = []

    def run(self, script: str, on_output: OnOutput) -> Result:
        """Run a script to its end; what children have printed since the last one comes first."""
        printed: tuple[list[str], list[str]] = ([], [])

        def show(is_error: bool, text: str) -> None:
            printed[is_error].append(text)
            on_output(is_error, text)

        machine = self._started()
        machine.print_to = show
        for late in self._late:
            show(*late)
        self._late.clear()
        try:
            code = self._finish(self._cluster.loop.spawn(self._shell.run(script), "%%terminal"), show)
        finally:
            machine.print_to = lambda is_error, text: self._late.append((is_error, text))
        return Result("".join(printed[False]), "".join(printed[True]), code)

    def _started(self) -> Machine:
        if self._machine is None:
            cluster = self._cluster
            self._machine = Machine(cluster.loop, cluster.network, cluster.lineage, self.ports, cluster.log)
            self._shell = _shell.session(self._machine, ["bash"], programs(cluster, self._machine))
        return self._machine

    def _finish(self, task: Task[int], show: OnOutput) -> int:
        task.when_done(lambda: None)  # Its errors are ours to raise.
        try:
            if not self._cluster.run_task(task, LIMIT_S):
                show(True, f"bash: gave up: what the script waits for does not happen within {format_duration(LIMIT_S)}\n")
                task.cancel()
                return 1
        except KeyboardInterrupt:
            task.cancel()
            raise
        return task.result()
