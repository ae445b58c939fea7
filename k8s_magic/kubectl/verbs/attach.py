"""kubectl attach: to the program that a container runs. Models kubectl/pkg/cmd/attach."""

from __future__ import annotations

from k8s_magic.kubectl import podpick, running, streams
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.exec import pod_of


async def run(call: Call) -> int | None:
    """Print what the program prints from now on."""
    if not call.args:
        raise UsageError("at least 1 argument is required for attach")
    if len(call.args) > 2:
        given = f"{len(call.args)}: [{' '.join(call.args)}]"
        raise UsageError(f"expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {given}")
    pod = await pod_of(call, "/".join(call.args))
    phase = pod.get("status", {}).get("phase", "")
    if phase in ("Succeeded", "Failed"):
        raise UsageError(f"cannot attach a container in a completed pod; current phase is {phase}")
    try:
        container = podpick.container_to_run_in(call, pod, call.flags["container"], quiet=call.flags["quiet"])
    except UsageError as error:
        raise UsageError(f"cannot attach to the container: {error}") from None
    stdin, tty = call.flags["stdin"], call.flags["tty"]
    streams.wants_terminal(call, tty=tty and stdin)
    if not call.flags["quiet"]:
        call.err(running.RECORDED)
    parameters = {"container": container, "stdin": stdin, "stdout": True, "stderr": True}
    stream = await streams.opened(call, pod, "attach", parameters)
    await streams.carry(call, stream, stdin=stdin)
    return None


VERB = Verb("attach", "Connect to the program that a container runs.", run, examples=("kubectl attach web", "kubectl attach -i web"))
