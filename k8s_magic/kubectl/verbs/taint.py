"""kubectl taint: what keeps pods off nodes. Models kubectl/pkg/cmd/taint."""

from __future__ import annotations

from k8s_magic.kubectl import builder, common
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, NoSuchResource, quoted
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj

_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


async def run(call: Call) -> int | None:
    """Add and remove taints."""
    dry = common.dry_run(call)
    common.validation(call)
    resources, specs = _split(call.args)
    if not resources:
        raise UsageError("one or more resources must be specified as <resource> <name>")
    if not specs:
        raise UsageError("at least one taint update is required")
    try:
        add, remove = _parse(specs)
    except UsageError as error:
        raise call.usage_error(str(error)) from None
    _check(call, resources, add, remove)

    def change(info: Info) -> None:
        operation, taints = _changed(call, info, add, remove)
        if dry == "client":
            return common.object_printer(call, operation)({**info.obj, "spec": {**info.obj["spec"], "taints": taints}})
        patch = {"spec": {"taints": taints or None}}
        options = common.write_options(call, dry)
        return common.object_printer(call, operation)(call.client.patch("nodes", info.name, "", "merge", patch, options=options))

    names = [] if call.flags["all"] or call.flags["selector"] else resources[1:]
    builder.select(call, builder.query_of(call, ["nodes", *names])).visit(change)
    return None


def _split(args: list[str]) -> tuple[list[str], list[str]]:
    resources: list[str] = []
    specs: list[str] = []
    for arg in args:
        if "=" in arg or ":" in arg or arg.endswith("-"):
            specs.append(arg)
        elif specs:
            raise UsageError(f"all resources must be specified before taint changes: {arg}")
        else:
            resources.append(arg)
    return resources, specs


def _parse(specs: list[str]) -> tuple[list[Obj], list[Obj]]:
    """(taints to add, taints to remove by key and perhaps effect)."""
    add: list[Obj] = []
    remove: list[Obj] = []
    for spec in specs:
        if spec.endswith("-"):
            taint = _taint(spec[:-1])
            remove.append({"key": taint["key"], "effect": taint["effect"]})
            continue
        taint = _taint(spec)
        if not taint["effect"]:
            raise UsageError(f"invalid taint spec: {spec}")
        if any((t["key"], t["effect"]) == (taint["key"], taint["effect"]) for t in add):
            shown = f"{{{taint['key']} {taint.get('value', '')} {taint['effect']} <nil>}}"
            raise UsageError(f"duplicated taints with the same key and effect: {shown}")
        add.append(taint)
    return add, remove


def _taint(spec: str) -> Obj:
    """KEY[=VALUE][:EFFECT]."""
    parts = spec.split(":")
    key, value, effect = parts[0], None, ""
    if len(parts) > 2:
        raise UsageError(f"invalid taint spec: {spec}")
    if len(parts) == 2:
        effect = parts[1]
        if effect not in _EFFECTS:
            raise UsageError(f"invalid taint effect: {effect}, unsupported taint effect")
        key, equals, text = parts[0].partition("=")
        if "=" in text:
            raise UsageError(f"invalid taint spec: {spec}")
        value = text if equals else None
        if faults := selectors.label_value_errors(text):
            raise UsageError(f"invalid taint spec: {spec}, {'; '.join(faults)}")
    if faults := selectors.label_key_errors(key):
        raise UsageError(f"invalid taint spec: {spec}, {'; '.join(faults)}")
    return {"key": key, **({"value": value} if value else {}), "effect": effect}


def _check(call: Call, resources: list[str], add: list[Obj], remove: list[Obj]) -> None:
    name = resources[0].lower()
    if _kind(call, name) != "Node":
        raise UsageError(f"invalid resource type {name}, only node types are supported")
    both = [f"{r['key']}={r['effect']}" for a in add for r in remove if a["key"] == r["key"] and r["effect"] in ("", a["effect"])]
    if both:
        raise UsageError(f"can not both modify and remove the following taint(s) in the same command: {', '.join(both)}")
    if call.flags["all"] and call.flags["selector"]:
        raise UsageError("setting 'all' parameter with a non empty selector is prohibited")
    if not call.flags["all"] and not call.flags["selector"] and len(resources) < 2:
        raise UsageError("at least one resource name must be specified since 'all' parameter is not set")


def _kind(call: Call, resource: str) -> str:
    """Models TaintOptions.Validate, which asks the mapper itself: its refusal has no `error: ` before it."""
    try:
        return call.mapper.by_type(resource).kind
    except UsageError as error:
        raise NoSuchResource(str(error)) from None


def _changed(call: Call, info: Info, add: list[Obj], remove: list[Obj]) -> tuple[str, list[Obj]]:
    """(what was done, the taints after it). Models taint.reorganizeTaints."""
    old: list[Obj] = info.obj["spec"].get("taints") or []
    taken = [a["key"] for a in add for o in old if _same(a, o)]
    if taken and not call.flags["overwrite"]:
        raise UsageError(f"node {info.name} already has {','.join(taken)} taint(s) with same effect(s) and --overwrite is false")
    taints = [*add, *(o for o in old if not any(_same(a, o) for a in add))]
    added = len(taints) != len(old)
    missing: list[Exception] = []
    deleted = False
    for taint in remove:
        kept = [t for t in taints if not (_same(taint, t) if taint["effect"] else t["key"] == taint["key"])]
        deleted = len(kept) != len(taints)
        if not deleted:
            shown = f"{taint['key']}:{taint['effect']}" if taint["effect"] else taint["key"]
            missing.append(UsageError(f"taint {quoted(shown)} not found"))
        taints = kept
    if missing:
        raise Aggregate(missing)
    if (added and deleted) or call.flags["overwrite"]:
        return "modified", taints
    return ("tainted" if added else "untainted"), taints


def _same(one: Obj, other: Obj) -> bool:
    return bool(one["key"] == other["key"] and one["effect"] == other["effect"])


VERB = Verb(
    "taint",
    "Add or remove taints of nodes.",
    run,
    examples=("kubectl taint nodes node1 dedicated=db:NoSchedule", "kubectl taint nodes node1 dedicated-"),
)
