"""SPDY/3.1 frames, as port-forward carries them inside WebSocket messages: just the frames that kubectl sends and reads."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from k8s_magic.server.spdy_dictionary import DICTIONARY

SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY, WINDOW_UPDATE = 1, 2, 3, 6, 7, 9
FLAG_FIN = 1
VERSION = 3


@dataclass(frozen=True)
class Opened:
    """The client opened a stream; its headers say what for."""

    stream: int
    headers: dict[str, str]


@dataclass(frozen=True)
class Data:
    """Bytes on a stream; `fin`: the client sends no more."""

    stream: int
    data: bytes
    fin: bool


@dataclass(frozen=True)
class Reset:
    """The client gave up a stream."""

    stream: int


Event = Opened | Data | Reset


class Framer:
    """The server's end of one SPDY session. `send` takes the bytes that go out."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._buffer = b""
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def receive(self, data: bytes) -> list[Event]:
        """What the client's bytes mean; pings are answered here."""
        self._buffer += data
        events: list[Event] = []
        while len(self._buffer) >= 8:
            length = int.from_bytes(self._buffer[5:8], "big")
            if len(self._buffer) < 8 + length:
                break
            head, payload = self._buffer[:8], self._buffer[8 : 8 + length]
            self._buffer = self._buffer[8 + length :]
            event = self._control(head, payload) if head[0] & 0x80 else _data(head, payload)
            events += [event] if event is not None else []
        return events

    def _control(self, head: bytes, payload: bytes) -> Event | None:
        kind, flags = int.from_bytes(head[2:4], "big"), head[4]
        if kind == SYN_STREAM:
            stream = int.from_bytes(payload[:4], "big") & 0x7FFFFFFF
            headers = self._headers(payload[10:])
            self._control_frame(SYN_REPLY, 0, stream.to_bytes(4, "big") + self._compressed({}))
            return Opened(stream, headers)
        if kind == PING:
            self._control_frame(PING, flags, payload)
        if kind == RST_STREAM:
            return Reset(int.from_bytes(payload[:4], "big") & 0x7FFFFFFF)
        return None

    def _headers(self, block: bytes) -> dict[str, str]:
        plain = self._inflate.decompress(block)
        count, place = int.from_bytes(plain[:4], "big"), 4
        words: list[str] = []
        for _ in range(2 * count):
            length = int.from_bytes(plain[place : place + 4], "big")
            words.append(plain[place + 4 : place + 4 + length].decode())
            place += 4 + length
        return dict(zip(words[::2], words[1::2], strict=True))

    def _compressed(self, headers: dict[str, str]) -> bytes:
        plain = len(headers).to_bytes(4, "big")
        for name, value in headers.items():
            plain += b"".join(len(word).to_bytes(4, "big") + word for word in (name.encode(), value.encode()))
        return self._deflate.compress(plain) + self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def _control_frame(self, kind: int, flags: int, payload: bytes) -> None:
        head = struct.pack(">HHB", 0x8000 | VERSION, kind, flags)
        self._send(head + len(payload).to_bytes(3, "big") + payload)

    def data(self, stream: int, data: bytes, fin: bool = False) -> None:
        """Send bytes on a stream; `fin` says that these are the last."""
        self._send(stream.to_bytes(4, "big") + bytes([FLAG_FIN if fin else 0]) + len(data).to_bytes(3, "big") + data)


def _data(head: bytes, payload: bytes) -> Data:
    return Data(int.from_bytes(head[:4], "big") & 0x7FFFFFFF, payload, bool(head[4] & FLAG_FIN))
