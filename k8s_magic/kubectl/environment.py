"""Everything that kubectl touches besides its arguments, handed in: client, terminal, files, settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from k8s_magic.apiserver.client import Client
from k8s_magic.kubectl.discovery import Discovery

Legacy = Literal["accept", "reject", "book"]


class UsageError(Exception):
    """The user's mistake on the command line or in a file; printed on stderr as it stands, exit code 1."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Files(Protocol):
    """The working directory. Paths are as the user wrote them; errors are OSError with errno set."""

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, data: bytes) -> None: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted."""
        ...

    def fetch(self, url: str) -> bytes:
        """The document at a URL: the book's examples come with the package, all else is unreachable (UsageError)."""
        ...


class Connection(Protocol):
    """A byte stream that somebody opened to a port of ours."""

    def read(self) -> Awaitable[bytes]:
        """The next bytes; b"" at the end."""
        ...

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class Listener(Protocol):
    """A port that is open."""

    port: int

    def close(self) -> None: ...


class Listeners(Protocol):
    """The machine that kubectl runs on, as far as one can connect to it."""

    def listen(self, port: int, serve: Callable[[Connection], Awaitable[None]]) -> Listener:
        """Open a port on localhost, 0 for any, and serve each connection; OSError where it is taken."""
        ...


@dataclass
class Environment:
    """What one run of kubectl gets. `out` and `err` take text as it comes, newlines included."""

    client: Client
    files: Files
    out: Callable[[str], None]
    err: Callable[[str], None]
    stdin: str | None = None
    env: dict[str, str] = field(default_factory=dict)
    """HOME, KUBECONFIG, KUBE_EDITOR, ..."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """The kubeconfig, by its path, where `env` names no place for it on the disk."""
    discovery: Discovery = field(default_factory=Discovery)
    """What earlier commands found out of the API's resources."""
    namespace: str = "default"
    """Of the current context, where no kubeconfig says otherwise."""
    legacy: Legacy = "accept"
    edit: Callable[[str, str], str] | None = None
    """(suffix, text) -> edited text, for `kubectl edit`; None: no editor here."""
    listeners: Listeners | None = None
    """Where port-forward opens its ports; None: nobody could connect."""
    wait_limit_s: float | None = 600.0
    """An endless verb (get -w, logs -f) gives up after this many seconds, or after `quiet_limit_s` without news."""
    quiet_limit_s: float | None = 30.0
    may_wait: bool = True
    """False in the clock's pause mode: a verb that would wait says so and ends with 1."""
