"""Tornado's side of the API: bytes in and out, authentication, watches as chunked streams."""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Any

import tornado.httputil
import tornado.iostream
import tornado.web

from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.http import EventStream, Request, Response
from k8s_magic.apiserver.http.encoding import encode

if TYPE_CHECKING:
    from k8s_magic.server.serving import Server

BOOKMARK_EVERY_S, BEFORE_END_S = 60.0, 2.0
SHORTEST_POLL_S, MOST_POLLED = 0.2, 256
"""Who asks the same sooner again does not wait, but forgets."""
UNAUTHORIZED = ApiError(401, "Unauthorized", "Unauthorized")


class ApiRequest(tornado.web.RequestHandler):
    """Every path of the API."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

    def initialize(self, server: Server) -> None:
        self.server = server

    async def answer(self, *_: str) -> None:
        caller = self.server.authenticate(self.request)
        if caller is None:
            return self._finish(Response(401, encode(UNAUTHORIZED.status)))
        self._wait_if_polling()
        try:
            result = self.server.handle(self.server.plain(self._request(caller)))
        except ApiError as error:
            return self._finish(Response(error.code, encode(error.status)))
        if isinstance(result, EventStream):
            return await self._stream(result)
        return self._finish(result)

    get = post = put = patch = delete = head = options = answer

    def _wait_if_polling(self) -> None:
        """A client that asks the same again on one connection waits, as `kubectl drain` does: for it, too, time must pass.

        It may wait for several things in turn, so that each connection remembers what was asked on it since the last write:
        who writes does more than wait.
        """
        context: Any = self.request.connection.context  # type: ignore[union-attr]  # A request has one.
        asked: dict[str, float] = context.__dict__.setdefault("asked", {})
        if self.request.method != "GET":
            return asked.clear()
        uri, now = self.request.uri or "", asyncio.get_running_loop().time()
        if len(asked) > MOST_POLLED:
            asked.clear()
        then = asked.setdefault(uri, now)
        if now - then >= SHORTEST_POLL_S:
            asked[uri] = now
            self.server.let_pass(then, now)

    def compute_etag(self) -> None:
        """The API gives none, and a hash of each answer costs."""

    def _request(self, caller: Caller) -> Request:
        query = {name: [value.decode("utf-8", "replace") for value in values] for name, values in self.request.query_arguments.items()}
        headers = {name.lower(): value for name, value in self.request.headers.items()}  # Repeated ones come joined by commas.
        return Request(self.request.method or "GET", self.request.path, caller, query, headers, self.request.body)

    def _finish(self, response: Response) -> None:
        self.set_status(response.code)
        self.set_header("Content-Type", response.content_type)
        self._warn(response.warnings)
        self.finish(response.body if self.request.method != "HEAD" else b"")

    def _warn(self, warnings: list[str]) -> None:
        # The time is the cluster's, because clients reckon ages by it.
        self.set_header("Date", tornado.httputil.format_timestamp(self.server.cluster.now))
        for text in warnings:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            self.add_header("Warning", f'299 - "{quoted}"')

    # --- Watches ---

    async def _stream(self, stream: EventStream) -> None:
        self.set_header("Content-Type", "application/json")
        self._warn(stream.warnings)
        queue: asyncio.Queue[WatchEvent | None] = asyncio.Queue()
        self.server.pump(stream.watch.next, queue)
        self._queue = queue
        connection: Any = self.request.connection
        connection.stream.set_nodelay(True)  # An event is news; it does not wait until it is part of more.
        try:
            await self.flush()
            await self._send_events(stream, queue)
        except tornado.iostream.StreamClosedError:
            pass  # The client has heard enough.
        finally:
            self.server.stop_watch(stream.watch)

    async def _send_events(self, stream: EventStream, queue: asyncio.Queue[WatchEvent | None]) -> None:
        end = Ending(self.server, stream, queue)
        try:
            while True:
                events = [await queue.get(), *(queue.get_nowait() for _ in range(queue.qsize()))]  # One piece of TLS for all.
                for event in events:
                    if event is None:
                        return
                    self.write(stream.encoded(event))
                await self.flush()
        finally:
            end.cancel()

    def on_connection_close(self) -> None:
        queue = getattr(self, "_queue", None)
        if queue is not None:
            queue.put_nowait(None)


class Ending:
    """Ends a watch in its time, and tells until then how far it has come: once a minute, and shortly before the end.

    Models cacher's bookmarkTimer.
    """

    def __init__(self, server: Server, stream: EventStream, queue: asyncio.Queue[WatchEvent | None]) -> None:
        self._server, self._bookmark, self._queue = server, stream.bookmark, queue
        self._loop = asyncio.get_running_loop()
        self._end = inf if stream.timeout_s is None else self._loop.time() + stream.timeout_s
        self._timers = [self._loop.call_at(self._end, queue.put_nowait, None)]
        self._set_out()

    def _set_out(self) -> None:
        if self._bookmark is not None:
            now, last = self._loop.time(), self._end - BEFORE_END_S
            self._timers[1:] = [self._loop.call_at(min(now + BOOKMARK_EVERY_S, last if last > now else inf), self._tell)]

    def _tell(self) -> None:
        assert self._bookmark is not None
        with self._server.inside():
            event = self._bookmark()
        # Events on their way to the queue stand in the loop before this.
        self._loop.call_soon(self._queue.put_nowait, event)
        self._set_out()

    def cancel(self) -> None:
        for timer in self._timers:
            timer.cancel()
