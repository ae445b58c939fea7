"""Rules for the schemas of CustomResourceDefinitions, and how the API server's messages show a version of one.

Models apiextensions-apiserver pkg/apiserver/schema/validation.go and pkg/apis/apiextensions/validation. Not modelled: what nested
`allOf`, `anyOf`, `oneOf` and `not` must leave out, types of defaults, costs of rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from k8s_magic.kinds.errors import InOrder, forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.meta import Obj

TYPES = ("array", "boolean", "integer", "number", "object", "string")
LIST_TYPES, MAP_TYPES = ("atomic", "set", "map"), ("atomic", "granular")
NAMELESS = ("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields")
ANY, LIST_TYPE, MAP_TYPE, LIST_KEYS = (
    f"x-kubernetes-{name}" for name in ("preserve-unknown-fields", "list-type", "map-type", "list-map-keys")
)
LEVELS = {"root": "at the root", "item": "for specified array items", "field": "for specified object fields"}
# The internal form: each field's name, its key in JSON, and what stands there when nothing is said.
SHOWN: tuple[tuple[str, str, Any], ...] = (
    *(("ID", "id", ""), ("Schema", "$schema", ""), ("Ref", "$ref", None), ("Description", "description", ""), ("Type", "type", "")),
    *(("Nullable", "nullable", False), ("Format", "format", ""), ("Title", "title", ""), ("Default", "default", None)),
    *(("Maximum", "maximum", None), ("ExclusiveMaximum", "exclusiveMaximum", False), ("Minimum", "minimum", None)),
    *(("ExclusiveMinimum", "exclusiveMinimum", False), ("MaxLength", "maxLength", None), ("MinLength", "minLength", None)),
    *(("Pattern", "pattern", ""), ("MaxItems", "maxItems", None), ("MinItems", "minItems", None), ("UniqueItems", "uniqueItems", False)),
    *(("MultipleOf", "multipleOf", None), ("Enum", "enum", None), ("MaxProperties", "maxProperties", None)),
    *(("MinProperties", "minProperties", None), ("Required", "required", None), ("Items", "items", None), ("AllOf", "allOf", None)),
    *(("OneOf", "oneOf", None), ("AnyOf", "anyOf", None), ("Not", "not", None), ("Properties", "properties", None)),
    *(("AdditionalProperties", "additionalProperties", None), ("PatternProperties", "patternProperties", None)),
    *(("Dependencies", "dependencies", None), ("AdditionalItems", "additionalItems", None), ("Definitions", "definitions", None)),
    *(("ExternalDocs", "externalDocs", None), ("Example", "example", None), ("XPreserveUnknownFields", ANY, None)),
    *(("XEmbeddedResource", "x-kubernetes-embedded-resource", False), ("XIntOrString", "x-kubernetes-int-or-string", False)),
    *(("XListMapKeys", LIST_KEYS, None), ("XListType", LIST_TYPE, None), ("XMapType", MAP_TYPE, None)),
    ("XValidations", "x-kubernetes-validations", None),
)


def judge_schema(schema: Obj, path: str, *, has_status: bool = False) -> list[FieldError]:
    """All that is wrong with a schema: first whether it is structural, then the rest."""
    first = []
    if has_status and schema.get("type", "object") != "object":
        why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
        first.append(invalid(f"{path}.type", schema["type"], why))
    structural = sorted(_structural(schema, path, "root"), key=lambda error: f"{error.path}: {error.message}")
    return [*first, *structural, *_standard(schema, path, "root")]


def _structural(schema: Obj, path: str, level: str) -> Iterator[FieldError]:
    of_type = schema.get("type", "")
    if of_type == "array" and schema.get("items") is None:
        yield required(f"{path}.items", "must be specified")
    for below, key, where in _below(schema, path):
        yield from _structural(below, where, "item" if key == "items" else "field")
    if level == "root" and schema.get("additionalProperties") is not None:
        yield forbidden(f"{path}.additionalProperties", "must not be used at the root")
    if schema.get("pattern"):
        try:
            re.compile(schema["pattern"])
        except re.error as error:
            yield invalid(f"{path}.pattern", schema["pattern"], f"must be a valid regular expression, but isn't: {error}")
    if not of_type and not any(schema.get(key) for key in NAMELESS):
        yield required(f"{path}.type", f"must not be empty {LEVELS[level]}")
    if level == "root" and of_type and of_type != "object":
        yield invalid(f"{path}.type", of_type, "must be object at the root")
    if level == "root":
        yield from _own_fields(schema.get("properties") or {}, f"{path}.properties")


def _own_fields(properties: Obj, path: str) -> Iterator[FieldError]:
    """What every object has may only be said again."""
    for name in ("apiVersion", "kind"):
        if name in properties and properties[name].get("type") != "string":
            yield invalid(f"{path}[{name}].type", properties[name].get("type", ""), "must be string")
    metadata = properties.get("metadata")
    if metadata is not None and metadata.get("type") != "object":
        yield invalid(f"{path}[metadata].type", metadata.get("type", ""), "must be object")
    more = set(metadata or ()) - {"type", "properties", "description", "default"} or set((metadata or {}).get("properties") or ()) - {
        "name",
        "generateName",
    }
    if more:
        why = "must not specify anything other than name and generateName, but metadata is implicitly specified"
        yield forbidden(f"{path}[metadata]", why)


def _below(schema: Obj, path: str) -> Iterator[tuple[Obj, str, str]]:
    """(schema, key, path) of every part."""
    more, items = schema.get("additionalProperties"), schema.get("items")
    if isinstance(more, dict):
        yield more, "additionalProperties", f"{path}.additionalProperties"
    for name in sorted(schema.get("properties") or ()):
        yield schema["properties"][name], "properties", f"{path}.properties[{name}]"
    if isinstance(items, dict):
        yield items, "items", f"{path}.items"


def _standard(schema: Obj, path: str, level: str) -> Iterator[FieldError]:
    """Models ValidateCustomResourceDefinitionOpenAPISchema and specStandardValidatorV3."""
    of_type, more = schema.get("type", ""), schema.get("additionalProperties")
    if schema.get("uniqueItems"):
        yield forbidden(f"{path}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic")
    if more is not None and more is not True and schema.get("properties"):
        yield forbidden(f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive")
    for below, key, where in _below(schema, path):
        yield from _standard(below, where, key)
    if schema.get(ANY) is False:
        yield invalid(f"{path}.{ANY}", False, "must be true or undefined")
    for key, kind, known in ((MAP_TYPE, "object", MAP_TYPES), (LIST_TYPE, "array", LIST_TYPES)):
        if schema.get(key) is not None and of_type != kind:
            why = f"must be {kind} if {key} is specified"
            yield invalid(f"{path}.type", of_type, why) if of_type else required(f"{path}.type", why)
        if schema.get(key) is not None and schema[key] not in known:
            yield not_supported(f"{path}.{key}", schema[key], known)
    if schema.get(LIST_TYPE) == "map" and not schema.get(LIST_KEYS):
        yield required(f"{path}.{LIST_KEYS}", "must not be empty if x-kubernetes-list-type is map")
    yield from _typed(schema, path)


def _typed(schema: Obj, path: str) -> Iterator[FieldError]:
    of_type = schema.get("type", "")
    if of_type == "null":
        yield forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    elif of_type and of_type not in TYPES:
        yield not_supported(f"{path}.type", of_type, TYPES)
    if isinstance(schema.get("items"), list):
        yield forbidden(f"{path}.items", "items must be a schema object and not an array")


def shown_versions(versions: list[Obj]) -> list[Any]:
    """Versions as the API server holds them inside."""
    return [_shown_version(version) for version in versions]


COLUMN = (
    ("Name", "name", ""),
    ("Type", "type", ""),
    ("Format", "format", ""),
    ("Description", "description", ""),
    ("Priority", "priority", 0),
)
SCALE = (("SpecReplicasPath", "specReplicasPath", ""), ("StatusReplicasPath", "statusReplicasPath", ""))
RULE = (
    *(("Rule", "rule", ""), ("Message", "message", ""), ("MessageExpression", "messageExpression", ""), ("Reason", "reason", None)),
    *(("FieldPath", "fieldPath", ""), ("OptionalOldSelf", "optionalOldSelf", None)),
)


def _named(of: Obj, fields: Iterable[tuple[str, str, Any]]) -> Obj:
    return InOrder({name: of.get(key, zero) for name, key, zero in fields})


def _shown_version(version: Obj) -> Obj:
    schema, columns = version.get("schema"), version.get("additionalPrinterColumns") or ()
    whole = (
        None if schema is None else InOrder(OpenAPIV3Schema=_shown(schema["openAPIV3Schema"]) if schema.get("openAPIV3Schema") else None)
    )
    flags = (("Served", "served", False), ("Storage", "storage", False), ("Deprecated", "deprecated", False))
    shown = _named(version, (("Name", "name", ""), *flags, ("DeprecationWarning", "deprecationWarning", None)))
    shown.update(
        Schema=whole,
        Subresources=_subresources(version.get("subresources")),
        AdditionalPrinterColumns=[_named(column, (*COLUMN, ("JSONPath", "jsonPath", ""))) for column in columns] or None,
        SelectableFields=[_named(each, (("JSONPath", "jsonPath", ""),)) for each in version.get("selectableFields") or ()] or None,
    )
    return shown


def _subresources(of: Obj | None) -> Obj | None:
    if of is None:
        return None
    scale = of.get("scale")
    shown = None if scale is None else _named(scale, (*SCALE, ("LabelSelectorPath", "labelSelectorPath", None)))
    return InOrder(Status=None if of.get("status") is None else {}, Scale=shown)


def _shown(schema: Obj) -> Obj:
    return InOrder({name: _shown_part(key, schema.get(key, zero)) for name, key, zero in SHOWN})


def _shown_part(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in ("properties", "patternProperties", "definitions"):
        return {name: _shown(value[name]) for name in sorted(value)} or None
    if key in ("allOf", "oneOf", "anyOf"):
        return [_shown(each) for each in value] or None
    if key == "not":
        return _shown(value)
    if key == "items":
        return InOrder(Schema=_shown(value), JSONSchemas=None)
    if key in ("additionalProperties", "additionalItems"):
        return InOrder(Allows=bool(value), Schema=_shown(value) if isinstance(value, dict) else None)
    return [_named(rule, RULE) for rule in value] if key == "x-kubernetes-validations" else value
