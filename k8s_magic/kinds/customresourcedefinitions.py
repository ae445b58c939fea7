"""CustomResourceDefinition: a kind that the user makes up, with its names, versions and schemas."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import NAME
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.kinds.numbers import unchanged
from k8s_magic.kinds.schema_rules import judge_schema, shown_versions
from k8s_magic.kinds.workloads import default_fields
from k8s_magic.objects.meta import Obj

SCOPES = ("Cluster", "Namespaced")
SCALE_PATHS = (
    ("specReplicasPath", (".spec.",), ".spec"),
    ("statusReplicasPath", (".status.",), ".status"),
    ("labelSelectorPath", (".spec.", ".status."), "either .spec or .status"),
)
DOTTED = "must be a simple json path starting with ."
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
    group, of_names, scope = spec.get("group", ""), spec["names"], spec.get("scope", "")
    errors: list[FieldError] = []
    if name != f"{of_names.get('plural', '')}.{group}":
        errors.append(invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    errors += _group(group)
    if scope not in SCOPES:
        errors.append(not_supported("spec.scope", scope, SCOPES) if scope else required("spec.scope"))
    versions = spec.get("versions") or []
    errors += [required(f"spec.versions[{i}].schema.openAPIV3Schema") for i, v in enumerate(versions) if _schema(v) is None]
    errors += [error for i, version in enumerate(versions) for error in _version(version, f"spec.versions[{i}]")]
    if len({version.get("name") for version in versions}) < len(versions):
        errors.append(invalid("spec.versions", shown_versions(versions), "must contain unique version names"))
    if sum(bool(version.get("storage")) for version in versions) != 1:
        errors.append(invalid("spec.versions", shown_versions(versions), "must have exactly one version marked as storage version"))
    return [*errors, *_names(of_names), *_stored(obj, versions)]


def _schema(version: Obj) -> Obj | None:
    return (version.get("schema") or {}).get("openAPIV3Schema")


def _group(group: str) -> list[FieldError]:
    if not group:
        return [required("spec.group")]
    errors = [invalid("spec.group", group, text) for text in names.subdomain(group)]
    return errors if errors or "." in group else [invalid("spec.group", group, "should be a domain with at least one dot")]


def _version(version: Obj, path: str) -> list[FieldError]:
    name, errors = version.get("name", ""), list[FieldError]()
    errors += [invalid(f"{path}.name", name, text) for text in names.dns_1035(name)]
    if version.get("deprecationWarning") is not None and not version.get("deprecated"):
        errors.append(invalid(f"{path}.deprecationWarning", version["deprecationWarning"], "can only be set for deprecated versions"))
    schema, subresources = _schema(version), version.get("subresources") or {}
    if schema is not None:
        errors += judge_schema(schema, f"{path}.schema.openAPIV3Schema", has_status="status" in subresources)
    errors += _scale(subresources["scale"], f"{path}.subresources.scale") if subresources.get("scale") is not None else []
    for index, column in enumerate(version.get("additionalPrinterColumns") or ()):
        errors += _column(column, f"{path}.additionalPrinterColumns[{index}]")
    return errors


def _scale(scale: Obj, path: str) -> list[FieldError]:
    """Models ValidateCustomResourceDefinitionSubresources."""
    errors: list[FieldError] = []
    for field, roots, words in SCALE_PATHS:
        given = scale.get(field)
        if not given:
            errors += [] if len(roots) > 1 else [required(f"{path}.{field}")]
        elif not given.startswith("."):
            errors.append(invalid(f"{path}.{field}", given, DOTTED))
        elif not given.startswith(roots):
            errors.append(invalid(f"{path}.{field}", given, f"should be a json path under {words}"))
    return errors


def _column(column: Obj, path: str) -> list[FieldError]:
    """Models ValidateCustomResourceColumnDefinition."""
    errors = [] if column.get("name") else [required(f"{path}.name")]
    wanted, given = f"must be one of {','.join(COLUMN_TYPES)}", column.get("type")
    if given not in COLUMN_TYPES:
        errors.append(invalid(f"{path}.type", given, wanted) if given else required(f"{path}.type", wanted))
    where = column.get("jsonPath")
    if not where:
        return [*errors, required(f"{path}.JSONPath")]
    return errors if where.startswith(".") else [*errors, invalid(f"{path}.JSONPath", where, DOTTED)]


def _names(of: Obj) -> list[FieldError]:
    errors = [required(f"spec.names.{field}") for field in ("plural", "singular", "kind", "listKind") if not of.get(field)]
    for field in ("plural", "singular", "kind", "listKind"):
        value = of.get(field, "")
        texts = names.dns_1035(value.lower() if "ind" in field else value) if value else []
        mixed = "may have mixed case, but should otherwise match: " if "ind" in field else ""
        errors += [invalid(f"spec.names.{field}", value, mixed + ",".join(texts))] if texts else []
    for field in ("shortNames", "categories"):
        for index, value in enumerate(of.get(field) or ()):
            errors += [invalid(f"spec.names.{field}[{index}]", value, text) for text in names.dns_1035(value)]
        if field == "shortNames" and of.get("kind") and of.get("kind") == of.get("listKind"):
            errors.append(invalid("spec.names.listKind", of["listKind"], "kind and listKind may not be the same"))
    return errors


def _stored(obj: Obj, versions: list[Obj]) -> list[FieldError]:
    """Models ValidateCustomResourceDefinitionStoredVersions."""
    path, stored = "status.storedVersions", (obj.get("status") or {}).get("storedVersions") or []
    if not stored:
        return [invalid(path, None, "must have at least one stored version")]
    known = [version.get("name") for version in versions]
    why = "missing from spec.versions; {0} was previously a storage version, and must remain in spec.versions until a storage migration "
    why += "ensures no data remains persisted in {0} and removes {0} from status.storedVersions"
    return [invalid(f"{path}[{index}]", name, why.format(name)) for index, name in enumerate(stored) if name not in known]


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    spec, stored = new["spec"], old["spec"]
    conditions = (old.get("status") or {}).get("conditions") or ()
    errors: list[FieldError] = []
    if any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions):
        errors += unchanged(spec.get("scope"), stored.get("scope"), "spec.scope")
        errors += unchanged(spec["names"].get("kind"), stored["names"].get("kind"), "spec.names.kind")
    errors += unchanged(spec.get("group"), stored.get("group"), "spec.group")
    return errors + unchanged(spec["names"].get("plural"), stored["names"].get("plural"), "spec.names.plural")


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
