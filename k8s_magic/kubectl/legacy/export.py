"""`get --export`: an object as its author might have written it, without what the server filled in."""

from __future__ import annotations

from k8s_magic.objects.meta import Obj

_SERVER_SET = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink", "namespace", "deletionTimestamp")


def exported(obj: Obj) -> Obj:
    """The object without server-set metadata; its status is emptied."""
    metadata = {key: value for key, value in obj["metadata"].items() if key not in _SERVER_SET}
    bare = {**obj, "metadata": metadata}
    return {**bare, "status": {}} if "status" in bare else bare
