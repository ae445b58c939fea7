"""kubectl set selector: of a Service. Models kubectl/pkg/cmd/set/set_selector.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate, pod_specs, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Replace the selector as a whole."""
    common.dry_run(call)
    common.check_flags(call)
    if not call.args:
        raise UsageError("one selector is required")
    selector = generate.label_selector(call.args[-1])

    def change(info: Info) -> Obj:
        if info.mapping.resource != "services":
            raise UsageError("setting a selector is only supported for Services")
        if expressions := selector.get("matchExpressions"):
            shown = " ".join(f"{{{e['key']} {e['operator']} [{' '.join(e.get('values') or ())}]}}" for e in expressions)
            raise UsageError(f"match expression [{shown}] not supported on this object")
        obj = set_in(info.obj, ["spec", "selector"], selector.get("matchLabels") or {})
        if version := call.flags["resource-version"]:
            obj = set_in(obj, ["metadata", "resourceVersion"], version)
        return recording.recorded(call, obj)

    def write(info: Info) -> None:
        pod_specs.write_one(call, info, change(info), "selector updated")

    pod_specs.select(call, call.args[:-1]).visit(write)
    return None


VERB = Verb("selector", "Set the selector of a Service.", run, examples=("kubectl set selector service web env=prod",))
