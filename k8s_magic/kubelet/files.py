"""A container's file system: its own files, with volumes mounted over them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, MutableMapping
from typing import NamedTuple

from k8s_magic.images._shell_files import ShellFiles

Volume = MutableMapping[str, bytes]
"""Files of a volume by path relative to its root."""


class Mount(NamedTuple):
    """A volume, or a part of one, at a path."""

    path: str
    volume: Volume
    sub_path: str
    read_only: bool


class Files(MutableMapping[str, bytes]):
    """Absolute path -> content."""

    def __init__(
        self,
        mounts: list[Mount],
        prepare: Callable[[], dict[str, bytes]],
        *,
        has_all_directories: bool = False,
        directories: tuple[str, ...] = (),
    ) -> None:
        self._has_all_directories = has_all_directories
        self._directories = directories
        self._mounts = sorted(mounts, key=lambda mount: -len(mount.path))
        self._prepare = prepare
        self._own: dict[str, bytes] | None = None
        self._shell: ShellFiles | None = None

    @property
    def own(self) -> dict[str, bytes]:
        """Files outside volumes; made when first looked at."""
        if self._own is None:
            self._own = self._prepare()
        return self._own

    @property
    def shell_files(self) -> ShellFiles:
        """The same files for the shell library, with directories that scripts made."""
        if self._shell is None:
            self._shell = ShellFiles(self, [*self._directories, *(mount.path for mount in self._mounts)], has_all=self._has_all_directories)
        return self._shell

    def peek_own(self, path: str) -> bytes | None:
        """A file outside volumes, if the program has touched any."""
        return self._own.get(path) if self._own is not None else None

    def _mount(self, path: str) -> Mount | None:
        return next((m for m in self._mounts if path == m.path or path.startswith(m.path.rstrip("/") + "/")), None)

    def __getitem__(self, path: str) -> bytes:
        mount = self._mount(path)
        return self.own[path] if mount is None else mount.volume[_inner(mount, path)]

    def __setitem__(self, path: str, content: bytes) -> None:
        mount = self._mount(path)
        if mount is None:
            self.own[path] = content
        elif mount.read_only:
            raise OSError(30, "Read-only file system", path)
        else:
            mount.volume[_inner(mount, path)] = content

    def __delitem__(self, path: str) -> None:
        mount = self._mount(path)
        if mount is None:
            del self.own[path]
        elif mount.read_only:
            raise OSError(30, "Read-only file system", path)
        else:
            del mount.volume[_inner(mount, path)]

    def __iter__(self) -> Iterator[str]:
        yield from [path for path in self.own if self._mount(path) is None]
        for mount in reversed(self._mounts):
            for name in list(mount.volume):
                outer = _outer(mount, name)
                if outer is not None and self._mount(outer) is mount:
                    yield outer

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _inner(mount: Mount, path: str) -> str:
    """Where in the volume a path of the container lies."""
    rest = path[len(mount.path.rstrip("/")) :].lstrip("/")
    return "/".join(part for part in (mount.sub_path.strip("/"), rest) if part)


def _outer(mount: Mount, name: str) -> str | None:
    """Where in the container a file of the volume is seen; None where the mount does not hold it."""
    root = mount.sub_path.strip("/")
    if not root:
        return posixpath.join(mount.path, name)
    if name == root:
        return mount.path
    return posixpath.join(mount.path, name[len(root) + 1 :]) if name.startswith(root + "/") else None
