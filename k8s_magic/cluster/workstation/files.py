"""The real disk, as just-bash's file system interface and as a program's mapping of paths have it."""

from __future__ import annotations

import os
import posixpath
import shutil
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from k8s_magic.images._shell_files import Entry, Stat

STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/tty")


class RealFiles:
    """just-bash's file system over the real one; errors are the system's."""

    def resolve_path(self, base: str, path: str) -> str:
        return posixpath.normpath(posixpath.join(base, path))

    async def read_file(self, path: str, encoding: str = "utf-8") -> str:
        return (await self.read_file_bytes(path)).decode("latin-1" if encoding in ("binary", "latin1") else "utf-8", "replace")

    async def read_file_bytes(self, path: str) -> bytes:
        return Path(path).read_bytes()

    async def write_file(self, path: str, content: str | bytes, encoding: str = "utf-8") -> None:
        if path not in STREAMS:
            Path(path).write_bytes(_encoded(content))

    async def append_file(self, path: str, content: str | bytes) -> None:
        if path not in STREAMS:
            with Path(path).open("ab") as file:
                file.write(_encoded(content))

    async def exists(self, path: str) -> bool:
        return Path(path).exists()

    async def is_file(self, path: str) -> bool:
        return Path(path).is_file()

    async def is_directory(self, path: str) -> bool:
        return Path(path).is_dir()

    async def stat(self, path: str) -> Stat:
        return _stat(Path(path), Path(path).stat())

    async def lstat(self, path: str) -> Stat:
        return _stat(Path(path), Path(path).lstat())

    async def mkdir(self, path: str, recursive: bool = False) -> None:
        Path(path).mkdir(parents=recursive, exist_ok=recursive)

    async def readdir(self, path: str) -> list[str]:
        return sorted(os.listdir(path))

    async def readdir_with_file_types(self, path: str) -> list[Entry]:
        found = sorted(Path(path).iterdir())
        return [Entry(entry.name, entry.is_file(), entry.is_dir(), entry.is_symlink()) for entry in found]

    async def rm(self, path: str, recursive: bool = False, force: bool = False) -> None:
        target = Path(path)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target) if recursive else target.rmdir()
        else:
            target.unlink(missing_ok=force)

    async def cp(self, src: str, dest: str, recursive: bool = False) -> None:
        if recursive and Path(src).is_dir():
            shutil.copytree(src, dest, dirs_exist_ok=True)
        else:
            shutil.copyfile(src, dest)

    async def mv(self, src: str, dest: str) -> None:
        shutil.move(src, dest)

    async def chmod(self, path: str, mode: int) -> None:
        Path(path).chmod(mode)

    async def symlink(self, target: str, link_path: str) -> None:
        Path(link_path).symlink_to(target)

    async def link(self, existing_path: str, new_path: str) -> None:
        Path(new_path).hardlink_to(existing_path)

    async def readlink(self, path: str) -> str:
        return os.readlink(path)

    async def utimes(self, path: str, atime: float, mtime: float) -> None:
        os.utime(path, (atime, mtime))

    async def realpath(self, path: str) -> str:
        return os.path.realpath(path)

    def get_all_paths(self) -> list[str]:
        """For patterns without a file system that can list: ours can."""
        return []


def _encoded(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _stat(path: Path, found: os.stat_result) -> Stat:
    is_link = path.is_symlink()
    return Stat(path.is_file(), path.is_dir(), is_link, found.st_mode & 0o7777, found.st_size, found.st_mtime, found.st_nlink)


class DiskMapping(MutableMapping[str, bytes]):
    """Absolute path -> content, as programs have their files."""

    def __init__(self) -> None:
        self.shell_files = RealFiles()

    def __getitem__(self, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except OSError:
            raise KeyError(path) from None

    def __setitem__(self, path: str, content: bytes) -> None:
        Path(path).write_bytes(content)

    def __delitem__(self, path: str) -> None:
        Path(path).unlink()

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and Path(path).is_file()

    def __iter__(self) -> Iterator[str]:
        """Nobody lists a whole disk."""
        return iter(())

    def __len__(self) -> int:
        return 0
