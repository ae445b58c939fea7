"""kubectl debug: an ephemeral container beside those of a pod, or a copy of the pod with a container more or changed.

Models kubectl/pkg/cmd/debug.

With --copy-to it is a container of a copy, without the labels and probes of the pod; of a node, of a pod that sees all of it. Not
modelled: profiles of one's own (--custom).
"""

from __future__ import annotations

import zlib
from typing import Any

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import debugging, running, streams, waiting
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.exec import pod_of
from k8s_magic.objects import meta
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


async def run(call: Call) -> int | None:
    """Add the container."""
    flags = call.flags
    names = call.args if call.dash < 0 else call.args[: call.dash]
    command = [] if call.dash < 0 else call.args[call.dash :]
    _check(call, command)
    if not names and not flags["filename"]:
        raise UsageError("NAME or filename is required for debug")
    if flags["tty"] and not flags["stdin"]:
        raise UsageError("-i/--stdin is required for containers with -t/--tty=true")
    if names[0].startswith(("node/", "nodes/", "no/")):
        await _debug_node(call, names[0].partition("/")[2], command)
        return None
    pod = await pod_of(call, names[0])
    if flags["copy-to"]:
        await _attach_to(call, *_copy(call, pod, command))
        return None
    container = debugging.allowed(_container(call, pod, command), flags["profile"])
    if flags["target"] and not flags["quiet"]:
        call.out(TARGETING.format(flags["target"]))
    if not flags["container"] and not flags["quiet"]:
        call.out(f"Defaulting debug container name to {container['name']}.\n")
    added = [*(pod["spec"].get("ephemeralContainers") or ()), container]
    changed = set_in(pod, ["spec", "ephemeralContainers"], added)
    try:
        added_to = call.client.update("pods", changed, meta.namespace(pod), subresource="ephemeralcontainers")
    except ApiError as error:
        if error.reason == "NotFound":
            raise UsageError("ephemeral containers are disabled for this cluster (error from server: " + f'"{error.message}").') from None
        raise
    await _attach_to(call, added_to, container["name"])
    return None


_FOR_COPIES = ("replace", "same-node", "set-image")


def _check(call: Call, command: list[str]) -> None:
    """Models DebugOptions.Validate."""
    flags = call.flags
    debugging.check_profile(flags["profile"])
    if flags["profile"] == "legacy":
        call.err(debugging.LEGACY)
    if flags["attach"] and not flags["image"] and not flags["container"]:
        raise UsageError("you must specify --container or create a new container using --image in order to attach.")
    if flags["copy-to"]:
        if not flags["image"] and not flags["set-image"] and not command:
            raise UsageError("you must specify --image, --set-image or command arguments.")
        if command and not flags["container"] and not flags["image"]:
            raise UsageError("you must specify an existing container or a new image when specifying args.")
        return
    for name in _FOR_COPIES:
        if flags[name]:
            raise UsageError(f"--{name} may only be used with --copy-to.")
    if not flags["image"]:
        raise UsageError("you must specify --image when not using --copy-to.")


async def _debug_node(call: Call, name: str, command: list[str]) -> None:
    node = call.client.get("nodes", name)
    container = _container(call, node, command)
    container["name"] = call.flags["container"] or "debugger"
    pod = debugging.node_pod(node, container, call.flags["profile"], _letters(f"{meta.uid(node)} {_debuggers(call, name)}"))
    if not call.flags["quiet"]:
        call.out(f"Creating debugging pod {meta.name(pod)} with container {container['name']} on node {name}.\n")
    await _attach_to(call, call.client.create("pods", pod, call.namespace), container["name"])


def _debuggers(call: Call, node: str) -> int:
    """How many such pods there are already: the next one has another name."""
    found = call.client.list("pods", call.namespace, labels="app.kubernetes.io/managed-by=kubectl-debug")["items"]
    return sum(pod["spec"].get("nodeName") == node for pod in found)


async def _attach_to(call: Call, pod: Obj, container: str) -> None:
    """With -i or --attach: wait for the container, then carry bytes to and from it."""
    if not (call.flags["attach"] if call.flags.changed("attach") else call.flags["stdin"]):
        return
    if not await _wait_for(call, pod, container):
        return
    streams.wants_terminal(call, tty=call.flags["tty"])
    if not call.flags["quiet"]:
        call.err(running.RECORDED)
    parameters = {"container": container, "stdin": call.flags["stdin"], "stdout": True, "stderr": True}
    stream = await streams.opened(call, pod, "attach", parameters)
    await streams.carry(call, stream, stdin=call.flags["stdin"])


async def _wait_for(call: Call, pod: Obj, container: str) -> bool:
    """Whether the container runs now; False where it has ended before anyone could look, or nothing happens any more."""
    waiting.check_may_wait(call.environment)
    patience = waiting.Patience(call.environment)
    watch = call.client.watch("pods", meta.namespace(pod), fields=f"metadata.name={meta.name(pod)}")
    try:
        while True:
            event, timed_out = await waiting.next_event(call.client, watch, patience.seconds())
            if timed_out or event is None:
                patience.explain()
                return False
            state = _state(event.object, container)
            if "running" in state or "terminated" in state:
                return "running" in state
    finally:
        watch.stop()


def _state(pod: Obj, container: str) -> Obj:
    status = pod.get("status") or {}
    found = [*(status.get("ephemeralContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
    return next((each.get("state") or {} for each in found if each["name"] == container), {})


_PROBES = {"livenessProbe": "keep-liveness", "readinessProbe": "keep-readiness", "startupProbe": "keep-startup"}


def _copy(call: Call, pod: Obj, command: list[str]) -> tuple[Obj, str]:
    """Create the copy, and with --replace take the pod away; (copy, container to look at). Models generatePodCopyWithDebugContainer."""
    flags, name = call.flags, call.flags["container"]
    containers = [_imaged(call, container) for container in pod["spec"]["containers"]]
    at = next((i for i, container in enumerate(containers) if container["name"] == flags["container"]), None)
    if at is not None:
        containers[at] = {**containers[at], **{k: v for k, v in _container(call, pod, command).items() if k in _GIVEN and v}}
        if command and not flags["arguments-only"]:
            containers[at].pop("args", None)
    elif flags["image"]:
        container = {**_container(call, pod, command), "terminationMessagePolicy": "FallbackToLogsOnError"}
        container = debugging.allowed(container, flags["profile"])
        if not flags["container"] and not flags["quiet"]:
            call.out(f"Defaulting debug container name to {container['name']}.\n")
        containers.append(container)
        name = container["name"]
    elif not flags["set-image"]:
        raise UsageError(_NO_IMAGE)
    kept = {key: pod["metadata"][key] for key in ("labels", "annotations") if flags[f"keep-{key}"] and key in pod["metadata"]}
    without = ("ephemeralContainers", *(() if flags["same-node"] else ("nodeName",)), *_dropped_init(call))
    spec = {key: value for key, value in pod["spec"].items() if key not in without}
    spec |= {"containers": containers, "shareProcessNamespace": flags["share-processes"]}
    if flags["replace"]:
        call.client.delete("pods", meta.name(pod), meta.namespace(pod), options=DeleteOptions(grace_seconds=0))
    copied = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": flags["copy-to"], **kept}, "spec": spec}
    return call.client.create("pods", copied, meta.namespace(pod)), name or containers[0]["name"]


_GIVEN = ("image", "command", "args", "env", "stdin", "tty")
TARGETING = (
    'Targeting container "{}". If you don\'t see processes from this container it may be because the container runtime '
    "doesn't support this feature.\n"
)
_NO_IMAGE = "you must specify image when creating new container"


def _dropped_init(call: Call) -> tuple[str, ...]:
    return () if call.flags["keep-init-containers"] else ("initContainers",)


def _imaged(call: Call, container: Obj) -> Obj:
    """The container as the copy has it: with --set-image's image, without probes."""
    images = dict(pair.split("=", 1) for pair in call.flags["set-image"] if "=" in pair)
    dropped = [probe for probe, keep in _PROBES.items() if not call.flags[keep]]
    image = images.get(container["name"]) or images.get("*") or container["image"]
    return {**{key: value for key, value in container.items() if key not in dropped}, "image": image}


def _container(call: Call, pod: Obj, command: list[str]) -> Obj:
    flags = call.flags
    container: dict[str, Any] = {
        "name": flags["container"] or _name(pod),
        "image": flags["image"],
        **({"imagePullPolicy": flags["image-pull-policy"]} if flags["image-pull-policy"] else {}),
        "terminationMessagePolicy": "File",
        "resources": {},
    }
    if command:
        container["args" if flags["arguments-only"] else "command"] = command
    if flags["env"]:
        container["env"] = [dict(zip(("name", "value"), pair.split("=", 1), strict=False)) for pair in flags["env"]]
    for key in ("stdin", "tty"):
        if flags[key]:
            container[key] = True
    if flags["target"]:
        container["targetContainerName"] = flags["target"]
    return container


def _name(pod: Obj) -> str:
    """`debugger-` and five letters that follow from the pod and what it has."""
    count = len(pod["spec"].get("ephemeralContainers") or ())
    return f"debugger-{_letters(f'{meta.uid(pod)} {count}')}"


def _letters(of: str) -> str:
    """Five that follow from a text."""
    number, letters = zlib.crc32(of.encode()), ""
    for _ in range(5):
        number, rest = divmod(number, len(_LETTERS))
        letters += _LETTERS[rest]
    return letters


VERB = Verb(
    "debug",
    "Add a container to a running pod, to look around in it.",
    run,
    examples=("kubectl debug web --image=busybox -- sleep 1d",),
)
