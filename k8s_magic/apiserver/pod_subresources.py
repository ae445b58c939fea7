"""Writes beside a pod: its ephemeral containers and its resources. Models the pod's strategies for these subresources."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from k8s_magic.apiserver import admission, writes
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError, invalid
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.pod import parts
from k8s_magic.objects.edit import deep_copy
from k8s_magic.objects.meta import Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

Merge = Callable[[Obj, Obj], Obj]
Rules = Callable[[Obj, Obj], list[FieldError]]
PARTS: dict[str, tuple[Merge, Rules]] = {
    "ephemeralcontainers": (parts.ephemeral, parts.validate_ephemeral),
    "resize": (parts.resized, parts.validate_resize),
}


def writer(subresource: str) -> Callable[[ApiServer, Kind, Obj, Obj, WriteOptions, Caller], Obj]:
    """The update of one of the parts; gives the pod."""
    merge, rules = PARTS[subresource]

    def write(api: ApiServer, kind: Kind, old: Obj, obj: Obj, options: WriteOptions, caller: Caller) -> Obj:
        if subresource not in kind.subresources:
            raise ApiError(404, "NotFound", "the server could not find the requested resource")
        if not caller.trusted:
            obj = writes.decode(api, kind, obj, options, caller)
        writes.check_preconditions(kind, old, obj)
        draft = merge(obj, old)
        draft = {**draft, "metadata": dict(old["metadata"]), "spec": deep_copy(draft["spec"])}
        kind.default(draft)
        attributes = admission.Attributes(api, "UPDATE", kind, draft, old, caller, subresource, options.dry_run)
        admission.admit(attributes)
        errors = list(dict.fromkeys([*kind.validate(draft), *rules(draft, old)]))
        if errors:
            raise invalid(kind, draft["metadata"]["name"], errors)
        admission.validate(attributes)
        if draft["spec"] == old["spec"]:
            return old
        draft["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
        return draft if options.dry_run else api.commit_update(kind, old, draft, caller)

    return write
