"""The workstation as its programs see it (`images.context.Context`), and its ports as kubectl sees them (`Listeners`)."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from k8s_magic.cluster.log import Log
from k8s_magic.cluster.workstation.recorded import RecordedMapping
from k8s_magic.images.context import Connection, ConnectionRefused, Program
from k8s_magic.network import Network, NetworkError, Socket
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Cancelled, Future, Loop, Task

ADDRESS = "192.168.64.1"
"""The nodes' gateway: where a workstation's connections come from."""
NAMESPACE = "default"
FIRST_PID, FIRST_FREE_PORT = 1000, 32768


class Port:
    """An open port."""

    def __init__(self, port: int, close: Callable[[], None]) -> None:
        self.port = port
        self.close = close


class Ports:
    """The ports of localhost; implements kubectl's `Listeners`."""

    def __init__(self, loop: Loop, network: Network, lineage: Lineage) -> None:
        self._loop, self._network, self._lineage = loop, network, lineage
        self._drawn = 0

    def listen(self, port: int, serve: Callable[[Any], Awaitable[None]]) -> Port:
        """Open a port, 0 for any; OSError where it is taken."""
        if port == 0:
            self._drawn += 1
            port = FIRST_FREE_PORT + self._lineage.below(28232, "workstation port", self._drawn)

        def accept(socket: Socket) -> None:
            coroutine = serve(socket)
            assert isinstance(coroutine, Coroutine)
            self._loop.spawn(coroutine, f"workstation:{port}")

        return Port(port, self._network.listen(ADDRESS, port, accept))


def _environment() -> dict[str, str]:
    return {"HOME": os.path.expanduser("~"), "USER": os.environ.get("USER", "root"), "PWD": os.getcwd(), "SHELL": "/bin/bash"}


class Machine:
    """One for a cluster. `print_to` takes (is it stderr, text)."""

    keeps_stdin_open = False
    is_terminal = False
    hostname = "workstation"
    image = "workstation"
    address = ADDRESS
    ports: tuple[int, ...] = ()
    stdin = b""

    def __init__(self, loop: Loop, network: Network, lineage: Lineage, localhost: Ports, log: Log) -> None:
        self.localhost = localhost
        self.files = RecordedMapping(log)
        self.env: dict[str, str] = dict(log.ask("environment", "workstation", _environment))
        self.print_to: Callable[[bool, str], None] = lambda is_error, text: None
        self.children: dict[int, Task[Any]] = {}
        self.loop = loop
        self._network = network
        self._lineage = lineage
        self._draws = 0
        self._pids = FIRST_PID
        network.attach(ADDRESS, "", NAMESPACE)

    async def read_stdin(self) -> bytes:
        return b""

    def now(self) -> float:
        return self.loop.now

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self.loop.sleep(seconds)

    def stdout(self, text: str) -> None:
        self.print_to(False, text)

    def stderr(self, text: str) -> None:
        self.print_to(True, text)

    # --- The network ---

    def listen(self, port: int, serve: Callable[[Connection], Awaitable[None]]) -> None:
        self.localhost.listen(port, serve)

    async def connect(self, host: str, port: int) -> Connection:
        try:
            return await self._network.connect(ADDRESS, host, port)
        except NetworkError as error:
            raise ConnectionRefused(str(error)) from None

    def resolve(self, name: str) -> list[str]:
        return [ADDRESS] if name == self.hostname else self._network.resolve(name, NAMESPACE)

    def full_name(self, name: str) -> str:
        return self._network.canonical_name(name, NAMESPACE)

    # --- Processes ---

    def spawn(self, main: Awaitable[None]) -> int:
        assert isinstance(main, Coroutine)
        self._pids += 1
        pid = self._pids
        self.children[pid] = task = self.loop.spawn(main, f"workstation {pid}")
        task.when_done(lambda: self._ended(pid))
        return pid

    def _ended(self, pid: int) -> None:
        task = self.children.pop(pid)
        if task.error is not None and not isinstance(task.error, Cancelled):
            raise task.error

    def kill(self, pid: int) -> None:
        """End a child; nothing happens where there is none."""
        if pid in self.children:
            self.children[pid].cancel()

    def draw(self, bound: int, *lineage: object) -> int:
        self._draws += 1
        return self._lineage.below(bound, "workstation", *(lineage or (self._draws,)))

    async def wait_for_signal(self) -> str:
        return await Future[str]()

    def program(self, name: str) -> Program | None:
        return None

    def ignore_signals(self) -> None:
        """Nobody sends any."""

    def use(self, cpu: float | None = None, memory: int | None = None) -> None:
        """Nobody measures it."""

    def steady(self) -> None:
        """Nobody probes it."""
