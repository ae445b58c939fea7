"""Structural schemas: what a CustomResourceDefinition says of its objects, and how they are read, defaulted and judged by it.

Models apiextensions-apiserver pkg/apiserver/schema (pruning, defaulting) and kube-openapi's validation.

Not modelled: `x-kubernetes-validations` (CEL), formats, `oneOf`/`anyOf`/`not` beyond int-or-string.
"""

from __future__ import annotations

import json
import re
from typing import Any

from k8s_magic.kinds.errors import invalid, not_supported, required, too_long, too_many
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.edit import deep_copy
from k8s_magic.objects.meta import Obj

OBJECT_FIELDS = {"apiVersion", "kind", "metadata"}
ANY_FIELDS = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"


def prune(obj: Obj, schema: Obj) -> tuple[Obj, list[str]]:
    """A copy without what the schema does not know, and those fields in the decoder's words."""
    unknown: list[str] = []
    return _prune(obj, schema, "", unknown, is_object=True), unknown


def _prune(value: Any, schema: Obj, path: str, unknown: list[str], *, is_object: bool = False) -> Any:
    if isinstance(value, list):
        items = schema.get("items") or {}
        return [_prune(item, items, f"{path}[{i}]", unknown) for i, item in enumerate(value)]
    if not isinstance(value, dict) or (not schema and not is_object):
        return value
    properties, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    is_object = is_object or bool(schema.get("x-kubernetes-embedded-resource"))
    result: Obj = {}
    for key in sorted(value):
        here = f"{path}.{key}" if path else key
        if key in properties:
            result[key] = _prune(value[key], properties[key], here, unknown)
        elif is_object and key in OBJECT_FIELDS:
            result[key] = deep_copy(value[key])
        elif isinstance(extra, dict):
            result[key] = _prune(value[key], extra, here, unknown)
        elif extra or schema.get(ANY_FIELDS):
            result[key] = deep_copy(value[key])
        else:
            unknown.append(f"unknown field {json.dumps(here)}")
    return result


def fill(value: Any, schema: Obj) -> None:
    """Put the schema's defaults in, in place."""
    if isinstance(value, list):
        for item in value:
            fill(item, schema.get("items") or {})
    elif isinstance(value, dict):
        for key, of in (schema.get("properties") or {}).items():
            missing = key not in value or (value[key] is None and not of.get("nullable"))
            if "default" in of and missing:
                value[key] = deep_copy(of["default"])
            if key in value:
                fill(value[key], of)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict):
            for item in value.values():
                fill(item, extra)


def judge(value: Any, schema: Obj, path: str = "") -> list[FieldError]:
    """What is wrong with a value, in kube-openapi's words."""
    if value is None and (schema.get("nullable") or not path):
        return []
    errors = _type(value, schema, path)
    if errors:
        return errors
    if schema.get("enum") is not None and value not in schema["enum"]:
        errors.append(not_supported(path, value, [str(v) for v in schema["enum"]]))
    if isinstance(value, str):
        return errors + _text(value, schema, path)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return errors + _number(value, schema, path)
    if isinstance(value, list):
        return errors + _items(value, schema, path)
    return errors + _properties(value, schema, path) if isinstance(value, dict) else errors


def _name(value: Any) -> str:
    """The type of a value as the messages call it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _type(value: Any, schema: Obj, path: str) -> list[FieldError]:
    found, wanted = _name(value), schema.get("type")
    if schema.get(INT_OR_STRING):
        fits = found in ("integer", "string")
        wanted = "integer,string"
    else:
        fits = not wanted or found == wanted or (wanted == "number" and found == "integer")
    if fits:
        return []
    message = f'Invalid value: "{found}": {path} in body must be of type {wanted}: "{found}"'
    return [FieldError("FieldValueTypeInvalid", path, message)]


def _text(value: str, schema: Obj, path: str) -> list[FieldError]:
    """The first thing that is wrong ends it. Models kube-openapi's stringValidator."""
    if schema.get("maxLength") is not None and len(value) > schema["maxLength"]:
        return [too_long(path, schema["maxLength"])]
    if schema.get("minLength") is not None and len(value) < schema["minLength"]:
        return [invalid(path, value, f"{path} in body should be at least {schema['minLength']} chars long")]
    if schema.get("pattern") and not re.search(schema["pattern"], value):
        return [invalid(path, value, f"{path} in body should match '{schema['pattern']}'")]
    return []


def _number(value: float, schema: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    least, most, factor = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if most is not None and (value > most or (schema.get("exclusiveMaximum") and value == most)):
        word = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        errors.append(invalid(path, value, f"{path} in body should be {word} {most}"))
    if least is not None and (value < least or (schema.get("exclusiveMinimum") and value == least)):
        word = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        errors.append(invalid(path, value, f"{path} in body should be {word} {least}"))
    if factor and value % factor:
        errors.append(invalid(path, value, f"{path} in body should be a multiple of {factor}"))
    return errors


def _items(value: list[Any], schema: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if schema.get("maxItems") is not None and len(value) > schema["maxItems"]:
        errors.append(too_many(path, len(value), schema["maxItems"]))
    if schema.get("minItems") is not None and len(value) < schema["minItems"]:
        errors.append(invalid(path, len(value), f"{path} in body should have at least {schema['minItems']} items"))
    for index, item in enumerate(value):
        errors += judge(item, schema.get("items") or {}, f"{path}[{index}]")
    return errors


def _properties(value: Obj, schema: Obj, path: str) -> list[FieldError]:
    prefix, errors = f"{path}." if path else "", list[FieldError]()
    if schema.get("maxProperties") is not None and len(value) > schema["maxProperties"]:
        errors.append(too_many(path, len(value), schema["maxProperties"]))
    properties, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for key in sorted(value):
        if key in properties:
            errors += judge(value[key], properties[key], prefix + key)
        elif isinstance(extra, dict):
            errors += judge(value[key], extra, prefix + key)
    return errors + [required(prefix + key) for key in schema.get("required") or () if key not in value]
