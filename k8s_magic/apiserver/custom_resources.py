"""From CustomResourceDefinitions to served kinds: names are accepted, the resource established, and all of it cleaned up in the end.

Models apiextensions-apiserver pkg/controller/{status,establish,finalizer}. Not modelled: conversion webhooks, api-approved annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_magic.apiserver import deletion
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kinds.custom import kinds_of
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer
    from k8s_magic.apiserver.store import Entry

DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"
FINALIZER = deletion.CUSTOM_RESOURCES
REACTION_S, ESTABLISHING_S, POLL_S = 0.02, 0.05, 5.0
CALLER = Caller("kube-apiserver", trusted=True)
NAME_FIELDS = (("plural", "Plural"), ("singular", "Singular"), ("shortNames", "ShortNames"), ("kind", "Kind"), ("listKind", "ListKind"))


class CustomResources:
    """Looks after every definition of one API server."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self._served: dict[str, list[str]] = {}
        api.store.subscribe(DEFINITIONS, self._observe)

    def _observe(self, entry: Entry) -> None:
        name = entry.key.name
        if entry.type == "DELETED":
            self._forget(name, entry.object)
            return
        if _condition(entry.object, "Established").get("status") == "True":
            self._serve(name, entry.object, entry.old)
        if entry.old is None or entry.old["spec"] != entry.object["spec"]:
            self._api.loop.call_later(REACTION_S, lambda: self._accept_names(name))
        if meta.is_deleting(entry.object) and not (entry.old and meta.is_deleting(entry.old)):
            self._api.loop.call_later(REACTION_S, lambda: self._clean_up(name))

    def _definition(self, name: str) -> Obj | None:
        return self._api.store.get(DEFINITIONS, Key("", name))

    # --- Serving ---

    def _serve(self, name: str, crd: Obj, old: Obj | None) -> None:
        if name in self._served and old is not None and old["spec"] == crd["spec"]:
            return
        kinds = kinds_of(crd)
        keys = [kind.key for kind in kinds]
        self._api.retire(set(self._served.get(name, ())) - set(keys))
        self._served[name] = keys
        self._api.serve(kinds)
        if kinds:
            self._restore(kinds[0].key, kinds[0].api_version)

    def _restore(self, resource: str, api_version: str) -> None:
        """Objects are held in the preferred version; where that changes, they change with it."""
        kind = self._api.kind(resource)
        for obj in self._api.store.items(resource):
            if obj["apiVersion"] != api_version:
                self._api.commit(kind, meta.key(obj), {**obj, "apiVersion": api_version}, CALLER)

    def _forget(self, name: str, crd: Obj) -> None:
        """The definition has gone; what its clean-up has left goes without a word."""
        resource = f"{crd['spec']['names']['plural']}.{crd['spec']['group']}"
        self._api.retire(self._served.pop(name, ()))
        for obj in self._api.store.items(resource):
            self._api.store.remove(resource, meta.key(obj), time=self._api.loop.now, actor=CALLER.actor, causes=())
        for other in self._api.store.items(DEFINITIONS):
            if other["spec"]["group"] == crd["spec"]["group"]:
                self._accept_names(meta.name(other))

    # --- Conditions ---

    def _write(self, crd: Obj, *conditions: Obj, **more: object) -> Obj:
        status = dict(crd.get("status") or {})
        listed = [dict(c) for c in status.get("conditions") or ()]
        for new in conditions:
            _set_condition(listed, new, rfc3339(self._api.loop.now))
        new_status = {**status, **more, "conditions": listed}
        if new_status == status:
            return crd
        return self._api.commit_update(self._api.kind(DEFINITIONS), crd, {**crd, "status": new_status}, CALLER)

    def _accept_names(self, name: str) -> None:
        """Models NamingConditionController: names that nobody else in the group has are taken."""
        crd = self._definition(name)
        if crd is None or meta.is_deleting(crd):
            return
        accepted, condition = self._accepted(crd)
        established = _condition(crd, "Established")
        if established.get("status") != "True" and condition["status"] == "True":
            established = _made("Established", "False", "Installing", "the initial names have been accepted")
            self._api.loop.call_later(ESTABLISHING_S, lambda: self._establish(name))
        elif not established:
            established = _made("Established", "False", "NotAccepted", "not all names are accepted")
        self._write(crd, condition, established, acceptedNames=accepted)

    def _accepted(self, crd: Obj) -> tuple[Obj, Obj]:
        """(the names that the definition may have, its NamesAccepted)."""
        wanted, accepted = crd["spec"]["names"], dict((crd.get("status") or {}).get("acceptedNames") or {})
        resources, kinds = self._taken(crd)
        condition = _made("NamesAccepted", "True", "NoConflicts", "no conflicts found")
        for field, word in NAME_FIELDS:
            asked = wanted.get(field) or ()
            clashes = [n for n in ([asked] if isinstance(asked, str) else asked) if n in (kinds if "ind" in field else resources)]
            if clashes and asked != accepted.get(field):
                texts = [f'"{clash}" is already in use' for clash in clashes]
                text = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
                condition = _made("NamesAccepted", "False", f"{word}Conflict", text)
            elif asked:
                accepted[field] = asked
        if wanted.get("categories"):
            accepted["categories"] = wanted["categories"]
        return accepted, condition

    def _taken(self, crd: Obj) -> tuple[set[str], set[str]]:
        """Names of resources, and of kinds, that other definitions of the group have."""
        resources: set[str] = set()
        kinds: set[str] = set()
        for other in self._api.store.items(DEFINITIONS):
            if other["spec"]["group"] == crd["spec"]["group"] and meta.name(other) != meta.name(crd):
                names = (other.get("status") or {}).get("acceptedNames") or {}
                resources |= {names.get("plural", ""), names.get("singular", ""), *(names.get("shortNames") or ())}
                kinds |= {names.get("kind", ""), names.get("listKind", "")}
        return resources, kinds

    def _establish(self, name: str) -> None:
        crd = self._definition(name)
        if crd is not None and not meta.is_deleting(crd) and _condition(crd, "NamesAccepted").get("status") == "True":
            self._write(crd, _made("Established", "True", "InitialNamesAccepted", "the initial names have been accepted"))

    # --- The end ---

    def _clean_up(self, name: str) -> None:
        """Models CRDFinalizer: the objects go first, then the definition."""
        crd = self._definition(name)
        if crd is None or FINALIZER not in (crd["metadata"].get("finalizers") or ()):
            return
        going = _made("Terminating", "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress")
        crd = self._write(crd, going)
        self._delete_instances(crd)
        if self._api.store.count(f"{crd['spec']['names']['plural']}.{crd['spec']['group']}"):
            self._api.loop.call_later(POLL_S, lambda: self._clean_up(name))
            return
        done = _made("Terminating", "False", "InstanceDeletionCompleted", "removed all instances")
        if _condition(crd, "Established").get("status") != "True":
            done = _made("Terminating", "False", "NeverEstablished", "resource was never established")
        left = [f for f in crd["metadata"]["finalizers"] if f != FINALIZER]
        self._write({**crd, "metadata": {**crd["metadata"], "finalizers": left}}, done)

    def _delete_instances(self, crd: Obj) -> None:
        kind = self._api.kinds.get(f"{crd['spec']['names']['plural']}.{crd['spec']['group']}")
        for obj in self._api.store.items(kind.resource) if kind else ():
            try:
                deletion.delete(self._api, kind, obj, DeleteOptions(), CALLER)  # type: ignore[arg-type]
            except ApiError as error:
                if error.reason != "NotFound":
                    raise


def _condition(crd: Obj, of_type: str) -> Obj:
    conditions = (crd.get("status") or {}).get("conditions") or ()
    return next((c for c in conditions if c.get("type") == of_type), {})


def _made(of_type: str, status: str, reason: str, message: str) -> Obj:
    return {"type": of_type, "status": status, "reason": reason, "message": message}


def _set_condition(conditions: list[Obj], new: Obj, now: str) -> None:
    """Models apiextensions helpers.SetCRDCondition."""
    for index, old in enumerate(conditions):
        if old["type"] == new["type"]:
            since = old.get("lastTransitionTime", now) if old["status"] == new["status"] else now
            conditions[index] = {**new, "lastTransitionTime": since}
            return
    conditions.append({**new, "lastTransitionTime": now})
