"""kubectl set env: environment variables of containers. Models kubectl/pkg/cmd/set/set_env.go."""

from __future__ import annotations

import re

from k8s_magic.kinds import names
from k8s_magic.kubectl import builder, common, env_values, pod_specs
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Set, remove or list variables."""
    flags = call.flags
    if flags["all"] and flags["selector"]:
        raise UsageError("cannot set --all and --selector at the same time")
    resources, pairs = _split(call.args)
    dry = common.dry_run(call)
    common.check_flags(call)
    pod_specs.check_local(call, dry)
    _check(call, resources)
    new, remove = _parse(call, [*flags["env"], *pairs])
    if flags["from"]:
        new += _from_source(call)
    new = [{**variable, "name": flags["prefix"] + variable["name"]} for variable in new]
    infos = pod_specs.find(call, resources)
    if flags["list"]:
        env_values.print_all(call, infos)
        return None

    def change(info: Info) -> Obj | None:
        return _changed(call, info, new, remove)

    pod_specs.write(call, infos, change, "env updated", "failed to patch env update to pod template:")
    return None


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    """(resources, KEY=VALUE and KEY- pairs). Models envutil.SplitEnvironmentFromResources."""
    first = next((i for i, arg in enumerate(args) if "=" in arg or arg.endswith("-")), len(args))
    if not all("=" in arg or arg.endswith("-") for arg in args[first:]):
        raise UsageError(f"all resources must be specified before environment changes: {' '.join(args)}")
    return args[:first], args[first:]


def _check(call: Call, resources: list[str]) -> None:
    flags = call.flags
    if not flags["filename"] and not resources:
        raise UsageError("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    if flags["list"] and flags["output"]:
        raise UsageError("--list and --output may not be specified together")
    if flags["keys"] and not flags["from"]:
        raise UsageError("when specifying --keys, a configmap or secret must be provided with --from")


def _parse(call: Call, pairs: list[str]) -> tuple[list[Obj], list[str]]:
    """(variables, names to remove); `-` reads pairs from standard input. Models envutil.ParseEnv."""
    lines = [p for pair in pairs for p in ((call.environment.stdin or "").splitlines() if pair == "-" else [pair])]
    new: list[Obj] = []
    remove: list[str] = []
    for pair in lines:
        name, equals, value = pair.partition("=")
        if equals:
            if faults := names.strict_environment_name(name):
                raise UsageError(f"{quoted(name)} is not a valid key name: {';'.join(faults)}")
            new.append({"name": name, "value": value})
        elif pair.endswith("-"):
            remove.append(pair[:-1])
        else:
            raise UsageError(f"unknown environment variable: {pair}")
    if any(variable["name"] in remove for variable in new):
        raise UsageError("can not both modify and remove the same environment variable in the same command")
    return new, remove


def _from_source(call: Call) -> list[Obj]:
    """References to every key of a ConfigMap or Secret."""
    query = builder.query_of(call, [call.flags["from"]], filenames=(), selector="", all=False)
    found: list[Obj] = []
    for info in builder.select(call, query).all():
        reference = {"ConfigMap": "configMapKeyRef", "Secret": "secretKeyRef"}.get(info.mapping.kind)
        if reference is None:
            raise UsageError("unsupported resource specified in --from")
        for key in sorted(info.obj.get("data") or {}):
            if not call.flags["keys"] or key in call.flags["keys"]:
                found.append({"name": _name_of(call, key), "valueFrom": {reference: {"name": info.name, "key": key}}})
    return found


def _name_of(call: Call, key: str) -> str:
    name = re.sub(r"[^a-zA-Z0-9_]", "_", key).upper()
    if name != key:
        call.err(f"Warning: key {key} transferred to {name}\n")
    return name


def _changed(call: Call, info: Info, new: list[Obj], remove: list[str]) -> Obj | None:
    chosen = pod_specs.selects(call.flags["containers"])
    containers = [c for c in pod_specs.containers_of(info) if chosen(c)]
    if not containers:
        call.err(f"Warning: {info.mapping.kind}/{info.name} does not have any containers matching {quoted(call.flags['containers'])}\n")
        return None
    if not call.flags["overwrite"]:
        _check_overwrites(containers, new)
    return pod_specs.change_containers(info, lambda c: _with_env(c, new, remove), chosen)


def _check_overwrites(containers: list[Obj], new: list[Obj]) -> None:
    for container in containers:
        old = {v["name"]: v for v in container.get("env") or ()}
        for variable in new:
            if variable["name"] in old:
                value = old[variable["name"]].get("value", "")
                raise UsageError(f"'{variable['name']}' already has a value ({value}), and --overwrite is false")


def _with_env(container: Obj, new: list[Obj], remove: list[str]) -> Obj:
    """The container with the variables in their old places, new ones behind."""
    wanted = {variable["name"]: variable for variable in new}
    old = [wanted.pop(v["name"], v) for v in container.get("env") or () if v["name"] not in remove]
    env = [*old, *(v for v in wanted.values() if v["name"] not in remove)]
    return {**container, "env": env} if env else {k: v for k, v in container.items() if k != "env"}


VERB = Verb(
    "env",
    "Set, remove or list environment variables of containers.",
    run,
    examples=("kubectl set env deployment/web MODE=fast DEBUG-", "kubectl set env deployment/web --list"),
)
