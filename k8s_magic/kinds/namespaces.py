"""Namespace: a scope for names. It is born Active, and ends when its finalizer finds nothing left in it."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj, get_in

FINALIZER = "kubernetes"
NAME_LABEL = "kubernetes.io/metadata.name"


def default(draft: Obj) -> None:
    """Models pkg/apis/core/v1/defaults.go SetDefaults_Namespace."""
    meta = draft["metadata"]
    if meta.get("name"):
        meta["labels"] = {**(meta.get("labels") or {}), NAME_LABEL: meta["name"]}
    draft.setdefault("spec", {})


def prepare_create(draft: Obj) -> None:
    """Models pkg/registry/core/namespace/strategy.go PrepareForCreate."""
    finalizers = draft["spec"].get("finalizers") or []
    draft["spec"]["finalizers"] = finalizers if FINALIZER in finalizers else [*finalizers, FINALIZER]
    draft["status"] = {"phase": "Active"}


def prepare_update(draft: Obj, old: Obj) -> None:
    """Finalizers of the spec change through the finalize subresource only; the label of the name always stays."""
    draft["spec"] = {**(draft.get("spec") or {}), "finalizers": get_in(old, "spec", "finalizers", default=[])}
    default(draft)


def row(obj: Obj, now: float) -> list[Any]:
    return [obj["metadata"]["name"], get_in(obj, "status", "phase", default=""), age(obj, now)]


KIND = Kind(
    returns_deleted=True,
    kind="Namespace",
    plural="namespaces",
    singular="namespace",
    short_names=("ns",),
    namespaced=False,
    verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
    subresources=("finalize", "status"),
    columns=(NAME, *texts("Status"), AGE),
    row=row,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    name_rule=names.label,
    fields={"status.phase": lambda obj: get_in(obj, "status", "phase", default=""), "name": lambda obj: obj["metadata"]["name"]},
)
