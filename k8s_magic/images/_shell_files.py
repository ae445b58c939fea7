"""A container's files as just-bash's file system interface has them; directories are where files are, or where mkdir was."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass

ROOT = frozenset({"/", "/bin", "/dev", "/etc", "/home", "/proc", "/root", "/tmp", "/usr", "/usr/bin", "/usr/local/bin", "/var", "/var/lib"})


@dataclass
class Stat:
    """What just-bash reads of a file."""

    is_file: bool
    is_directory: bool
    is_symbolic_link: bool = False
    mode: int = 0o644
    size: int = 0
    mtime: float = 0.0
    nlink: int = 1


@dataclass
class Entry:
    """A line of a directory."""

    name: str
    is_file: bool
    is_directory: bool
    is_symbolic_link: bool = False


class ShellFiles:
    """just-bash's file system over a mapping of absolute paths."""

    def __init__(self, files: MutableMapping[str, bytes], mounts: Iterable[str] = (), *, has_all: bool = False) -> None:
        """With `has_all` any directory can be written to: nobody has written down what the image holds."""
        self._files = files
        self._has_all = has_all
        self._directories: set[str] = {*ROOT, *mounts}
        self._modes: dict[str, int] = {}

    def resolve_path(self, base: str, path: str) -> str:
        return posixpath.normpath(posixpath.join(base, path))

    def _is_directory(self, path: str) -> bool:
        prefix = path.rstrip("/") + "/"
        if path in self._directories or any(name.startswith(prefix) for name in self._directories):
            return True
        return any(name.startswith(prefix) for name in self._files)

    def _normal(self, path: str) -> str:
        return posixpath.normpath("/" + path.lstrip("/"))

    async def read_file(self, path: str, encoding: str = "utf-8") -> str:
        return (await self.read_file_bytes(path)).decode("latin-1" if encoding in ("binary", "latin1") else "utf-8", "replace")

    async def read_file_bytes(self, path: str) -> bytes:
        path = self._normal(path)
        if path == "/dev/null":
            return b""
        if path in self._files:
            return self._files[path]
        if self._is_directory(path):
            raise IsADirectoryError(f"EISDIR: illegal operation on a directory, read '{path}'")
        raise FileNotFoundError(f"ENOENT: no such file or directory, open '{path}'")

    async def write_file(self, path: str, content: str | bytes, encoding: str = "utf-8") -> None:
        path = self._normal(path)
        if path in ("/dev/null", "/dev/stdout", "/dev/stderr"):
            return
        if self._is_directory(path):
            raise IsADirectoryError(f"EISDIR: illegal operation on a directory, open '{path}'")
        if not self._has_all and not self._is_directory(posixpath.dirname(path)):
            raise FileNotFoundError(f"ENOENT: no such file or directory, open '{path}'")
        self._files[path] = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content

    async def append_file(self, path: str, content: str | bytes) -> None:
        before = self._files.get(self._normal(path), b"")
        await self.write_file(path, before + (content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content))

    async def exists(self, path: str) -> bool:
        path = self._normal(path)
        return path in self._files or path == "/dev/null" or self._is_directory(path)

    async def is_file(self, path: str) -> bool:
        return self._normal(path) in self._files

    async def is_directory(self, path: str) -> bool:
        return self._is_directory(self._normal(path))

    async def stat(self, path: str) -> Stat:
        path = self._normal(path)
        if path in self._files:
            return Stat(True, False, mode=self._modes.get(path, 0o644), size=len(self._files[path]))
        if self._is_directory(path):
            return Stat(False, True, mode=self._modes.get(path, 0o755))
        raise FileNotFoundError(f"ENOENT: no such file or directory, stat '{path}'")

    lstat = stat

    async def mkdir(self, path: str, recursive: bool = False) -> None:
        path = self._normal(path)
        if await self.exists(path):
            if recursive and self._is_directory(path):
                return
            raise FileExistsError(f"EEXIST: file already exists, mkdir '{path}'")
        if not recursive and not self._is_directory(posixpath.dirname(path)):
            raise FileNotFoundError(f"ENOENT: no such file or directory, mkdir '{path}'")
        while path not in self._directories:
            self._directories.add(path)
            path = posixpath.dirname(path)

    async def readdir(self, path: str) -> list[str]:
        return [entry.name for entry in await self.readdir_with_file_types(path)]

    async def readdir_with_file_types(self, path: str) -> list[Entry]:
        path = self._normal(path)
        if not self._is_directory(path):
            raise FileNotFoundError(f"ENOENT: no such file or directory, scandir '{path}'")
        prefix = path.rstrip("/") + "/"
        found: dict[str, bool] = {}
        for name in self._files:
            if name.startswith(prefix):
                head, slash, _ = name[len(prefix) :].partition("/")
                found[head] = found.get(head, False) or bool(slash)
        found |= {name[len(prefix) :].split("/")[0]: True for name in self._directories if name.startswith(prefix) and name != prefix}
        return [Entry(name, not is_directory, is_directory) for name, is_directory in sorted(found.items()) if name]

    async def rm(self, path: str, recursive: bool = False, force: bool = False) -> None:
        path = self._normal(path)
        if path in self._files:
            del self._files[path]
            return
        if not self._is_directory(path):
            if force:
                return
            raise FileNotFoundError(f"ENOENT: no such file or directory, rm '{path}'")
        inside = await self.readdir(path)
        if inside and not recursive:
            raise OSError(f"ENOTEMPTY: directory not empty, rm '{path}'")
        for name in inside:
            await self.rm(posixpath.join(path, name), recursive=True)
        self._directories.discard(path)

    async def cp(self, src: str, dest: str, recursive: bool = False) -> None:
        src, dest = self._normal(src), self._normal(dest)
        if await self.is_file(src):
            await self.write_file(dest, await self.read_file_bytes(src))
            return
        if not recursive:
            raise IsADirectoryError(f"EISDIR: is a directory, cp '{src}'")
        await self.mkdir(dest, recursive=True)
        for name in await self.readdir(src):
            await self.cp(posixpath.join(src, name), posixpath.join(dest, name), recursive=True)

    async def mv(self, src: str, dest: str) -> None:
        await self.cp(src, dest, recursive=True)
        await self.rm(src, recursive=True)

    async def chmod(self, path: str, mode: int) -> None:
        self._modes[self._normal(path)] = mode

    async def symlink(self, target: str, link_path: str) -> None:
        """A link is a copy here: mounts and link chains are not worth their weight."""
        await self.cp(self.resolve_path(posixpath.dirname(self._normal(link_path)), target), link_path, recursive=True)

    async def link(self, existing_path: str, new_path: str) -> None:
        await self.cp(existing_path, new_path)

    async def readlink(self, path: str) -> str:
        raise OSError(f"EINVAL: invalid argument, readlink '{path}'")

    async def utimes(self, path: str, atime: float, mtime: float) -> None:
        """Times of files are not kept."""

    async def realpath(self, path: str) -> str:
        return self._normal(path)

    def get_all_paths(self) -> list[str]:
        return sorted({*self._files, *self._directories})
