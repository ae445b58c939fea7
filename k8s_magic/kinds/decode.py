"""What the API's JSON decoder says of an object: fields that do not exist, and values of another type.

Kubernetes decodes into Go structs, with field names in their exact case. A value of a wrong type refuses the whole
object; unknown fields are collected, and the request says (`fieldValidation`) whether they refuse it too.

Models sigs.k8s.io/json/internal/golang/encoding/json/decode.go.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from k8s_magic.kinds import go_types
from k8s_magic.kinds.definitions import REFERENCE, definitions
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
UNKNOWN_LIMIT = 100


class DecodeResult(NamedTuple):
    """`unknown`: each unknown field as the decoder words it; `fatal`: what refuses the object, if anything does."""

    unknown: list[str]
    fatal: str | None


class _Abort(Exception):
    """An error of a type that decodes itself (quantities, times): it ends the decoding at once."""


class _Type:
    """A Go type: its shape, its name as Go prints it, and what it holds."""

    def __init__(self, shape: str, name: str, holds: Callable[[], _Type] | None = None, fields: Callable[[], Fields] | None = None) -> None:
        self.shape = shape
        self.name = name
        self._holds = holds
        self._fields = fields

    @property
    def item(self) -> _Type:
        assert self._holds is not None
        return self._holds()

    @property
    def fields(self) -> Fields:
        assert self._fields is not None
        return self._fields()

    @property
    def struct(self) -> str:
        return self.name.rpartition(".")[2]


Fields = dict[str, tuple[tuple[str, ...], _Type]]
"""By JSON name: the steps that Go prints for the field (an embedded struct is one), and its type."""


def decode_errors(obj: Any, ref: str) -> DecodeResult:
    """What decoding `obj` as the definition `ref` complains of, in the decoder's words and order."""
    return _Decoder().run(obj, _struct(ref))


def metadata_error(obj: Obj) -> str | None:
    """What is wrong with the types of an object's metadata, as every client that reads only that part says it."""
    decoder = _Decoder()
    with_metadata = _Type("struct", "v1.PartialObjectMetadata", fields=lambda: {"metadata": (("metadata",), _struct(OBJECT_META))})
    return decoder.run({"metadata": obj.get("metadata")}, with_metadata).fatal


class _Decoder:
    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.saved: str | None = None

    def run(self, obj: Any, kind: _Type) -> DecodeResult:
        try:
            self.value(obj, kind, "", (), "")
        except _Abort as abort:
            self.saved = str(abort)
        return DecodeResult([] if self.saved else self.unknown, self.saved)

    def value(self, value: Any, kind: _Type, struct: str, steps: tuple[str, ...], path: str) -> None:
        """`struct` and `steps` are what Go prints of the place; `path` is the place with indexes, for unknown fields."""
        shape = kind.shape
        if value is None or shape == "any":
            return
        if shape in _OWN:
            _OWN[shape](value)
        elif isinstance(value, dict) and shape == "struct":
            self._struct(value, kind, steps, path)
        elif isinstance(value, dict) and shape == "map":
            for key in sorted(value):
                self.value(value[key], kind.item, struct, steps, f"{path}.{key}")
        elif isinstance(value, list) and shape == "slice":
            for index, item in enumerate(value):
                self.value(item, kind.item, struct, steps, f"{path}[{index}]")
        elif not self._fits(value, shape):
            self._save(value, kind, struct, steps)

    def _struct(self, value: Obj, kind: _Type, steps: tuple[str, ...], path: str) -> None:
        fields, prefix = kind.fields, f"{path}." if path else ""
        for key in sorted(value):
            if key in fields:
                names, of = fields[key]
                self.value(value[key], of, kind.struct, (*steps, *names), prefix + key)
            elif len(self.unknown) < UNKNOWN_LIMIT:
                self.unknown.append(f"unknown field {json.dumps(prefix + key)}")

    def _fits(self, value: Any, shape: str) -> bool:
        if shape == "bytes" and isinstance(value, str):
            self.saved = self.saved or _base64_error(value)
            return True
        return _SCALARS[shape](value) if shape in _SCALARS else False

    def _save(self, value: Any, kind: _Type, struct: str, steps: tuple[str, ...]) -> None:
        if self.saved is None:
            place = f"struct field {struct}.{'.'.join(steps)}" if struct else "value"
            self.saved = f"json: cannot unmarshal {_described(value, kind.shape)} into Go {place} of type {kind.name}"


def _described(value: Any, shape: str = "") -> str:
    """A JSON value as Go's decoder names it; a number that does not fit a number's type is shown."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return f"number {value}" if shape in ("int32", "int64", "float64") else "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _is_int(bits: int) -> Callable[[Any], bool]:
    bound = 1 << (bits - 1)
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and -bound <= value < bound


_SCALARS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int32": _is_int(32),
    "int64": _is_int(64),
    "float64": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}


def _base64_error(text: str) -> str | None:
    """Go's complaint about text that is not base64. Models encoding/base64 CorruptInputError."""
    try:
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return f"illegal base64 data at input byte {_first_bad(text)}"
    return None


def _first_bad(text: str) -> int:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    seen = 0
    for index, letter in enumerate(text):
        if letter in "\r\n":
            continue
        if letter not in letters:
            return _bad_padding(text, index, seen % 4) if letter == "=" else index
        seen += 1
    # A group cut short at the end is reported where it began.
    return len(text) - seen % 4


def _bad_padding(text: str, index: int, place: int) -> int:
    """Where padding at `index`, `place` letters into its group, is wrong."""
    if place < 2:
        return index
    rest = text[index + 1 :].replace("\n", "").replace("\r", "")
    if place == 2 and rest[:1] != "=":
        return len(text) if not rest else index + 1
    return index + (2 if place == 2 else 1)


def _quantity(value: Any) -> None:
    text = value.strip() if isinstance(value, str) else json.dumps(value)
    try:
        quantity.parse(text)
    except quantity.QuantityError as error:
        raise _Abort(str(error)) from error


def _int_or_string(value: Any) -> None:
    if not isinstance(value, str) and not _SCALARS["int32"](value):
        raise _Abort(f"json: cannot unmarshal {_described(value, 'int32')} into Go value of type int32")


def _time(layout: str) -> Callable[[Any], None]:
    def check(value: Any) -> None:
        if not isinstance(value, str):
            raise _Abort(f"json: cannot unmarshal {_described(value)} into Go value of type string")
        try:
            datetime.fromisoformat(value)
        except ValueError as error:
            shown = json.dumps(value)
            raise _Abort(f'parsing time {shown} as "{layout}": cannot parse {shown} as "2006"') from error

    return check


_OWN: dict[str, Callable[[Any], None]] = {
    "quantity": _quantity,
    "int-or-string": _int_or_string,
    "time": _time("2006-01-02T15:04:05Z07:00"),
    "micro-time": _time("2006-01-02T15:04:05.000000Z07:00"),
}
_NAMED_SHAPES = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "micro-time",
}


def _short(ref: str) -> str:
    """ "io.k8s.api.core.v1.Pod" as "core.v1.Pod"."""
    return ".".join(ref.split(".")[-3:])


@cache
def _struct(ref: str) -> _Type:
    """The Go type of a definition. Definitions refer to each other in circles, so fields are built when first read."""
    definition = definitions()[ref]
    name = ".".join(ref.split(".")[-2:])
    if ref in _NAMED_SHAPES:
        return _Type(_NAMED_SHAPES[ref], name)
    if "properties" not in definition:
        return _Type("any", name)
    return _Type("struct", name, fields=lambda: _fields(ref))


@cache
def _fields(ref: str) -> Fields:
    definition, short = definitions()[ref], _short(ref)
    named = go_types.NAMED.get(short, {})
    is_kind = "x-kubernetes-group-version-kind" in definition
    return {name: (_steps(short, name, is_kind), _type(schema, named.get(name, ""))) for name, schema in definition["properties"].items()}


def _steps(struct: str, field: str, is_kind: bool) -> tuple[str, ...]:
    if is_kind and field in ("apiVersion", "kind"):
        return ("TypeMeta", field)
    embedded, fields = go_types.EMBEDDED.get(struct, ("", frozenset[str]()))
    outer, own = go_types.EMBEDDED_BUT.get(struct, ("", frozenset[str]()))
    if field in fields:
        return (embedded, field)
    return (outer, field) if outer and field not in own else (field,)


def _type(schema: dict[str, Any], named: str) -> _Type:
    if "$ref" in schema:
        return _struct(schema["$ref"].removeprefix(REFERENCE))
    kind = schema.get("type", "any")
    if kind == "array":
        item = _type(schema["items"], named.removeprefix("[]"))
        return _Type("slice", f"[]{item.name}", holds=lambda: item)
    if kind == "object":
        return _map(schema, named)
    shape = {"integer": schema.get("format", "int64"), "number": "float64", "boolean": "bool", "any": "any"}.get(kind, "string")
    if schema.get("format") == "byte":
        return _Type("bytes", "[]uint8")
    return _Type(shape, named or shape)


def _map(schema: dict[str, Any], named: str) -> _Type:
    if "additionalProperties" not in schema:
        return _Type("any", "map[string]interface {}")
    item = _type(schema["additionalProperties"], "")
    return _Type("map", named or f"map[string]{item.name}", holds=lambda: item)
