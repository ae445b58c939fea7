"""A pod template as Go's spew package writes it out: the text of which Kubernetes takes the hash that names a ReplicaSet.

Models k8s.io/utils/dump.ForHash, on the structs of k8s.io/api/core/v1 as `data/pod_template_structs.txt` tells them.

Not modelled: quantities beyond what fits into 64 bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

from k8s_magic.objects import packaged, quantity

_FNV_OFFSET: Final = 0x6C62272E07BB014262B821756295C58D
_FNV_PRIME: Final = 0x0000000001000000000000000000013B
_NUMBERS: Final = ("int32", "int64")
_ZERO_TIME: Final = "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"
_NO_DECIMAL: Final = "(resource.infDecAmount){Dec:(*inf.Dec)<nil>}"


class _Field(NamedTuple):
    name: str
    json: str
    """The key in JSON; empty where the struct is embedded and its fields lie beside those of the outer one."""
    type: str


def typed(value: Any, type: str) -> str:
    """`value`, which JSON gives, as a Go value with its type: `(int32)5`. A field that is missing is Go's zero."""
    pointed = type.removeprefix("*")
    return f"({type}){'<nil>' if value is None and pointed != type else dump(value, pointed)}"


def place(value: Any, type: str) -> int:
    """By what upstream sorts where order means nothing: the FNV-1a hash, in 128 bits. Models pkg/util/hash DeepHashObject."""
    number = _FNV_OFFSET
    for byte in typed(value, type).encode():
        number = (number ^ byte) * _FNV_PRIME & (1 << 128) - 1
    return number


def dump(value: Any, type: str) -> str:
    """The same without the type."""
    if type.startswith("[]"):
        return f"[{' '.join(dump(each, type[2:]) for each in value)}]" if value else "<nil>"
    if type == "v1.ResourceList":
        return _map(value, "resource.Quantity")
    if type.startswith("map["):
        return _map(value, type.partition("]")[2])
    if type in _special:
        return _special[type](value)
    fields = _structs().get(type)
    if fields is not None:
        return "{" + " ".join(_field(value or {}, field) for field in fields) + "}" if value else _zero(type)
    return _scalar(value, type)


def _scalar(value: Any, type: str) -> str:
    if type == "bool":
        return "true" if value else "false"
    return str(value or 0) if type in _NUMBERS else str(value or "")


def _field(struct: Any, field: _Field) -> str:
    """One field, with its name and type: `Name:(string)web`."""
    if field.json and field.json not in struct:
        return _absent(field)
    return f"{field.name}:{typed(struct[field.json] if field.json else struct, field.type)}"


@cache
def _absent(field: _Field) -> str:
    """A field of which nothing is said: most of a template's are such."""
    return f"{field.name}:{typed(None, field.type)}"


def _map(value: dict[str, Any] | None, type: str) -> str:
    return f"map[{' '.join(f'{key}:{dump(value[key], type)}' for key in sorted(value))}]" if value else "<nil>"


@cache
def _zero(type: str) -> str:
    """A struct of which nothing is said."""
    return "{" + " ".join(_field({}, field) for field in _structs()[type]) + "}"


def _quantity(value: Any) -> str:
    """Models the fields of resource.Quantity after ParseQuantity."""
    number, scale = quantity.scaled(quantity.canonical(value)) if value else (0, 0)
    parsed = quantity.parse(value or 0)
    amount = f"(resource.int64Amount){{value:(int64){number} scale:(resource.Scale){scale}}}"
    return f"{{i:{amount} d:{_NO_DECIMAL} s:(string){'0' if value == '0' else parsed.text} Format:(resource.Format){parsed.format}}}"


def _int_or_string(value: Any) -> str:
    is_text = isinstance(value, str)
    return f"{{Type:(intstr.Type){int(is_text)} IntVal:(int32){0 if is_text else value or 0} StrVal:(string){value if is_text else ''}}}"


_special = {"v1.Time": lambda _: _ZERO_TIME, "resource.Quantity": _quantity, "intstr.IntOrString": _int_or_string}


@cache
def _structs() -> dict[str, tuple[_Field, ...]]:
    text = packaged.read(__package__, "data/pod_template_structs.txt").decode()
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {type: tuple(_read_field(each) for each in fields) for type, *fields in lines}


def _read_field(text: str) -> _Field:
    names, _, type = text.partition(":")
    name, stated, json = names.partition("=")
    return _Field(name, json if stated else name[0].lower() + name[1:], type)
