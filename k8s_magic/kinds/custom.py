"""Kinds that users define: each served version of a CustomResourceDefinition becomes a Kind like the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from k8s_magic.kinds import custom_rules, structural
from k8s_magic.kinds import definitions as definitions_module
from k8s_magic.kinds.columns import AGE, NAME, age, since
from k8s_magic.kinds.decode import DecodeResult, decode_metadata
from k8s_magic.kinds.definitions import definitions
from k8s_magic.kinds.errors import invalid
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.objects import gotext, jsonpath
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj, get_in

OF_EVERY_OBJECT = "io.k8s.api.core.v1.ConfigMap"
"""A kind whose apiVersion, kind and metadata are described as those of every object are."""
# In the order in which discovery names them for custom resources alone.
VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")
BLOCKING = ("FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid")
UNCHECKED = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"
MOST_REPLICAS = 2**31 - 1
VERSION = re.compile(r"v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?")


def version_rank(version: str) -> tuple[int, int, int, str]:
    """Where a version stands among others, the preferred first: v10, v2, v1, v2beta1, v1beta2, v1alpha1, and then what is no such word.

    Models apimachinery version.CompareKubeAwareVersionStrings.
    """
    found = VERSION.fullmatch(version)
    if not found:
        return (3, 0, 0, version)
    stage = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return (stage, -int(found[1]), -int(found[3] or 0), "")


def kinds_of(crd: Obj) -> list[Kind]:
    """A Kind for each version that the definition serves, the preferred one first; the others only show what is stored as that one."""
    served = [version for version in crd["spec"]["versions"] if version.get("served")]
    kinds = [_kind(crd["spec"], version) for version in sorted(served, key=lambda version: version_rank(version["name"]))]
    return [*kinds[:1], *(_view(kind, kinds[0]) for kind in kinds[1:])]


def definition_name(kind: Kind) -> str:
    """How OpenAPI documents call a custom kind: "com.example.stable.v1.CronTab"."""
    return ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])


def definition(kind: Kind, every_object: Obj | None = None) -> Obj:
    """The OpenAPI v2 definition of a custom kind: its schema, and the properties of every object, described where those given are.

    Models apiextensions-apiserver pkg/controller/openapi/builder.
    """
    own = kind.schema or {}
    common = every_object or definitions()[OF_EVERY_OBJECT]["properties"]
    properties = {**(own.get("properties") or {}), **{name: common[name] for name in ("apiVersion", "kind", "metadata")}}
    named = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    return {**own, "type": "object", "properties": properties, "x-kubernetes-group-version-kind": [named]}


def custom_definitions(kinds: Iterable[Kind], every_object: Obj | None = None) -> dict[str, Obj]:
    """The definitions of those kinds that are custom, by name."""
    return {definition_name(kind): definition(kind, every_object) for kind in kinds if kind.schema is not None}


def documented_definitions(kinds: Iterable[Kind]) -> dict[str, Obj]:
    """All that the server's OpenAPI v2 document tells: v1.36's definitions and those of custom kinds, with descriptions."""
    built_in = definitions_module.documented_definitions()
    return {**built_in, **custom_definitions(kinds, built_in[OF_EVERY_OBJECT]["properties"])}


def _view(kind: Kind, main: Kind) -> Kind:
    seen, stored = partial(_as, kind.api_version, kind.schema or {}), partial(_as, main.api_version, {structural.ANY_FIELDS: True})
    return replace(kind, stored_as=main.resource, from_stored=seen, to_stored=stored)


def _as(api_version: str, schema: Obj, obj: Obj) -> Obj:
    """Without webhooks nothing differs but the version's name and what its schema does not know."""
    known, _ = structural.prune(obj, schema)
    return {**known, "metadata": obj["metadata"], "apiVersion": api_version}


def _kind(spec: Obj, version: Obj) -> Kind:
    names, subresources = spec["names"], version.get("subresources") or {}
    schema = (version.get("schema") or {}).get("openAPIV3Schema") or {structural.ANY_FIELDS: True}
    columns, row = _table(version.get("additionalPrinterColumns") or [])
    scale, set_scale = _scale(subresources.get("scale"))
    return Kind(
        kind=names["kind"],
        plural=names["plural"],
        group=spec["group"],
        version=version["name"],
        singular=names.get("singular") or names["kind"].lower(),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        namespaced=spec.get("scope") == "Namespaced",
        subresources=tuple(sorted(subresources)),
        columns=columns,
        row=row,
        decode=lambda obj: _decode(obj, schema),
        default=lambda draft: structural.fill(draft, schema),
        validate=lambda obj: _validate(obj, schema, subresources.get("scale")),
        validate_update=lambda new, old: _validate_transition(new, old, schema),
        verbs=VERBS,
        deprecation=_deprecation(spec, version),
        has_generation=True,
        unconditional_update=False,
        schema=schema,
        scale=scale,
        set_scale=set_scale,
    )


def _deprecation(spec: Obj, version: Obj) -> str:
    """Models defaultDeprecationWarning."""
    if not version.get("deprecated"):
        return ""
    if version.get("deprecationWarning") is not None:
        return str(version["deprecationWarning"])
    of_kind = spec["names"]["kind"]
    better = [v["name"] for v in spec["versions"] if v.get("served") and not v.get("deprecated")]
    better = sorted((name for name in better if version_rank(name) < version_rank(version["name"])), key=version_rank)
    text = f"{spec['group']}/{version['name']} {of_kind} is deprecated"
    return f"{text}; use {spec['group']}/{better[0]} {of_kind}" if better else text


def _decode(obj: Obj, schema: Obj) -> DecodeResult:
    kept, unknown = structural.prune(obj, schema)
    metadata = decode_metadata(obj)
    if metadata.fatal is None and metadata.object.get("metadata"):
        kept["metadata"] = metadata.object["metadata"]
    return DecodeResult(kept, [*unknown, *metadata.unknown], metadata.fatal)


def _validate(obj: Obj, schema: Obj, scale: Obj | None) -> list[FieldError]:
    """The schema, and its rules that look at one state alone, where the object is sound enough for them."""
    errors = structural.judge({k: v for k, v in obj.items() if k != "metadata"}, schema) + _replicas(obj, scale)
    if not custom_rules.has_rules(schema):
        return errors
    if any(error.reason in BLOCKING for error in errors):
        return [*errors, invalid("<nil>", None, UNCHECKED)]
    return [*errors, *custom_rules.judge_rules(obj, schema)]


def _replicas(obj: Obj, scale: Obj | None) -> list[FieldError]:
    """Models customResourceValidator.ValidateScaleSpec."""
    if not scale:
        return []
    path = scale["specReplicasPath"]
    value = get_in(obj, *_steps(path))
    if value is None:
        return []
    if not isinstance(value, int) or isinstance(value, bool):
        kind = {str: "string", float: "float64", bool: "bool", list: "[]interface {}", dict: "map[string]interface {}"}[type(value)]
        return [invalid(path, 0, f"{path} accessor error: {gotext.plain(value)} is of the type {kind}, expected int64")]
    if value < 0:
        return [invalid(path, value, "should be a non-negative integer")]
    return [invalid(path, value, f"should be less than or equal to {MOST_REPLICAS}")] if value > MOST_REPLICAS else []


def _validate_transition(new: Obj, old: Obj, schema: Obj) -> list[FieldError]:
    """The rules that compare with the state before."""
    if not custom_rules.has_rules(schema) or structural.judge({k: v for k, v in new.items() if k != "metadata"}, schema):
        return []
    alone = set(custom_rules.judge_rules(new, schema))
    return [error for error in custom_rules.judge_rules(new, schema, "", old) if error not in alone]


def _table(columns: list[Obj]) -> tuple[tuple[Column, ...], Callable[[Obj, float], list[Any]]]:
    """Models apiextensions-apiserver pkg/registry/customresource/tableconvertor."""
    if not columns:
        return (NAME, AGE), lambda obj, now: [obj["metadata"]["name"], age(obj, now)]
    paths = [(jsonpath.compile(f"{{{column['jsonPath']}}}"), column["type"]) for column in columns]
    shown = [Column(c["name"], c.get("description", ""), c["type"], c.get("format", ""), c.get("priority", 0)) for c in columns]

    def row(obj: Obj, now: float) -> list[Any]:
        return [obj["metadata"]["name"], *[_cell(path, of_type, obj, now) for path, of_type in paths]]

    return (NAME, *shown), row


def _cell(path: jsonpath.JSONPath, of_type: str, obj: Obj, now: float) -> Any:
    try:
        found = [value for values in path.find(obj) for value in values]
    except jsonpath.JSONPathError:
        return None
    if not found:
        return None
    if of_type == "date":
        return since(found[0], now) if isinstance(found[0], str) else "<invalid>"
    return found[0] if len(found) == 1 or of_type != "string" else ",".join(map(str, found))


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.removeprefix(".").split("."))


def _scale(paths: Obj | None) -> tuple[Callable[[Obj], Obj] | None, Callable[[Obj, int], Obj] | None]:
    if not paths:
        return None, None
    wanted, there = _steps(paths["specReplicasPath"]), _steps(paths["statusReplicasPath"])
    selector = paths.get("labelSelectorPath")

    def scale(obj: Obj) -> Obj:
        kept = {k: v for k, v in obj["metadata"].items() if k in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
        status: Obj = {"replicas": get_in(obj, *there, default=0)}
        if selector:
            status["selector"] = get_in(obj, *_steps(selector), default="")
        spec = {"replicas": get_in(obj, *wanted)} if get_in(obj, *wanted) else {}
        return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": kept, "spec": spec, "status": status}

    def set_scale(obj: Obj, replicas: int) -> Obj:
        return set_in(obj, wanted, replicas)  # type: ignore[no-any-return]

    return scale, set_scale
