"""RESP, the protocol of Redis: requests are lists of words, replies are texts, errors, numbers, lists or nothing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Union

from k8s_magic.images._waiting import Lines, within
from k8s_magic.images.context import Connection, ConnectionRefused, Context

PATIENCE_S = 1.0


class Status(str):
    """A reply that is no data: OK, PONG."""


class ErrorReply(str):
    """A reply that tells of an error."""


Reply = Union[str, int, None, "list[Reply]"]


def encode(reply: Reply) -> bytes:
    """A reply as it goes over the wire."""
    if isinstance(reply, ErrorReply):
        return f"-{reply}\r\n".encode()
    if isinstance(reply, Status):
        return f"+{reply}\r\n".encode()
    if isinstance(reply, int):
        return f":{reply}\r\n".encode()
    if reply is None:
        return b"$-1\r\n"
    if isinstance(reply, list):
        return f"*{len(reply)}\r\n".encode() + b"".join(encode(each) for each in reply)
    data = reply.encode("utf-8", "surrogateescape")
    return f"${len(data)}\r\n".encode() + data + b"\r\n"


def request(*words: str) -> bytes:
    """A request as it goes over the wire."""
    return encode(list(words))


class Peer:
    """One end of a connection that speaks RESP."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._lines = Lines(connection)

    async def read(self) -> Reply:
        """The next reply; `ConnectionRefused` at the end of the stream."""
        line = await self._lines.line()
        if line is None:
            raise ConnectionRefused("Server closed the connection")
        kind, rest = line[:1], line[1:].decode("utf-8", "surrogateescape")
        if kind == b"*":
            return [await self.read() for _ in range(int(rest))] if rest != "-1" else None
        if kind == b"$":
            return await self._bulk(int(rest))
        if kind == b":":
            return int(rest)
        return Status(rest) if kind == b"+" else ErrorReply(rest) if kind == b"-" else line.decode("utf-8", "surrogateescape")

    async def _bulk(self, length: int) -> str | None:
        if length < 0:
            return None
        data = await self._lines.exactly(length + 2)
        if data is None:
            raise ConnectionRefused("Server closed the connection")
        return data[:-2].decode("utf-8", "surrogateescape")

    async def read_request(self) -> list[str] | None:
        """The next request, also one typed as a plain line; None at the end of the stream."""
        try:
            found = await self.read()
        except ConnectionRefused:
            return None
        if isinstance(found, list):
            return [str(word) for word in found]
        return shlex.split(str(found)) if found else []

    def send(self, *words: str) -> None:
        self.connection.write(request(*words))

    def reply(self, reply: Reply) -> None:
        self.connection.write(encode(reply))


async def ask(ctx: Context, peer: Peer, *words: str) -> Reply:
    """One request and its reply; `TooLate` or `ConnectionRefused` where there is none."""
    peer.send(*words)
    return await within(ctx, PATIENCE_S, peer.read())


def fields(info: Reply) -> dict[str, str]:
    """What INFO says, by name."""
    lines = str(info or "").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def settings(text: str) -> list[list[str]]:
    """The directives of a configuration file."""
    return [shlex.split(line) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def from_arguments(words: Sequence[str]) -> list[list[str]]:
    """Directives given as `--name value ...`."""
    found: list[list[str]] = []
    for word in words:
        if word.startswith("--"):
            found.append([word[2:]])
        elif found:
            found[-1].append(word)
    return found
