"""kubectl describe persistentvolumeclaim: with the pods that use it."""

from __future__ import annotations

from k8s_magic.kubectl.describe import claim, parts
from k8s_magic.kubectl.describe.writer import Describer, Writer, date
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "persistentvolumeclaims"
_TITLES = ("Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message")


def describe(obj: Obj, d: Describer) -> str:
    """Models describePersistentVolumeClaim."""
    w = Writer()
    parts.heading(w, obj)
    claim.describe_spec(w, obj, d)
    w.multiline("Used By", _users(obj, d))
    conditions = obj.get("status", {}).get("conditions")
    if conditions:
        w.line("Conditions:")
        w.table(_TITLES, ("----", "------", "-----------------", "------------------", "------", "-------"))
        for each in conditions:
            times = (f"{date(each.get('lastProbeTime'))} ", f"{date(each.get('lastTransitionTime'))} ")
            w.line(f"{each['type']} ", f"{each['status']} ", *times, f"{each.get('reason', '')} ", each.get("message", ""), level=1)
    parts.events(w, d, obj)
    return w.text()


def _users(obj: Obj, d: Describer) -> list[str]:
    """Pods that mount the claim or own it."""
    owners = {each["uid"] for each in obj["metadata"].get("ownerReferences") or () if each["kind"] == "Pod"}
    return sorted(
        meta.name(pod)
        for pod in d.items("pods", meta.namespace(obj))
        if meta.uid(pod) in owners or any(_mounts(volume, meta.name(obj)) for volume in pod["spec"].get("volumes") or ())
    )


def _mounts(volume: Obj, name: str) -> bool:
    return bool(meta.get_in(volume, "persistentVolumeClaim", "claimName") == name)
