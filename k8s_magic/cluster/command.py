"""One top-level command and what came of it."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from k8s_magic import book
from k8s_magic.kubectl.environment import UsageError


@dataclass(frozen=True)
class Result:
    """What a command printed. `background` is what watches left on with `&` have printed meanwhile."""

    stdout: str
    stderr: str
    exit_code: int
    background: str = ""

    def __str__(self) -> str:
        return self.stdout + self.stderr


class DiskFiles:
    """The working directory on the real disk, and the book's examples by their URLs."""

    def __init__(self, cwd: str | os.PathLike[str] | None) -> None:
        self._cwd = Path(cwd) if cwd is not None else Path()

    def read(self, path: str) -> bytes:
        return (self._cwd / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        target = self._cwd / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def is_dir(self, path: str) -> bool:
        target = self._cwd / path
        if not target.exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return target.is_dir()

    def list(self, path: str) -> list[str]:
        return sorted(entry.name for entry in (self._cwd / path).iterdir())

    def fetch(self, url: str) -> bytes:
        found = book.fetch(url)
        if found is None:
            raise UsageError(f'error: unable to read URL "{url}": this cluster has no network; it knows the book\'s examples alone')
        return found
