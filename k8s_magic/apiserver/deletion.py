"""The way of a delete: at once, or a deletionTimestamp while a grace period runs or finalizers remain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_magic.apiserver import admission
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects import meta
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time, rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"
CUSTOM_RESOURCES = "customresourcecleanup.apiextensions.k8s.io"
"""The finalizer that holds a CustomResourceDefinition until its objects have gone."""


def delete(api: ApiServer, kind: Kind, old: Obj, options: DeleteOptions, caller: Caller) -> Obj:
    """Delete or begin to; gives a Status when the object is gone, the object while it lingers. Models registry Store.Delete."""
    _check(api, kind, old, options, caller)
    if kind.resource == "namespaces":
        return _delete_namespace(api, kind, old, options, caller)
    asked = 1 if (options.grace_seconds or 0) < 0 else options.grace_seconds  # Less than nothing is taken for a second.
    grace = kind.grace_seconds(old, asked) if kind.grace_seconds else 0
    finalizers = _finalizers(old, options)
    if kind.kind == "CustomResourceDefinition" and CUSTOM_RESOURCES not in finalizers and not meta.is_deleting(old):
        finalizers.append(CUSTOM_RESOURCES)
    draft = _with_finalizers(old, finalizers)
    lingers = grace > 0 or bool(draft["metadata"].get("finalizers"))
    if not lingers:
        if options.dry_run:
            return old if kind.returns_deleted else _success(kind, old)
        if kind.grace_seconds is not None and (marked := _marked(draft, 0, api.loop.now)) is not draft:
            # What could have a grace period is marked before it goes, be it of no length. Models Store.Delete's update before the removal.
            draft = api.commit(kind, meta.key(old), marked, caller)
        return _gone(api, kind, draft, old, caller)
    draft = _marked(draft, grace, api.loop.now)
    if draft["metadata"] == old["metadata"] or options.dry_run:
        return draft
    return api.commit(kind, meta.key(old), draft, caller)


def _check(api: ApiServer, kind: Kind, old: Obj, options: DeleteOptions, caller: Caller) -> None:
    stored = old["metadata"]
    if options.uid and options.uid != stored["uid"]:
        where = f"the UID in the precondition ({options.uid}) does not match the UID in record ({stored['uid']})"
        raise _changed(kind, stored["name"], f"{where}. The object might have been deleted and then recreated")
    if options.resource_version and options.resource_version != stored["resourceVersion"]:
        versions = f"({options.resource_version}) does not match the ResourceVersion in record ({stored['resourceVersion']})"
        raise _changed(kind, stored["name"], f"the ResourceVersion in the precondition {versions}. The object might have been modified")
    attributes = admission.Attributes(api, "DELETE", kind, old, old, caller, dry_run=options.dry_run)
    admission.admit(attributes)
    admission.validate(attributes)


def _changed(kind: Kind, name: str, why: str) -> ApiError:
    """A precondition that does not hold. Models registry rest.BeforeDelete, which names the kind where others name the resource."""
    details = {"name": name, "group": kind.group, "kind": kind.kind}
    message = f'Operation cannot be fulfilled on {kind.qualified} "{name}": {why}'
    return ApiError(409, "Conflict", message, {field: value for field, value in details.items() if value})


def _finalizers(old: Obj, options: DeleteOptions) -> list[str]:
    """Propagation is remembered as a finalizer. Models deletionFinalizersForGarbageCollection."""
    had = list(old["metadata"].get("finalizers") or ())
    if not options.propagation:
        return had
    kept = [f for f in had if f not in (ORPHAN, FOREGROUND)]
    return kept + {"Orphan": [ORPHAN], "Foreground": [FOREGROUND]}.get(options.propagation, [])


def _with_finalizers(obj: Obj, finalizers: list[str]) -> Obj:
    if finalizers == list(obj["metadata"].get("finalizers") or ()):
        return obj
    new_meta = {k: v for k, v in obj["metadata"].items() if k != "finalizers"}
    return {**obj, "metadata": {**new_meta, "finalizers": finalizers} if finalizers else new_meta}


def _marked(obj: Obj, grace: int, now: float) -> Obj:
    """With its deletionTimestamp; a second delete can only bring it forward. Models rest.BeforeDelete."""
    old = obj["metadata"]
    if old.get("deletionTimestamp"):
        if grace >= int(old.get("deletionGracePeriodSeconds") or 0):
            return obj
        began = parse_time(old["deletionTimestamp"]) - int(old.get("deletionGracePeriodSeconds") or 0)
        end = max(now, began + grace) if grace else now
        return {**obj, "metadata": {**old, "deletionTimestamp": rfc3339(end), "deletionGracePeriodSeconds": grace}}
    new = {**old, "deletionTimestamp": rfc3339(now + grace), "deletionGracePeriodSeconds": grace}
    if old.get("generation"):
        new["generation"] = old["generation"] + 1
    return {**obj, "metadata": new}


def _gone(api: ApiServer, kind: Kind, last: Obj, old: Obj, caller: Caller) -> Obj:
    gone = api.remove(kind, meta.key(old), caller, last)
    return gone if kind.returns_deleted else _success(kind, old)


def _success(kind: Kind, obj: Obj) -> Obj:
    details = {"name": obj["metadata"]["name"], "group": kind.group, "kind": kind.plural, "uid": obj["metadata"]["uid"]}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {k: v for k, v in details.items() if v},
    }


def _delete_namespace(api: ApiServer, kind: Kind, old: Obj, options: DeleteOptions, caller: Caller) -> Obj:
    """A namespace goes when its controller has emptied it. Models pkg/registry/core/namespace/storage Delete."""
    if old["metadata"].get("deletionTimestamp"):
        waits = old.get("spec", {}).get("finalizers") or old["metadata"].get("finalizers")
        return old if waits else _gone(api, kind, old, old, caller)
    draft = _marked(_with_finalizers(old, _finalizers(old, options)), 0, api.loop.now)
    draft["metadata"].pop("deletionGracePeriodSeconds", None)
    draft = set_in(draft, ("status", "phase"), "Terminating")
    return draft if options.dry_run else api.commit(kind, meta.key(old), draft, caller)


def may_go(obj: Obj) -> bool:
    """An object that was marked goes with its last finalizer, once no grace period holds it."""
    metadata = obj["metadata"]
    if not metadata.get("deletionTimestamp") or metadata.get("finalizers"):
        return False
    if obj.get("kind") == "Namespace" and obj.get("spec", {}).get("finalizers"):
        return False
    return not metadata.get("deletionGracePeriodSeconds")
