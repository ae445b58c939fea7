"""kubectl against a bare API server, with files in memory: no controllers, no nodes."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.kubectl import main
from k8s_magic.kubectl.environment import Environment, Legacy, UsageError
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop


@dataclass
class MemoryFiles:
    """A working directory as a dict of paths."""

    content: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        if self.is_dir(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        return self.content[path.removeprefix("./")]

    def write(self, path: str, data: bytes) -> None:
        self.content[path] = data

    def is_dir(self, path: str) -> bool:
        path = path.removeprefix("./").rstrip("/")
        if path in ("", "."):
            return True
        if path in self.content:
            return False
        if any(name.startswith(f"{path}/") for name in self.content):
            return True
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def list(self, path: str) -> list[str]:
        prefix = "" if path in ("", ".") else path.removeprefix("./").rstrip("/") + "/"
        return sorted({name[len(prefix) :].split("/")[0] for name in self.content if name.startswith(prefix)})

    def fetch(self, url: str) -> bytes:
        raise UsageError(f'unable to read URL "{url}"')


@dataclass
class Said:
    """What a command printed, and its exit code."""

    out: str
    err: str
    code: int


@dataclass
class Shell:
    """Runs kubectl lines one after the other in one bare API server."""

    client: LocalClient
    files: MemoryFiles = field(default_factory=MemoryFiles)
    legacy: Legacy = "reject"
    edit: Callable[[str, str], str] | None = None
    env: dict[str, str] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    may_wait: bool = True

    def __call__(self, line: str | list[str], stdin: str | None = None) -> Said:
        out: list[str] = []
        err: list[str] = []
        environment = Environment(
            self.client,
            self.files,
            out.append,
            err.append,
            stdin,
            self.env,
            self.kept,
            legacy=self.legacy,
            edit=self.edit,
            may_wait=self.may_wait,
        )
        argv = shlex.split(line) if isinstance(line, str) else line
        task = self.client.loop.spawn(main.run(argv, environment), "kubectl")
        task.when_done(lambda: None)
        assert self.client.loop.run_until_done(task), "the command waits for nothing"
        return Said("".join(out), "".join(err), task.result())

    def ok(self, line: str, stdin: str | None = None) -> str:
        """stdout of a command that must succeed."""
        said = self(line, stdin)
        assert said.code == 0, said.err
        return said.out

    def fails(self, line: str, stdin: str | None = None) -> str:
        """stderr of a command that must fail and print nothing else."""
        said = self(line, stdin)
        assert said.code == 1, said
        assert said.out == ""
        return said.err


@pytest.fixture
def kubectl() -> Shell:
    """kubectl on a server that holds the namespace default."""
    api = ApiServer(Loop(1_767_603_600.0), Lineage(0))
    client = LocalClient(api, Caller("kubectl"))
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    client.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "default")
    return Shell(client)
