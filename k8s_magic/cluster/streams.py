"""Streams to pods that somebody outside has opened (exec, attach, port-forward over HTTP): what goes in is recorded."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.authorization import Access, authorize
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.cluster.log import Log, Streamed
from k8s_magic.cluster.recorded_client import caller_of, who
from k8s_magic.cluster.world import World
from k8s_magic.sim.loop import Task

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster


class OutsideStream:
    """Implements `Stream` over another; `number` is its name in the log."""

    def __init__(self, streams: OutsideStreams, number: int, inner: Stream) -> None:
        self._streams, self._number, self._inner = streams, number, inner

    async def read(self) -> tuple[int, bytes] | None:
        return await self._inner.read()

    def write(self, data: bytes) -> None:
        with self._streams.doing(self._number, "write", data):
            self._inner.write(data)

    def close_stdin(self) -> None:
        with self._streams.doing(self._number, "end"):
            self._inner.close_stdin()

    def close(self) -> None:
        with self._streams.doing(self._number, "close"):
            self._inner.close()


class OutsideStreams:
    """Those of one world."""

    def __init__(self, cluster: Cluster, world: World) -> None:
        self._cluster = cluster
        self._world = world
        self._last = 0
        self._opened: dict[int, Task[Stream]] = {}

    @property
    def log(self) -> Log:
        return self._cluster.log

    def doing(self, number: int, what: Any, data: bytes = b"") -> Any:
        """Record it and what it does; nothing to record where the cluster has turned back meanwhile."""
        if self._cluster.streams is not self:
            return nullcontext()
        return self.log.doing(Streamed(self._world.loop.now, number, what, data))

    def open(self, caller: Caller, namespace: str, name: str, subresource: str, parameters: dict[str, Any]) -> Task[Stream]:
        """Begin to open one; `ApiError` comes out of the task. The text of a log changes nothing and is not recorded."""
        if subresource == "log":
            return self._world.loop.spawn(self._connect(0, caller, namespace, name, subresource, parameters), "log")
        self._last += 1
        where = {"who": who(caller), "namespace": namespace, "name": name, "subresource": subresource, "parameters": parameters}
        with self.log.doing(Streamed(self._world.loop.now, self._last, "open", b"", where)):
            work = self._connect(self._last, caller, namespace, name, subresource, parameters)
            self._opened[self._last] = task = self._world.loop.spawn(work, "stream")
        return task

    async def _connect(
        self, number: int, caller: Caller, namespace: str, name: str, subresource: str, parameters: dict[str, Any]
    ) -> Stream:
        api = self._world.api
        authorize(api.store, caller, Access("create" if number else "get", "", "pods", subresource, namespace, name))
        inner = await api.connect(api.kind("pods"), name, namespace, subresource, parameters)
        return OutsideStream(self, number, inner) if number else inner

    def replay(self, entry: Streamed) -> None:
        """Do again what the log tells of; what comes out is read by nobody."""
        if entry.what == "open":
            where = dict(entry.where)
            task = self.open(caller_of(where.pop("who")), **where)
            task.when_done(lambda: None)  # A refusal was one then, too.
            return
        task = self._opened[entry.stream]
        if not task.done or isinstance(task.error, ApiError):
            return
        stream = task.result()
        if entry.what == "write":
            stream.write(entry.data)
        elif entry.what == "end":
            stream.close_stdin()
        else:
            stream.close()
