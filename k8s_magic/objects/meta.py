"""Reading what every object has: name, namespace, labels, owners. Objects are plain dicts, shared and read-only."""

from typing import Any, NamedTuple

Obj = dict[str, Any]
"""A Kubernetes object as decoded JSON. A reader gets the stored snapshot itself and must not change it: see `edit`."""


class Key(NamedTuple):
    """What names an object within its resource; `namespace` is empty for cluster-scoped ones."""

    namespace: str
    name: str


def name(obj: Obj) -> str:
    return obj["metadata"].get("name", "")  # type: ignore[no-any-return]


def namespace(obj: Obj) -> str:
    return obj["metadata"].get("namespace", "")  # type: ignore[no-any-return]


def key(obj: Obj) -> Key:
    meta = obj["metadata"]
    return Key(meta.get("namespace", ""), meta.get("name", ""))


def uid(obj: Obj) -> str:
    return obj["metadata"].get("uid", "")  # type: ignore[no-any-return]


def labels(obj: Obj) -> dict[str, str]:
    return obj["metadata"].get("labels") or {}


def annotations(obj: Obj) -> dict[str, str]:
    return obj["metadata"].get("annotations") or {}


def revision(obj: Obj) -> int:
    """The resourceVersion as a number; 0 where the object was never stored."""
    return int(obj["metadata"].get("resourceVersion") or 0)


def is_deleting(obj: Obj) -> bool:
    return bool(obj["metadata"].get("deletionTimestamp"))


def controller_of(obj: Obj) -> Obj | None:
    """The owner reference that controls the object, if one does."""
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return reference  # type: ignore[no-any-return]
    return None


def controller_reference(owner: Obj) -> Obj:
    """The reference that `owner` puts into what it creates."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name(owner),
        "uid": uid(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def get_in(obj: Any, *path: str | int, default: Any = None) -> Any:
    """The value at `path`, or `default` where any step is missing or None."""
    for step in path:
        if isinstance(obj, dict):
            obj = obj.get(step)
        elif isinstance(obj, list) and isinstance(step, int) and -len(obj) <= step < len(obj):
            obj = obj[step]
        else:
            return default
        if obj is None:
            return default
    return obj
