"""/openapi/v2 as protobuf, which is the only form in which kubectl asks for it. Models gnostic's OpenAPIv2.proto."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

MEDIA_TYPE = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
METHODS = {"get": 2, "put": 3, "post": 4, "delete": 5, "options": 6, "head": 7, "patch": 8}


def encode(document: dict[str, Any]) -> bytes:
    """The bytes of a Document."""
    info = _text(1, document["info"]["title"]) + _text(2, document["info"]["version"])
    paths = b"".join(_part(2, _named(name, _path(item))) for name, item in document["paths"].items())
    definitions = b"".join(_part(1, _named(name, _schema(schema))) for name, schema in document["definitions"].items())
    return _text(1, document["swagger"]) + _part(2, info) + _part(8, paths) + _part(9, definitions)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _part(field: int, payload: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(payload)) + payload


def _text(field: int, text: str) -> bytes:
    return _part(field, text.encode()) if text else b""


def _true(field: int, value: Any) -> bytes:
    return _varint(field << 3) + b"\x01" if value else b""


def _named(name: str, value: bytes) -> bytes:
    return _text(1, name) + _part(2, value)


def _extensions(field: int, of: dict[str, Any]) -> bytes:
    """The x- entries; their values are YAML, of which JSON is a part."""
    named = ((name, _text(2, json.dumps(value))) for name, value in of.items() if name.startswith("x-"))
    return b"".join(_part(field, _named(name, value)) for name, value in named)


def _path(item: dict[str, Any]) -> bytes:
    operations = b"".join(_part(METHODS[method], _operation(item[method])) for method in METHODS if method in item)
    return operations + _parameters(9, item.get("parameters") or ())


def _operation(operation: dict[str, Any]) -> bytes:
    tags = b"".join(_text(1, tag) for tag in operation.get("tags") or ())
    consumes = b"".join(_text(7, media) for media in operation.get("consumes") or ())
    response = _part(1, _text(1, "200") + _part(2, _part(1, _text(1, "OK"))))
    parameters = _parameters(8, operation.get("parameters") or ())
    return tags + consumes + parameters + _part(9, response) + _extensions(13, operation)


def _parameters(field: int, parameters: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(_part(field, _part(1, _parameter(parameter))) for parameter in parameters)


def _parameter(parameter: dict[str, Any]) -> bytes:
    where, name = parameter["in"], parameter["name"]
    if where == "body":
        return _part(1, _text(2, name) + _text(3, where) + _true(4, True) + _part(5, _schema(parameter["schema"])))
    kind = parameter.get("type", "string")
    if where == "path":
        return _part(2, _part(4, _true(1, True) + _text(2, where) + _text(4, name) + _text(5, kind)))
    return _part(2, _part(3, _text(2, where) + _text(4, name) + _text(6, kind)))


def _schema(schema: dict[str, Any]) -> bytes:
    kind = schema.get("type")
    kinds = [kind] if isinstance(kind, str) else kind or []
    parts = [
        _text(1, schema.get("$ref", "")),
        _text(2, schema.get("format", "")),
        _text(4, schema.get("description", "")),
        *(_text(19, name) for name in schema.get("required") or ()),
        _part(22, b"".join(_text(1, name) for name in kinds)) if kinds else b"",
        _part(23, _part(1, _schema(schema["items"]))) if isinstance(schema.get("items"), dict) else b"",
    ]
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        parts.append(_part(21, _part(1, _schema(more))))
    if schema.get("properties"):
        fields = (_part(1, _named(name, _schema(inner))) for name, inner in schema["properties"].items())
        parts.append(_part(25, b"".join(fields)))
    return b"".join(parts) + _extensions(31, schema)
