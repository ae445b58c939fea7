"""The garbage collector: what no owner is left for goes, and an owner deleted in the foreground goes after what it owns.

It sees every object of every resource but events. A key's namespace says the resource as well, as "resource/namespace".
An index from an owner's uid to its dependents makes each event cost the same, however many objects there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from k8s_magic.apiserver.client import DeleteOptions, WatchEvent
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.edit import set_or_remove
from k8s_magic.objects.meta import Key, Obj, is_deleting, name, namespace, uid

ORPHAN, FOREGROUND = "orphan", "foregroundDeletion"
NOT_COLLECTED = ("events",)


class GarbageCollector(Controller):
    """Models pkg/controller/garbagecollector. Not modelled: owners across namespaces are absent, without an event that says so."""

    name = "generic-garbage-collector"

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        # Of each owner's uid: the keys of what refers to it, in the order in which that came.
        self._dependents: dict[str, dict[Key, None]] = {}

    def watches(self) -> dict[str, Mapper]:
        resources = {kind.stored_as or kind.resource for kind in self.client.api.kinds.values()} - {*NOT_COLLECTED}
        return {resource: partial(self._observe, resource) for resource in sorted(resources)}

    def _observe(self, resource: str, event: WatchEvent, old: Obj | None) -> list[Key]:
        obj = event.object
        key = _key(resource, obj)
        if event.type == "DELETED":
            self._index(key, _references(obj), ())
            return [*self._dependents.get(uid(obj), ()), *self._waiting_owners(obj)]
        now, before = _references(obj), _references(old)
        concerned: list[Key] = []
        if now is not before and now != before:
            self._index(key, before, now)
            concerned = [key, *(self._waiting_owners(old) if old is not None else ())]
        if obj["metadata"].get("deletionTimestamp") and (_waits(obj) or ORPHAN in finalizers(obj)):
            concerned += [key, *self._dependents.get(uid(obj), ())]
        return concerned

    def _index(self, key: Key, before: Sequence[Obj], now: Sequence[Obj]) -> None:
        for reference in before:
            keys = self._dependents.get(reference["uid"], {})
            keys.pop(key, None)
            if not keys:
                self._dependents.pop(reference["uid"], None)
        for reference in now:
            self._dependents.setdefault(reference["uid"], {})[key] = None

    def _waiting_owners(self, dependent: Obj) -> list[Key]:
        """Owners that are deleted in the foreground, which may have waited for `dependent`."""
        found = [self._owner(reference, namespace(dependent)) for reference in _references(dependent)]
        return [_key(kind.resource, owner) for kind, owner in found if kind and owner and _waits(owner)]

    def _owner(self, reference: Obj, space: str) -> tuple[Kind | None, Obj | None]:
        """The owner that a reference means, if it exists; no kind where this server knows none of that name."""
        group = reference["apiVersion"].rpartition("/")[0]
        kind = self.client.api.by_group_kind(group, reference["kind"])
        if kind is None:
            return None, None
        owner = self.client.peek(kind.resource, reference["name"], space if kind.namespaced else "")
        return kind, owner if owner is not None and uid(owner) == reference["uid"] else None

    def reconcile(self, key: Key) -> float | None:
        resource, _, space = key.namespace.partition("/")
        obj = self.client.peek(resource, key.name, space)
        if obj is None or resource not in self.client.api.kinds:
            return None
        if is_deleting(obj):
            if ORPHAN in finalizers(obj):
                self._orphan_dependents(resource, obj)
            elif _waits(obj):
                self._let_go_unless_blocked(resource, obj)
            return None
        if _references(obj):
            self._collect(resource, obj)
        return None

    def _collect(self, resource: str, obj: Obj) -> None:
        """Delete `obj` if no owner is left, or take the references off whose owners are. Models attemptToDeleteItem."""
        solid, lost, waiting = self._classified(obj)
        if solid:
            if lost or waiting:
                self._drop_references(resource, obj, {r["uid"] for r in (*lost, *waiting)})
            return
        propagation = self._propagation(obj, bool(waiting))
        version = obj["metadata"]["resourceVersion"]
        options = DeleteOptions(propagation=propagation, uid=uid(obj), resource_version=version)
        self.client.delete(resource, name(obj), namespace(obj), options=options)

    def _classified(self, obj: Obj) -> tuple[list[Obj], list[Obj], list[Obj]]:
        """The references whose owners are there, are gone, and wait for their dependents to go."""
        solid: list[Obj] = []
        lost: list[Obj] = []
        waiting: list[Obj] = []
        for reference in _references(obj):
            kind, owner = self._owner(reference, namespace(obj))
            if kind is None:
                solid.append(reference)  # What cannot be looked up is not taken for gone.
            elif owner is None:
                lost.append(reference)
            else:
                (waiting if _waits(owner) else solid).append(reference)
        return solid, lost, waiting

    def _propagation(self, obj: Obj, owner_waits: bool) -> Literal["Foreground", "Background", "Orphan"]:
        if owner_waits and self._dependents.get(uid(obj)):
            return "Foreground"
        if ORPHAN in finalizers(obj):
            return "Orphan"
        return "Foreground" if FOREGROUND in finalizers(obj) else "Background"

    def _drop_references(self, resource: str, obj: Obj, owners: set[str]) -> None:
        kept = [r for r in _references(obj) if r["uid"] not in owners]
        self.client.update(resource, set_or_remove(obj, ("metadata", "ownerReferences"), kept), namespace(obj))

    def _orphan_dependents(self, resource: str, owner: Obj) -> None:
        """Models attemptToOrphan: dependents forget their owner, then it may go."""
        for dependent_resource, dependent in self._dependents_of(owner):
            self._drop_references(dependent_resource, dependent, {uid(owner)})
        self._drop_finalizer(resource, owner, ORPHAN)

    def _let_go_unless_blocked(self, resource: str, owner: Obj) -> None:
        """Models processDeletingDependentsItem: dependents that block are waited for."""
        dependents = [dependent for _, dependent in self._dependents_of(owner)]
        blocking = [r for d in dependents for r in _references(d) if r["uid"] == uid(owner) and r.get("blockOwnerDeletion")]
        if not blocking:
            self._drop_finalizer(resource, owner, FOREGROUND)

    def _dependents_of(self, owner: Obj) -> list[tuple[str, Obj]]:
        found = []
        for key in list(self._dependents.get(uid(owner), ())):
            resource, _, space = key.namespace.partition("/")
            dependent = self.client.peek(resource, key.name, space)
            if dependent is not None:
                found.append((resource, dependent))
        return found

    def _drop_finalizer(self, resource: str, obj: Obj, finalizer: str) -> None:
        kept = [f for f in finalizers(obj) if f != finalizer]
        self.client.update(resource, set_or_remove(obj, ("metadata", "finalizers"), kept), namespace(obj))


def _key(resource: str, obj: Obj) -> Key:
    return Key(f"{resource}/{namespace(obj)}", name(obj))


def _references(obj: Obj | None) -> Sequence[Obj]:
    return obj["metadata"].get("ownerReferences") or () if obj is not None else ()


def finalizers(obj: Obj) -> Sequence[str]:
    return obj["metadata"].get("finalizers") or ()


def _waits(obj: Obj) -> bool:
    """Whether it is being deleted in the foreground, and so waits for its dependents to go."""
    return is_deleting(obj) and FOREGROUND in finalizers(obj)
