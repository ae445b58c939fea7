"""From method and path to a verb, and from what the verb gives back to a response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.authorization import authorize
from k8s_magic.apiserver.client import DeleteOptions, PatchType, WatchEvent, WriteOptions
from k8s_magic.apiserver.errors import ApiError, NoSuchPath, bad_request, method_not_supported, unsupported_media_type
from k8s_magic.apiserver.http import documents
from k8s_magic.apiserver.http.access import access, impersonated
from k8s_magic.apiserver.http.messages import EventStream, Request, Response, encode, table_objects
from k8s_magic.apiserver.http.paths import ResourcePath, parse
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj

PATCH_TYPES: dict[str, PatchType] = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
    "application/apply-patch+cbor": "apply",
}
Answer = Response | EventStream


class Handler:
    """Answers requests from the API. `decode_yaml` reads the bodies of server-side apply."""

    def __init__(self, api: ApiServer, decode_yaml: Callable[[bytes], Any]) -> None:
        self._api = api
        self._decode_yaml = decode_yaml

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
        if request.method == "GET":
            return self._read(request, kind, where)
        return self._written(request, kind, where)

    def _kind(self, where: ResourcePath) -> Kind:
        kind = self._api.kinds.get(where.full_resource)
        if kind is not None and kind.version != where.version:
            kind = self._api.kinds.get(f"{where.resource}.{where.version}.{where.group}")
        if kind is None or kind.version != where.version:
            raise NoSuchPath
        return kind

    # --- Reading ---

    def _read(self, request: Request, kind: Kind, where: ResourcePath) -> Answer:
        if where.is_watch or request.flag("watch"):
            return self._watch(request, kind, where)
        table = table_objects(request)
        if where.name:
            found = self._api.get(kind, where.name, where.namespace, where.subresource, table)
            if not table and where.subresource != "scale":
                found = self._api.with_managed_fields(kind, found)
            return Response(200, encode(_partial(found) if request.accept.is_partial else found))
        labels, fields = request.parameter("labelSelector"), request.parameter("fieldSelector")
        limit, token = request.number("limit") or 0, request.parameter("continue")
        listed = self._api.list(kind, where.namespace, labels, fields, limit, token, table)
        if not table:
            listed = {**listed, "items": [self._outside(kind, obj) for obj in listed["items"]]}
        if request.accept.is_partial:
            items = [_partial(obj) for obj in listed["items"]]
            listed = {**listed, "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "items": items}
        return Response(200, encode(listed))

    def _outside(self, kind: Kind, obj: Obj) -> Obj:
        """An item of a list: with its managers, and without what the list says for all."""
        obj = self._api.with_managed_fields(kind, obj)
        return {k: v for k, v in obj.items() if k not in ("kind", "apiVersion")}

    def _watch(self, request: Request, kind: Kind, where: ResourcePath) -> EventStream:
        fields = request.parameter("fieldSelector")
        if where.name:
            fields = ",".join(filter(None, [fields, f"metadata.name={where.name}"]))
        initial = request.flag("sendInitialEvents")
        version = "" if initial else request.parameter("resourceVersion")
        watch = self._api.watch(kind, where.namespace, request.parameter("labelSelector"), fields, version, table_objects(request))
        if initial:
            watch.push(self._end_of_initial_events(kind))
        timeout = request.number("timeoutSeconds")
        return EventStream(watch, [], request.accept.is_partial, float(timeout) if timeout else None)

    def _end_of_initial_events(self, kind: Kind) -> WatchEvent:
        """The bookmark that tells an informer that it has seen all that there was."""
        metadata = {
            "resourceVersion": str(self._api.store.revision),
            "creationTimestamp": None,
            "annotations": {"k8s.io/initial-events-end": "true"},
        }
        return WatchEvent("BOOKMARK", {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata})

    # --- Writing ---

    def _written(self, request: Request, kind: Kind, where: ResourcePath) -> Response:
        caller, options = request.caller, _write_options(request)
        if request.method == "POST":
            made = self._api.create(
                kind, self._typed(request.json(), kind, where), where.namespace, where.name, where.subresource, options, caller
            )
            return Response(201, encode(self._result(kind, made)))
        if request.method == "PUT":
            body = _named(self._typed(request.json(), kind, where), where.name)
            return Response(
                200, encode(self._result(kind, self._api.update(kind, body, where.namespace, where.subresource, options, caller)))
            )
        if request.method == "PATCH":
            patch_type, patch = self._patch(request)
            new = self._api.patch(kind, where.name, where.namespace, patch_type, patch, where.subresource, options, caller)
            return Response(200, encode(self._result(kind, new)))
        if request.method == "DELETE":
            return Response(200, encode(self._deleted(request, kind, where)))
        raise method_not_supported(kind, request.method.lower())

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
        content_type = request.headers.get("content-type", "").split(";")[0].strip()
        patch_type = PATCH_TYPES.get(content_type)
        if patch_type is None:
            accepted = ", ".join(PATCH_TYPES)
            raise unsupported_media_type(f"the body of the request was in an unknown format - accepted media types include: {accepted}")
        return patch_type, self._decode_yaml(request.body) if patch_type == "apply" else request.body

    def _deleted(self, request: Request, kind: Kind, where: ResourcePath) -> Obj:
        options = _delete_options(request)
        if where.name:
            return self._api.delete(kind, where.name, where.namespace, options, request.caller)
        labels, fields = request.parameter("labelSelector"), request.parameter("fieldSelector")
        return self._api.delete_collection(kind, where.namespace, labels, fields, options, request.caller)


def _partial(obj: Obj) -> Obj:
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def _named(body: Any, name: str) -> Any:
    if isinstance(body, dict) and isinstance(body.get("metadata"), dict):
        given = body["metadata"].get("name", name)
        if given != name:
            raise bad_request(f"the name of the object ({given}) does not match the name on the URL ({name})")
        return {**body, "metadata": {**body["metadata"], "name": name}}
    return body


def _write_options(request: Request) -> WriteOptions:
    dry_run = request.parameter("dryRun")
    if dry_run not in ("", "All"):
        raise ApiError(422, "Invalid", f'dryRun: Unsupported value: "{dry_run}": supported values: "All"')
    validation = request.parameter("fieldValidation")
    if validation not in ("", "Strict", "Warn", "Ignore"):
        raise ApiError(422, "Invalid", f'fieldValidation: Unsupported value: "{validation}": supported values: "Ignore", "Strict", "Warn"')
    agent = request.headers.get("user-agent", "").split("/")[0]
    manager = request.parameter("fieldManager") or agent
    return WriteOptions(bool(dry_run), manager, validation, request.flag("force"))  # type: ignore[arg-type]  # It was checked above.


def _delete_options(request: Request) -> DeleteOptions:
    body = request.json() if request.body else {}
    body = body if isinstance(body, dict) else {}
    grace = body.get("gracePeriodSeconds", request.number("gracePeriodSeconds"))
    propagation: Any = body.get("propagationPolicy") or request.parameter("propagationPolicy")
    if propagation not in ("", "Background", "Foreground", "Orphan"):
        supported = '"Background", "Foreground", "Orphan"'
        raise ApiError(422, "Invalid", f'propagationPolicy: Unsupported value: "{propagation}": supported values: {supported}')
    if not propagation and body.get("orphanDependents") is not None:
        propagation = "Orphan" if body["orphanDependents"] else "Background"
    conditions = body.get("preconditions") or {}
    dry_run = bool(body.get("dryRun") or request.parameter("dryRun"))
    return DeleteOptions(grace, propagation, conditions.get("uid") or "", conditions.get("resourceVersion") or "", dry_run)
