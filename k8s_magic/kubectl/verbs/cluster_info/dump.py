"""kubectl cluster-info dump: everything that helps to find out what is wrong. Models kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go."""

from __future__ import annotations

import posixpath

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

_RESOURCES = {
    "events": "events",
    "replication-controllers": "replicationcontrollers",
    "services": "services",
    "daemonsets": "daemonsets.apps",
    "deployments": "deployments.apps",
    "replicasets": "replicasets.apps",
    "pods": "pods",
}


async def run(call: Call) -> int | None:
    """Print nodes, then each namespace's objects and logs; or write them to a folder."""
    _show(call, "nodes", call.client.list("nodes"))
    for namespace in _namespaces(call):
        for name, resource in _RESOURCES.items():
            _show(call, f"{namespace}/{name}", call.client.list(resource, namespace))
        for pod in call.client.list("pods", namespace)["items"]:
            await _logs(call, pod)
    folder = call.flags["output-directory"]
    if folder and folder != "-":
        call.out(f"Cluster info dumped to {folder}\n")
    return None


def _namespaces(call: Call) -> list[str]:
    if call.flags["all-namespaces"]:
        return [meta.name(namespace) for namespace in call.client.list("namespaces")["items"]]
    return list(call.flags["namespaces"]) or ["kube-system", call.namespace]


def _show(call: Call, name: str, objects: Obj) -> None:
    pieces: list[str] = []
    extension = {"json": ".json", "yaml": ".yaml"}.get(call.flags["output"], ".txt")
    kept, call.environment.out = call.environment.out, pieces.append
    try:
        common.object_printer(call, "")(objects)
    finally:
        call.environment.out = kept
    _write(call, name + extension, "".join(pieces))


def _write(call: Call, name: str, text: str) -> None:
    folder = call.flags["output-directory"]
    if not folder or folder == "-":
        call.out(text)
    else:
        call.environment.files.write(posixpath.join(folder, name), text.encode())


async def _logs(call: Call, pod: Obj) -> None:
    where = f"{meta.namespace(pod)}/{meta.name(pod)}"
    text = ""
    for container in [*(pod["spec"].get("initContainers") or ()), *pod["spec"]["containers"]]:
        label = f"logs for container {container['name']} of pod {where} ====\n"
        text += f"==== START {label}{await _log(call, pod, container['name'])}==== END {label}"
    _write(call, f"{where}/logs.txt", text)


async def _log(call: Call, pod: Obj, container: str) -> str:
    try:
        stream = await call.client.connect("pods", meta.name(pod), meta.namespace(pod), "log", {"container": container})
    except ApiError as error:
        return f"Request log error: {error}\n"
    data = b""
    while (chunk := await stream.read()) is not None:
        data += chunk[1]
    return data.decode("utf-8", "replace")


VERB = Verb("dump", "Print all that helps to find out what is wrong.", run, examples=("kubectl cluster-info dump --namespaces=default",))
