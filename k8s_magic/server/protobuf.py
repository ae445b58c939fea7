"""Kubernetes' protobuf, read: kubectl's `create` verbs send their objects so. Answers are JSON, which all clients take.

The table holds the API's field numbers (a fact of its wire format); what a message means follows from the schemas.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from functools import cache
from typing import Any

from k8s_magic.apiserver.errors import bad_request
from k8s_magic.kinds import schema
from k8s_magic.objects import packaged
from k8s_magic.objects.times import rfc3339, rfc3339_micro

MAGIC = b"k8s\x00"
MEDIA_TYPE = "application/vnd.kubernetes.protobuf"
META = "~apimachinery.pkg.apis.meta.v1."
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Message = dict[str, list[str]]
Raw = int | bytes


@cache
def _table() -> dict[str, Message]:
    """Message name ("~" for "k8s.io.") -> field number -> name and type."""
    return packaged.read_json(__package__, "data/protobuf-1.36.json.gz")  # type: ignore[no-any-return]


def decode(body: bytes) -> Any:
    """The object of a request body, as JSON would have it; 400 where it cannot be read."""
    if not body.startswith(MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        return _unwrapped(body[len(MAGIC) :])
    except (ValueError, IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise bad_request(f"the protobuf message cannot be read: {error}") from error


def _unwrapped(envelope: bytes) -> Any:
    """What runtime.Unknown carries."""
    api_version = kind = ""
    raw = b""
    for number, value in _fields(envelope):
        if number == 1 and isinstance(value, bytes):
            words = {n: v.decode() for n, v in _fields(value) if isinstance(v, bytes)}
            api_version, kind = words.get(1, ""), words.get(2, "")
        elif number == 2 and isinstance(value, bytes):
            raw = value
    return {"apiVersion": api_version, "kind": kind, **_message(_message_name(api_version, kind), raw)}


def _message_name(api_version: str, kind: str) -> str:
    group, _, version = api_version.rpartition("/")
    if kind == "DeleteOptions":
        return META + kind
    package = group.removesuffix(".k8s.io").split(".")[0] or "core"
    name = f"~api.{package}.{version}.{kind}"
    return name if name in _table() else f"~apiextensions_apiserver.pkg.apis.{package}.{version}.{kind}"


def _fields(data: bytes) -> Iterator[tuple[int, Raw]]:
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, place = _varint(data, place)
            yield number, value
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
            yield number, data[place : place + size]
            place += size
        elif wire == BYTES:
            size, place = _varint(data, place)
            if place + size > len(data):
                raise ValueError("unexpected EOF")
            yield number, data[place : place + size]
            place += size
        else:
            raise ValueError(f"illegal wireType {wire}")


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
        if shift > 63:
            raise ValueError("integer overflow")


def _message(name: str, data: bytes) -> Any:
    if name in SPECIAL:
        return SPECIAL[name](data)
    table = _table()[name]
    result: dict[str, Any] = {}
    for number, value in _fields(data):
        field, kind = table.get(str(number), ("", ""))
        if field:
            _put(result, name, field, kind, value)
    return result


def _put(result: dict[str, Any], message: str, field: str, kind: str, value: Raw) -> None:
    if kind.startswith("repeated "):
        result.setdefault(field, []).append(_value(kind.removeprefix("repeated "), value))
    elif kind.startswith("map "):
        key, item = _entry(kind.removeprefix("map "), value)
        result.setdefault(field, {})[key] = item
    elif kind.startswith("~") and kind not in SPECIAL and _properties(message) and field not in _properties(message):
        result.update(_value(kind, value))  # A Go struct that is embedded in another stands in JSON without a name.
    else:
        result[field] = _value(kind, value)


@cache
def _properties(message: str) -> frozenset[str]:
    definition = schema.definitions().get(message.replace("~", "io.k8s.", 1), {})
    return frozenset(definition.get("properties") or ())


def _entry(kind: str, value: Raw) -> tuple[str, Any]:
    assert isinstance(value, bytes)
    parts = dict(_fields(value))
    key = parts.get(1, b"")
    assert isinstance(key, bytes)
    return key.decode(), _value(kind, parts[2]) if 2 in parts else ("" if kind in ("string", "bytes") else {})


def _value(kind: str, value: Raw) -> Any:
    if kind == "bool":
        return bool(value)
    if kind in ("int32", "int64"):
        assert isinstance(value, int)
        return value - (1 << 64) if value >> 63 else value
    if isinstance(value, int):
        return value
    if kind == "string":
        return value.decode()
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind == "double":
        return struct.unpack("<d", value)[0]
    decoded = _message(kind, value)
    is_list = isinstance(decoded, dict) and set(decoded) == {"items"} and not _properties(kind)
    return decoded["items"] if is_list else decoded


def _numbers(data: bytes) -> dict[int, int]:
    return {number: value for number, value in _fields(data) if isinstance(value, int)}


def _time(data: bytes) -> str | None:
    parts = _numbers(data)
    return rfc3339(parts.get(1, 0)) if parts else None


def _micro_time(data: bytes) -> str | None:
    parts = _numbers(data)
    return rfc3339_micro(parts.get(1, 0) + parts.get(2, 0) / 1e9) if parts else None


def _quantity(data: bytes) -> str:
    return next((value.decode() for number, value in _fields(data) if number == 1 and isinstance(value, bytes)), "0")


def _int_or_string(data: bytes) -> int | str:
    parts = dict(_fields(data))
    if parts.get(1, 0) == 1:
        text = parts.get(3, b"")
        return text.decode() if isinstance(text, bytes) else ""
    return _value("int32", parts.get(2, 0))  # type: ignore[no-any-return]


def _json(data: bytes) -> Any:
    raw = next((value for number, value in _fields(data) if number == 1 and isinstance(value, bytes)), b"")
    return json.loads(raw) if raw else None


def _duration(data: bytes) -> str:
    return f"{_numbers(data).get(1, 0) / 1e9:g}s"


SPECIAL = {
    META + "Time": _time,
    META + "MicroTime": _micro_time,
    META + "Duration": _duration,
    META + "FieldsV1": _json,
    "~apimachinery.pkg.api.resource.Quantity": _quantity,
    "~apimachinery.pkg.util.intstr.IntOrString": _int_or_string,
    "~apimachinery.pkg.runtime.RawExtension": _json,
}
