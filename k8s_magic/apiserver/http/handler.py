"""From method and path to a verb, and from what the verb gives back to a response."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from k8s_magic.apiserver import paging
from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.authorization import authorize
from k8s_magic.apiserver.client import PatchType, WatchEvent, WriteOptions
from k8s_magic.apiserver.errors import ApiError, NoSuchPath, bad_request, method_not_allowed, no_such_resource
from k8s_magic.apiserver.http import documents, options
from k8s_magic.apiserver.http.access import access, impersonated
from k8s_magic.apiserver.http.encoding import Encoder, encode
from k8s_magic.apiserver.http.messages import YAML, EventStream, Request, Response, table_objects, written
from k8s_magic.apiserver.http.paths import ResourcePath, parse
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import gojson
from k8s_magic.objects.meta import Key, Obj

PATCH_TYPES: dict[str, PatchType] = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
    "application/apply-patch+cbor": "apply",
}
OF_COLLECTIONS = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
OF_OBJECTS = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
OF_PARTS = {**OF_OBJECTS, "POST": "create"}
Answer = Response | EventStream


class Handler:
    """Answers requests from the API. `decode_yaml` reads bodies in YAML (a ValueError says what is wrong), `encode_yaml` writes them."""

    def __init__(
        self,
        api: ApiServer,
        decode_yaml: Callable[[bytes], Any],
        encode_yaml: Callable[[Any], str] = lambda value: json.dumps(value),  # JSON is YAML.
    ) -> None:
        self._api = api
        self._decode_yaml, self._encode_yaml = decode_yaml, encode_yaml
        self._encoder = Encoder(api)

    def handle(self, request: Request) -> Answer:
        """Answer one request; a refusal is a Status with its code. Streams of nodes (exec, log) are not for here."""
        warnings: list[str] = []
        self._api.warn = warnings.append
        try:
            answer = self._answer(request)
        except NoSuchPath as error:
            answer = Response(error.code, error.TEXT, "text/plain; charset=utf-8")
        except ApiError as error:
            answer = Response(error.code, encode(error.status))
        answer.warnings = list(dict.fromkeys(warnings))
        return answer

    def _answer(self, request: Request) -> Answer:
        where = parse(request.path.rstrip("/") or "/")
        request = impersonated(self._api, request)
        authorize(self._api.store, request.caller, access(request, where))
        if where is None or not where.resource:
            return documents.answer(self._api, request, where)
        kind = self._kind(where)
        _check_method(request.method, kind, where)
        answer = self._read(request, kind, where) if request.method == "GET" else self._written(request, kind, where)
        if request.accept.yaml and isinstance(answer, Response):
            return Response(answer.code, self._encode_yaml(json.loads(answer.body)).encode(), YAML)
        return answer

    def _kind(self, where: ResourcePath) -> Kind:
        kind = self._api.kinds.get(where.full_resource)
        if kind is not None and kind.version != where.version:
            kind = self._api.kinds.get(f"{where.resource}.{where.version}.{where.group}")
        if kind is None or kind.version != where.version:
            raise documents.unknown_place(self._api, where)
        return kind

    # --- Reading ---

    def _read(self, request: Request, kind: Kind, where: ResourcePath) -> Answer:
        if where.is_watch or (not where.name and request.flag("watch")):
            return self._watch(request, kind, where)
        return self._get(request, kind, where) if where.name else self._list(request, kind, where)

    def _get(self, request: Request, kind: Kind, where: ResourcePath) -> Response:
        asked = options.list_options(request, is_watch=False)
        paging.check_not_ahead(self._api.store, int(asked.version or 0))
        table = table_objects(request)
        found = self._api.get(kind, where.name, where.namespace, where.subresource, table)
        if table or where.subresource == "scale":
            return Response(200, encode(found))
        if request.accept.is_partial:
            return Response(200, encode(_partial(self._api.with_managed_fields(kind, found))))
        return Response(200, self._encoder.whole(kind, found))

    def _list(self, request: Request, kind: Kind, where: ResourcePath) -> Response:
        asked, table = options.list_options(request, is_watch=False), table_objects(request)
        paging.check_not_ahead(self._api.store, int(asked.version or 0))
        listed = self._api.list(kind, where.namespace, asked.labels, asked.fields, asked.limit, asked.token, table, asked.revision)
        if table:
            return Response(200, encode(listed))
        if request.accept.is_partial:
            items = [_partial(self._api.with_managed_fields(kind, obj)) for obj in listed["items"]]
            return Response(200, encode({**listed, "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "items": items}))
        return Response(200, self._encoder.listed(kind, listed))

    def _watch(self, request: Request, kind: Kind, where: ResourcePath) -> EventStream:
        asked, table = options.list_options(request, is_watch=True), table_objects(request)
        fields = ",".join(filter(None, [asked.fields, f"metadata.name={where.name}" if where.name else ""]))
        version = "" if asked.initial_events else asked.version
        only_news = asked.initial_events is False and not version
        watch = self._api.watch(kind, where.namespace, asked.labels, fields, version, table, only_news)

        def encoded(event: WatchEvent) -> bytes:
            obj = event.object
            if event.type == "ERROR" or table:
                body = encode(obj)
            elif request.accept.is_partial:
                body = encode(_partial(self._api.with_managed_fields(kind, obj)))
            else:
                body = self._encoder.whole(kind, obj)
            return b'{"type":"%b","object":%b}\n' % (event.type.encode(), body)

        if asked.initial_events and asked.bookmarks:
            # It tells an informer that it has seen all that there was.
            watch.push(self._bookmark({"annotations": {"k8s.io/initial-events-end": "true"}}))
        return EventStream(watch, [], encoded, asked.timeout_s, self._bookmark if asked.bookmarks and not table else None)

    def _bookmark(self, metadata: Obj = {}) -> WatchEvent:  # noqa: B006  # Read only.
        return WatchEvent("BOOKMARK", {"metadata": {**metadata, "resourceVersion": str(self._api.store.revision)}})

    # --- Writing ---

    def _written(self, request: Request, kind: Kind, where: ResourcePath) -> Response:
        if request.method == "DELETE":
            return Response(200, self._deleted(request, kind, where))
        caller, how = request.caller, options.write_options(request)
        if request.method == "PATCH":
            patch_type, patch = self._patch(request)
            code = 200 if patch_type != "apply" or self._is_there(kind, where) else 201
            new = self._api.patch(kind, where.name, where.namespace, patch_type, patch, where.subresource, how, caller)
            return Response(code, encode(self._result(kind, new)))
        body = self._typed(written(request, kind.kind, self._decode_yaml), kind, where)
        self._refuse_duplicates(request, kind, how)
        if request.method == "POST":
            made = self._api.create(kind, body, where.namespace, where.name, where.subresource, how, caller)
            return Response(201, encode(self._result(kind, made)))
        new = self._api.update(kind, _named(body, where.name), where.namespace, where.subresource, how, caller)
        return Response(200, encode(self._result(kind, new)))

    def _refuse_duplicates(self, request: Request, kind: Kind, how: WriteOptions) -> None:
        if how.field_validation == "Ignore" or request.media_type == YAML:
            return
        told = [f'duplicate field "{path}"' for path in gojson.duplicate_fields(request.body)]
        if told and how.field_validation == "Strict":
            handled = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}'
            raise bad_request(f"{handled}: strict decoding error: {', '.join(told)}")
        for text in told:
            self._api.warn(text)

    def _is_there(self, kind: Kind, where: ResourcePath) -> bool:
        place = Key(where.namespace if kind.namespaced else "", where.name)
        return self._api.store.get(kind.stored_as or kind.resource, place) is not None

    @staticmethod
    def _typed(body: Any, kind: Kind, where: ResourcePath) -> Any:
        """A body that leaves out what it is, is what the path says."""
        if not isinstance(body, dict) or where.subresource not in ("", "status"):
            return body
        return {
            "apiVersion": kind.api_version,
            "kind": kind.kind,
            **{k: v for k, v in body.items() if v or k not in ("apiVersion", "kind")},
        }

    def _result(self, kind: Kind, obj: Obj) -> Obj:
        return self._api.with_managed_fields(kind, obj) if obj.get("metadata", {}).get("uid") else obj

    def _patch(self, request: Request) -> tuple[PatchType, Any]:
        patch_type = PATCH_TYPES.get(request.media_type)
        if patch_type is None:
            raise ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
        if patch_type != "apply":
            return patch_type, request.body
        try:
            return patch_type, self._decode_yaml(request.body)
        except ValueError as error:
            raise bad_request(f"error decoding YAML: error converting YAML to JSON: {error}") from None

    def _deleted(self, request: Request, kind: Kind, where: ResourcePath) -> bytes:
        how = options.delete_options(request)
        if where.name:
            last = self._api.delete(kind, where.name, where.namespace, how, request.caller)
            return encode(last if last.get("kind") == "Status" else self._result(kind, last))
        asked = options.list_options(request, is_watch=False)
        fields = asked.labels, asked.fields, how, request.caller, asked.limit, asked.token
        return self._encoder.listed(kind, self._api.delete_collection(kind, where.namespace, *fields))


def _check_method(method: str, kind: Kind, where: ResourcePath) -> None:
    """Refuse what has no route. Models endpoints/installer.go registerResourceHandlers."""
    if where.subresource:
        if where.subresource not in kind.subresources:
            raise no_such_resource()
        allowed, verbs = OF_PARTS, documents.subresource_verbs(where.subresource)
    elif where.name:
        allowed, verbs = OF_OBJECTS, list(kind.verbs)
        if not set(verbs) & set(OF_OBJECTS.values()):
            raise no_such_resource()
    else:
        allowed, verbs = OF_COLLECTIONS, list(kind.verbs)
        if kind.namespaced and not where.namespace:
            verbs = [verb for verb in verbs if verb == "list"]
    if allowed.get(method) not in verbs:
        raise method_not_allowed()


def _partial(obj: Obj) -> Obj:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def _named(body: Any, name: str) -> Any:
    if isinstance(body, dict) and isinstance(body.get("metadata"), dict):
        given = body["metadata"].get("name", name)
        if given != name:
            raise bad_request(f"the name of the object ({given}) does not match the name on the URL ({name})")
        return {**body, "metadata": {**body["metadata"], "name": name}}
    return body
