"""What the scheduler says about a pod that fits nowhere. Models pkg/scheduler/framework/types.go FitError."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from k8s_magic.scheduler.cycle import Outcome

NO_NODES = "no nodes available to schedule pods"
NO_CLAIMS = "no new claims to deallocate"
"""What DynamicResources says before DefaultPreemption has its turn."""
NOT_FOUND = "not found"
"""What DynamicResources says where an earlier plugin refused the pod before DynamicResources could look at it."""
NOTE_LIMIT = 1024


def fit_error(nodes: int, outcome: Outcome, after: str) -> str:
    """The whole sentence; `after` is what the plugins that try to help (preemption) had to say."""
    if outcome.refused is not None:
        return f"0/{nodes} nodes are available: {', '.join(outcome.refused.reasons)}." + (f" {after}" if after else "")
    absent = nodes - len(outcome.rejected) if outcome.outside else 0
    reasons = [reason for rejection in outcome.rejected.values() for reason in rejection.reasons]
    outside = f"node(s) didn't satisfy plugin(s) [{' '.join(sorted(outcome.outside))}]"
    return available(nodes, [*reasons, *[outside] * absent]) + (f" {after}" if after else "")


def available(nodes: int, reasons: Iterable[str]) -> str:
    """How many nodes are out for which reason, in the order of the words."""
    counted = sorted(f"{number} {reason}" for reason, number in Counter(reasons).items())
    return f"0/{nodes} nodes are available:" + (f" {', '.join(counted)}." if counted else "")


def truncated(message: str) -> str:
    """The message as an event takes it."""
    return message if len(message) <= NOTE_LIMIT else message[: NOTE_LIMIT - 4] + " ..."
