"""The workstation's disk with a memory: what scripts read goes into the log, and a replay neither reads nor changes the real one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, MutableMapping
from typing import Any

from k8s_magic.cluster.log import Log
from k8s_magic.cluster.workstation.files import DiskMapping, RealFiles
from k8s_magic.images._shell_files import Entry, Stat

WRITES = ("write_file", "append_file", "mkdir", "rm", "cp", "mv", "chmod", "symlink", "link", "utimes")


class RecordedShellFiles:
    """just-bash's file system over `RealFiles`."""

    def __init__(self, log: Log, files: RealFiles) -> None:
        self._log = log
        self._files = files
        for name in WRITES:
            setattr(self, name, self._writing(getattr(files, name)))

    def _writing(self, method: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
        async def write(*args: Any, **kwargs: Any) -> None:
            self._log.do(lambda: _at_once(method(*args, **kwargs)))

        return write

    def _ask(self, asked: str, path: str, answer: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        return self._log.ask(asked, path, lambda: _at_once(answer()))

    def resolve_path(self, base: str, path: str) -> str:
        return self._files.resolve_path(base, path)

    async def read_file(self, path: str, encoding: str = "utf-8") -> str:
        return (await self.read_file_bytes(path)).decode("latin-1" if encoding in ("binary", "latin1") else "utf-8", "replace")

    async def read_file_bytes(self, path: str) -> bytes:
        return self._ask("read", path, lambda: self._files.read_file_bytes(path))  # type: ignore[no-any-return]

    async def exists(self, path: str) -> bool:
        return self._ask("exists", path, lambda: self._files.exists(path))  # type: ignore[no-any-return]

    async def is_file(self, path: str) -> bool:
        return self._ask("is_file", path, lambda: self._files.is_file(path))  # type: ignore[no-any-return]

    async def is_directory(self, path: str) -> bool:
        return self._ask("is_directory", path, lambda: self._files.is_directory(path))  # type: ignore[no-any-return]

    async def stat(self, path: str) -> Stat:
        return Stat(*self._log.ask("stat", path, lambda: _values(_at_once(self._files.stat(path)))))

    async def lstat(self, path: str) -> Stat:
        return Stat(*self._log.ask("lstat", path, lambda: _values(_at_once(self._files.lstat(path)))))

    async def readdir(self, path: str) -> list[str]:
        return self._ask("list", path, lambda: self._files.readdir(path))  # type: ignore[no-any-return]

    async def readdir_with_file_types(self, path: str) -> list[Entry]:
        def answer() -> list[list[Any]]:
            return [_values(entry) for entry in _at_once(self._files.readdir_with_file_types(path))]

        return [Entry(*values) for values in self._log.ask("entries", path, answer)]

    async def readlink(self, path: str) -> str:
        return self._ask("readlink", path, lambda: self._files.readlink(path))  # type: ignore[no-any-return]

    async def realpath(self, path: str) -> str:
        return self._ask("realpath", path, lambda: self._files.realpath(path))  # type: ignore[no-any-return]

    def get_all_paths(self) -> list[str]:
        return self._files.get_all_paths()


def _values(record: Any) -> list[Any]:
    return list(vars(record).values())


def _at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that never waits."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("the disk does not let anybody wait")


class RecordedMapping(MutableMapping[str, bytes]):
    """Absolute path -> content over `DiskMapping`."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._files = DiskMapping()
        self.shell_files = RecordedShellFiles(log, self._files.shell_files)

    def __getitem__(self, path: str) -> bytes:
        content = self._log.ask("content", path, lambda: self._files.get(path))
        if content is None:
            raise KeyError(path)
        return content  # type: ignore[no-any-return]

    def __setitem__(self, path: str, content: bytes) -> None:
        self._log.do(lambda: self._files.__setitem__(path, content))

    def __delitem__(self, path: str) -> None:
        self._log.do(lambda: self._files.__delitem__(path))

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and bool(self._log.ask("is_file", path, lambda: path in self._files))

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
