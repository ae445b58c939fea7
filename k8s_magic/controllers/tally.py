"""Counts of each owner's pods by state, kept up to date event by event, so that a reconcile need not look at every pod."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.objects.meta import Key, Obj, controller_of
from k8s_magic.objects.pods import condition

Labels = tuple[tuple[str, str], ...]


class Group(NamedTuple):
    """What pods have in common as far as counting goes. `state` is "active", "terminating" or "finished"."""

    state: str
    ready: bool
    labels: Labels


class Tally:
    """How many pods of each group an owner of kind `owner_kind` controls."""

    def __init__(self, owner_kind: str) -> None:
        self._owner_kind = owner_kind
        self._pods: dict[str, tuple[str, Group]] = {}
        self._counts: dict[str, dict[Group, int]] = {}

    def groups(self, owner_uid: str) -> dict[Group, int]:
        return dict(self._counts.get(owner_uid, {}))

    def observe(self, event: WatchEvent, old: Obj | None) -> Iterator[Key]:
        """Count a change of a pod; gives the owners whose counts it changed."""
        pod = event.object
        uid = pod["metadata"]["uid"]
        before = self._pods.get(uid)
        owner = controller_of(pod) if event.type != "DELETED" else None
        if owner is not None and owner["kind"] == self._owner_kind:
            after = (owner["uid"], _group(pod, old, before))
            if after == before:
                return
            self._pods[uid] = after
            self._add(*after, 1)
            yield Key(pod["metadata"]["namespace"], owner["name"])
        elif before is not None:
            del self._pods[uid]
        if before is not None:
            self._add(*before, -1)
            former = controller_of(old) if old is not None else None
            if former is not None and former != owner:
                yield Key(pod["metadata"]["namespace"], former["name"])

    def _add(self, owner_uid: str, group: Group, change: int) -> None:
        counts = self._counts.setdefault(owner_uid, {})
        counts[group] = counts.get(group, 0) + change
        if not counts[group]:
            del counts[group]
            if not counts:
                del self._counts[owner_uid]


def _group(pod: Obj, old: Obj | None, before: tuple[str, Group] | None) -> Group:
    labels = pod["metadata"].get("labels") or {}
    if before is not None and old is not None and old["metadata"].get("labels") is labels:
        known = before[1].labels  # A status update shares its labels with what it replaces.
    else:
        known = tuple(sorted(labels.items()))
    status = pod.get("status") or {}
    if status.get("phase") in ("Succeeded", "Failed"):
        return Group("finished", False, known)
    state = "terminating" if pod["metadata"].get("deletionTimestamp") else "active"
    ready = condition(pod, "Ready")
    return Group(state, ready is not None and ready.get("status") == "True", known)
