"""A program that runs in a container, and its view of the world: the `Context` that images are written against."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any, NamedTuple, Protocol

from k8s_magic.images.context import Connection, ConnectionRefused, Context, Killed, Program
from k8s_magic.images.registry import Image
from k8s_magic.kubelet.logs import STDERR, STDOUT
from k8s_magic.network import Network, NetworkError, Socket
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Cancelled, Future, Loop, Task

SIGTERM, SIGKILL = 143, 137


class Exit(NamedTuple):
    """How a program ended; `reason` is empty where the code says it all."""

    code: int
    reason: str = ""


class Host(Protocol):
    """What a container lends to the programs in it."""

    loop: Loop
    lineage: Lineage
    network: Network
    image: Image
    files: MutableMapping[str, bytes]

    @property
    def image_name(self) -> str: ...

    @property
    def namespace(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def hostname(self) -> str: ...

    @property
    def aliases(self) -> dict[str, str]: ...

    @property
    def ports(self) -> tuple[int, ...]: ...

    @property
    def identity(self) -> tuple[object, ...]:
        """Words that no other container and no other run of it has, for draws."""
        ...

    def disturbed(self) -> None:
        """Something from outside has reached the container: its probes may find other answers now."""
        ...

    def used(self, process: object, cpu: float | None, memory: int | None) -> None:
        """A program tells what it takes from now on."""
        ...

    @property
    def thaw(self) -> Future[None] | None:
        """While the container is hung: what resolves when it goes on."""
        ...


async def succeed(ctx: Context, argv: list[str]) -> int:
    """What a command does that an image surely has, but that nobody wrote: nothing, with success."""
    return 0


class _Held:
    """A connection of a program, which reads nothing while its container is hung."""

    __slots__ = ("_host", "_socket")

    def __init__(self, socket: Socket, host: Host) -> None:
        self._socket = socket
        self._host = host

    @property
    def peer(self) -> str:
        return self._socket.peer

    async def read(self) -> bytes:
        data = await self._socket.read()
        while self._host.thaw is not None:
            await self._host.thaw
        return data

    def write(self, data: bytes) -> None:
        self._socket.write(data)

    def close(self) -> None:
        self._socket.close()


class Process:
    """One running program; implements `images.context.Context`."""

    def __init__(
        self,
        host: Host,
        program: Program,
        argv: list[str],
        env: dict[str, str],
        out: Callable[[int, str], None],
        *,
        name: str = "",
        keeps_stdin_open: bool = False,
        is_primary: bool = False,
        is_terminal: bool = False,
    ) -> None:
        self.env = env
        self.exited: Future[Exit] = Future()
        self.is_steady = False
        self.keeps_stdin_open = keeps_stdin_open
        self.is_terminal = is_terminal
        self._host = host
        self._out = out
        self._name = name
        self._is_primary = is_primary
        self._stdin: list[bytes] = []
        self._stdin_waiter: Future[None] | None = None
        self._signal: Future[str] | None = None
        self._ignores_signals = False
        self._told_to_stop = False
        self._tasks: list[Task[Any]] = []
        self._closers: list[Callable[[], None]] = []
        self._connections: list[Socket] = []
        self._draws = 0
        self._children = 1
        coroutine = program(self, argv)
        assert isinstance(coroutine, Coroutine)
        self._main: Task[int] = host.loop.spawn(coroutine, name)
        self._main.when_done(self._main_ended)

    # --- For the kubelet ---

    def terminate(self) -> None:
        """Send TERM."""
        if self._told_to_stop or self.exited.done:
            return
        if self._host.thaw is not None:
            self._host.thaw.when_done(self.terminate)
            return
        self._told_to_stop = True
        if self._signal is not None:
            self._signal.set("TERM")
        elif not self._ignores_signals:
            self.kill(Exit(SIGTERM))

    def kill(self, how: Exit = Exit(SIGKILL)) -> None:
        """End the program now."""
        self._finish(how)
        self._main.cancel()

    def feed(self, data: bytes) -> None:
        """Give it standard input."""
        self._stdin.append(data)
        self._wake_reader()

    @property
    def reads_stdin(self) -> bool:
        """Whether it waits for input right now."""
        return self._stdin_waiter is not None

    def close_stdin(self) -> None:
        self.keeps_stdin_open = False
        self._wake_reader()

    def _wake_reader(self) -> None:
        if self._stdin_waiter is not None:
            waiter, self._stdin_waiter = self._stdin_waiter, None
            waiter.set(None)

    def _main_ended(self) -> None:
        error = self._main.error
        if error is None:
            self._finish(Exit(int(self._main.value or 0) & 0xFF))
        elif isinstance(error, Killed):
            self._finish(Exit(SIGKILL))
        elif not isinstance(error, Cancelled):
            raise error

    def _finish(self, how: Exit) -> None:
        if self.exited.done:
            return
        for close in self._closers:
            close()
        for connection in self._connections:
            connection.close()
        self.exited.set(how)
        for task in self._tasks:
            task.cancel()

    # --- For programs: the Context ---

    @property
    def hostname(self) -> str:
        return self._host.hostname

    @property
    def address(self) -> str:
        return self._host.address

    @property
    def image(self) -> str:
        return self._host.image_name

    @property
    def ports(self) -> tuple[int, ...]:
        return self._host.ports

    @property
    def files(self) -> MutableMapping[str, bytes]:
        return self._host.files

    @property
    def stdin(self) -> bytes:
        """What standard input has brought so far."""
        return b"".join(self._stdin)

    async def read_stdin(self) -> bytes:
        """The next bytes of standard input; b"" at its end."""
        while not self._stdin and self.keeps_stdin_open:
            self._stdin_waiter = Future()
            await self._stdin_waiter
        data, self._stdin = b"".join(self._stdin), []
        return data

    def now(self) -> float:
        return self._host.loop.now

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self._host.loop.sleep(seconds)

    def stdout(self, text: str) -> None:
        if text and not self.exited.done:
            self._out(STDOUT, text)

    def stderr(self, text: str) -> None:
        if text and not self.exited.done:
            self._out(STDERR, text)

    def listen(self, port: int, serve: Callable[[Connection], Awaitable[None]]) -> None:
        def accept(socket: Socket) -> None:
            self._host.disturbed()
            self._connections.append(socket)
            task: Task[None] = self._host.loop.spawn(self._serve(serve, socket), f"{self._name}:{port}")
            task.when_done(lambda: self._served(task, socket))
            self._tasks.append(task)

        self._closers.append(self._host.network.listen(self._host.address, port, accept))

    async def _serve(self, serve: Callable[[Connection], Awaitable[None]], socket: Socket) -> None:
        if self._host.thaw is not None:
            await self._host.thaw  # The kernel takes the connection, but nobody looks at it.
        await serve(_Held(socket, self._host))

    def _served(self, task: Task[None], socket: Socket) -> None:
        socket.close()
        if not self.exited.done:
            self._connections.remove(socket)
            self._tasks.remove(task)
        if task.error is not None and not isinstance(task.error, (Cancelled, ConnectionRefused, Killed)):
            raise task.error

    async def connect(self, host: str, port: int) -> Connection:
        found = self.resolve(host)
        if found and found[0] in ("127.0.0.1", self.address):
            found = [self.address]
        try:
            return _Held(await self._host.network.connect(self.address, found[0] if found else host, port), self._host)
        except NetworkError as error:
            raise ConnectionRefused(str(error)) from None

    def resolve(self, name: str) -> list[str]:
        if name == self.hostname:
            return [self.address]
        if name in self._host.aliases:
            return [self._host.aliases[name]]
        return self._host.network.resolve(name, self._host.namespace)

    def full_name(self, name: str) -> str:
        return self._host.network.canonical_name(name, self._host.namespace)

    def draw(self, bound: int, *lineage: object) -> int:
        self._draws += 1
        return self._host.lineage.below(bound, "program", *self._host.identity, self._name, *(lineage or (self._draws,)))

    def spawn(self, main: Awaitable[None]) -> int:
        assert isinstance(main, Coroutine)
        task: Task[None] = self._host.loop.spawn(main, self._name)
        self._tasks.append(task)
        self._children += 1
        return self._children

    def wait_for_signal(self) -> Awaitable[str]:
        self._signal = Future()
        if self._told_to_stop:
            self._signal.set("TERM")
        return self._signal

    def program(self, name: str) -> Program | None:
        image = self._host.image
        if found := image.command(name):
            return found
        if image.known:
            return None
        return image.main if self._is_primary else succeed

    def ignore_signals(self) -> None:
        self._ignores_signals = True

    def use(self, cpu: float | None = None, memory: int | None = None) -> None:
        if not self.exited.done:
            self._host.used(self, cpu, memory)

    def steady(self) -> None:
        self.is_steady = True
