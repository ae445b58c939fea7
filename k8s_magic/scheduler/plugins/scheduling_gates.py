"""SchedulingGates: a pod with gates is not looked at until the last of them is taken away. It runs before the queue, not on nodes."""

from __future__ import annotations

from k8s_magic.objects.meta import Obj

NAME = "SchedulingGates"


def gated(pod: Obj) -> bool:
    """Whether the pod must stay out of the active queue. Models plugins/schedulinggates PreEnqueue."""
    return bool(pod["spec"].get("schedulingGates"))
