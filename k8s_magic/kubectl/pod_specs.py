"""Objects that hold a pod's spec, and the round that every `kubectl set` makes over them.

Models polymorphichelpers.UpdatePodSpecForObject and kubectl/pkg/cmd/set/helper.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from k8s_magic.kubectl import builder, common, schema_refs
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import UserError, message_for, raise_all
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import patches, strategic
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj, get_in

_TEMPLATE = ["spec", "template", "spec"]
_PATHS = {
    "Pod": ["spec"],
    "CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
    **dict.fromkeys(("ReplicationController", "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job"), _TEMPLATE),
}
Change = Callable[[Obj], Obj]
"""object -> changed object; a UsageError skips the object."""


def path_of(info: Info) -> list[str]:
    """Where the pod's spec stands in an object of this kind."""
    if info.mapping.kind not in _PATHS:
        kind = f"*{info.mapping.version}.{info.mapping.kind}"
        raise UsageError(f"the object is not a pod or does not have a pod template: {kind}")
    return _PATHS[info.mapping.kind]


def change_containers(info: Info, change: Callable[[Obj], Obj], chosen: Callable[[Obj], bool]) -> Obj:
    """The object with `change` made on each chosen container, init containers too."""
    path = path_of(info)
    obj = info.obj
    for group in ("containers", "initContainers"):
        old = get_in(obj, *path, group)
        if old:
            new = [change(c) if chosen(c) else c for c in old]
            obj = set_in(obj, [*path, group], new)
    return obj


def containers_of(info: Info) -> list[Obj]:
    """All containers of the object's pods, init containers last."""
    spec = get_in(info.obj, *path_of(info), default={})
    return [*spec.get("containers", ()), *spec.get("initContainers", ())]


def selects(pattern: str) -> Callable[[Obj], bool]:
    """A test of a container's name against -c, where `*` stands for anything."""
    parts = pattern.split("*")

    def test(container: Obj) -> bool:
        name = container["name"]
        if len(parts) == 1:
            return bool(name == pattern)
        return bool(name.startswith(parts[0]) and name.endswith(parts[-1]) and all(part in name for part in parts))

    return test


_LOCAL = (
    "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n"
    "   '-f rsrc.yaml'\n   '--filename=rsrc.json'"
)


def find(call: Call, args: list[str]) -> list[Info]:
    """The objects to change, all of them."""
    return select(call, args).all()


def select(call: Call, args: list[str]) -> builder.Result:
    """The objects to change, read from the server, or from files alone with --local."""
    flags = call.flags
    if flags.get("local"):
        if args and call.path[-1] not in ("env", "serviceaccount"):
            raise UsageError(_LOCAL)
        query = builder.query_of(call, [], selector="", all=False)
    else:
        query = builder.query_of(call, args, all=False, allow_empty_selector=bool(flags.get("all")), latest=True)
    return builder.select(call, query)


def check_local(call: Call, dry: DryRun) -> None:
    """--local never reaches a server."""
    if call.flags.get("local") and dry == "server":
        raise UsageError("cannot specify --local and --dry-run=server - did you mean --dry-run=client?")


def write(
    call: Call, infos: list[Info], change: Callable[[Info], Obj | None], operation: str, failure: str, *, unchanged_too: bool = False
) -> None:
    """Change each object, send what differs as a patch, print; failures are raised together.

    `change` gives None where there is nothing to do. `failure` stands before the server's words.
    """
    errors: list[Exception] = []
    for info in infos:
        try:
            changed = change(info)
        except UsageError as error:
            errors.append(
                error if str(error).startswith("error: unable") else UsageError(f"error: {info.mapping.plural}/{info.name} {error}\n")
            )
            continue
        if changed is None or (changed == info.obj and not unchanged_too):
            continue
        try:
            write_one(call, info, changed, operation)
        except UserError as error:
            errors.append(UsageError(f"{failure} {error}"))
    raise_all(errors)


def write_one(call: Call, info: Info, changed: Obj, operation: str) -> None:
    """Send what differs as a patch, and print."""
    dry = common.dry_run(call)
    show = common.object_printer(call, operation, dry, typed=True)
    if call.flags.get("local"):
        show(with_zero_structs(info, changed))
    elif dry == "client":
        show(changed)
    else:
        show(_patch(call, info, changed, dry))


def _patch(call: Call, info: Info, changed: Obj, dry: DryRun) -> Obj:
    definitions = call.client.schema()
    ref = schema_refs.ref(definitions, info.mapping)
    try:
        patch = strategic.create_two_way(info.obj, changed, ref, definitions)
    except patches.PatchError as error:
        raise UsageError(message_for(error)) from None
    options = common.write_options(call, dry, validate=False)
    return call.client.patch(info.mapping.resource, info.name, info.namespace, "strategic", patch, options=options)


def _with_divisors(value: Any) -> Any:
    """A quantity is a struct too: a reference to a resource always says its divisor."""
    if isinstance(value, list):
        return [_with_divisors(item) for item in value]
    if not isinstance(value, dict):
        return value
    new = {key: _with_divisors(item) for key, item in value.items()}
    if isinstance(new.get("resourceFieldRef"), dict):
        new["resourceFieldRef"].setdefault("divisor", "0")
    return new


_STRATEGIES = {"Deployment": "strategy", "DaemonSet": "updateStrategy", "StatefulSet": "updateStrategy"}


def with_zero_structs(info: Info, obj: Obj) -> Obj:
    """An object from a file as typed clients print it: Go never leaves a struct out, even an empty one."""
    path = _PATHS.get(info.mapping.kind)
    if path is None:
        return obj
    for group in ("containers", "initContainers"):
        found = get_in(obj, *path, group)
        if found:
            obj = set_in(obj, [*path, group], [_with_divisors({**c, "resources": c.get("resources") or {}}) for c in found])
    for where in _zero_paths(info.mapping.kind, path):
        if get_in(obj, *where) is None:
            empty: dict[str, Any] = {}
            obj = set_in(obj, where, empty)
    return obj


def _zero_paths(kind: str, path: list[str]) -> list[list[str]]:
    found = [["status"]]
    if len(path) > 1:
        found.append([*path[:-1], "metadata"])
    if kind in _STRATEGIES:
        found.append(["spec", _STRATEGIES[kind]])
    return found
