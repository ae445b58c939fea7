"""TaintToleration: taints keep pods off, unless tolerated; the softer PreferNoSchedule only costs points."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from k8s_magic.objects.taints import PREFER_NO_SCHEDULE, find_untolerated, tolerated
from k8s_magic.scheduler import events
from k8s_magic.scheduler.events import ClusterEvent
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import Plugin, Rejection, normalize_to_highest
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

REASON = "node(s) had untolerated taint(s)"


class TaintToleration(Plugin):
    """Models plugins/tainttoleration."""

    name = "TaintToleration"
    position = 3
    weight = 3
    normalizes = True
    wakes_on = frozenset((events.NODE_ADD, events.NODE_TAINT, events.SELF_TOLERATION))

    def signature(self, pod: PodInfo, snapshot: Snapshot) -> Hashable:
        return pod.tolerations_signature

    def fits(self, state: object, pod: PodInfo, node: NodeInfo) -> Rejection | None:
        if not node.taints or find_untolerated(node.taints, pod.tolerations) is None:
            return None
        return self.rejection(REASON)

    def score(self, state: object, pod: PodInfo, node: NodeInfo) -> int:
        """How many PreferNoSchedule taints the pod does not tolerate."""
        if not node.taints:
            return 0
        soft = [t for t in pod.tolerations if t.get("effect") in (None, "", PREFER_NO_SCHEDULE)]
        return sum(taint.get("effect") == PREFER_NO_SCHEDULE and not tolerated(taint, soft) for taint in node.taints)

    def normalize(self, state: object, nodes: Sequence[NodeInfo], scores: Sequence[int]) -> list[int]:
        return normalize_to_highest(scores, reverse=True)

    def helps(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        if event.label == events.SELF_TOLERATION:
            return True
        return not _keeps_off(event.new, pod) and (event.old is None or _keeps_off(event.old, pod))


def _keeps_off(node: dict[str, object] | None, pod: PodInfo) -> bool:
    spec = (node or {}).get("spec")
    taints = spec.get("taints") if isinstance(spec, dict) else None
    return find_untolerated(taints, pod.tolerations) is not None


PLUGIN = TaintToleration()
