"""--record: the command line as the annotation that `rollout history` shows. Models genericclioptions.RecordFlags."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

CHANGE_CAUSE = "kubernetes.io/change-cause"


def change_cause(call: Call) -> str:
    """The command in a canonical form, where --record asks for it; else empty."""
    if not call.flags.get("record"):
        return ""
    flags = [f"--{name}={text}" for name, text in call.flags.line]
    return " ".join(("kubectl", *call.path, *call.args, *flags))


def recorded(call: Call, obj: Obj) -> Obj:
    """The object with the command in its annotation, where --record asks for it."""
    cause = change_cause(call)
    return set_in(obj, ["metadata", "annotations", CHANGE_CAUSE], cause) if cause else obj
