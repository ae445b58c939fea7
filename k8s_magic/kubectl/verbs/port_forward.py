"""kubectl port-forward: checks as the real one does, and then says why it cannot listen. Models kubectl/pkg/cmd/portforward.

Not modelled: listening, because this kubectl lives inside a simulation. A kubectl outside can forward through the HTTP API.
"""

from __future__ import annotations

import re

from k8s_magic.kubectl import builder
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.exec import pod_of
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Find the pod and the ports; then fail."""
    if len(call.args) < 2:
        raise call.usage_error("TYPE/NAME and list of ports are required for port-forward")
    target, *wanted = call.args
    pod = await pod_of(call, target)
    ports = [_ports(call, target, pod, text) for text in wanted]
    phase = pod.get("status", {}).get("phase", "")
    if phase != "Running":
        raise UsageError(f"unable to forward port because pod is not running. Current status={phase}")
    local, remote = ports[0]
    call.err(
        f"Unable to listen on port {local}: this kubectl runs inside the notebook and has no network of its own. "
        f"Ask from inside instead: kubectl exec {meta.name(pod)} -- curl -s localhost:{remote}\n"
    )
    shown = " ".join(f"{{{local} {remote}}}" for local, remote in ports)
    raise UsageError(f"unable to listen on any of the requested ports: [{shown}]")


def _ports(call: Call, target: str, pod: Obj, text: str) -> tuple[int, int]:
    """(local, remote) of `8080:80`, `80`, `:80`, or with names of ports; a Service's ports mean what it sends to."""
    local, colon, remote = text.rpartition(":")
    number = _number(_service_port(call, target, remote), pod)
    if number is None:
        raise UsageError(f"error converting port {remote} to int: Pod '{meta.name(pod)}' does not have a named port '{remote}'")
    if not 0 < number < 65536:
        raise UsageError("remote port must be > 0")
    if not colon:
        return int(remote) if remote.isdigit() else number, number
    if not re.fullmatch(r"\d*", local) or int(local or 0) > 65535:
        raise UsageError(f"error parsing local port '{local}': strconv.ParseUint: parsing \"{local}\": invalid syntax")
    return int(local or 0), number


def _number(port: str, pod: Obj) -> int | None:
    if port.isdigit():
        return int(port)
    ports = (each for container in pod["spec"]["containers"] for each in container.get("ports") or ())
    return next((each["containerPort"] for each in ports if each.get("name") == port), None)


def _service_port(call: Call, target: str, port: str) -> str:
    """The target port where the user named a Service and one of its ports."""
    if "/" not in target:
        return port
    obj = builder.select(call, builder.query_of(call, [target], continue_on_error=False)).all()[0].obj
    if obj["kind"] != "Service":
        return port
    for each in obj["spec"].get("ports") or ():
        if port in (str(each["port"]), each.get("name")):
            return str(each.get("targetPort", each["port"]))
    raise UsageError(f"Service {meta.name(obj)} does not have a service port {port}")


VERB = Verb(
    "port-forward",
    "Forward local ports to a pod; inside a notebook it only checks.",
    run,
    examples=("kubectl port-forward web 8080:80",),
)
