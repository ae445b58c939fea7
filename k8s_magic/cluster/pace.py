"""What moves the clock besides commands: a wall clock, or nothing; and how to tell that a cluster has come to rest."""

from __future__ import annotations

from typing import Literal, Protocol

from k8s_magic.apiserver.store import Entry

ClockMode = Literal["step", "pause"]
QUIET_RESOURCES = ("events", "leases.coordination.k8s.io")


class Pace(Protocol):
    """A wall clock that a cluster follows (see k8s_magic.live)."""

    def target(self) -> float:
        """Where the cluster's clock should stand now, in seconds since the epoch."""
        ...

    def rest(self) -> None:
        """Let real time pass, with the cluster's lock free for others."""
        ...

    def restart(self) -> None:
        """The cluster's clock has been set back: go on from where it stands."""
        ...


def is_at_work(entry: Entry) -> bool:
    """Whether a write shows that the cluster is still at work: events, leases and a node's status do not."""
    if entry.resource in QUIET_RESOURCES:
        return False
    return entry.resource != "nodes" or entry.old is None or entry.object.get("spec") != entry.old.get("spec")
