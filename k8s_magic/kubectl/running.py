"""`run -i`: wait for the pod, print what it prints, end with its exit code, and with --rm take it away."""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import podpick, streams, waiting
from k8s_magic.kubectl.builder import Info, Query, Result
from k8s_magic.kubectl.deletion import Deletion
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit, not_found
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import meta, pods
from k8s_magic.objects.meta import Obj

RECORDED = (
    "All commands and output from this session will be recorded in container logs, including credentials and sensitive information "
    "passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n"
)


async def attach(call: Call, pod: Obj, created: list[tuple[str, Obj]]) -> None:
    """Attach to a pod that has just been made; the exit code of one that ends is the command's."""
    try:
        await _attach(call, pod)
    finally:
        if call.flags["rm"]:
            await _remove(call, created)


async def pod_of(call: Call, obj: Obj) -> Obj:
    """The pod itself, or the first pod of what was made instead."""
    if obj["kind"] == "Pod":
        return obj
    found = await podpick.all_pods(call, obj, podpick.for_exec, call.flags["pod-running-timeout"])
    return found[0]


async def _attach(call: Call, pod: Obj) -> None:
    name, namespace = meta.name(pod), meta.namespace(pod)
    pod = await _wait_for(call, pod, lambda p: pods.is_terminal(p) or (pods.phase(p) == "Running" and pods.is_ready(p)))
    container = podpick.container_to_run_in(call, pod, "", quiet=True)
    if pods.is_terminal(pod):
        await _print_log(call, name, namespace, container)
    else:
        await _carry(call, name, namespace, container)
    if call.flags["leave-stdin-open"] or _restarts(call) == "Always":
        return
    ends: Callable[[Obj], bool] = (lambda p: pods.phase(p) == "Succeeded") if _restarts(call) == "OnFailure" else pods.is_terminal
    _report(call, await _wait_for(call, pod, ends))


async def _carry(call: Call, name: str, namespace: str, container: str) -> None:
    """Attach, which begins with what an interactive program has printed so far; where it has ended meanwhile, its log says all."""
    streams.wants_terminal(call, tty=call.flags["tty"])
    parameters = {"container": container, "stdin": call.flags["stdin"], "stdout": True, "stderr": True}
    try:
        stream = await call.client.connect("pods", name, namespace, "attach", parameters)
    except ApiError as error:
        if "container not found" not in str(error):
            call.err(f"warning: couldn't attach to pod/{name}, falling back to streaming logs: unable to upgrade connection: {error}\n")
        await _print_log(call, name, namespace, container)
        return
    if not call.flags["quiet"]:
        call.err(RECORDED)
    await streams.carry(call, stream, stdin=call.flags["stdin"])


def _restarts(call: Call) -> str:
    return str(call.flags["restart"] or ("OnFailure" if call.flags["stdin"] else "Always"))


async def _print_log(call: Call, name: str, namespace: str, container: str) -> None:
    stream = await call.client.connect("pods", name, namespace, "log", {"container": container})
    while (chunk := await stream.read()) is not None:
        if chunk[0] == streams.STDOUT:
            call.out(chunk[1].decode("utf-8", "replace"))


async def _wait_for(call: Call, pod: Obj, condition: Callable[[Obj], bool]) -> Obj:
    """The pod when it meets the condition; UsageError after --pod-running-timeout."""
    waiting.check_may_wait(call.environment)
    client, end = call.client, call.client.now() + call.flags["pod-running-timeout"]
    watch = client.watch("pods", meta.namespace(pod), fields=f"metadata.name={meta.name(pod)}")
    try:
        while True:
            event, timed_out = await waiting.next_event(client, watch, max(0.0, end - client.now()))
            if timed_out or event is None:
                raise UsageError("timed out waiting for the condition")
            if event.type == "DELETED":
                raise ApiError(404, "NotFound", f'pods "{meta.name(pod)}" not found')
            if condition(event.object):
                return event.object
    finally:
        watch.stop()


def _report(call: Call, pod: Obj) -> None:
    """End with the exit code of a pod that failed."""
    where = f"pod {meta.namespace(pod)}/{meta.name(pod)}"
    if pods.phase(pod) == "Succeeded":
        return
    if pods.phase(pod) != "Failed":
        raise UsageError(f"{where} left in phase {pods.phase(pod)}")
    statuses = pod["status"].get("containerStatuses") or ()
    ended = (statuses[0].get("state") or {}).get("terminated") if statuses else None
    if not ended or not ended.get("exitCode"):
        raise UsageError(f"{where} failed with unknown exit code")
    call.err(f"{where} terminated ({ended.get('reason', '')})\n{ended.get('message', '')}".rstrip("\n") + "\n")
    raise Exit(ended["exitCode"])


async def _remove(call: Call, created: list[tuple[str, Obj]]) -> None:
    for resource, obj in created:
        info = Info(call.mapper.by_type(resource), meta.name(obj), meta.namespace(obj))
        result = Result(call, Query(namespace=info.namespace, require_object=False), lambda info=info: iter([info]))  # type: ignore[misc]  # Bound now.
        result.ignored = not_found
        await Deletion(call, wait=False, quiet=call.flags["quiet"]).run(result)
