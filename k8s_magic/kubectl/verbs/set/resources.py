"""kubectl set resources: requests and limits of containers. Models kubectl/pkg/cmd/set/set_resources.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, pod_specs, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Set what the flags name and keep the rest."""
    flags = call.flags
    dry = common.dry_run(call)
    common.check_flags(call)
    infos = pod_specs.find(call, call.args)
    pod_specs.check_local(call, dry)
    if flags["all"] and flags["selector"]:
        raise UsageError("cannot set --all and --selector at the same time")
    if not flags["limits"] and not flags["requests"]:
        raise UsageError("you must specify an update to requests or limits (in the form of --requests/--limits)")
    limits, requests = amounts(flags["limits"]), amounts(flags["requests"])
    chosen = pod_specs.selects(flags["containers"])

    def change(info: Info) -> Obj:
        if not any(map(chosen, pod_specs.containers_of(info))):
            raise UsageError(f"error: unable to find container named {flags['containers']}")
        return recording.recorded(call, pod_specs.change_containers(info, lambda c: _with(c, limits, requests), chosen))

    pod_specs.write(call, infos, change, "resource requirements updated", "failed to patch resources update to pod template")
    return None


def amounts(text: str) -> dict[str, str]:
    """`cpu=1,memory=1Gi` as a map. Models generateversioned.HandleResourceRequirementsV1."""
    found: dict[str, str] = {}
    for part in text.split(",") if text else ():
        pair = part.split("=")
        if len(pair) != 2:
            raise UsageError(f"Invalid argument syntax {part}, expected <resource>=<value>")
        try:
            found[pair[0]] = quantity.canonical(pair[1])
        except quantity.QuantityError as error:
            raise UsageError(str(error)) from None
    return found


def _with(container: Obj, limits: dict[str, str], requests: dict[str, str]) -> Obj:
    old = container.get("resources") or {}
    new = {**old}
    for name, wanted in (("limits", limits), ("requests", requests)):
        if wanted:
            new[name] = {**(old.get(name) or {}), **wanted}
    return {**container, "resources": new}


VERB = Verb(
    "resources",
    "Set requests and limits of containers.",
    run,
    examples=("kubectl set resources deployment web --limits=cpu=200m,memory=512Mi",),
)
