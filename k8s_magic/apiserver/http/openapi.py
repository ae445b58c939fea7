"""OpenAPI documents: v3 for each group and version, v2 for all, made from the schemas and the kinds that are served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from k8s_magic.apiserver.discovery import VERSION
from k8s_magic.kinds import custom, schema
from k8s_magic.kinds.kind import Kind

Document = dict[str, Any]
INFO = {"title": "Kubernetes", "version": VERSION}
V2_PREFIX, V3_PREFIX = "#/definitions/", "#/components/schemas/"
META = "io.k8s.apimachinery.pkg.apis.meta.v1."
PATCHES = (
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
)
SEVERAL_TYPES: dict[str, Document] = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"oneOf": [{"type": "string"}, {"type": "number"}]},
}
ACTIONS = {
    "get": ("get", "get"),
    "list": ("get", "list"),
    "create": ("post", "post"),
    "update": ("put", "put"),
    "patch": ("patch", "patch"),
    "delete": ("delete", "delete"),
    "deletecollection": ("delete", "deletecollection"),
}
QUERIES = {
    "list": ("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "watch", "timeoutSeconds", "allowWatchBookmarks"),
    "create": ("dryRun", "fieldManager", "fieldValidation"),
    "update": ("dryRun", "fieldManager", "fieldValidation"),
    "patch": ("dryRun", "fieldManager", "fieldValidation", "force"),
    "delete": ("dryRun", "gracePeriodSeconds", "propagationPolicy"),
    "deletecollection": ("labelSelector", "fieldSelector", "dryRun", "propagationPolicy"),
}
NUMBERS, FLAGS = ("limit", "timeoutSeconds", "gracePeriodSeconds"), ("watch", "allowWatchBookmarks", "force")


def place(kind: Kind) -> str:
    """Where the kind's group and version are served: "api/v1", "apis/apps/v1"."""
    return f"apis/{kind.group}/{kind.version}" if kind.group else f"api/{kind.version}"


def index(kinds: Iterable[Kind]) -> Document:
    """/openapi/v3: where the documents of each group and version are."""
    places = sorted({place(kind) for kind in kinds})
    hashes = {p: hashlib.blake2b(f"{VERSION} {p}".encode(), digest_size=16).hexdigest().upper() for p in places}
    return {"paths": {p: {"serverRelativeURL": f"/openapi/v3/{p}?hash={hashes[p]}"} for p in places}}


def v3(kinds: Iterable[Kind], where: str) -> Document | None:
    """The document of one group and version; None where nothing of it is served."""
    served = [kind for kind in kinds if place(kind) == where]
    if not served:
        return None
    definitions = custom.documented_definitions(served)
    names = _reachable(definitions, [*(ref for ref in map(_ref, served) if ref), *_common(definitions)])
    schemas = {name: _moved(_as_v3(name, definitions[name])) for name in sorted(names)}
    return {
        "openapi": "3.0.0",
        "info": INFO,
        "paths": dict(path for kind in served for path in _paths(kind, V3_PREFIX)),
        "components": {"schemas": schemas},
    }


def _as_v3(name: str, definition: Document) -> Document:
    """What v3 says more precisely: which values a field may have, and that some types are several."""
    if name in SEVERAL_TYPES:
        plain = {k: v for k, v in definition.items() if k not in ("type", "format")}
        return {**plain, "description": schema.type_descriptions().get(name, ""), **SEVERAL_TYPES[name]}
    told = schema.enumerations().get(name)
    if not told:
        return definition
    properties = dict(definition.get("properties") or {})
    for field, (values, text) in told.items():
        if field in properties:
            properties[field] = {**properties[field], "enum": values, "description": properties[field].get("description", "") + text}
    return {**definition, "properties": properties}


def v2(kinds: Iterable[Kind]) -> Document:
    """/openapi/v2: everything in one document."""
    kinds = list(kinds)
    paths = dict(path for kind in kinds for path in _paths(kind, V2_PREFIX))
    definitions = custom.documented_definitions(kinds)
    return {"swagger": "2.0", "info": INFO, "paths": paths, "definitions": definitions}


def _ref(kind: Kind) -> str:
    if kind.schema is not None:
        return custom.definition_name(kind)
    return schema.ref(kind.group, kind.version, kind.kind) if schema.has_ref(kind.group, kind.version, kind.kind) else ""


def _common(definitions: Mapping[str, Any]) -> list[str]:
    return [META + name for name in ("Status", "DeleteOptions", "APIResourceList", "WatchEvent") if META + name in definitions]


def _reachable(definitions: Mapping[str, Any], roots: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found and name in definitions:
            found.add(name)
            waiting += _references(definitions[name])
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item.removeprefix(V2_PREFIX)
            else:
                yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _moved(value: Any) -> Any:
    """The same with references as v3 writes them; what stands beside a reference goes round an allOf."""
    if isinstance(value, list):
        return [_moved(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        reference = {"$ref": V3_PREFIX + value["$ref"].removeprefix(V2_PREFIX)}
        rest = {key: _moved(item) for key, item in value.items() if key != "$ref"}
        return {**rest, "allOf": [reference]} if rest else reference
    return {key: _moved(item) for key, item in value.items()}


def _paths(kind: Kind, prefix: str) -> Iterator[tuple[str, Document]]:
    """The kind's paths with their operations, told apart by x-kubernetes-action."""
    root = f"/{place(kind)}/"
    if kind.namespaced:
        yield root + kind.plural, _operations(kind, ("list",), prefix, [])
        root += "namespaces/{namespace}/"
    outer = ["namespace"] if kind.namespaced else []
    yield root + kind.plural, _operations(kind, ("list", "create", "deletecollection"), prefix, outer)
    yield root + kind.plural + "/{name}", _operations(kind, ("get", "update", "patch", "delete"), prefix, [*outer, "name"])
    for subresource in kind.subresources:
        if subresource in ("status", "scale"):
            path = f"{root}{kind.plural}/{{name}}/{subresource}"
            yield path, _operations(kind, ("get", "update", "patch"), prefix, [*outer, "name"], subresource)


def _operations(kind: Kind, verbs: Iterable[str], prefix: str, variables: list[str], subresource: str = "") -> Document:
    item: Document = {"parameters": [_parameter(name, "path", prefix) for name in variables]}
    for verb in verbs:
        if verb in kind.verbs:
            method, action = ACTIONS[verb]
            item[method] = _operation(kind, verb, action, prefix, bool(subresource))
    return item


def _operation(kind: Kind, verb: str, action: str, prefix: str, is_subresource: bool) -> Document:
    ref = _ref(kind)
    body = {"$ref": prefix + ref} if ref and not is_subresource else {"type": "object"}
    operation: Document = {
        "tags": [f"{kind.group or 'core'}_{kind.version}"],
        "parameters": [_parameter(name, "query", prefix) for name in QUERIES.get(verb, ())],
        "responses": _responses(body, prefix),
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
    }
    if verb in ("create", "update"):
        _put_body(operation, body, ("application/json",), prefix)
    elif verb == "patch":
        _put_body(operation, {"type": "object"}, PATCHES, prefix)
    return operation


def _responses(body: Document, prefix: str) -> Document:
    if prefix == V2_PREFIX:
        return {"200": {"description": "OK", "schema": body}}
    return {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}}


def _put_body(operation: Document, body: Document, types: Iterable[str], prefix: str) -> None:
    if prefix == V2_PREFIX:
        operation["consumes"] = list(types)
        operation["parameters"].append({"name": "body", "in": "body", "required": True, "schema": body})
    else:
        operation["requestBody"] = {"required": True, "content": {media: {"schema": body} for media in types}}


def _parameter(name: str, where: str, prefix: str) -> Document:
    kind = {"type": "integer" if name in NUMBERS else "boolean" if name in FLAGS else "string"}
    parameter: Document = {"name": name, "in": where, **(kind if prefix == V2_PREFIX else {"schema": kind})}
    if where == "path":
        parameter["required"] = True
    return parameter
