"""What moves the clock besides commands: a wall clock, or nothing; and how to tell that a cluster has come to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from k8s_magic.apiserver.store import Entry

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster

ClockMode = Literal["step", "pause"]
QUIET_RESOURCES = ("events", "leases.coordination.k8s.io")


class Pace(Protocol):
    """A wall clock that a cluster follows (see k8s_magic.live); `rate` is how many times as fast."""

    rate: float

    def target(self) -> float:
        """Where the cluster's clock should stand now, in seconds since the epoch."""
        ...

    def rest(self) -> None:
        """Let real time pass."""
        ...

    def restart(self) -> None:
        """The cluster's clock has been set back: go on from where it stands."""
        ...


def is_at_work(entry: Entry) -> bool:
    """Whether a write shows that the cluster is still at work: events, leases and a node's status do not."""
    if entry.resource in QUIET_RESOURCES:
        return False
    return entry.resource != "nodes" or entry.old is None or entry.object.get("spec") != entry.old.get("spec")


def settle(cluster: Cluster, quiet_s: float, limit_s: float) -> bool:
    """Let time pass until no object has changed for `quiet_s` seconds; False where `limit_s` came first."""
    end = cluster.now + limit_s
    revision, changed_at = cluster.api.store.revision, cluster.now
    while cluster.now < end:
        if cluster.now >= changed_at + quiet_s:
            return True
        upcoming = cluster.loop.next_event_at()
        cluster.advance(min(end, changed_at + quiet_s, upcoming if upcoming is not None else end))
        if any(is_at_work(entry) for entry in cluster.api.store.since(revision)):
            changed_at = cluster.now
        revision = cluster.api.store.revision
    return False
