"""The nodes in the order in which a cycle looks at them, and what is counted over all of them.

`Snapshot` changes in place, one NodeInfo at a time, and keeps a log of the changes, so that results that were worked out
from it can be brought up to date at the cost of what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.selectors import Selector
from k8s_magic.scheduler.matching import NOTHING
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.podinfo import PodInfo

LOG_LIMIT = 20_000
"""Changes that are remembered; results that are further behind are worked out anew."""

CHUNK = 64

Find = Callable[[str, str, str], Obj | None]
"""(resource, namespace, name) -> the object, or None."""


class Change(NamedTuple):
    """One step of the log: `pod` came to (`sign` 1) or left (-1) `node`; without a pod the Node object itself changed."""

    position: int
    node: NodeInfo
    pod: PodInfo | None
    sign: int
    relabelled: bool
    """The node's labels or taints are other ones than before."""


class Surroundings(NamedTuple):
    """What plugins need to know beside the nodes; its parts are never changed, only replaced."""

    namespaces: Mapping[str, Mapping[str, str]]
    """Labels of each namespace."""
    find: Find
    """Reads claims, volumes and classes."""
    volumes: Callable[[], tuple[Obj, ...]]
    """All PersistentVolumes."""
    default_selector: Callable[[PodInfo], Selector]
    """What the Services and the owner of a pod select, for the default spreading."""

    def namespace_labels(self, namespace: str) -> Mapping[str, str]:
        return self.namespaces.get(namespace) or {}


NOWHERE = Surroundings({}, lambda resource, namespace, name: None, tuple, lambda pod: NOTHING)


class Snapshot:
    """All nodes. `structure` is new whenever nodes come, go or change places: positions hold only as long as it does."""

    def __init__(self, nodes: Sequence[NodeInfo] = (), surroundings: Surroundings = NOWHERE) -> None:
        self.surroundings = surroundings
        self._log: list[Change] = []
        self._dropped = 0
        self.rebuild(nodes)

    def rebuild(self, nodes: Sequence[NodeInfo]) -> None:
        """Start anew with these nodes, in this order."""
        self.nodes = list(nodes)
        self.structure = object()
        self.position = {node.name: index for index, node in enumerate(nodes)}
        self.image_nodes: dict[str, int] = {}
        self.with_affinity: dict[str, None] = {}
        self._chunks: list[tuple[NodeInfo, ...]] = [()] * -(-len(self.nodes) // CHUNK)
        self._stale = set(range(len(self._chunks)))
        for node in nodes:
            self._tally(None, node)

    def __len__(self) -> int:
        return len(self.nodes)

    def by_name(self, name: str) -> NodeInfo | None:
        index = self.position.get(name)
        return None if index is None else self.nodes[index]

    def replace(self, node: NodeInfo, pod: PodInfo | None, sign: int = 0) -> None:
        """Put the next state of a node in the place of the last, and log why."""
        index = self.position[node.name]
        old = self.nodes[index]
        self._tally(old, node)
        self.nodes[index] = node
        self._stale.add(index // CHUNK)
        relabelled = pod is None and (old.labels != node.labels or old.taints != node.taints)
        self._log.append(Change(index, node, pod, sign, relabelled))
        if len(self._log) > LOG_LIMIT:
            del self._log[: LOG_LIMIT // 2]
            self._dropped += LOG_LIMIT // 2

    def photograph(self) -> tuple[tuple[NodeInfo, ...], ...]:
        """The nodes as they are, in chunks of which the next photograph shares those that did not change."""
        for chunk in self._stale:
            self._chunks[chunk] = tuple(self.nodes[chunk * CHUNK : (chunk + 1) * CHUNK])
        self._stale.clear()
        return tuple(self._chunks)

    @property
    def now(self) -> int:
        """How many changes have been; a mark for `since`."""
        return self._dropped + len(self._log)

    def since(self, mark: int) -> list[Change] | None:
        """The changes after `mark`; None where they are no longer known."""
        return self._log[mark - self._dropped :] if mark >= self._dropped else None

    def nodes_with_affinity(self) -> list[NodeInfo]:
        """Nodes on which a pod has affinity or anti-affinity to pods."""
        return [self.nodes[self.position[name]] for name in self.with_affinity]

    def _tally(self, old: NodeInfo | None, new: NodeInfo) -> None:
        if new.pods_with_affinity:
            self.with_affinity[new.name] = None
        elif self.with_affinity:
            self.with_affinity.pop(new.name, None)
        before, after = old.images if old else {}, new.images
        if before is not after and before.keys() != after.keys():
            for name in before:
                self.image_nodes[name] -= 1
            for name in after:
                self.image_nodes[name] = self.image_nodes.get(name, 0) + 1


def interleaved(nodes: list[NodeInfo]) -> list[NodeInfo]:
    """Nodes in turn from each zone, zones and nodes in the order in which they came. Models backend/cache/node_tree.go list."""
    zones: dict[str, list[NodeInfo]] = {}
    for node in nodes:
        zones.setdefault(node.zone_key, []).append(node)
    longest = max(map(len, zones.values()), default=0)
    return [zone[turn] for turn in range(longest) for zone in zones.values() if turn < len(zone)]
