"""The scheduler: one pod after another from a queue, filters and scores on a snapshot of the nodes, a binding at the end.

Not modelled: extenders, several profiles, pod groups (gang scheduling), dynamic resource allocation (only its sentence in
messages), storage capacity, declared node features, opportunistic batching (it changes speed, not choices).
"""

from __future__ import annotations

from k8s_magic.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
