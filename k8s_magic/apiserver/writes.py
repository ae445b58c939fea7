"""The way of a create or update: decode, default, admit, prepare, validate, commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver import admission
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError, already_exists, bad_request, conflict, invalid
from k8s_magic.kinds import metadata, schema
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.edit import deep_copy
from k8s_magic.objects.meta import Key, Obj, is_deleting
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

# Only the API writes these; whatever a client sends for them is replaced by what is stored.
SYSTEM_FIELDS = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "namespace",
    "selfLink",
)
# What of the metadata the status strategies leave to the writer; a Deployment's revision is an annotation.
WRITTEN_WITH_STATUS = {"deployments.apps": ("annotations",), "nodes": ("labels", "annotations"), "pods": ("labels", "annotations")}


def decode(api: ApiServer, kind: Kind, obj: Any, options: WriteOptions, caller: Caller) -> Obj:
    """A private copy of what a client sent, as the API reads it: refused where types are wrong, without unknown fields and empty ones.

    Models the strict decoder of apimachinery. Our own components know what they send, so theirs is only copied.
    """
    if caller.trusted:
        return deep_copy(obj)  # type: ignore[no-any-return]
    handled = f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}'
    if not isinstance(obj, dict) or not isinstance(obj.get("metadata", {}), dict):
        raise bad_request(f"{handled}: json: cannot unmarshal value into Go value of type v1.{kind.kind}")
    given = (obj.get("apiVersion"), obj.get("kind"))
    if given != (kind.api_version, kind.kind):
        raise bad_request(_wrong_kind(api, kind, *given))
    if kind.decode is not None:
        result = kind.decode(obj)
    elif schema.has_ref(kind.group, kind.version, kind.kind):
        result = schema.decode_errors(obj, schema.ref(kind.group, kind.version, kind.kind))
    else:
        return deep_copy(obj)  # type: ignore[no-any-return]
    if result.fatal:
        raise bad_request(f"{handled}: {result.fatal}")
    if result.unknown and options.field_validation == "Strict":
        raise bad_request(f"{handled}: strict decoding error: {', '.join(result.unknown)}")
    for text in result.unknown if options.field_validation in ("", "Warn") else ():
        api.warn(text)
    return result.object  # type: ignore[no-any-return]


def _wrong_kind(api: ApiServer, kind: Kind, api_version: Any, name: Any) -> str:
    """Models runtime.Scheme's and handlers/create.go's complaints."""
    if not api_version or not name:
        missing = "Kind" if not name else "apiVersion"
        return f"Object '{missing}' is missing in '{{}}'"
    group, _, version = str(api_version).rpartition("/")
    found = api.by_group_kind(group, str(name))
    served = any((k.api_version, k.kind) == (api_version, name) for k in api.kinds.values())
    if kind.schema is not None or (served and (group, name) == (kind.group, kind.kind)):
        return f"the API version in the data ({api_version}) does not match the expected API version ({kind.api_version})"
    handled = f'{name} in version "{version}" cannot be handled as a {kind.kind}'
    if found is None or not served:
        return f'{handled}: no kind "{name}" is registered for version "{api_version}" in scheme "pkg/api/legacyscheme/scheme.go:30"'
    package = kind.group.partition(".")[0] or "core"
    return f"{handled}: converting ({version}.{name}) to ({package}.{kind.kind}): unknown conversion"


def create(api: ApiServer, kind: Kind, obj: Obj, namespace: str, options: WriteOptions, caller: Caller) -> tuple[Obj, Obj]:
    """Store a new object; also what of it its writer wrote, before admission and the kind's strategy had their say.

    Models apiserver registry Store.Create and rest.BeforeCreate.
    """
    draft = decode(api, kind, obj, options, caller)
    meta = draft.setdefault("metadata", {})
    _place(kind, meta, namespace)
    if meta.get("resourceVersion") not in (None, ""):
        raise bad_request("resourceVersion should not be set on objects to be created")
    is_unnamed = not meta.get("name") and bool(meta.get("generateName"))
    _stamp(api, kind, draft)
    if caller.trusted and kind.is_record:
        attributes = admission.Attributes(api, "CREATE", kind, draft, None, caller)
        admission.admit(attributes)
        admission.validate(attributes)
        stored = api.commit(kind, Key(namespace, meta["name"]), draft, caller)
        return stored, stored
    kind.default(draft)
    written = {key: deep_copy(value) for key, value in draft.items() if key != "status" or "status" not in kind.subresources}
    attributes = admission.Attributes(api, "CREATE", kind, draft, None, caller, dry_run=options.dry_run, is_unnamed=is_unnamed)
    admission.admit(attributes)
    attributes.is_unnamed = False
    kind.prepare_create(draft)
    errors = api.service_addresses.complete(draft, None) if kind.resource == "services" else []
    errors = errors or [*metadata.validate_metadata(draft, kind), *kind.validate(draft)]
    if errors:
        raise invalid(kind, meta.get("name", ""), errors)
    admission.validate(attributes)
    for text in kind.warn(draft, None):
        api.warn(text)
    key = Key(meta.get("namespace", ""), meta["name"])
    there = api.store.get(kind.resource, key)
    if there is not None:
        raise already_exists(kind, key.name, is_going=is_deleting(there))
    return draft if options.dry_run else api.commit(kind, key, draft, caller), written


def _place(kind: Kind, meta: Obj, namespace: str) -> None:
    if not kind.namespaced:
        meta.pop("namespace", None)
        return
    given = meta.get("namespace") or namespace
    if given != namespace:
        raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
    meta["namespace"] = namespace


def _stamp(api: ApiServer, kind: Kind, draft: Obj) -> None:
    """What the API says of a new object: name, uid, time, generation. What it does not let users say is dropped."""
    meta = draft["metadata"]
    for field in ("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "managedFields", "resourceVersion"):
        meta.pop(field, None)
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = api.generated_name(kind, meta)
    if kind.has_generation:
        meta["generation"] = 1
    if "status" in kind.subresources:
        draft.pop("status", None)
    meta["uid"] = api.new_uid(kind, Key(meta.get("namespace", ""), meta.get("name", "")))
    meta["creationTimestamp"] = rfc3339(api.loop.now)


def update(api: ApiServer, kind: Kind, old: Obj, obj: Obj, subresource: str, options: WriteOptions, caller: Caller) -> Obj:
    """Replace `old`. Models registry Store.Update and rest.BeforeUpdate."""
    if obj is old:
        return old
    if not caller.trusted:
        obj = decode(api, kind, obj, options, caller)
        _check_version(kind, old, obj)
    check_preconditions(kind, old, obj)
    # Our own components hand over path copies, which share with what is stored: only the top levels become private.
    draft = _merge_status(kind, old, obj) if subresource == "status" else _private(kind, old, obj, caller)
    _keep_system_fields(kind, old, draft)
    errors = (
        _complete_status(kind, draft, old)
        if subresource == "status"
        else _complete_spec(api, kind, draft, old, subresource, options, caller)
    )
    if errors:
        raise invalid(kind, draft["metadata"]["name"], errors)
    if _same(old, draft):
        return old
    if options.dry_run:
        return draft
    return api.commit_update(kind, old, draft, caller)


def _check_version(kind: Kind, old: Obj, obj: Obj) -> None:
    """Some kinds are only replaced by who says what it saw. Models AllowUnconditionalUpdate."""
    if kind.unconditional_update or (obj.get("metadata") or {}).get("resourceVersion"):
        return
    path, problem = "metadata.resourceVersion", "Invalid value: 0: must be specified for an update"
    cause = {"reason": "FieldValueInvalid", "message": problem, "field": path}
    name, details = old["metadata"]["name"], {"kind": kind.plural, "causes": [cause]}
    details |= {"name": name, **({"group": kind.group} if kind.group else {})}
    raise ApiError(422, "Invalid", f'{kind.resource} "{name}" is invalid: {path}: {problem}', details)


def check_preconditions(kind: Kind, old: Obj, obj: Obj) -> None:
    """Conflict where the uid or version that a client holds is not the stored one."""
    meta, stored = obj.get("metadata") or {}, old["metadata"]
    if meta.get("uid") and meta["uid"] != stored["uid"]:
        failed = f"Precondition failed: UID in precondition: {meta['uid']}, UID in object meta: {stored['uid']}"
        key = "/".join(filter(None, ["/registry", kind.plural, stored.get("namespace"), stored["name"]]))
        why = f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {failed}"
        raise conflict(kind, stored["name"], why)
    version = meta.get("resourceVersion")
    if version and version != stored["resourceVersion"]:
        raise conflict(kind, stored["name"])


def _private(kind: Kind, old: Obj, obj: Obj, caller: Caller) -> Obj:
    """A draft whose changed parts may be edited in place."""
    if not caller.trusted:
        draft = obj  # The decoder's own copy.
    else:
        draft = {k: v if v is old.get(k) else deep_copy(v) for k, v in obj.items()}
        draft["metadata"] = dict(draft["metadata"])
    if "status" in kind.subresources:
        draft.pop("status", None)
        if "status" in old:
            draft["status"] = old["status"]
    return draft


def _merge_status(kind: Kind, old: Obj, obj: Obj) -> Obj:
    draft = {**old, "metadata": dict(old["metadata"])}
    if obj.get("status") is None:
        draft.pop("status", None)
    else:
        draft["status"] = obj["status"]
    for field in WRITTEN_WITH_STATUS.get(kind.resource, ()):
        if field in obj["metadata"]:
            draft["metadata"][field] = obj["metadata"][field]
    return draft


def _keep_system_fields(kind: Kind, old: Obj, draft: Obj) -> None:
    meta, stored = draft["metadata"], old["metadata"]
    for field in SYSTEM_FIELDS:
        if field in stored:
            meta[field] = stored[field]
        else:
            meta.pop(field, None)
    meta["resourceVersion"] = stored["resourceVersion"]
    meta.pop("managedFields", None)  # The ledger has them.


def _complete_spec(
    api: ApiServer, kind: Kind, draft: Obj, old: Obj, subresource: str, options: WriteOptions, caller: Caller
) -> list[FieldError]:
    changed = any(draft.get(k) is not old.get(k) for k in {*draft, *old} - {"metadata", "status"})
    if changed:
        kind.default(draft)
    attributes = admission.Attributes(api, "UPDATE", kind, draft, old, caller, subresource, options.dry_run)
    admission.admit(attributes)
    kind.prepare_update(draft, old)
    changed = any(draft.get(k) != old.get(k) for k in {*draft, *old} - {"metadata", "status"})
    if changed and kind.has_generation:
        draft["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1
    errors = api.service_addresses.complete(draft, old) if kind.resource == "services" and changed else []
    if not errors:
        errors = [*metadata.validate_metadata_update(draft, old, kind)]
        if changed:
            own, frozen = kind.validate(draft), kind.validate_update(draft, old)
            errors += [*frozen, *own] if kind.validate_update_first else [*own, *frozen]
    if errors:
        return errors
    admission.validate(attributes)
    for text in kind.warn(draft, old) if changed else ():
        api.warn(text)
    return []


def _complete_status(kind: Kind, draft: Obj, old: Obj) -> list[FieldError]:
    return kind.validate_status(draft, old)


def _same(old: Obj, new: Obj) -> bool:
    """Nothing to write. Comparison stops at shared parts, so that it costs what has changed."""
    return all(_equal(old.get(k), new.get(k)) for k in {*old, *new})


def _equal(a: Any, b: Any) -> bool:
    return a is b or (a == b and json_type(a) == json_type(b))


def json_type(value: Any) -> str:
    """Tells True from 1, which Python holds equal; containers are compared by value alone."""
    return type(value).__name__ if isinstance(value, (bool, int, float)) else ""


def size_of(obj: Obj) -> int:
    """Bytes of an object as JSON, for the request limit."""
    return len(json.dumps(obj, separators=(",", ":")))
