"""What a program in a container can do. Programs touch nothing but their `ctx`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Protocol


class Connection(Protocol):
    """A byte stream between two programs."""

    @property
    def peer(self) -> str:
        """The other end's address as "ip:port"."""
        ...

    def read(self) -> Awaitable[bytes]:
        """The next bytes; b"" at the end of the stream."""
        ...

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class ConnectionRefused(Exception):
    """Nobody listens there, or the address cannot be reached; the text is what a program would print."""


class Killed(Exception):
    """The container was told to stop for good; `main` may let it out."""


Program = Callable[["Context", list[str]], Awaitable[int]]
"""(context, argv) -> exit code."""


class Context(Protocol):
    """The container as its program sees it."""

    env: dict[str, str]

    @property
    def hostname(self) -> str: ...

    @property
    def address(self) -> str:
        """The pod's IP address."""
        ...

    @property
    def image(self) -> str:
        """The image as the manifest names it, with its tag."""
        ...

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports that the manifest declares or probes, for programs that cannot know better; 0, if it names none, for any port."""
        ...

    @property
    def files(self) -> MutableMapping[str, bytes]:
        """Absolute path -> content; volumes are seen through it. Deleting and writing obey read-only mounts (OSError)."""
        ...

    @property
    def stdin(self) -> bytes:
        """What standard input has brought so far; all of it, unless `keeps_stdin_open`."""
        ...

    keeps_stdin_open: bool
    """More may come on standard input: `read_stdin` waits for it."""

    is_terminal: bool
    """Somebody types and reads: shells prompt."""

    def read_stdin(self) -> Awaitable[bytes]:
        """The next bytes of standard input; b"" at its end."""
        ...

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None]: ...

    def stdout(self, text: str) -> None:
        """Print to the container's log; no newline is added."""
        ...

    def stderr(self, text: str) -> None: ...

    def listen(self, port: int, serve: Callable[[Connection], Awaitable[None]]) -> None:
        """Accept TCP connections on `port` of the pod's address until the container ends; OSError where the port is taken."""
        ...

    def connect(self, host: str, port: int) -> Awaitable[Connection]:
        """Open a connection to a name or address; `ConnectionRefused` where nobody answers."""
        ...

    def resolve(self, name: str) -> list[str]:
        """Addresses of a name by the cluster's DNS; empty where there is none."""
        ...

    def full_name(self, name: str) -> str:
        """The full name behind a short one, as nslookup prints it; empty where there is none."""
        ...

    def draw(self, bound: int, *lineage: object) -> int:
        """A reproducible random number below `bound`."""
        ...

    def spawn(self, main: Awaitable[None]) -> int:
        """Run something beside `main`, in the same container, until that ends; gives its process number."""
        ...

    def wait_for_signal(self) -> Awaitable[str]:
        """Wait for "TERM" (then the program has its grace period). Without a waiter TERM ends the program at once with 143."""
        ...

    def program(self, name: str) -> Program | None:
        """A program of the container's image by its name or path."""
        ...

    def ignore_signals(self) -> None:
        """TERM changes nothing, as for a first process without a handler: only the end of the grace period kills."""
        ...

    def use(self, cpu: float | None = None, memory: int | None = None) -> None:
        """Say what the program takes from now on: cores it keeps busy, bytes it holds. Above its limit of memory it is killed."""
        ...

    def steady(self) -> None:
        """Promise that answers to probes will not change until something from outside reaches the program."""
        ...
