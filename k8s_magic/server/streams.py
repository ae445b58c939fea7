"""exec, attach and port-forward over WebSockets, and logs as plain streams.

Models apiserver's remotecommand over WebSocket (v5.channel.k8s.io) and kubectl's tunnelled port-forward.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import tornado.iostream
import tornado.web
import tornado.websocket

from k8s_magic.apiserver.authorization import Access
from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError, bad_request
from k8s_magic.apiserver.http import Response
from k8s_magic.apiserver.http.encoding import encode
from k8s_magic.server.spdy import Data, Event, Framer, Opened, Reset

if TYPE_CHECKING:
    from k8s_magic.server.serving import Server

STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE = 0, 1, 2, 3, 4, 255
CHANNELS = ("v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io")
TUNNEL = "SPDY/3.1+portforward.k8s.io"
Chunk = tuple[int, bytes] | None


class LogRequest(tornado.web.RequestHandler):
    """GET .../pods/NAME/log: the text so far, or with `follow` the text to come as well."""

    def initialize(self, server: Server) -> None:
        self.server = server

    async def get(self, namespace: str, name: str) -> None:
        parameters = {key: values[0].decode("utf-8", "replace") for key, values in self.request.query_arguments.items()}
        try:
            caller = self.server.caller(self.request)
            stream = await self.server.connect(caller, namespace, name, "log", parameters)
        except ApiError as error:
            return self._refuse(error)
        self.set_header("Content-Type", "text/plain")
        queue = self.server.read(stream)
        try:
            while (chunk := await queue.get()) is not None:
                self.write(chunk[1])
                await self.flush()
        except tornado.iostream.StreamClosedError:
            pass  # The client has read enough.
        finally:
            self.server.close(stream)

    def _refuse(self, error: ApiError) -> None:
        response = Response(error.code, encode(error.status))
        self.set_status(response.code)
        self.set_header("Content-Type", response.content_type)
        self.finish(response.body)


class StreamSocket(tornado.websocket.WebSocketHandler):
    """.../pods/NAME/{exec,attach,portforward}."""

    def initialize(self, server: Server) -> None:
        self.server = server
        self._stream: Stream | None = None
        self._forward: Forward | Tunnel | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def check_origin(self, origin: str) -> bool:
        return True  # The token is what lets a client in.

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return next((offered for offered in (TUNNEL, *CHANNELS) if offered in subprotocols), None)

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Refuse before the upgrade where the stream cannot be had, so that clients see the Status."""
        namespace, name, subresource = (str(value) for value in args)
        try:
            self._caller = self.server.caller(self.request)
            self.server.authorize(self._caller, Access("create", "", "pods", subresource, namespace, name))
            if self.request.headers.get("Upgrade", "").lower() != "websocket":
                raise bad_request("Upgrade request required")
            if subresource != "portforward":
                self._stream = await self.server.connect(self._caller, namespace, name, subresource, self._parameters())
        except ApiError as error:
            self.set_status(error.code)
            self.set_header("Content-Type", "application/json")
            self.finish(encode(error.status))
            return
        await super().get(*args, **kwargs)

    post = get  # With it begins an older way of streaming, to which kubectl falls back when it is refused.

    def _parameters(self) -> dict[str, Any]:
        query = {name: [value.decode("utf-8", "replace") for value in values] for name, values in self.request.query_arguments.items()}
        return {name: values if name in ("command", "ports") else values[0] for name, values in query.items()}

    def open(self, *args: str, **kwargs: str) -> None:
        namespace, name, subresource = args
        self.set_nodelay(True)
        if subresource == "portforward":
            opener = Forwarder(self.server, self._caller, namespace, name)
            if self.selected_subprotocol == TUNNEL:
                self._forward = Tunnel(self, opener)
            else:
                self._forward = Forward(self, opener, [int(port) for port in self._parameters().get("ports", [])])
        elif self._stream is not None:
            self.start(self._copy_out(self._stream))

    def start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _copy_out(self, stream: Stream) -> None:
        queue = self.server.read(stream)
        while (chunk := await queue.get()) is not None:
            self.send(bytes([chunk[0]]) + chunk[1])
        self.close(1000)

    def send(self, message: bytes) -> None:
        try:
            self.write_message(message, binary=True)
        except tornado.websocket.WebSocketClosedError:
            pass  # It closed while the program was still talking.

    def on_message(self, message: str | bytes) -> None:
        data = message.encode() if isinstance(message, str) else message
        if self._forward is not None:
            self._forward.receive(data)
        elif self._stream is not None and data:
            with self.server.inside():
                if data[0] == STDIN and len(data) > 1:
                    self._stream.write(data[1:])
                elif data[0] == CLOSE and data[1:2] == bytes([STDIN]):
                    self._stream.close_stdin()

    def on_close(self) -> None:
        if self._stream is not None:
            self.server.close(self._stream)
        if self._forward is not None:
            self._forward.close()


class Forwarder:
    """Opens connections to a pod's ports."""

    def __init__(self, server: Server, caller: Any, namespace: str, name: str) -> None:
        self.server = server
        self._where = (caller, namespace, name)

    async def open(self, port: int) -> Stream:
        caller, namespace, name = self._where
        return await self.server.connect(caller, namespace, name, "portforward", {"port": str(port)})


class Forward:
    """Port-forward as the Python client speaks it: two channels a port, data and error; each begins with the port's number."""

    def __init__(self, socket: StreamSocket, opener: Forwarder, ports: list[int]) -> None:
        self._socket, self._opener, self._ports = socket, opener, ports
        self._streams: dict[int, Stream] = {}
        self._early: dict[int, list[bytes]] = {}
        for index, port in enumerate(ports):
            for channel in (2 * index, 2 * index + 1):
                socket.send(bytes([channel]) + port.to_bytes(2, "little"))
            self._early[2 * index] = []
            socket.start(self._run(2 * index, port))

    async def _run(self, channel: int, port: int) -> None:
        try:
            stream = await self._opener.open(port)
        except ApiError as error:
            self._socket.send(bytes([channel + 1]) + error.message.encode())
            return
        self._streams[channel] = stream
        with self._opener.server.inside():
            for data in self._early.pop(channel):
                stream.write(data)
        queue = self._opener.server.read(stream)
        while (chunk := await queue.get()) is not None:
            self._socket.send(bytes([channel]) + chunk[1])
        self._socket.close(1000)

    def receive(self, data: bytes) -> None:
        channel, rest = data[0], data[1:]
        if channel == CLOSE or not rest:
            return
        if channel in self._streams:
            with self._opener.server.inside():
                self._streams[channel].write(rest)
        elif channel in self._early:
            self._early[channel].append(rest)

    def close(self) -> None:
        for stream in self._streams.values():
            self._opener.server.close(stream)


class Tunnel:
    """Port-forward as kubectl speaks it: a SPDY session, in which each connection is a pair of streams."""

    def __init__(self, socket: StreamSocket, opener: Forwarder) -> None:
        self._socket, self._opener = socket, opener
        self._framer = Framer(socket.send)
        self._errors: dict[str, int] = {}
        self._streams: dict[int, Stream] = {}
        self._early: dict[int, list[bytes]] = {}

    def receive(self, data: bytes) -> None:
        for event in self._framer.receive(data):
            self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Opened):
            request = event.headers.get("requestid", "")
            if event.headers.get("streamtype") == "error":
                self._errors[request] = event.stream
            else:
                self._early[event.stream] = []
                self._socket.start(self._run(event.stream, request, int(event.headers.get("port", "0"))))
        elif isinstance(event, Data) and event.data:
            if event.stream in self._streams:
                with self._opener.server.inside():
                    self._streams[event.stream].write(event.data)
            elif event.stream in self._early:
                self._early[event.stream].append(event.data)
        elif isinstance(event, Reset) and event.stream in self._streams:
            self._opener.server.close(self._streams.pop(event.stream))

    async def _run(self, stream_id: int, request: str, port: int) -> None:
        try:
            stream = await self._opener.open(port)
        except ApiError as error:
            self._framer.data(self._errors.get(request, 0), error.message.encode(), fin=True)
            self._framer.data(stream_id, b"", fin=True)
            return
        self._streams[stream_id] = stream
        with self._opener.server.inside():
            for data in self._early.pop(stream_id, []):
                stream.write(data)
        queue = self._opener.server.read(stream)
        while (chunk := await queue.get()) is not None:
            self._framer.data(stream_id, chunk[1])
        self._framer.data(stream_id, b"", fin=True)
        self._framer.data(self._errors.get(request, 0), b"", fin=True)
        self._streams.pop(stream_id, None)

    def close(self) -> None:
        for stream in self._streams.values():
            self._opener.server.close(stream)
