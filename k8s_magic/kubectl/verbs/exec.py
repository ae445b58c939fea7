"""kubectl exec: run a command in a container. Models kubectl/pkg/cmd/exec."""

from __future__ import annotations

from k8s_magic.kubectl import builder, podpick, streams
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Run it, and end with its exit code."""
    target, command = _arguments(call)
    pod = await pod_of(call, target)
    phase = pod.get("status", {}).get("phase", "")
    if phase in ("Succeeded", "Failed"):
        raise UsageError(f"cannot exec into a container in a completed pod; current phase is {phase}")
    container = podpick.container_to_run_in(call, pod, call.flags["container"], quiet=call.flags["quiet"])
    streams.wants_terminal(call, tty=call.flags["tty"] and call.flags["stdin"])
    parameters = {"container": container, "command": command, "stdin": call.flags["stdin"], "stdout": True, "stderr": True}
    stream = await streams.opened(call, pod, "exec", parameters)
    await streams.carry(call, stream, stdin=call.flags["stdin"])
    return None


def _arguments(call: Call) -> tuple[str, list[str]]:
    """(POD or TYPE/NAME, the command behind `--`)."""
    args, dash = call.args, call.dash
    if dash < 0 and (len(args) > 1 or (args and call.flags["filename"])):
        raise call.usage_error("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead")
    target = args[0] if args and dash != 0 else ""
    command = args[dash:] if dash >= 0 else []
    if not target and not call.flags["filename"]:
        raise UsageError("pod, type/name or --filename must be specified")
    if not command:
        raise UsageError("you must specify at least one command for the container")
    return target, command


async def pod_of(call: Call, target: str) -> Obj:
    """The pod that POD or TYPE/NAME means: for a workload one of its pods. Models AttachablePodForObject."""
    args = [] if not target else [target if "/" in target else f"pods/{target}"]
    query = builder.query_of(call, args, single_type=False, continue_on_error=False)
    obj = builder.select(call, query).all()[0].obj
    if obj["kind"] == "Pod":
        return obj
    try:
        found = await podpick.all_pods(call, obj, podpick.for_exec, call.flags.get("pod-running-timeout") or 60.0)
    except UsageError as error:
        if "not implemented" in str(error) or "without a selector" in str(error):
            kind = f"*{obj['apiVersion'].rpartition('/')[2]}.{obj['kind']}"
            raise UsageError(f"cannot attach to {kind}: {error}") from None
        raise
    return found[0]


VERB = Verb(
    "exec",
    "Run a command in a container.",
    run,
    examples=("kubectl exec web -- date", "kubectl exec deploy/web -c web -- ls /etc", "kubectl exec -i db -- sh -c 'cat > /tmp/x'"),
)
