"""Whether a node is one that a pod template asks for: its name, node selector, required affinity and taints."""

from __future__ import annotations

from k8s_magic.objects.meta import Obj, name
from k8s_magic.objects.node_affinity import fits_affinity
from k8s_magic.objects.taints import NO_EXECUTE, NO_SCHEDULE, find_untolerated


def daemon_fit(spec: Obj, node: Obj) -> tuple[bool, bool]:
    """(a daemon pod should start on the node, one that is there may stay). Models NodeShouldRunDaemonPod."""
    if spec.get("nodeName") not in (None, "", name(node)) or not fits_affinity(spec, node):
        return False, False
    taints, tolerations = node["spec"].get("taints"), spec.get("tolerations")
    if find_untolerated(taints, tolerations, (NO_SCHEDULE, NO_EXECUTE)) is None:
        return True, True
    return False, find_untolerated(taints, tolerations, (NO_EXECUTE,)) is None
