"""HTTP/1.1 for programs in containers and for the kubelet's probes: a small server and a small client."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from k8s_magic.images.context import Connection

LARGEST_MESSAGE = 64 * 1024 * 1024
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """A request as a handler sees it; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    peer: str

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return {key: values[-1] for key, values in parse_qs(urlsplit(self.target).query, keep_blank_values=True).items()}


@dataclass(frozen=True)
class Response:
    """An answer; Content-Length is added on the wire."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


Handler = Callable[[Request], "Response | Awaitable[Response]"]
Connect = Callable[[str, int], Awaitable[Connection]]


class Listener(Protocol):
    """The part of a program's context that a server needs."""

    def listen(self, port: int, serve: Callable[[Connection], Awaitable[None]]) -> None: ...


class BadMessage(Exception):
    """What came over the wire is not HTTP."""


def text(status: int, body: str, content_type: str = "text/plain; charset=utf-8") -> Response:
    """An answer with a text in it."""
    return Response(status, body.encode(), {"Content-Type": content_type})


def json_response(value: Any, status: int = 200) -> Response:
    """An answer as Go's json.Encoder writes it."""
    encoded = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        encoded = encoded.replace(character, f"\\u{ord(character):04x}")
    return Response(status, encoded.encode() + b"\n", {"Content-Type": "application/json"})


def serve(ctx: Listener, port: int, handler: Handler) -> None:
    """Answer requests on `port`; OSError where the port is taken."""

    async def serve_connection(connection: Connection) -> None:
        await _serve(connection, handler)

    ctx.listen(port, serve_connection)


async def _serve(connection: Connection, handler: Handler) -> None:
    reader = _Reader(connection)
    while (head := await reader.head()) is not None:
        try:
            request = await _request(reader, head, connection.peer)
        except BadMessage:
            connection.write(_encode(Response(400, b"400 Bad Request"), close=True))
            break
        answer = handler(request)
        response = await answer if inspect.isawaitable(answer) else answer
        assert isinstance(response, Response)
        close = request.headers.get("connection", "").lower() == "close"
        connection.write(_encode(response, close=close, without_body=request.method == "HEAD"))
        if close:
            break
    connection.close()


async def _request(reader: _Reader, head: bytes, peer: str) -> Request:
    first, headers = _parse_head(head)
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadMessage(first)
    body = await reader.body(headers, until_end=False)
    return Request(parts[0], parts[1], headers, body, peer)


async def request(
    connect: Connect, method: str, host: str, port: int, path: str = "/", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Response:
    """Ask a server; what `connect` raises comes through, BadMessage where the answer is not HTTP."""
    connection = await connect(host, port)
    lines = {"Host": host if port == 80 else f"{host}:{port}", "User-Agent": "curl/8.14.1", "Accept": "*/*", **(headers or {})}
    if body:
        lines["Content-Length"] = str(len(body))
    lines["Connection"] = "close"
    head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
    connection.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    try:
        return await _response(_Reader(connection), method)
    finally:
        connection.close()


async def _response(reader: _Reader, method: str) -> Response:
    head = await reader.head()
    if head is None:
        raise BadMessage("EOF")
    first, headers = _parse_head(head)
    parts = first.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/") or not parts[1].isdigit():
        raise BadMessage(f"malformed HTTP response {json.dumps(first)}")
    body = b"" if method == "HEAD" else await reader.body(headers, until_end=True)
    return Response(int(parts[1]), body, headers)


def _parse_head(head: bytes) -> tuple[str, dict[str, str]]:
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in rest)
    return first, {key.strip().lower(): value.strip() for key, _, value in pairs}


def _encode(response: Response, *, close: bool, without_body: bool = False) -> bytes:
    phrase = HTTPStatus(response.status).phrase if response.status in HTTPStatus._value2member_map_ else "Unknown"
    headers = {**response.headers, "Content-Length": str(len(response.body))}
    if close:
        headers["Connection"] = "close"
    head = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return f"HTTP/1.1 {response.status} {phrase}\r\n{head}\r\n".encode("latin-1") + (b"" if without_body else response.body)


class _Reader:
    """Bytes of a connection, by message head and body."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffer = b""
        self._ended = False

    async def _more(self) -> bool:
        data = await self._connection.read()
        self._ended = not data
        self._buffer += data
        if len(self._buffer) > LARGEST_MESSAGE:
            raise BadMessage("message too long")
        return not self._ended

    async def head(self) -> bytes | None:
        """Up to the empty line; None at the end of the connection."""
        while HEAD_END not in self._buffer:
            if not await self._more():
                return None
        head, _, self._buffer = self._buffer.partition(HEAD_END)
        return head

    async def body(self, headers: Mapping[str, str], *, until_end: bool) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return await self._chunked()
        length = headers.get("content-length", "")
        if length.isdigit():
            return await self._exactly(int(length))
        while until_end and await self._more():
            pass
        body, self._buffer = (self._buffer, b"") if until_end else (b"", self._buffer)
        return body

    async def _exactly(self, length: int) -> bytes:
        while len(self._buffer) < length and await self._more():
            pass
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return body

    async def _chunked(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._buffer:
                if not await self._more():
                    raise BadMessage("unexpected EOF")
            line, _, self._buffer = self._buffer.partition(b"\r\n")
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError as error:
                raise BadMessage("malformed chunk") from error
            body += await self._exactly(size)
            await self._exactly(2)
            if not size:
                return body
