"""The ledger: for each object, who wrote it; worked out into managedFields when somebody asks. And server-side apply."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.managed_fields import checking
from k8s_magic.apiserver.managed_fields.merge import merge, remove
from k8s_magic.apiserver.managed_fields.sets import Comparison, Fields, compare, fields_of, from_fields_v1, to_fields_v1
from k8s_magic.apiserver.managed_fields.typed import Node, Path, Typed, shown
from k8s_magic.kinds import schema
from k8s_magic.kinds.custom import definition
from k8s_magic.kinds.kind import Kind
from k8s_magic.objects.meta import Obj

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
PENDING_LIMIT = 64
"""Writes of one object that may wait to be worked out; a bound on memory, not a setting."""


class Manager(NamedTuple):
    """Who wrote; two writes of one manager are one entry of managedFields."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""

    def __str__(self) -> str:
        text = f'"{self.name}"'
        if self.subresource:
            text += f' with subresource "{self.subresource}"'
        return f"{text} using {self.api_version}" if self.operation == "Update" else text


@dataclass(slots=True)
class _Owned:
    fields: Fields
    time: str


@dataclass(slots=True)
class _Account:
    """One object's managers, and the writes that have not been worked out yet."""

    managers: dict[Manager, _Owned] = field(default_factory=dict)
    pending: list[tuple[Manager, str, Obj | None, Obj]] = field(default_factory=list)
    entries: list[Obj] | None = None
    """managedFields as last read, until the next write."""


class Ledger:
    """Field managers of every object, by uid."""

    def __init__(self) -> None:
        self._accounts: defaultdict[str, _Account] = defaultdict(_Account)
        self._typed: Typed | None = None

    def _types(self) -> Typed:
        # The definitions take some milliseconds to load, so only who needs them pays.
        if self._typed is None:
            self._typed = Typed(schema.definitions())
        return self._typed

    def wrote(self, kind: Kind, manager: Manager, time: str, old: Obj | None, new: Obj) -> None:
        """Take note of a create or update."""
        account = self._accounts[new["metadata"]["uid"]]
        account.pending.append((manager, time, old, new))
        account.entries = None
        if len(account.pending) > PENDING_LIMIT:
            self._work_out(kind, account)

    def forget(self, uid: str) -> None:
        self._accounts.pop(uid, None)

    def managed_fields(self, kind: Kind, obj: Obj) -> list[Obj]:
        """metadata.managedFields of a stored object."""
        account = self._accounts.get(obj["metadata"].get("uid", ""))
        if account is None:
            return []
        if account.entries is None or account.pending:
            self._work_out(kind, account)
            account.entries = _entries(account.managers)
        return account.entries

    def replace(self, kind: Kind, uid: str, entries: list[Obj]) -> None:
        """A client wrote managedFields itself: an empty list resets them."""
        account = self._accounts[uid]
        self._work_out(kind, account)
        account.managers = {
            Manager(e.get("manager", ""), e.get("operation", "Update"), e.get("apiVersion", ""), e.get("subresource", "")): _Owned(
                from_fields_v1(e.get("fieldsV1") or {}), e.get("time", "")
            )
            for e in entries
            if e
        }
        account.entries = None

    def _work_out(self, kind: Kind, account: _Account) -> None:
        """Models structured-merge-diff Updater.Update, for each pending write: the last writer owns what it changed."""
        pending, account.pending = account.pending, []
        for manager, time, old, new in pending:
            root = self._root(kind, manager.api_version)
            difference = compare(self._types(), old if old is not None else _nothing(kind, manager), new, root)
            _give(account, manager, time, difference)

    def _root(self, kind: Kind, api_version: str) -> Node:
        if kind.schema is not None:
            return definition(kind)
        return self._types().root(schema.ref(kind.group, api_version.rpartition("/")[2], kind.kind))

    # --- Server-side apply ---

    def check(self, kind: Kind, applied: Obj) -> list[str]:
        """What in an object to be applied does not fit its schema."""
        root = self._root(kind, kind.api_version)
        return list(checking.faults(self._types(), applied, root)) if root else []

    def apply(
        self, kind: Kind, live: Obj | None, applied: Obj, manager: Manager, time: str, force: bool
    ) -> tuple[Obj, Mapping[Manager, Any]]:
        """What the object becomes, and the managers it will then have (for `commit_apply`); 409 where others own what would change."""
        typed, root = self._types(), self._root(kind, manager.api_version)
        account = self._accounts[live["metadata"]["uid"]] if live is not None else _Account()
        self._work_out(kind, account)
        managers = dict(account.managers)
        config = fields_of(typed, applied, root)
        new = merge(typed, live if live is not None else {}, applied, root)
        before = managers.get(manager)
        managers[manager] = _Owned(config, time if before is None or before.fields != config else before.time)
        if before is not None:
            new = remove(typed, new, root, _given_up(before.fields, config, managers, manager))
        difference = compare(typed, live if live is not None else {}, new, root)
        if not force:
            allowed = self._from_last_applied(live, root) if live is not None and manager.name == "kubectl" else frozenset()
            _refuse_conflicts(managers, manager, difference, allowed)
        return new, _after(managers, manager, difference)

    def _from_last_applied(self, live: Obj, root: Node) -> Set[Path]:
        """What kubectl may take over from its own client-side apply: what stands as it applied it. Models lastappliedmanager.go."""
        try:
            last = json.loads(((live["metadata"].get("annotations") or {}).get(LAST_APPLIED)) or "")
        except ValueError:
            return frozenset()
        if not isinstance(last, dict):
            return frozenset()
        difference = compare(self._types(), last, live, root)
        return fields_of(self._types(), last, root) - difference.added - difference.modified - difference.removed

    def commit_apply(self, uid: str, managers: Mapping[Manager, Any]) -> None:
        """The object that `apply` worked out has been stored under `uid`."""
        account = self._accounts[uid]
        account.managers, account.pending, account.entries = dict(managers), [], None


def _nothing(kind: Kind, manager: Manager) -> Obj:
    """What a new object is compared with: its kind's zero value, whose parts nobody owns."""
    return {} if kind.schema is not None else schema.zero(schema.ref(kind.group, manager.api_version.rpartition("/")[2], kind.kind))


def _entries(managers: Mapping[Manager, _Owned]) -> list[Obj]:
    entries = [_entry(manager, owned) for manager, owned in managers.items() if owned.fields]
    return sorted(entries, key=lambda e: (e["operation"], e.get("time", ""), e["manager"], e["apiVersion"], e.get("subresource", "")))


def _entry(manager: Manager, owned: _Owned) -> Obj:
    entry: Obj = {
        "apiVersion": manager.api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": to_fields_v1(owned.fields),
        "manager": manager.name,
        "operation": manager.operation,
    }
    if manager.subresource:
        entry["subresource"] = manager.subresource
    if owned.time:
        entry["time"] = owned.time
    return entry


def _give(account: _Account, writer: Manager, time: str, difference: Comparison) -> None:
    changed = difference.modified | difference.added
    if not changed and not difference.removed:
        return
    for manager, owned in account.managers.items():
        lost = difference.removed if manager == writer else difference.removed | changed
        if owned.fields & lost:
            owned.fields = owned.fields - lost
    mine = account.managers.get(writer)
    if mine is None:
        account.managers[writer] = _Owned(changed, time)
    else:
        mine.fields, mine.time = mine.fields | changed, time


def _given_up(before: Fields, now: Fields, managers: Mapping[Manager, _Owned], manager: Manager) -> Fields:
    """What the manager applied last time, does not any more, and nobody else owns."""
    others: set[Path] = set()
    for other, owned in managers.items():
        if other != manager:
            others |= owned.fields
    dropped = before - now
    # A node goes only when nothing below it is owned by anyone.
    held = {path[:n] for path in others | now for n in range(1, len(path) + 1)}
    return frozenset(path for path in dropped if path not in held)


def _refuse_conflicts(managers: Mapping[Manager, _Owned], manager: Manager, difference: Comparison, allowed: Set[Path]) -> None:
    changed = difference.modified | difference.added
    conflicts = [
        (other, path) for other, owned in managers.items() if other != manager for path in sorted((owned.fields & changed) - allowed)
    ]
    if not conflicts:
        return
    causes = [{"reason": "FieldManagerConflict", "message": f"conflict with {other}", "field": shown(path)} for other, path in conflicts]
    raise ApiError(409, "Conflict", _conflict_message(conflicts), {"causes": causes})


def _conflict_message(conflicts: list[tuple[Manager, Path]]) -> str:
    """Models managedfields/internal/conflict.go."""
    if len(conflicts) == 1:
        other, path = conflicts[0]
        return f"Apply failed with 1 conflict: conflict with {other}: {shown(path)}"
    lines: list[str] = []
    for manager in sorted({other for other, _ in conflicts}):
        lines.append(f"conflicts with {manager}:")
        lines += [f"- {shown(path)}" for other, path in conflicts if other == manager]
    return f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)


def _after(managers: dict[Manager, _Owned], manager: Manager, difference: Comparison) -> dict[Manager, _Owned]:
    changed, removed = difference.modified | difference.added, difference.removed
    result: dict[Manager, _Owned] = {}
    for other, owned in managers.items():
        fields = owned.fields - removed if other == manager else owned.fields - removed - changed
        if fields:
            result[other] = _Owned(fields, owned.time)
    return result
