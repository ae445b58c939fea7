"""What makes a method of `Cluster`, files and an editor inputs of the log."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from k8s_magic.cluster.log import Called, Log
from k8s_magic.kubectl.environment import Files

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

P = ParamSpec("P")
R = TypeVar("R")


def recorded(method: Callable[Concatenate[Cluster, P], R]) -> Callable[Concatenate[Cluster, P], R]:
    """A method of `Cluster` that changes it from outside: goes into the log with its arguments, which must be plain data."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(cluster: Cluster, *args: P.args, **kwargs: P.kwargs) -> R:
        given = dict(list(signature.bind(cluster, *args, **kwargs).arguments.items())[1:])
        with cluster.lock:  # Before the log is looked at: a live cluster's thread may be at work.
            if cluster.log.is_busy:
                return method(cluster, *args, **kwargs)
            cluster.catch_up()
            entry = Called(cluster.now, method.__name__, given)
            try:
                with cluster.log.doing(entry):
                    return method(cluster, *args, **kwargs)
            except (LookupError, ValueError):
                cluster.log.entries.remove(entry)  # What was refused has changed nothing.
                raise

    call.is_recorded = True  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[Cluster, P], R]", call)


def is_recorded(method: Any) -> bool:
    """Whether a replay may call it."""
    return getattr(method, "is_recorded", False) is True


class RecordedFiles:
    """Files of which the log knows what was read."""

    def __init__(self, log: Log, files: Files) -> None:
        self._log = log
        self._files = files

    def read(self, path: str) -> bytes:
        return self._log.ask("read", path, lambda: self._files.read(path))  # type: ignore[no-any-return]

    def write(self, path: str, data: bytes) -> None:
        self._log.do(lambda: self._files.write(path, data))

    def is_dir(self, path: str) -> bool:
        return self._log.ask("is_dir", path, lambda: self._files.is_dir(path))  # type: ignore[no-any-return]

    def list(self, path: str) -> list[str]:
        return self._log.ask("list", path, lambda: self._files.list(path))  # type: ignore[no-any-return]

    def fetch(self, url: str) -> bytes:
        return self._log.ask("fetch", url, lambda: self._files.fetch(url))  # type: ignore[no-any-return]


def recorded_editor(log: Log, editor: Callable[[str, str], str] | None) -> Callable[[str, str], str] | None:
    """An editor of which the log knows what came out."""
    if editor is None:
        return None
    edit = editor
    return lambda suffix, text: str(log.ask("edit", suffix, lambda: edit(suffix, text)))
