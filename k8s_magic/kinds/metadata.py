"""Rules for what every object has: name, labels, annotations, owners, finalizers.

Models apimachinery pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import InOrder, forbidden, invalid, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.meta import Obj

ANNOTATIONS_LIMIT = 256 * 1024
IMMUTABLE = "field is immutable"
STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
UNCHANGING = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")


def validate_metadata(obj: Obj, kind: Kind) -> list[FieldError]:
    """What is wrong with the metadata of an object that is to be created; its name has been generated already."""
    meta = obj["metadata"]
    finalizers = meta.get("finalizers") or ()
    return [*_names(meta, kind), *_common(meta), *_finalizers(finalizers), *_qualified(kind, finalizers)]


def validate_metadata_update(new: Obj, old: Obj, kind: Kind) -> list[FieldError]:
    """What is wrong with new metadata, given the old."""
    meta, stored = new["metadata"], old["metadata"]
    errors: list[FieldError] = []
    if stored.get("deletionTimestamp"):
        extra = sorted(set(meta.get("finalizers") or ()) - set(stored.get("finalizers") or ()))
        shown = ", ".join(f'"{name}"' for name in extra)
        detail = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{shown}}}"
        errors += [forbidden("metadata.finalizers", detail)] if extra else []
    for field in UNCHANGING:
        if meta.get(field) != stored.get(field):
            errors.append(invalid(f"metadata.{field}", meta.get(field), IMMUTABLE))
    new_finalizers = meta.get("finalizers") if meta.get("finalizers") != stored.get("finalizers") else None
    return [*errors, *_common(meta), *_qualified(kind, new_finalizers or ())]


def validate_template_metadata(meta: Obj, path: str) -> list[FieldError]:
    """What is wrong with the labels and annotations of a pod template."""
    return [
        *validate_labels(meta.get("labels") or {}, f"{path}.labels"),
        *validate_annotations(meta.get("annotations") or {}, f"{path}.annotations"),
    ]


def _names(meta: Obj, kind: Kind) -> list[FieldError]:
    errors: list[FieldError] = []
    generate, name = meta.get("generateName"), meta.get("name")
    if generate:
        errors += [invalid("metadata.generateName", generate, text) for text in names.prefix(kind.name_rule, generate)]
    if not name:
        errors.append(required("metadata.name", "name or generateName is required"))
    else:
        errors += [invalid("metadata.name", name, text) for text in kind.name_rule(name)]
    if kind.namespaced:
        errors += [invalid("metadata.namespace", meta["namespace"], text) for text in names.label(meta["namespace"])]
    return errors


def _common(meta: Obj) -> list[FieldError]:
    errors: list[FieldError] = []
    if meta.get("labels"):
        errors += validate_labels(meta["labels"], "metadata.labels")
    if meta.get("annotations"):
        errors += validate_annotations(meta["annotations"], "metadata.annotations")
    if meta.get("ownerReferences"):
        errors += _owners(meta["ownerReferences"])
    return errors


def validate_labels(of: Mapping[str, str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in sorted(of):
        errors += [invalid(path, key, text) for text in names.qualified(key)]
        errors += [invalid(path, of[key], text) for text in names.label_value(of[key])]
    return errors


def validate_annotations(of: Mapping[str, str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for key in sorted(of):
        errors += [invalid(path, key, text) for text in names.qualified(key.lower())]
    if sum(len(k.encode()) + len(v.encode()) for k, v in of.items()) > ANNOTATIONS_LIMIT:
        errors.append(FieldError("FieldValueTooLong", path, f"Too long: may not be more than {ANNOTATIONS_LIMIT} bytes"))
    return errors


OWNER_FIELDS = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")


def _owners(references: list[Obj]) -> list[FieldError]:
    path, errors, first = "metadata.ownerReferences", list[FieldError](), ""
    for reference in references:
        for field, text in (("apiVersion", "version must not be empty"), ("kind", ""), ("name", ""), ("uid", "")):
            if not reference.get(field):
                errors.append(invalid(f"{path}.{field}", "", text or "must not be empty"))
        if reference.get("controller"):
            this = f"{reference.get('kind', '')}/{reference.get('name', '')}"
            if first:
                detail = f'Only one reference can have Controller set to true. Found "true" in references for {first} and {this}'
                errors.append(invalid(path, [InOrder((f, each[f]) for f in OWNER_FIELDS if f in each) for each in references], detail))
            first = first or this
    return errors


def _finalizers(finalizers: Any) -> list[FieldError]:
    path = "metadata.finalizers"
    errors = [invalid(path, name, text) for name in finalizers for text in names.qualified(name)]
    unknown = "name is neither a standard finalizer name nor is it fully qualified"
    short = [(i, name) for i, name in enumerate(finalizers) if "/" not in name and name not in STANDARD_FINALIZERS]
    errors += [invalid(f"{path}[{i}]", name, unknown) for i, name in short]
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        errors.append(invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"))
    return errors


def _qualified(kind: Kind, finalizers: Any) -> list[FieldError]:
    """Built-in kinds take no short names but Kubernetes' own. Models core/validation.go validateKubeFinalizerName."""
    if kind.schema is not None:
        return []
    detail = "name is neither a standard finalizer name nor is it fully qualified"
    short = [(i, name) for i, name in enumerate(finalizers) if "/" not in name and name not in STANDARD_FINALIZERS]
    return [invalid(f"metadata.finalizers[{i}]", name, detail) for i, name in short]
