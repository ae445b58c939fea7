"""Logs, exec, attach and port-forward of a cluster outside, as the `Stream`s that kubectl awaits."""

from __future__ import annotations

from collections import deque
from typing import Any

from k8s_magic.server.real_loop import RealLoop
from k8s_magic.server.transport import Reading
from k8s_magic.server.websocket import WebSocket
from k8s_magic.sim.loop import Future

STDIN, STDOUT, ERROR, CLOSE = 0, 1, 1, 255
Chunk = tuple[int, bytes]


class Chunks:
    """What has come and was not yet read; fed in the loop."""

    def __init__(self) -> None:
        self._chunks: deque[Chunk] = deque()
        self._ended = False
        self._waiter: Future[None] | None = None

    def feed(self, chunk: Chunk | None) -> None:
        """One more; None is the end."""
        if chunk is None:
            self._ended = True
        else:
            self._chunks.append(chunk)
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.set(None)

    async def read(self) -> Chunk | None:
        """The next chunk; None at the end."""
        while not self._chunks:
            if self._ended:
                return None
            self._waiter = Future()
            await self._waiter
        return self._chunks.popleft()


class LogStream(Chunks):
    """A log, whole or followed."""

    def __init__(self, reading: Reading, loop: RealLoop) -> None:
        super().__init__()
        self._reading = reading
        reading.chunks(lambda data: loop.post(lambda: self.feed(None if data is None else (STDOUT, data))))

    def write(self, data: bytes) -> None:
        """A log hears nothing."""

    def close_stdin(self) -> None:
        """A log hears nothing."""

    def close(self) -> None:
        self._reading.close()


class SocketStream(Chunks):
    """exec and attach; or one connection of a port-forward, whose two channels begin with the port's number."""

    def __init__(self, loop: RealLoop, *, forwards: bool) -> None:
        super().__init__()
        self._loop, self._forwards = loop, forwards
        self._socket: WebSocket | None = None
        self._protocol = ""
        self._begun: set[int] = set()

    def attach(self, socket: WebSocket, protocol: str) -> None:
        """The connection, once it is there."""
        self._socket, self._protocol = socket, protocol

    def take(self, message: bytes | None) -> None:
        """A message, in the connection's thread."""
        self._loop.post(lambda: self._hear(message))

    def _hear(self, message: bytes | None) -> Any:
        if not message:
            return self.feed(None) if message is None else None
        channel, data = message[0], message[1:]
        if not self._forwards:
            return self.feed((channel, data)) if data else None
        if channel not in self._begun:
            self._begun.add(channel)
            data = data[2:]
        if data:
            self.feed((STDOUT, data) if channel != ERROR else None)
        return None

    def write(self, data: bytes) -> None:
        if self._socket is not None and data:
            self._socket.send(bytes([STDIN]) + data)

    def close_stdin(self) -> None:
        if self._socket is not None and self._protocol.startswith("v5"):
            self._socket.send(bytes([CLOSE, STDIN]))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
