"""What the API's JSON decoder makes of an object: a copy as Go would write it again, or complaints.

Kubernetes decodes into Go structs, with field names in their exact case: null and most zeros are forgotten on the way, and
quantities are written in their one canonical form. A value of a wrong type refuses the whole
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

from k8s_magic.kinds import go_types, go_zero
from k8s_magic.kinds.definitions import REFERENCE, definitions
from k8s_magic.objects import quantity
from k8s_magic.objects.edit import deep_copy
from k8s_magic.objects.meta import Obj

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
PARTIAL = "PartialObjectMetadata"
UNKNOWN_LIMIT = 100


class DecodeResult(NamedTuple):
    """`object` is a private copy as the API would write it; `unknown`: each unknown field as the decoder words it;
    `fatal`: what refuses the object, if anything does.
    """

    object: Any
    unknown: list[str]
    fatal: str | None


class _Abort(Exception):
    """An error of a type that decodes itself (quantities, times): it ends the decoding at once."""


class _Type:
    """A Go type: its shape, its name as Go prints it, and what it holds."""

    def __init__(self, shape: str, name: str, item: _Type | None = None, ref: str = "") -> None:
        self.shape = shape
        self.name = name
        self.struct = name.rpartition(".")[2]
        self._item = item
        self.ref = ref

    @property
    def item(self) -> _Type:
        assert self._item is not None
        return self._item

    @property
    def fields(self) -> _Fields:
        # Definitions refer to each other in circles, so fields are built when first read.
        return _fields(self.ref)


class _Field(NamedTuple):
    """A field of a struct: the steps that Go prints for it (an embedded struct is one), and whether zero is written."""

    steps: tuple[str, ...]
    type: _Type
    keeps_zero: bool


class _Fields(NamedTuple):
    by_name: dict[str, _Field]
    always: tuple[tuple[str, Any], ...]
    """Fields that are written though nothing was said of them."""


def decode_errors(obj: Any, ref: str) -> DecodeResult:
    """What decoding `obj` as the definition `ref` makes of it and complains of, in the decoder's words and order."""
    return _Decoder().run(obj, _struct(ref))


def decode_metadata(obj: Obj) -> DecodeResult:
    """An object's metadata alone, and what is wrong with its types, as every client that reads only that part says it."""
    return _Decoder().run({"metadata": obj.get("metadata")}, _Type("struct", "v1.PartialObjectMetadata", ref=PARTIAL))


@cache
def zero(ref: str) -> Obj:
    """What Go writes of a value of which nothing has been said: structs that are no pointers are always there. Shared: read-only."""
    fields, always = _fields(ref)
    result: Obj = {}
    for name, default in always:
        of = fields[name].type if name in fields else None
        result[name] = zero(of.ref) if default == {} and of is not None and of.shape == "struct" else default
    lists = (name for name in definitions()[ref].get("required", ()) if fields[name].type.shape == "slice")
    return {**result, **{name: [] for name in lists}}


class _Decoder:
    def __init__(self) -> None:
        self.unknown: list[str] = []
        self.saved: str | None = None

    def run(self, obj: Any, kind: _Type) -> DecodeResult:
        result = None
        try:
            result = self.value(obj, kind, "", (), "")
        except _Abort as abort:
            self.saved = str(abort)
        return DecodeResult(result, [] if self.saved else self.unknown, self.saved)

    def value(self, value: Any, kind: _Type, struct: str, steps: tuple[str, ...], path: str) -> Any:
        """The value as it will be written.

        `struct` and `steps` are what Go prints of the place; `path` is the place with indexes, for unknown fields.
        """
        shape = kind.shape
        if shape in _SCALARS:
            if not _SCALARS[shape](value):
                self._save(value, kind, struct, steps)
            return value
        if isinstance(value, dict) and shape == "struct":
            return self._struct(value, kind, steps, path)
        if isinstance(value, list) and shape == "slice":
            return [self.value(v, kind.item, struct, steps, f"{path}[{i}]") for i, v in enumerate(value)]
        if isinstance(value, dict) and shape == "map":
            return self._map(value, kind, struct, steps, path)
        if shape == "any":
            return deep_copy(value)
        if shape in _OWN:
            return _OWN[shape](value)
        if shape == "bytes" and isinstance(value, str):
            self.saved = self.saved or _base64_error(value)
            return value
        self._save(value, kind, struct, steps)
        return value

    def _map(self, value: Obj, kind: _Type, struct: str, steps: tuple[str, ...], path: str) -> Obj:
        item = kind.item
        empty = {"string": "", "bytes": "", "quantity": "0", "bool": False, "int32": 0, "int64": 0}.get(item.shape, {})
        return {k: empty if v is None else self.value(v, item, struct, steps, f"{path}.{k}") for k, v in sorted(value.items())}

    def _struct(self, value: Obj, kind: _Type, steps: tuple[str, ...], path: str) -> Obj:
        by_name, always = kind.fields
        prefix = f"{path}." if path else ""
        result: Obj = {}
        for key in sorted(value):
            field = by_name.get(key)
            if field is None:
                if len(self.unknown) < UNKNOWN_LIMIT:
                    self.unknown.append(f"unknown field {json.dumps(prefix + key)}")
                continue
            given = value[key]
            if given is None:
                continue
            given = self.value(given, field.type, kind.struct, steps + field.steps, prefix + key)
            if given or field.keeps_zero:
                result[key] = given
        for key, default in always:
            if key not in result:
                result[key] = {} if default == {} else default
        return result

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


def _quantity(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else json.dumps(value)
    try:
        return quantity.canonical(text)
    except quantity.QuantityError as error:
        raise _Abort(str(error)) from error


def _int_or_string(value: Any) -> Any:
    if not isinstance(value, str) and not _SCALARS["int32"](value):
        raise _Abort(f"json: cannot unmarshal {_described(value, 'int32')} into Go value of type int32")
    return value


def _time(layout: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise _Abort(f"json: cannot unmarshal {_described(value)} into Go value of type string")
        try:
            datetime.fromisoformat(value)
        except ValueError as error:
            shown = json.dumps(value)
            raise _Abort(f'parsing time {shown} as "{layout}": cannot parse {shown} as "2006"') from error
        return value

    return check


_OWN: dict[str, Callable[[Any], Any]] = {
    "quantity": _quantity,
    "int-or-string": _int_or_string,
    "time": _time("2006-01-02T15:04:05Z07:00"),
    "micro-time": _time("2006-01-02T15:04:05.000000Z07:00"),
}
# Values whose being there says something, even where they are empty.
_PRESENCE = ("struct", "quantity", "int-or-string", "time", "micro-time", "any")
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
    """The Go type of a definition."""
    name = ".".join(ref.split(".")[-2:])
    if ref in _NAMED_SHAPES:
        return _Type(_NAMED_SHAPES[ref], name)
    return _Type("struct" if "properties" in definitions()[ref] else "any", name, ref=ref)


@cache
def _fields(ref: str) -> _Fields:
    if ref == PARTIAL:
        return _Fields({"metadata": _Field(("metadata",), _struct(OBJECT_META), True)}, ())
    definition, short = definitions()[ref], _short(ref)
    named = go_types.NAMED.get(short, {})
    is_kind = "x-kubernetes-group-version-kind" in definition
    kept = {*definition.get("required", ()), *go_zero.POINTERS.get(short, ()), *go_zero.WRITTEN.get(short, ())}
    fields = {}
    for name, schema in definition["properties"].items():
        of = _type(schema, named.get(name, ""))
        fields[name] = _Field(_steps(short, name, is_kind), of, name in kept or of.shape in _PRESENCE)
    return _Fields(fields, _always(short, definition, fields))


def _always(short: str, definition: dict[str, Any], fields: dict[str, _Field]) -> tuple[tuple[str, Any], ...]:
    zeros = {"string": "", "bool": False, "int32": 0, "int64": 0}
    pointers = go_zero.POINTERS.get(short, frozenset[str]())
    written = [*definition.get("required", ()), *sorted(go_zero.WRITTEN.get(short, ()))]
    scalars = {name: zeros[fields[name].type.shape] for name in written if fields[name].type.shape in zeros and name not in pointers}
    return tuple((scalars | go_zero.ALWAYS.get(short, {})).items())


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
        return _Type("slice", f"[]{item.name}", item)
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
    return _Type("map", named or f"map[string]{item.name}", item)
