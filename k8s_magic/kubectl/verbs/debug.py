"""kubectl debug: an ephemeral container beside those of a pod. Models kubectl/pkg/cmd/debug.

Not modelled: copies of pods (--copy-to), debugging nodes, profiles other than that of a plain container.
"""

from __future__ import annotations

import zlib
from typing import Any

from k8s_magic.apiserver.errors import ApiError
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
    if not flags["image"] and not flags["copy-to"]:
        raise UsageError("you must specify --image when not using --copy-to.")
    if not names and not flags["filename"]:
        raise UsageError("NAME or filename is required for debug")
    if flags["copy-to"] or names[0].startswith(("node/", "nodes/", "no/")):
        raise UsageError("this simulated kubectl debugs pods by ephemeral containers only")
    pod = await pod_of(call, names[0])
    container = _container(call, pod, command)
    if not flags["container"] and not flags["quiet"]:
        call.err(f"Defaulting debug container name to {container['name']}.\n")
    added = [*(pod["spec"].get("ephemeralContainers") or ()), container]
    changed = set_in(pod, ["spec", "ephemeralContainers"], added)
    try:
        call.client.update("pods", changed, meta.namespace(pod), subresource="ephemeralcontainers")
    except ApiError as error:
        if error.reason == "NotFound":
            raise UsageError("ephemeral containers are disabled for this cluster (error from server: " + f'"{error.message}").') from None
        raise
    return None


def _container(call: Call, pod: Obj, command: list[str]) -> Obj:
    flags = call.flags
    container: dict[str, Any] = {
        "name": flags["container"] or _name(pod),
        "image": flags["image"],
        "imagePullPolicy": flags["image-pull-policy"] or "IfNotPresent",
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
    number = zlib.crc32(f"{meta.uid(pod)} {len(pod['spec'].get('ephemeralContainers') or ())}".encode())
    letters = ""
    for _ in range(5):
        number, rest = divmod(number, len(_LETTERS))
        letters += _LETTERS[rest]
    return f"debugger-{letters}"


VERB = Verb(
    "debug",
    "Add a container to a running pod, to look around in it.",
    run,
    examples=("kubectl debug web --image=busybox -- sleep 1d",),
)
