"""CustomResourceDefinition: a kind that the user makes up, with its names, versions and schemas."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import NAME
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.kinds.workloads import default_fields
from k8s_magic.objects.meta import Obj

SCOPES = ("Cluster", "Namespaced")
COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")


def default(draft: Obj) -> None:
    """Models apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go."""
    spec = draft.setdefault("spec", {})
    default_fields(spec, conversion={"strategy": "None"}, names={})
    kind = spec["names"].get("kind", "")
    if not spec["names"].get("singular"):
        spec["names"]["singular"] = kind.lower()
    if not spec["names"].get("listKind") and kind:
        spec["names"]["listKind"] = f"{kind}List"


def prepare_create(draft: Obj) -> None:
    """Models pkg/registry/customresourcedefinition/strategy.go PrepareForCreate."""
    stored = [version["name"] for version in draft["spec"].get("versions") or () if version.get("storage")]
    draft["status"] = {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored[:1] or None}


def prepare_update(draft: Obj, old: Obj) -> None:
    """A new storage version joins those that objects may still be stored in."""
    stored = [version["name"] for version in draft["spec"].get("versions") or () if version.get("storage")]
    had = (draft.get("status") or {}).get("storedVersions") or []
    if stored and stored[0] not in had:
        draft["status"] = {**(draft.get("status") or {}), "storedVersions": [*had, stored[0]]}


def validate(obj: Obj) -> list[FieldError]:
    """Models apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go, for the common mistakes."""
    spec, name = obj["spec"], obj["metadata"].get("name", "")
    group, of_names = spec.get("group", ""), spec["names"]
    errors: list[FieldError] = []
    if name != f"{of_names.get('plural', '')}.{group}":
        errors.append(invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    errors += _group(group)
    if spec.get("scope") not in SCOPES:
        scope = spec.get("scope", "")
        errors.append(not_supported("spec.scope", scope, SCOPES) if scope else required("spec.scope"))
    versions = spec.get("versions") or []
    errors += [error for i, version in enumerate(versions) for error in _version(version, f"spec.versions[{i}]")]
    if sum(bool(version.get("storage")) for version in versions) != 1:
        errors.append(invalid("spec.versions", versions, "must have exactly one version marked as storage version"))
    return errors + _names(of_names)


def _group(group: str) -> list[FieldError]:
    if not group:
        return [required("spec.group")]
    errors = [invalid("spec.group", group, text) for text in names.subdomain(group)]
    return errors if "." in group else [*errors, invalid("spec.group", group, "should be a domain with at least one dot")]


def _version(version: Obj, path: str) -> list[FieldError]:
    name, errors = version.get("name", ""), list[FieldError]()
    errors += [invalid(f"{path}.name", name, text) for text in names.dns_1035(name)]
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    if schema is None:
        errors.append(required(f"{path}.schema.openAPIV3Schema", "schemas are required"))
    elif not schema.get("type"):
        errors.append(required(f"{path}.schema.openAPIV3Schema.type", "must not be empty at the root"))
    for index, column in enumerate(version.get("additionalPrinterColumns") or ()):
        here = f"{path}.additionalPrinterColumns[{index}]"
        errors += [required(f"{here}.{field}") for field in ("name", "type", "jsonPath") if not column.get(field)]
        if column.get("type") and column["type"] not in COLUMN_TYPES:
            wanted = ",".join(COLUMN_TYPES)
            errors.append(invalid(f"{here}.type", column["type"], f"must be one of {wanted}"))
    return errors


def _names(of: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    for field in ("plural", "singular", "kind", "listKind"):
        value = of.get(field, "")
        if not value:
            errors.append(required(f"spec.names.{field}"))
            continue
        errors += [invalid(f"spec.names.{field}", value, text) for text in names.dns_1035(value.lower())]
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    spec, stored = new["spec"], old["spec"]
    errors = unchanged(spec.get("group"), stored.get("group"), "spec.group")
    errors += unchanged(spec.get("scope"), stored.get("scope"), "spec.scope")
    for field in ("plural", "kind"):
        errors += unchanged(spec["names"].get(field), stored["names"].get(field), f"spec.names.{field}")
    return errors


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], obj["metadata"].get("creationTimestamp")]


KIND = Kind(
    unconditional_update=False,
    kind="CustomResourceDefinition",
    plural="customresourcedefinitions",
    group="apiextensions.k8s.io",
    singular="customresourcedefinition",
    short_names=("crd", "crds"),
    categories=("api-extensions",),
    namespaced=False,
    subresources=("status",),
    columns=(NAME, Column("Created At", type="date")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    has_generation=True,
)
