"""Requests over HTTP that go on to a pod, a service or a node (.../proxy/PATH)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tornado.web

from k8s_magic.apiserver.authorization import authorize
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.http.access import access
from k8s_magic.apiserver.http.encoding import encode
from k8s_magic.apiserver.http.messages import Request
from k8s_magic.apiserver.http.paths import parse
from k8s_magic.apiserver.proxying import Answer, Passed, pass_on

if TYPE_CHECKING:
    from k8s_magic.server.serving import Server

PATH = r"/api/v1/(?:namespaces/[^/]+/(?:pods|services)|nodes)/[^/]+/proxy(?:/.*)?"
KEPT = ("content-type", "location", "set-cookie", "cache-control", "etag")


class ProxyRequest(tornado.web.RequestHandler):
    """Every method is passed on as it is."""

    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

    def initialize(self, server: Server) -> None:
        self.server = server

    async def answer(self) -> None:
        try:
            found = await self._pass_on()
        except ApiError as error:
            found = Answer(error.code, encode(error.status), {"content-type": "application/json"})
        self.set_status(found.code)
        self.clear_header("Content-Type")
        for name in KEPT:
            if name in found.headers:
                self.set_header(name, found.headers[name])
        self.finish(found.body if self.request.method != "HEAD" else b"")

    get = post = put = patch = delete = head = options = answer

    async def _pass_on(self) -> Answer:
        asked = Request(self.request.method or "GET", self.request.path, self.server.caller(self.request), body=self.request.body)
        where = parse(self.request.path)
        assert where is not None
        api = self.server.cluster.api
        with self.server.inside():
            authorize(api.store, asked.caller, access(asked, where))
        inner = "/" + self.request.uri.partition("/proxy")[2].lstrip("/") if self.request.uri else "/"
        passed = Passed(asked.method, inner, asked.body, self.request.headers.get("Content-Type", ""))
        return await self.server.await_inside(pass_on(api, api.kind(where.resource), where.name, where.namespace, passed))
