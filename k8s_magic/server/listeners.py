"""Real ports on loopback for a program on a virtual clock: implements kubectl's `Listeners`.

`Doorway` is the way from a thread into the loop: it runs a callback there, at once or as soon as the loop is free.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from k8s_magic.kubectl.environment import Connection, Listener, Listeners
from k8s_magic.sim.loop import Future, Loop

Doorway = Callable[[Callable[[], None]], None]
Serve = Callable[[Connection], Awaitable[None]]
CHUNK = 65536


class RealConnection:
    """A connection that somebody opened: a thread reads from it, another writes."""

    def __init__(self, connection: socket.socket, enter: Doorway) -> None:
        self._socket = connection
        self._enter = enter
        self._chunks: deque[bytes] = deque()
        self._ended = False
        self._waiter: Future[None] | None = None
        self._outgoing: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        for work in (self._receive, self._send):
            threading.Thread(target=work, daemon=True).start()

    async def read(self) -> bytes:
        """The next bytes; b"" at the end."""
        while not self._chunks:
            if self._ended:
                return b""
            self._waiter = Future()
            await self._waiter
        return self._chunks.popleft()

    def write(self, data: bytes) -> None:
        if data:
            self._outgoing.put(data)

    def close(self) -> None:
        """Close, when what was written has been sent."""
        self._outgoing.put(b"")

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._socket.recv(CHUNK):
                self._enter(lambda data=data: self._feed(data))  # type: ignore[misc]  # The default binds this round's.
        self._enter(lambda: self._feed(b""))

    def _feed(self, data: bytes) -> None:
        if data:
            self._chunks.append(data)
        else:
            self._ended = True
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.set(None)

    def _send(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._outgoing.get():
                self._socket.sendall(data)
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class RealPort:
    """An open port with its thread."""

    def __init__(self, port: int, accept: Callable[[socket.socket], None]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen()
        except OSError:
            self._socket.close()
            raise
        self.port = int(self._socket.getsockname()[1])
        self._accept = accept
        threading.Thread(target=self._run, name=f"port {self.port}", daemon=True).start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._accept(self._socket.accept()[0])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # Wakes the thread that accepts.
        self._socket.close()


class RealListeners:
    """Opens ports on loopback, and the same ones `beside`, on the simulated workstation, where these are free."""

    def __init__(self, loop: Loop, enter: Doorway, beside: Listeners | None = None) -> None:
        self._loop, self._enter, self._beside = loop, enter, beside
        self.busy = 0
        """Connections that are open now."""

    def listen(self, port: int, serve: Serve) -> Listener:
        """Open a port, 0 for any; OSError where it is taken."""

        async def counted(connection: RealConnection) -> None:
            self.busy += 1
            try:
                await serve(connection)
            finally:
                self.busy -= 1
                connection.close()

        def accept(accepted: socket.socket) -> None:
            connection = RealConnection(accepted, self._enter)
            work: Coroutine[Any, Any, None] = counted(connection)

            def begin() -> None:
                self._loop.spawn(work, "port-forward")

            self._enter(begin)

        real = RealPort(port, accept)
        try:
            other = self._beside.listen(real.port, serve) if self._beside is not None else None
        except OSError:
            other = None  # Somebody forwards that port inside the notebook already.
        return Pair(real, other)


class Pair:
    """A real port and its simulated twin."""

    def __init__(self, real: RealPort, other: Listener | None) -> None:
        self.port = real.port
        self._both: list[Any] = [real, *([other] if other is not None else [])]

    def close(self) -> None:
        for each in self._both:
            each.close()
