"""The states of plugins that look beyond one node, kept up to date from one pod to the next of the same signature."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from k8s_magic.scheduler.plugin import Plugin, Rejection
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

STATES_KEPT = 64


class States:
    """Prepared states by plugin and signature, each with the mark in the snapshot's log up to which it holds."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Hashable], tuple[Any, PodInfo, object, int]] = {}

    def get(self, plugin: Plugin, pod: PodInfo, snapshot: Snapshot) -> Any:
        """What `plugin.prepare` would give now."""
        if not plugin.keeps_state:
            return plugin.prepare(pod, snapshot)
        key = plugin.name, plugin.signature(pod, snapshot)
        kept = self._kept.pop(key, None)
        state = None if kept is None else self._caught_up(plugin, kept, snapshot)
        if state is None:
            state = plugin.prepare(pod, snapshot)
        if state is not None and not isinstance(state, Rejection):
            self._keep(key, (state, pod, snapshot.structure, snapshot.now))
        return state

    def _caught_up(self, plugin: Plugin, kept: tuple[Any, PodInfo, object, int], snapshot: Snapshot) -> Any:
        state, pod, structure, mark = kept
        changes = snapshot.since(mark) if structure is snapshot.structure else None
        if changes is None or any(change.relabelled for change in changes):
            return None
        for change in changes:
            if change.pod is not None:
                plugin.track(state, pod, change.pod, change.node, change.sign)
        return state

    def _keep(self, key: tuple[str, Hashable], entry: tuple[Any, PodInfo, object, int]) -> None:
        while len(self._kept) >= STATES_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = entry
