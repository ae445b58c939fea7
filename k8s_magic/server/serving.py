"""The server itself: one thread with tornado in it, on loopback, and the way from there into the cluster and back."""

from __future__ import annotations

import asyncio
import atexit
import secrets
import shutil
import tempfile
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.web
from tornado.httputil import HTTPServerRequest

from k8s_magic import live
from k8s_magic.apiserver import authority, tokens
from k8s_magic.apiserver.authorization import Access, authorize
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import Stream, WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.http import EventStream, Request, Response
from k8s_magic.apiserver.http.access import impersonated
from k8s_magic.apiserver.http.encoding import encode
from k8s_magic.apiserver.watching import WatchStream
from k8s_magic.cluster import Cluster
from k8s_magic.objects import x509
from k8s_magic.server import certificates, kubeconfig, protobuf, proxying
from k8s_magic.server.streams import LogRequest, StreamSocket
from k8s_magic.server.web import UNAUTHORIZED, ApiRequest
from k8s_magic.sim.loop import Task

T = TypeVar("T")
BEAT_MS = 50
STEP_MODE_RATE = 20.0
"""In step mode, virtual seconds a second while a request is open that waits."""
HOLD_BEATS = 2
"""So long the clock then stands still after news, so that who waited for it can act at that instant, on a loaded machine too."""
POD = r"/api/v1/namespaces/([^/]+)/pods/([^/]+)"


class Server:
    """Serves `cluster` over HTTPS on 127.0.0.1. `port` 0 lets the system choose."""

    def __init__(self, cluster: Cluster, port: int = 0) -> None:
        self.cluster = cluster
        self.token = secrets.token_urlsafe(24)
        self._certificates = certificates.issue(authority.root(cluster.lineage))
        self._open = 0
        self._hold, self._has_news = 0, False
        self._passed = 0.0
        self._directories: list[Path] = []
        self._queues: WeakSet[asyncio.Queue[Any]] = WeakSet()
        cluster.on_rebuilt.append(self._end_all)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="k8s-magic server", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.port = port
        live.share(cluster)

    # --- Life ---

    def start(self) -> Server:
        """Open the port and answer from now on; gives itself. OSError where the port is taken."""
        self._sockets = tornado.netutil.bind_sockets(self.port, "127.0.0.1")
        self.port = self._sockets[0].getsockname()[1]
        self._thread.start()
        self._ready.wait(10)
        atexit.register(self.stop)
        return self

    def stop(self) -> None:
        """Close the port and end the thread; a second call does nothing."""
        atexit.unregister(self.stop)
        while self._directories:
            shutil.rmtree(self._directories.pop(), ignore_errors=True)
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca_pem(self) -> bytes:
        """The certificate of the authority that clients are to believe."""
        return self._certificates.ca_pem

    def kubeconfig(self) -> str:
        """The text of a kubeconfig for the cluster's administrator."""
        return kubeconfig.kubeconfig(self.url, self._certificates.ca_pem, self.token)

    def write_kubeconfig(self, path: Path | None = None) -> Path:
        """Write it, by default into a new private directory, which goes when the server stops; gives the path."""
        if path is None:
            self._directories.append(Path(tempfile.mkdtemp(prefix="k8s-magic-")))
            path = self._directories[-1] / "config"
        kubeconfig.write(path, self.kubeconfig())
        return path

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        server = tornado.httpserver.HTTPServer(self._application(), ssl_options=self._certificates.context)
        server.add_sockets(self._sockets)
        beat = tornado.ioloop.PeriodicCallback(self._beat, BEAT_MS)
        beat.start()
        self._ready.set()
        self._loop.run_forever()
        beat.stop()
        server.stop()
        self._loop.run_until_complete(server.close_all_connections())
        self._loop.close()

    def _application(self) -> tornado.web.Application:
        given = {"server": self}
        return tornado.web.Application(
            [
                (POD + "/log", LogRequest, given),
                (POD + "/(exec|attach|portforward)", StreamSocket, given),
                (proxying.PATH, proxying.ProxyRequest, given),
                (r"/.*", ApiRequest, given),
            ],
            log_function=lambda handler: None,
        )

    # --- Time ---

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Hold the cluster, caught up with its clock; what a change makes due at this instant runs before it is let go."""
        with self.cluster.lock:
            self.cluster.catch_up()
            yield
            self.cluster.advance(self.cluster.now)

    def let_pass(self, then: float, now: float) -> None:
        """Let as much time pass for a client that polls as if it had held a watch open since; nothing counts twice."""
        real_s, self._passed = now - max(then, self._passed), now
        with self.cluster.lock:
            if self.cluster.pace is None and self.cluster.clock == "step":
                self.cluster.advance(self.cluster.now + STEP_MODE_RATE * real_s)

    def _beat(self) -> None:
        """Let time pass for whoever waits: by the wall clock in live mode, at a fixed rate while a stream is open in step mode."""
        with self.cluster.lock:
            if self.cluster.pace is not None:
                self.cluster.catch_up()
            elif self._hold:
                self._hold -= 1
            elif self._open and self.cluster.clock == "step":
                self.pass_until_news(STEP_MODE_RATE * BEAT_MS / 1000)

    def pass_until_news(self, seconds: float) -> None:
        """Let so much time pass, or less, up to the instant at which an open request hears something."""
        end, self._has_news = self.cluster.now + seconds, False
        while self.cluster.now < end and not self._has_news:
            upcoming = self.cluster.loop.next_event_at()
            self.cluster.advance(end if upcoming is None else min(end, upcoming))
        self._hold = HOLD_BEATS if self._has_news else 0

    # --- Requests ---

    def authenticate(self, asked: HTTPServerRequest) -> Caller | None:
        """Who asks, by certificate or bearer token; None for nobody that is known."""
        agent = asked.headers.get("User-Agent", "unknown").split("/")[0]
        scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secrets.compare_digest(token.encode(), self.token.encode()):
            return Caller(agent)
        shown = asked.get_ssl_certificate(binary_form=True)
        with self.cluster.lock:
            if isinstance(shown, bytes):
                return authority.authenticate(self.cluster.api, x509.pem("CERTIFICATE", shown), agent)
            return tokens.authenticate(self.cluster.api, token, agent) if scheme.lower() == "bearer" else None

    def caller(self, asked: HTTPServerRequest) -> Caller:
        """As whom a request is made, by its token and its Impersonate-* headers; `ApiError` where that may not be."""
        caller = self.authenticate(asked)
        if caller is None:
            raise UNAUTHORIZED
        headers = {name.lower(): value for name, value in asked.headers.items()}  # Repeated ones come joined by commas.
        with self.cluster.lock:
            return impersonated(self.cluster.api, Request("GET", asked.path, caller, {}, headers)).caller

    def authorize(self, caller: Caller, access: Access) -> None:
        """`ApiError` where the caller may not do that."""
        with self.cluster.lock:
            authorize(self.cluster.api.store, caller, access)

    def handle(self, request: Request) -> Response | EventStream:
        with self.inside():
            return self.cluster.receive(request)

    def plain(self, request: Request) -> Request:
        """The request with a body of JSON; `ApiError` where it cannot be read."""
        if not request.headers.get("content-type", "").startswith(protobuf.MEDIA_TYPE):
            return request
        headers = {**request.headers, "content-type": "application/json"}
        return replace(request, headers=headers, body=encode(protobuf.decode(request.body)))

    def pump(self, following: Callable[[], Awaitable[WatchEvent | None]], queue: asyncio.Queue[WatchEvent | None]) -> None:
        """Carry a watch's events from the cluster's clock to the server's loop, until it ends."""

        async def carry() -> None:
            while (event := await following()) is not None:
                self._put(queue, event)
            self._put(queue, None)

        self._open += 1
        self._queues.add(queue)
        with self.inside():
            self.cluster.loop.spawn(carry(), "watch over HTTP")

    def stop_watch(self, watch: WatchStream) -> None:
        self._open -= 1
        with self.inside():
            watch.stop()

    def _end_all(self) -> None:
        """The cluster has turned back: whoever follows its past has come to the end."""
        for queue in list(self._queues):
            self._put(queue, None)

    def _put(self, queue: asyncio.Queue[Any], item: Any) -> None:
        self._has_news = True
        assert self._loop is not None
        self._loop.call_soon_threadsafe(queue.put_nowait, item)

    # --- Streams of nodes ---

    async def connect(self, caller: Caller, namespace: str, name: str, subresource: str, parameters: dict[str, Any]) -> Stream:
        """Open a stream to a pod; `ApiError` where that cannot be."""
        self._open += 1
        try:
            return await self._outside(lambda: self.cluster.streams.open(caller, namespace, name, subresource, parameters))
        except ApiError:
            self._open -= 1
            raise

    async def _outside(self, begin: Callable[[], Task[T]]) -> T:
        """Await something of the cluster's clock on the server's loop."""
        assert self._loop is not None
        done: asyncio.Future[T] = self._loop.create_future()
        loop = self._loop

        def settle() -> None:
            if task.error is not None:
                loop.call_soon_threadsafe(done.set_exception, task.error)
            else:
                loop.call_soon_threadsafe(done.set_result, task.result())

        with self.inside():
            task = begin()
            task.when_done(settle)
        return await done

    async def await_inside(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of the cluster's clock to its end."""
        self._open += 1
        try:
            return await self._outside(lambda: self.cluster.loop.spawn(work, "request over HTTP"))
        finally:
            self._open -= 1

    def read(self, stream: Stream) -> asyncio.Queue[tuple[int, bytes] | None]:
        """The stream's chunks as they come, None at the end."""
        queue: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue()

        async def carry() -> None:
            while (chunk := await stream.read()) is not None:
                self._put(queue, chunk)
            self._put(queue, None)

        self._queues.add(queue)
        with self.inside():
            self.cluster.loop.spawn(carry(), "stream over HTTP")
        return queue

    def close(self, stream: Stream) -> None:
        self._open -= 1
        with self.inside():
            stream.close()
