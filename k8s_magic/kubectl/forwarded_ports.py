"""The ports of `port-forward`: `8080:80`, `80`, `:80` or names of ports, as numbers. Models kubectl/pkg/cmd/portforward."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

MOST = 65535


def numbered(wanted: list[str], target: Obj, pod: Obj) -> list[str]:
    """With numbers in place of names; a Service's ports mean the pod's ports that it sends to."""
    of_service = target["kind"] == "Service"
    result = []
    for text in wanted:
        local, remote = _split(text)
        _check_protocol(remote, target if of_service else pod)
        if of_service:
            number = remote if _is_number(remote) else str(_service_port(target, remote))
            local = number if local == remote else local
            container = str(_container_port(target, pod, int(number)))
            result.append(container if local == container else f"{local}:{container}")
            continue
        if not remote:
            raise UsageError("remote port cannot be empty")
        container = remote if _is_number(remote) else str(_named(pod, remote))
        result.append(container if local == remote else f"{local}:{container}")
    return result


def parse(wanted: list[str]) -> list[tuple[int, int]]:
    """(local, remote) pairs; local 0 is any. Models client-go's tools/portforward parsePorts."""
    found = []
    for text in wanted:
        parts = text.split(":")
        if len(parts) > 2:
            raise UsageError(f"invalid port format '{text}'")
        local, remote = _number("local", (parts[0] or "0") if len(parts) == 2 else parts[0]), _number("remote", parts[-1])
        if remote == 0:
            raise UsageError("remote port must be > 0")
        found.append((local, remote))
    return found


def _split(text: str) -> tuple[str, str]:
    parts = text.split(":")
    return (parts[0], parts[1]) if len(parts) == 2 else (parts[0], parts[0])


def _is_number(text: str) -> bool:
    return text.removeprefix("-").removeprefix("+").isdigit() and text.isascii()


def _number(side: str, text: str) -> int:
    fault = "value out of range" if text.isdigit() and text.isascii() else "invalid syntax"
    if fault == "invalid syntax" or int(text) > MOST:
        raise UsageError(f"error parsing {side} port '{text}': strconv.ParseUint: parsing {quoted(text)}: {fault}")
    return int(text)


def _ports(of: Obj) -> Iterable[Obj]:
    """A Service's ports, or those of a pod's containers."""
    if of["kind"] == "Service":
        return of["spec"].get("ports") or ()
    return (port for group in ("containers", "initContainers") for c in of["spec"].get(group) or () for port in c.get("ports") or ())


def _check_protocol(remote: str, of: Obj) -> None:
    """What is UDP alone cannot be forwarded. Models checkUDPPorts."""
    field = "port" if of["kind"] == "Service" else "containerPort"
    protocols: dict[int, set[str]] = {}
    for port in _ports(of):
        protocols.setdefault(port[field], set()).add(port.get("protocol", "TCP"))
    if _is_number(remote):
        number = int(remote)
    else:
        number = _service_port(of, remote) if of["kind"] == "Service" else _named(of, remote)
    if "UDP" in protocols.get(number, ()) and "TCP" not in protocols[number]:
        raise UsageError(f"UDP protocol is not supported for {remote}")


def _service_port(service: Obj, name: str) -> int:
    for port in _ports(service):
        if port.get("name", "") == name:
            return int(port["port"])
    raise UsageError(f"Service '{meta.name(service)}' does not have a named port '{name}'")


def _container_port(service: Obj, pod: Obj, number: int) -> int:
    for port in _ports(service):
        if port["port"] == number:
            target = port.get("targetPort") or number
            if service["spec"].get("clusterIP") == "None":
                return number
            return target if isinstance(target, int) else _named(pod, target)
    raise UsageError(f"Service {meta.name(service)} does not have a service port {number}")


def _named(pod: Obj, name: str) -> int:
    for port in _ports(pod):
        if port.get("name") == name:
            return int(port["containerPort"])
    raise UsageError(f"Pod '{meta.name(pod)}' does not have a named port '{name}'")
