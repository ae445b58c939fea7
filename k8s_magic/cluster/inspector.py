"""What only a simulation can tell: the journal, the clock, each scheduling decision. `None` in its place on a real cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from k8s_magic.apiserver.store import Entry
from k8s_magic.cluster.log import Command
from k8s_magic.scheduler.decision import Decision

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster


class Inspector:
    """Reads the inside of one cluster; changes nothing."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def now(self) -> float:
        """Seconds since the epoch on the cluster's clock."""
        return self._cluster.loop.now

    @property
    def revision(self) -> int:
        return self._cluster.api.store.revision

    @property
    def journal(self) -> Sequence[Entry]:
        """Every write that is still remembered, oldest first."""
        return self._cluster.api.store.journal

    def since(self, revision: int) -> list[Entry]:
        """The writes after `revision`."""
        return list(self._cluster.api.store.since(revision))

    @property
    def commands(self) -> Sequence[Command]:
        """The log of top-level commands."""
        return self._cluster.commands

    def verdict(self, pod_uid: str) -> Decision | None:
        """Why the scheduler put the pod where it is, or nowhere; None for a decision that is no longer remembered."""
        return self._cluster.scheduler.verdict(pod_uid)
