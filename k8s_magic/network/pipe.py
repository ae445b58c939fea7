"""A TCP connection between two programs: two sockets, each reading what the other wrote."""

from __future__ import annotations

from collections import deque

from k8s_magic.sim.loop import Future


class Socket:
    """One end of a connection; `peer` is the other end's address as "ip:port"."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.nodes = ("", "")
        """The nodes of the two ends, for a client's end that leads from one to another."""
        self.other: Socket | None = None
        self._chunks: deque[bytes] = deque()
        self._waiter: Future[None] | None = None
        self._ended = False

    async def read(self) -> bytes:
        """The next bytes; b"" once the other end has closed and all is read."""
        while not self._chunks:
            if self._ended:
                return b""
            self._waiter = Future()
            await self._waiter
        return self._chunks.popleft()

    def write(self, data: bytes) -> None:
        """Send; what is written to a closed connection is lost, as with a peer that has gone."""
        if data and self.other is not None and not self.other._ended:
            self.other._chunks.append(data)
            self.other._wake()

    def close(self) -> None:
        """End both directions; the other end still reads what was sent before."""
        for end in (self, self.other):
            if end is not None and not end._ended:
                end._ended = True
                end._wake()

    def _wake(self) -> None:
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.set(None)


def connected(client_address: str, server_address: str) -> tuple[Socket, Socket]:
    """The client's and the server's end of a new connection."""
    client, server = Socket(server_address), Socket(client_address)
    client.other, server.other = server, client
    return client, server
