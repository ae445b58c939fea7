"""`set env --list`: the variables of containers, by reference or resolved. Models kubectl/pkg/cmd/set/env."""

from __future__ import annotations

import base64

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import pod_specs
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj, get_in


def print_all(call: Call, infos: list[Info]) -> None:
    """A block a container."""
    chosen = pod_specs.selects(call.flags["containers"])
    for info in infos:
        for container in pod_specs.containers_of(info):
            if chosen(container):
                call.out(f"# {info.mapping.kind} {info.name}, container {container['name']}\n")
                _print(call, info, container)


def _print(call: Call, info: Info, container: Obj) -> None:
    failures: dict[str, list[str]] = {}
    for variable in container.get("env") or ():
        name, source = variable["name"], variable.get("valueFrom")
        if not source:
            call.out(f"{name}={variable.get('value', '')}\n")
            continue
        if call.flags["resolve"]:
            try:
                call.out(f"{name}={_value(call, info, container, source)}\n")
                continue
            except (ApiError, UsageError) as error:
                failures.setdefault(str(error), []).append(name)
        call.out(f"# {name} from {_reference(source)}\n")
    for text in sorted(f"error retrieving reference for {', '.join(sorted(names))}: {error}" for error, names in failures.items()):
        call.err(text + "\n")


def _reference(source: Obj) -> str:
    """Where a value comes from. Models envutil.GetEnvVarRefString."""
    if ref := source.get("configMapKeyRef"):
        return f"configmap {ref['name']}, key {ref['key']}"
    if ref := source.get("secretKeyRef"):
        return f"secret {ref['name']}, key {ref['key']}"
    if ref := source.get("fieldRef"):
        return f"field path {ref['fieldPath']}"
    if ref := source.get("resourceFieldRef"):
        return f"resource field {ref['containerName'] + '/' if ref.get('containerName') else ''}{ref['resource']}"
    return "invalid valueFrom"


def _value(call: Call, info: Info, container: Obj, source: Obj) -> str:
    """What the reference stands for now. Models envutil.GetEnvVarRefValue."""
    if ref := source.get("configMapKeyRef"):
        data = call.client.get("configmaps", ref["name"], info.namespace).get("data") or {}
        if ref["key"] not in data:
            raise UsageError(f"key {ref['key']} not found in config map {ref['name']}")
        return str(data[ref["key"]])
    if ref := source.get("secretKeyRef"):
        data = call.client.get("secrets", ref["name"], info.namespace).get("data") or {}
        if ref["key"] not in data:
            raise UsageError(f"key {ref['key']} not found in secret {ref['name']}")
        return base64.b64decode(data[ref["key"]]).decode("utf-8", "replace")
    if ref := source.get("fieldRef"):
        return str(get_in(info.obj, *ref["fieldPath"].split("."), default=""))
    if ref := source.get("resourceFieldRef"):
        return _amount(ref, container)
    raise UsageError("invalid valueFrom")


def _amount(ref: Obj, container: Obj) -> str:
    """A limit or request in units of the divisor, rounded up; 0 where none is set. Models resourcehelper.ExtractContainerResourceValue."""
    kind, _, name = ref["resource"].partition(".")
    amount = quantity.milli(get_in(container, "resources", kind, name, default="0"))
    divisor = quantity.milli(ref.get("divisor") or "0") or 1000
    return str(-(-amount // divisor))
