"""The Client that speaks HTTP: kubectl, magics and pictures on any cluster that a kubeconfig names.

Reads and writes wait for their answer; watches and streams are read by threads, which hand over to the loop by `post`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, NamedTuple

from k8s_magic.apiserver.client import DeleteOptions, Impersonation, PatchType, Stream, TableObjects, WatchEvent, WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.objects.meta import Obj
from k8s_magic.server import discovery
from k8s_magic.server.access import Access
from k8s_magic.server.outside_streams import LogStream, SocketStream
from k8s_magic.server.real_loop import RealLoop
from k8s_magic.server.transport import NOWHERE, Headers, Query, Reading, Transport
from k8s_magic.server.websocket import open_websocket
from k8s_magic.sim.loop import Future

AGENT = "kubectl/v1.36 (k8s_magic)"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
JSON = "application/json"
PATCHES = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}
REMOTE_COMMAND = "v5.channel.k8s.io, v4.channel.k8s.io"
PORT_FORWARD = "v4.channel.k8s.io"
Objects = list[Obj]  # `list` is a verb in the client's class.
NO_WRITE_OPTIONS = WriteOptions()
NO_DELETE_OPTIONS = DeleteOptions()


class Where(NamedTuple):
    """What a request is about."""

    resource: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


class HttpClient:
    """Implements `Client` for one user of one cluster."""

    def __init__(self, access: Access, loop: RealLoop, headers: Headers = ()) -> None:
        self.access, self.loop = access, loop
        self._headers = headers or (("User-Agent", AGENT),)
        self._transport = Transport(access, self._headers)
        self._resources: Objects | None = None
        self._schema: dict[str, Obj] | None = None

    @property
    def warn(self) -> Callable[[str], None]:
        return self._transport.warn

    @warn.setter
    def warn(self, warn: Callable[[str], None]) -> None:
        self._transport.warn = warn

    def impersonate(self, wanted: Impersonation) -> HttpClient:
        """The same client as somebody else; the server says later whether that may be."""
        headers = [("Impersonate-User", wanted.user), ("Impersonate-Uid", wanted.uid)]
        headers += [("Impersonate-Group", group) for group in wanted.groups]
        headers += [(f"Impersonate-Extra-{key}", value) for key, values in wanted.extra for value in values]
        return self._other(self.access, [(name, value) for name, value in headers if value])

    def with_token(self, token: str) -> HttpClient:
        """The same client with another token."""
        return self._other(replace(self.access, authorization=f"Bearer {token}", certificate_pem="", key_pem=""), ())

    def with_certificate(self, certificate: bytes) -> HttpClient:
        """This client: its connections show the kubeconfig's certificate already."""
        return self

    def _other(self, access: Access, headers: Headers) -> HttpClient:
        other = HttpClient(access, self.loop, (*self._headers, *headers))
        other.warn = self.warn
        return other

    # --- The API's verbs ---

    def get(self, resource: str, name: str, namespace: str = "", *, subresource: str = "", table: TableObjects = "") -> Obj:
        where = Where(resource, namespace, name, subresource)
        return self._json("GET", where, _table_query(table), accept=_accept(table))

    def list(
        self,
        resource: str,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        limit: int = 0,
        continue_token: str = "",
        table: TableObjects = "",
    ) -> Obj:
        query = {**_selectors(labels, fields), "limit": limit or "", "continue": continue_token, **_table_query(table)}
        answer = self._json("GET", Where(resource, namespace), query, accept=_accept(table))
        return answer if answer.get("kind") == "Table" else _with_kinds(answer, self._find(resource))

    def create(
        self,
        resource: str,
        obj: Obj,
        namespace: str = "",
        *,
        name: str = "",
        subresource: str = "",
        options: WriteOptions = NO_WRITE_OPTIONS,
    ) -> Obj:
        return self._json("POST", Where(resource, namespace, name, subresource), _write_query(options), obj)

    def update(
        self, resource: str, obj: Obj, namespace: str = "", *, subresource: str = "", options: WriteOptions = NO_WRITE_OPTIONS
    ) -> Obj:
        name = obj.get("metadata", {}).get("name", "")
        return self._json("PUT", Where(resource, namespace, name, subresource), _write_query(options), obj)

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str,
        patch_type: PatchType,
        patch: Any,
        *,
        subresource: str = "",
        options: WriteOptions = NO_WRITE_OPTIONS,
    ) -> Obj:
        where = Where(resource, namespace, name, subresource)
        return self._json("PATCH", where, _write_query(options), patch, content_type=PATCHES[patch_type])

    def delete(self, resource: str, name: str, namespace: str = "", *, options: DeleteOptions = NO_DELETE_OPTIONS) -> Obj:
        return self._json("DELETE", Where(resource, namespace, name), {}, _delete_body(options))

    def delete_collection(
        self, resource: str, namespace: str, *, labels: str = "", fields: str = "", options: DeleteOptions = NO_DELETE_OPTIONS
    ) -> Obj:
        return self._json("DELETE", Where(resource, namespace), _selectors(labels, fields), _delete_body(options))

    def watch(
        self,
        resource: str,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        resource_version: str = "",
        table: TableObjects = "",
    ) -> HttpWatch:
        query = {"watch": True, **_selectors(labels, fields), "resourceVersion": resource_version, **_table_query(table)}
        return HttpWatch(self._transport.open(self._path(resource, namespace), query, [("Accept", _accept(table))]), self.loop)

    async def connect(self, resource: str, name: str, namespace: str, subresource: str, parameters: dict[str, Any]) -> Stream:
        path = self._path(resource, namespace, name, subresource)
        if subresource == "log":
            return LogStream(self._transport.open(path, parameters, ()), self.loop)
        forwards = subresource == "portforward"
        query = {"ports": parameters["port"]} if forwards else parameters
        stream = SocketStream(self.loop, forwards=forwards)
        transport = self._transport
        host = f"{self.access.host}:{self.access.port}"
        target, protocols = transport.target(path, query), PORT_FORWARD if forwards else REMOTE_COMMAND
        stream.attach(*open_websocket(transport.socket(), target, host, transport.headers, protocols, stream.take))
        return stream

    def raw(self, path: str, method: str = "GET", body: Any = None) -> Any:
        encoded = None if body is None else json.dumps(body).encode()
        kind, data = self._transport.request(method, path, {}, encoded, [("Accept", "application/json, */*"), ("Content-Type", JSON)])
        return json.loads(data) if kind.startswith(JSON) else data.decode("utf-8", "replace")

    async def fetch(self, path: str) -> Any:
        """The same: a real wire takes its time either way."""
        return self.raw(path)

    # --- What the server is ---

    def resources(self) -> Objects:
        if self._resources is None:
            self._resources = discovery.resources(
                lambda path, accept: self._transport.request("GET", path, {}, None, [("Accept", accept)])[1]
            )
        return self._resources

    def schema(self) -> dict[str, Obj]:
        if self._schema is None:
            self._schema = dict(self.raw("/openapi/v2")["definitions"])
        return self._schema

    def now(self) -> float:
        return self._transport.now()

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self.loop.sleep(seconds)

    # --- Requests ---

    def _find(self, resource: str) -> Obj:
        return discovery.find(self.resources(), resource)

    def _path(self, resource: str, namespace: str, name: str = "", subresource: str = "") -> str:
        return discovery.path(self._find(resource), namespace, name, subresource)

    def _json(self, method: str, where: Where, query: Query, body: Any = None, *, accept: str = JSON, content_type: str = JSON) -> Obj:
        headers = [("Accept", accept)] if body is None else [("Accept", accept), ("Content-Type", content_type)]
        encoded = None if body is None else json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        try:
            path = self._path(where.resource, where.namespace, where.name, where.subresource)
            found: Obj = json.loads(self._transport.request(method, path, query, encoded, headers)[1])
        except ApiError as error:
            if error.message != NOWHERE or where.subresource:
                raise
            # Models client-go's NewGenericServerResponse, which adds what was asked for.
            asked = " ".join(filter(None, [method.lower(), where.resource, where.name]))
            raise ApiError(error.code, error.reason, f"{NOWHERE} ({asked})", error.details) from None
        return found


class HttpWatch:
    """Implements `Watch`."""

    def __init__(self, reading: Reading, loop: RealLoop) -> None:
        self._reading = reading
        self._events: deque[WatchEvent | None] = deque()
        self._waiter: Future[None] | None = None
        reading.lines(lambda line: loop.post(lambda: self._take(line)))

    def _take(self, line: bytes | None) -> None:
        event = json.loads(line) if line else None
        self._events.append(None if event is None else WatchEvent(event["type"], event["object"]))
        if self._waiter is not None:
            waiter, self._waiter = self._waiter, None
            waiter.set(None)

    async def next(self) -> WatchEvent | None:
        while not self._events:
            self._waiter = Future()
            await self._waiter
        return self._events[0] if self._events[0] is None else self._events.popleft()

    def stop(self) -> None:
        self._reading.close()


def _accept(table: TableObjects) -> str:
    return TABLE if table else JSON


def _table_query(table: TableObjects) -> dict[str, str]:
    return {"includeObject": "Object"} if table == "Object" else {}


def _selectors(labels: str, fields: str) -> dict[str, str]:
    return {"labelSelector": labels, "fieldSelector": fields}


def _write_query(options: WriteOptions) -> dict[str, Any]:
    return {
        "dryRun": "All" if options.dry_run else "",
        "fieldManager": options.field_manager,
        "fieldValidation": options.field_validation,
        "force": options.force,
    }


def _delete_body(options: DeleteOptions) -> Obj:
    conditions = {"uid": options.uid, "resourceVersion": options.resource_version}
    body: Obj = {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "propagationPolicy": options.propagation,
        "preconditions": {name: value for name, value in conditions.items() if value},
        "dryRun": ["All"] if options.dry_run else [],
    }
    body = {name: value for name, value in body.items() if value}
    return body if options.grace_seconds is None else {**body, "gracePeriodSeconds": options.grace_seconds}


def _with_kinds(listed: Obj, resource: Obj) -> Obj:
    """The items of a list say their kind only in the list's own."""
    version = f"{resource['group']}/{resource['version']}".lstrip("/")
    items = [{"kind": resource["kind"], "apiVersion": version, **item} for item in listed.get("items") or ()]
    return {**listed, "items": items}
