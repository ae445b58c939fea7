"""The cluster's past, for playing it: the objects as they stood after each instant since a revision.

The journal holds with each write the object that it replaced, so that walking back from now gives the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from k8s_magic.apiserver.client import Client
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj

Objects = dict[str, dict[Key, Obj]]
"""By resource and key."""


class Journal(Protocol):
    """What a picture asks of the cluster's Inspector."""

    @property
    def now(self) -> float: ...

    @property
    def commands(self) -> Sequence[Any]:
        """The top-level commands (see cluster.log.Command)."""
        ...

    def verdict(self, pod_uid: str) -> Any:
        """The scheduler's Decision about a pod, or None."""
        ...

    def since(self, revision: int) -> Any:
        """Entries (see apiserver.store.Entry) after `revision`, oldest first."""
        ...


class State(NamedTuple):
    """All objects of interest at an instant (seconds since the epoch)."""

    time: float
    objects: Objects
    entries: tuple[Any, ...] = ()
    """The writes since the state before."""
    by_revision: Mapping[int, Any] = {}
    """The writes of all resources in the time that is looked at, to follow causes."""
    is_now: bool = False
    """Whether nothing has been written since."""


def states(client: Client, journal: Journal | None, resources: tuple[str, ...], since: int) -> list[State]:
    """The state at revision `since`, then one for each later instant at which something of `resources` was written.

    Without a journal (a real cluster) there is only the state of now.
    """
    objects: Objects = {r: {meta.key(item): item for item in client.list(r)["items"]} for r in resources}
    if journal is None:
        return [State(client.now(), objects, is_now=True)]
    written = {entry.revision: entry for entry in journal.since(since)}
    entries = [entry for entry in written.values() if entry.resource in resources]
    if not entries:
        return [State(journal.now, objects, is_now=True)]
    for entry in reversed(entries):
        _set(objects, entry, entry.old)
    return [State(entries[0].time, _copied(objects)), *_forward(objects, entries, written)]


def _forward(objects: Objects, entries: list[Any], written: Mapping[int, Any]) -> Iterator[State]:
    fresh: list[Any] = []
    for index, entry in enumerate(entries):
        _set(objects, entry, None if entry.type == "DELETED" else entry.object)
        fresh.append(entry)
        following = entries[index + 1].time if index + 1 < len(entries) else None
        if following != entry.time:
            yield State(entry.time, _copied(objects), tuple(fresh), written, is_now=following is None)
            fresh = []


def _set(objects: Objects, entry: Any, obj: Obj | None) -> None:
    if obj is None:
        objects[entry.resource].pop(entry.key, None)
    else:
        objects[entry.resource][entry.key] = obj


def _copied(objects: Objects) -> Objects:
    return {resource: dict(of) for resource, of in objects.items()}
