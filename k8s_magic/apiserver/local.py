"""The client in process: the API's verbs without a wire, and, for our own components, the reads that informers give."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from k8s_magic.apiserver import authority, reviews, tokens
from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.authorization import Access, authorize, impersonate
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, Impersonation, PatchType, Stream, TableObjects, WatchEvent, WriteOptions
from k8s_magic.apiserver.errors import ApiError, NoSuchPath, bad_request, method_not_allowed, without_status
from k8s_magic.apiserver.http import Handler, Request, Response, openapi
from k8s_magic.apiserver.http.ordering import in_go_order
from k8s_magic.apiserver.http.paths import parse
from k8s_magic.apiserver.proxying import Passed, pass_on
from k8s_magic.apiserver.selection import Selection
from k8s_magic.apiserver.store import Entry
from k8s_magic.apiserver.watching import WatchStream
from k8s_magic.kinds import schema
from k8s_magic.kinds.custom import custom_definitions
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.selectors import Selector

# `list` is a verb in the client's class, so the types have names out here.
Objects = list[Obj]
Keys = list[Key]
NO_WRITE_OPTIONS = WriteOptions()
NO_DELETE_OPTIONS = DeleteOptions()


class LocalClient:
    """Implements `Client` for one caller. Objects that come back are the stored ones: read-only."""

    def __init__(self, api: ApiServer, caller: Caller) -> None:
        self.api = api
        self.caller = caller
        self.loop = api.loop
        self.lineage = api.lineage
        self.warn: Callable[[str], None] = lambda text: None

    @property
    def actor(self) -> str:
        return self.caller.actor

    @property
    def causes(self) -> tuple[int, ...]:
        return self.caller.causes

    @causes.setter
    def causes(self, causes: tuple[int, ...]) -> None:
        self.caller.causes = causes

    def impersonate(self, wanted: Impersonation) -> LocalClient:
        """The same client as somebody else; `ApiError` where this caller may not be that."""
        other = LocalClient(self.api, impersonate(self.api.store, self.caller, wanted))
        other.warn = self.warn
        return other

    def with_token(self, token: str) -> LocalClient:
        """The same client as whom the token belongs to; Unauthorized where that is nobody."""
        return self._as_caller(tokens.authenticate(self.api, token, self.actor))

    def with_certificate(self, certificate: bytes) -> LocalClient:
        """The same client as whom a certificate of the cluster's authority names; Unauthorized where it is not of that."""
        return self._as_caller(authority.authenticate(self.api, certificate, self.actor))

    def _as_caller(self, caller: Caller | None) -> LocalClient:
        if caller is None:
            raise reviews.unauthorized()
        other = LocalClient(self.api, caller)
        other.warn = self.warn
        return other

    def _kind(self, verb: str, resource: str, namespace: str, name: str = "", subresource: str = "") -> Kind:
        """The kind, if this caller may do that with it; from here on the API's warnings are this client's."""
        self.api.warn = self.warn
        kind = self.api.kinds.get(resource)
        if kind is None:
            raise _unknown(verb, resource, name)
        if not self.caller.trusted and not subresource and verb not in kind.verbs:
            raise method_not_allowed()
        if not self.caller.may_all:
            place = namespace if kind.namespaced else name if resource == "namespaces" else ""
            authorize(self.api.store, self.caller, Access(verb, kind.group, kind.plural, subresource, place, name))
        return kind

    # --- The API's verbs ---

    def get(self, resource: str, name: str, namespace: str = "", *, subresource: str = "", table: TableObjects = "") -> Obj:
        kind = self._kind("get", resource, namespace, name, subresource)
        obj = self.api.get(kind, name, namespace, subresource, table)
        return obj if table or subresource == "scale" or self.caller.trusted else self.api.with_managed_fields(kind, obj)

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
        kind = self._kind("list", resource, namespace)
        listed = self.api.list(kind, namespace, labels, fields, limit, continue_token, table)
        if table or self.caller.trusted:
            return listed
        return {**listed, "items": [self.api.with_managed_fields(kind, obj) for obj in listed["items"]]}

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
        kind = self._kind("create", resource, namespace, name, subresource)
        return self._outside(kind, self.api.create(kind, obj, namespace, name, subresource, options, self.caller))

    def update(
        self, resource: str, obj: Obj, namespace: str = "", *, subresource: str = "", options: WriteOptions = NO_WRITE_OPTIONS
    ) -> Obj:
        name = obj.get("metadata", {}).get("name", "") if not self.caller.may_all else ""
        kind = self._kind("update", resource, namespace, name, subresource)
        return self._outside(kind, self.api.update(kind, obj, namespace, subresource, options, self.caller))

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
        kind = self._kind("patch", resource, namespace, name, subresource)
        new = self.api.patch(kind, name, namespace, patch_type, patch, subresource, options, self.caller)
        return self._outside(kind, new)

    def _outside(self, kind: Kind, obj: Obj) -> Obj:
        """What a write gives back, as clients outside see it."""
        return obj if self.caller.trusted or not obj["metadata"].get("uid") else self.api.with_managed_fields(kind, obj)

    def delete(self, resource: str, name: str, namespace: str = "", *, options: DeleteOptions = NO_DELETE_OPTIONS) -> Obj:
        return self.api.delete(self._kind("delete", resource, namespace, name), name, namespace, options, self.caller)

    def delete_collection(
        self, resource: str, namespace: str, *, labels: str = "", fields: str = "", options: DeleteOptions = NO_DELETE_OPTIONS
    ) -> Obj:
        return self.api.delete_collection(
            self._kind("deletecollection", resource, namespace), namespace, labels, fields, options, self.caller
        )

    def watch(
        self,
        resource: str,
        namespace: str = "",
        *,
        labels: str = "",
        fields: str = "",
        resource_version: str = "",
        table: TableObjects = "",
    ) -> WatchStream:
        return self.api.watch(self._kind("watch", resource, namespace), namespace, labels, fields, resource_version, table)

    def connect(self, resource: str, name: str, namespace: str, subresource: str, parameters: dict[str, Any]) -> Awaitable[Stream]:
        # Opening a shell changes things, so that it takes the right to create; a log is only read.
        verb = "get" if subresource == "log" else "create"
        return self.api.connect(self._kind(verb, resource, namespace, name, subresource), name, namespace, subresource, parameters)

    def raw(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """What the path answers over HTTP; a refusal is raised."""
        parts = urlsplit(path)
        if parts.path == "/openapi/v2":
            return openapi.v2(self.api.kinds.values())  # Megabytes, so not by way of bytes.
        data = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "user-agent": self.actor}
        answer = Handler(self.api, json.loads).handle(Request(method, parts.path, self.caller, parse_qs(parts.query, True), headers, data))
        if not isinstance(answer, Response):
            raise bad_request("a watch has no raw form here")
        decoded: Any = json.loads(answer.body) if answer.content_type.startswith("application/json") else answer.body.decode()
        if isinstance(decoded, str) and answer.code == 404:
            raise NoSuchPath
        if answer.code >= 400:
            raise ApiError(answer.code, decoded.get("reason", ""), decoded.get("message", ""), decoded.get("details"))
        return in_go_order(decoded)

    async def fetch(self, path: str) -> Any:
        """The same where an answer may take its time: proxies and logs too."""
        parts = urlsplit(path)
        where = parse(parts.path)
        if where is None or where.subresource not in ("proxy", "log") or where.group:
            return self.raw(path)
        kind = self._kind("get", where.resource, where.namespace, where.name, where.subresource)
        if where.subresource == "proxy":
            inner = "/" + where.rest + (f"?{parts.query}" if parts.query else "")
            answer = await pass_on(self.api, kind, where.name, where.namespace, Passed("GET", inner))
            if answer.code >= 400:
                raise without_status(answer.code, answer.body)
            return answer.body.decode("utf-8", "replace")
        parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        stream, text = await self.api.connect(kind, where.name, where.namespace, "log", parameters), b""
        while (chunk := await stream.read()) is not None:
            text += chunk[1]
        return text.decode("utf-8", "replace")

    def resources(self) -> Objects:
        return self.api.resources()

    def schema(self) -> dict[str, Obj]:
        custom = custom_definitions(self.api.kinds.values())
        return {**schema.definitions(), **custom} if custom else schema.definitions()

    def now(self) -> float:
        return self.loop.now

    def sleep(self, seconds: float) -> Awaitable[None]:
        return self.loop.sleep(seconds)

    # --- Reads by index, as an informer's cache gives them ---

    def peek(self, resource: str, name: str, namespace: str = "") -> Obj | None:
        """The object, or None where there is none."""
        return self.api.store.get(resource, Key(namespace, name))

    def items(self, resource: str, namespace: str = "") -> Objects:
        return self.api.store.items(resource, namespace)

    def names(self, resource: str, namespace: str = "") -> Keys:
        return [Key(o["metadata"].get("namespace", ""), o["metadata"]["name"]) for o in self.api.store.items(resource, namespace)]

    def by_owner(self, resource: str, owner_uid: str) -> Objects:
        """What the owner controls, in the order in which it came."""
        return self.api.store.by_owner(resource, owner_uid)

    def by_node(self, node_name: str) -> Objects:
        """The pods bound to a node."""
        return self.api.store.by_node(node_name)

    def by_label(self, resource: str, namespace: str, selector: Selector) -> Objects:
        """What `selector` selects in a namespace; by index where it names a label's value."""
        candidates = (
            self.api.store.by_label(resource, namespace, selector.equalities) if selector.equalities else self.items(resource, namespace)
        )
        return [obj for obj in candidates if selector.matches(obj["metadata"].get("labels") or {})]

    def heartbeats(self) -> dict[str, float]:
        """When each node's lease was last renewed, as reading the leases would tell."""
        return {name: proxy.heartbeat() for name, proxy in self.api.nodes.items()}

    def write_status(self, resource: str, obj: Obj) -> Obj:
        return self.update(resource, obj, obj["metadata"].get("namespace", ""), subresource="status")

    def subscribe(self, resource: str, callback: Callable[[WatchEvent, Obj | None], None], *, node: str = "") -> Callable[[], None]:
        """Call back at each write with the event and what was before; gives the unsubscribing. Callbacks only take note."""
        return self.api.store.subscribe(resource, lambda entry: callback(_event(entry), entry.old), node=node)

    def select(self, resource: str, namespace: str, labels: str = "", fields: str = "") -> Selection:
        return Selection(self.api.kind(resource), namespace, labels, fields)


METHODS = {"create": "post", "update": "put", "patch": "patch", "delete": "delete", "deletecollection": "delete"}


def _unknown(verb: str, resource: str, name: str) -> ApiError:
    """As client-go words the bare 404 of a path that nobody serves. Models NewGenericServerResponse."""
    what = " ".join(filter(None, [METHODS.get(verb, "get"), resource, name]))
    return ApiError(404, "NotFound", f"the server could not find the requested resource ({what})")


def _event(entry: Entry) -> WatchEvent:
    return WatchEvent(entry.type, entry.object)
