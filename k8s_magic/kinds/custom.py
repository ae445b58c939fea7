"""Kinds that users define: each served version of a CustomResourceDefinition becomes a Kind like the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from k8s_magic.kinds import custom_rules, structural
from k8s_magic.kinds.columns import AGE, NAME, age, since
from k8s_magic.kinds.decode import DecodeResult, metadata_error
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.objects import jsonpath
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj, get_in

API_VERSION = "APIVersion defines the versioned schema of this representation of an object."
KIND_FIELD = "Kind is a string value representing the REST resource this object represents."
METADATA = "Standard object's metadata."
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


def definition(kind: Kind) -> Obj:
    """The OpenAPI v2 definition of a custom kind: its schema, and what every object has.

    Models apiextensions-apiserver pkg/controller/openapi/builder.
    """
    about = {"apiVersion": {"type": "string", "description": API_VERSION}, "kind": {"type": "string", "description": KIND_FIELD}}
    own = kind.schema or {}
    metadata = {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "description": METADATA}
    properties = {**(own.get("properties") or {}), **about, "metadata": metadata}
    named = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    return {**own, "type": "object", "properties": properties, "x-kubernetes-group-version-kind": [named]}


def custom_definitions(kinds: Iterable[Kind]) -> dict[str, Obj]:
    """The definitions of those kinds that are custom, by name."""
    return {definition_name(kind): definition(kind) for kind in kinds if kind.schema is not None}


def _view(kind: Kind, main: Kind) -> Kind:
    return replace(kind, stored_as=main.resource, from_stored=partial(_as, kind.api_version), to_stored=partial(_as, main.api_version))


def _as(api_version: str, obj: Obj) -> Obj:
    """Without webhooks nothing but the version's name differs."""
    return {**obj, "apiVersion": api_version}


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
        validate=lambda obj: _validate(obj, schema),
        validate_update=lambda new, old: _validate_transition(new, old, schema),
        has_generation=True,
        unconditional_update=False,
        schema=schema,
        scale=scale,
        set_scale=set_scale,
    )


def _decode(obj: Obj, schema: Obj) -> DecodeResult:
    kept, unknown = structural.prune(obj, schema)
    return DecodeResult(kept, unknown, metadata_error(obj))


def _validate(obj: Obj, schema: Obj) -> list[FieldError]:
    """The schema, and where that is content, its rules that look at one state alone."""
    errors = structural.judge({k: v for k, v in obj.items() if k != "metadata"}, schema)
    if errors or not custom_rules.has_rules(schema):
        return errors
    return list(custom_rules.judge_rules(obj, schema))


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
