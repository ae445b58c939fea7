"""kubectl set serviceaccount. Models kubectl/pkg/cmd/set/set_serviceaccount.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, pod_specs, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Set the ServiceAccount of pod templates."""
    pod_specs.check_local(call, common.dry_run(call))
    common.check_flags(call)
    if not call.args:
        raise UsageError("serviceaccount is required")
    name = call.args[-1]

    def change(info: Info) -> Obj:
        return recording.recorded(call, set_in(info.obj, [*pod_specs.path_of(info), "serviceAccountName"], name))

    infos = pod_specs.find(call, [] if call.flags["local"] else call.args[:-1])
    pod_specs.write(call, infos, change, "serviceaccount updated", "failed to patch ServiceAccountName", unchanged_too=True)
    return None


VERB = Verb(
    "serviceaccount", "Set the ServiceAccount of pod templates.", run, examples=("kubectl set serviceaccount deployment web robot",)
)
