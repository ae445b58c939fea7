"""kubectl label: set and remove labels. Models kubectl/pkg/cmd/label."""

from __future__ import annotations

from k8s_magic.kubectl import builder, common, marks, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, quoted
from k8s_magic.kubectl.marks import Marks
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Change labels and say for each object what came of it."""
    dry = common.dry_run(call)
    resources, pairs = common.split_pairs(call.args, "label")
    changes = _parse(pairs)
    if call.flags["list"] and call.flags["output"]:
        raise UsageError("--list and --output may not be specified together")
    marks.check(call, changes, resources, dry, what="label", example="pod")
    result = builder.select(call, marks.query(call, resources))
    if not result.single_item and call.flags["resource-version"]:
        raise UsageError("--resource-version may only be used with a single resource")
    here = dry == "client" or call.flags["local"] or call.flags["list"]

    def change(info: Info) -> None:
        operation = _operation(changes, info.obj)
        if not here:
            _say_missing(call, changes, info.obj)
        _check_overwrites(call, changes, info.obj)
        if not here and operation != "not labeled":
            marks.patch(call, info, changes, dry)
        info.obj = changes.applied(call, info.obj if here else recording.recorded(call, info.obj))
        if call.flags["list"]:
            marks.print_list(call, info, info.obj, "labels", single=result.single_item)
        else:
            common.object_printer(call, operation, dry)(info.obj)

    result.visit(change)
    return None


def _parse(pairs: list[str]) -> Marks:
    new: dict[str, str] = {}
    remove: list[str] = []
    for pair in pairs:
        parts = pair.split("=")
        if len(parts) > 2:
            raise UsageError(f"invalid label spec: {pair}")
        if len(parts) == 1:
            remove.append(pair[:-1])
            continue
        if faults := selectors.label_value_errors(parts[1]):
            raise UsageError(f"invalid label value: {quoted(pair)}: {';'.join(faults)}")
        new[parts[0]] = parts[1]
    if any(key in new for key in remove):
        raise UsageError("can not both modify and remove a label in the same command")
    return Marks("labels", new, remove)


def _check_overwrites(call: Call, changes: Marks, obj: Obj) -> None:
    old = obj["metadata"].get("labels") or {}
    if call.flags["overwrite"]:
        return
    clashes = [(key, old[key]) for key, value in changes.new.items() if key in old and old[key] != value]
    if clashes:
        raise Aggregate([UsageError(f"'{key}' already has a value ({value}), and --overwrite is false") for key, value in clashes])


def _say_missing(call: Call, changes: Marks, obj: Obj) -> None:
    for key in changes.remove:
        if key not in (obj["metadata"].get("labels") or {}):
            call.out(f"label {quoted(key)} not found.\n")


def _operation(changes: Marks, obj: Obj) -> str:
    added, removed = changes.added(obj), changes.removed(obj)
    if added and removed:
        return "modified"
    return "labeled" if added else "unlabeled" if removed else "not labeled"


VERB = Verb(
    "label",
    "Set or remove labels of objects.",
    run,
    examples=("kubectl label pod web env=prod", "kubectl label pod web env-", "kubectl label --overwrite pods --all ver=2"),
)
