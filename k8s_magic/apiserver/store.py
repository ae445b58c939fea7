"""The store: every object by resource and key, its indexes, and the journal of all writes.

The journal is history, watch cache and record of causes at once: an entry holds the object as written and the one it
replaced, which share all that did not change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import ClassVar, NamedTuple, TypeVar

from k8s_magic.objects.meta import Key, Obj, controller_of, labels

K = TypeVar("K")
JOURNAL_LIMIT = 200_000
"""Entries kept; beyond it the oldest go, and a watch from before them gets 410 Gone."""


class Entry(NamedTuple):
    """One write. `type` is ADDED, MODIFIED or DELETED; `causes` are the revisions that made the actor write."""

    revision: int
    time: float
    actor: str
    causes: tuple[int, ...]
    type: str
    resource: str
    key: Key
    object: Obj
    old: Obj | None


Subscriber = Callable[[Entry], None]


class Store:
    """Objects as the last write left them. Readers get the stored objects themselves and must not change them."""

    witness: ClassVar[Callable[[Entry], None] | None] = None
    """Sees every entry of every store. Tests set it to a mutation detector."""

    def __init__(self) -> None:
        self.revision = 0
        self.journal: deque[Entry] = deque(maxlen=JOURNAL_LIMIT)
        self._objects: dict[str, dict[str, dict[str, Obj]]] = {}
        self._sorted: dict[tuple[str, str], list[str]] = {}
        self._by_owner: dict[tuple[str, str], dict[Key, None]] = {}
        self._by_node: dict[str, dict[Key, None]] = {}
        self._by_label: dict[tuple[str, str, str, str], dict[Key, None]] = {}
        self._subscribers: dict[str, list[Subscriber]] = {}
        self._node_subscribers: dict[str, list[Subscriber]] = {}

    # --- Reading ---

    def get(self, resource: str, key: Key) -> Obj | None:
        return self._objects.get(resource, {}).get(key.namespace, {}).get(key.name)

    def namespaces(self, resource: str) -> list[str]:
        """Namespaces that hold any object of the resource, in etcd's order of keys."""
        return sorted((ns for ns, objects in self._objects.get(resource, {}).items() if objects), key=lambda ns: ns + "/")

    def items(self, resource: str, namespace: str = "") -> list[Obj]:
        """All objects of a resource, in one namespace or (with "") in all, in the order of their keys."""
        held = self._objects.get(resource)
        if not held:
            return []
        result: list[Obj] = []
        for space in [namespace] if namespace else self.namespaces(resource):
            objects = held.get(space)
            if objects:
                result += [objects[name] for name in self._names(resource, space, objects)]
        return result

    def items_at(self, resource: str, namespace: str, revision: int) -> list[Obj]:
        """What `items` gave after the write of `revision`, which the journal must still hold."""
        found = {Key(o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in self.items(resource, namespace)}
        for entry in reversed(list(self.since(revision))):
            if entry.resource != resource or namespace not in ("", entry.key.namespace):
                continue
            if entry.old is None:
                found.pop(entry.key, None)
            else:
                found[entry.key] = entry.old
        return [found[key] for key in sorted(found, key=lambda key: (key.namespace + "/", key.name))]

    def count(self, resource: str, namespace: str = "") -> int:
        spaces = self._objects.get(resource, {})
        return len(spaces.get(namespace, {})) if namespace else sum(map(len, spaces.values()))

    def _names(self, resource: str, namespace: str, objects: dict[str, Obj]) -> list[str]:
        names = self._sorted.get((resource, namespace))
        if names is None:
            names = self._sorted[resource, namespace] = sorted(objects)
        return names

    def by_owner(self, resource: str, owner_uid: str) -> list[Obj]:
        return self._indexed(resource, self._by_owner.get((resource, owner_uid)))

    def by_node(self, node: str) -> list[Obj]:
        return self._indexed("pods", self._by_node.get(node))

    def by_label(self, resource: str, namespace: str, equalities: dict[str, str]) -> list[Obj]:
        """Objects of one namespace that carry the rarest of the labels, in the order of their keys."""
        found = [self._by_label.get((resource, namespace, k, v), {}) for k, v in equalities.items()]
        rarest = min(found, key=len)
        return self._indexed(resource, dict.fromkeys(sorted(rarest)))

    def _indexed(self, resource: str, keys: Iterable[Key] | None) -> list[Obj]:
        spaces = self._objects.get(resource, {})
        return [spaces[key.namespace][key.name] for key in keys or ()]

    def since(self, revision: int) -> Iterator[Entry]:
        """Journal entries after `revision`, oldest first."""
        skip = len(self.journal)
        for entry in reversed(self.journal):
            if entry.revision <= revision:
                break
            skip -= 1
        return islice(self.journal, skip, None)

    @property
    def oldest_revision(self) -> int:
        """The first revision whose write the journal still holds."""
        return self.journal[0].revision if self.journal else self.revision + 1

    # --- Writing ---

    def put(self, resource: str, key: Key, obj: Obj, *, time: float, actor: str, causes: tuple[int, ...]) -> Obj:
        """Store `obj` at the next revision, which becomes its resourceVersion; gives it as stored."""
        old = self.get(resource, key)
        obj = self._stamped(obj)
        objects = self._objects.setdefault(resource, {}).setdefault(key.namespace, {})
        objects[key.name] = obj
        if old is None:
            self._sorted.pop((resource, key.namespace), None)
        self._reindex(resource, key, old, obj)
        self._record(Entry(self.revision, time, actor, causes, "ADDED" if old is None else "MODIFIED", resource, key, obj, old))
        return obj

    def remove(self, resource: str, key: Key, *, time: float, actor: str, causes: tuple[int, ...], last: Obj | None = None) -> Obj:
        """Take an object out; `last` is what watchers see where it differs from what was stored."""
        old = self._objects[resource][key.namespace].pop(key.name)
        self._sorted.pop((resource, key.namespace), None)
        self._reindex(resource, key, old, None)
        gone = self._stamped(last or old)
        self._record(Entry(self.revision, time, actor, causes, "DELETED", resource, key, gone, old))
        return gone

    def _stamped(self, obj: Obj) -> Obj:
        self.revision += 1
        return {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.revision)}}

    def _reindex(self, resource: str, key: Key, old: Obj | None, new: Obj | None) -> None:
        old_labels, new_labels = labels(old) if old else {}, labels(new) if new else {}
        if old_labels is not new_labels and old_labels != new_labels:
            self._swap(self._by_label, key, _label_keys(resource, key, old_labels), _label_keys(resource, key, new_labels))
        if old is None or new is None or old["metadata"].get("ownerReferences") is not new["metadata"].get("ownerReferences"):
            self._swap(self._by_owner, key, _owner_keys(resource, old), _owner_keys(resource, new))
        if resource == "pods":
            self._swap(self._by_node, key, _node_keys(old), _node_keys(new))

    @staticmethod
    def _swap(index: dict[K, dict[Key, None]], key: Key, old: list[K], new: list[K]) -> None:
        if old == new:
            return
        for place in old:
            index[place].pop(key, None)
            if not index[place]:
                del index[place]
        for place in new:
            index.setdefault(place, {})[key] = None

    # --- Telling ---

    def subscribe(self, resource: str, subscriber: Subscriber, *, node: str = "") -> Callable[[], None]:
        """Call `subscriber` at each write of the resource (of pods on `node` only, where given); gives the undoing."""
        subscribers = self._node_subscribers.setdefault(node, []) if node else self._subscribers.setdefault(resource, [])
        subscribers.append(subscriber)
        return lambda: subscribers.remove(subscriber) if subscriber in subscribers else None

    def _record(self, entry: Entry) -> None:
        self.journal.append(entry)
        if Store.witness is not None:
            Store.witness(entry)
        for subscriber in tuple(self._subscribers.get(entry.resource, ())):
            subscriber(entry)
        if entry.resource == "pods" and self._node_subscribers:
            after, before = _node_keys(entry.object), _node_keys(entry.old)
            for node in after if after == before or not before else before + after:
                for subscriber in tuple(self._node_subscribers.get(node, ())):
                    subscriber(entry)


def _label_keys(resource: str, key: Key, of: dict[str, str]) -> list[tuple[str, str, str, str]]:
    return [(resource, key.namespace, k, v) for k, v in of.items()]


def _owner_keys(resource: str, obj: Obj | None) -> list[tuple[str, str]]:
    owner = controller_of(obj) if obj else None
    return [(resource, owner["uid"])] if owner else []


def _node_keys(pod: Obj | None) -> list[str]:
    node = pod.get("spec", {}).get("nodeName") if pod else None
    return [node] if node else []
