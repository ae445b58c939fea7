"""WebSockets as a client, as far as the Kubernetes API uses them: binary messages whose first byte is the channel. RFC 6455."""

from __future__ import annotations

import base64
import contextlib
import os
import queue
import select
import socket
import ssl
import threading
from collections.abc import Callable, Sequence

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.server.transport import refusal

CLOSE, PING, PONG, BINARY = 8, 9, 10, 2
CHUNK = 65536


class WebSocket:
    """An open connection. One thread reads and writes, because a TLS connection is for one at a time."""

    def __init__(self, connection: socket.socket, rest: bytes, take: Callable[[bytes | None], None]) -> None:
        self._connection, self._buffer, self._take = connection, rest, take
        self._message = b""
        self._outgoing: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._wake_reader, self._wake_writer = socket.socketpair()
        threading.Thread(target=self._run, name="websocket", daemon=True).start()

    def send(self, data: bytes) -> None:
        """Send a binary message."""
        self._post(_frame(BINARY, data))

    def close(self) -> None:
        """End the connection; a second call does nothing."""
        self._post(_frame(CLOSE, (1000).to_bytes(2, "big")))
        self._post(b"")

    def _post(self, frame: bytes) -> None:
        self._outgoing.put(frame)
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"x")

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            self._work()
        self._take(None)
        for each in (self._connection, self._wake_reader, self._wake_writer):
            each.close()

    def _work(self) -> None:
        while self._take_frames():
            pending = isinstance(self._connection, ssl.SSLSocket) and self._connection.pending()
            ready = select.select([self._connection, self._wake_reader], [], [], 0 if pending else None)[0]
            if self._wake_reader in ready:
                self._wake_reader.recv(CHUNK)
                if not self._send_all():
                    return
            if pending or self._connection in ready:
                data = self._connection.recv(CHUNK)
                if not data:
                    return
                self._buffer += data

    def _send_all(self) -> bool:
        """Send what waits; False where that is the end."""
        while not self._outgoing.empty():
            frame = self._outgoing.get()
            if not frame:
                return False
            self._connection.sendall(frame)
        return True

    def _take_frames(self) -> bool:
        """Take the frames that are whole; False at the end of the connection."""
        while (found := _parsed(self._buffer)) is not None:
            kind, final, data, self._buffer = found
            if kind == CLOSE:
                return False
            if kind == PING:
                self._connection.sendall(_frame(PONG, data))
            elif kind != PONG:
                self._message += data
                if final:
                    message, self._message = self._message, b""
                    self._take(message)
        return True


def open_websocket(
    connection: socket.socket,
    target: str,
    host: str,
    headers: Sequence[tuple[str, str]],
    protocols: str,
    take: Callable[[bytes | None], None],
) -> tuple[WebSocket, str]:
    """(the open connection, the protocol that the server chose); `ApiError` where it refuses. `take` is called in a thread."""
    lines = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": protocols,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in (*lines.items(), *headers))
    connection.sendall(f"GET {target} HTTP/1.1\r\n{head}\r\n".encode())
    status, answer, rest = _answer(connection)
    if status != 101:
        length = int(answer.get("content-length", "0"))
        while len(rest) < length and (data := connection.recv(CHUNK)):
            rest += data
        connection.close()
        raise refusal(status, rest)
    connection.settimeout(None)
    return WebSocket(connection, rest, take), answer.get("sec-websocket-protocol", "")


def _answer(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, the bytes after them)."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(CHUNK)
        if not more:
            raise ApiError(500, "InternalError", "unable to upgrade connection: unexpected EOF")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return int(first.split(" ")[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}, rest


def _frame(kind: int, data: bytes) -> bytes:
    """A frame as clients send it: masked."""
    size = len(data)
    length = (
        bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big") if size < 65536 else b"\xff" + size.to_bytes(8, "big")
    )
    mask = os.urandom(4)
    return bytes([0x80 | kind]) + length + mask + _masked(data, mask)


def _masked(data: bytes, mask: bytes) -> bytes:
    size = len(data)
    pad = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return (int.from_bytes(data, "big") ^ pad).to_bytes(size, "big")


def _parsed(data: bytes) -> tuple[int, bool, bytes, bytes] | None:
    """(kind, is it the message's last, content, what follows) of the first frame; None while it is not whole."""
    if len(data) < 2:
        return None
    size, at = data[1] & 0x7F, 2
    if size >= 126:
        width = 2 if size == 126 else 8
        if len(data) < 2 + width:
            return None
        size, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
    if len(data) < at + size:
        return None
    return data[0] & 0x0F, bool(data[0] & 0x80), data[at : at + size], data[at + size :]
