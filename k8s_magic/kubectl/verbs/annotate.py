"""kubectl annotate: set and remove annotations. Models kubectl/pkg/cmd/annotate."""

from __future__ import annotations

from k8s_magic.kubectl import builder, common, marks, recording
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.marks import Marks
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Change annotations."""
    dry = common.dry_run(call)
    show = common.object_printer(call, "annotated", dry)
    resources, pairs = common.split_pairs(call.args, "annotation")
    new, remove = common.parse_pairs(pairs, "annotation", may_remove=True)
    changes = Marks("annotations", new, remove)
    if call.flags["list"] and call.flags["output"]:
        raise UsageError("--list and --output may not be specified together")
    marks.check(call, changes, resources, dry, what="annotation", example="rsrc")
    if both := [key for key in remove if key in new]:
        raise UsageError(f"can not both modify and remove the following annotation(s) in the same command: {', '.join(both)}")
    result = builder.select(call, marks.query(call, resources))
    if not result.single_item and call.flags["resource-version"]:
        raise UsageError("--resource-version may only be used with a single resource")
    here = dry == "client" or call.flags["local"] or call.flags["list"]

    def change(info: Info) -> None:
        _check_overwrites(call, changes, info.obj)
        obj = changes.applied(call, info.obj) if here else marks.patch(call, info, changes, dry)
        if call.flags["list"]:
            marks.print_list(call, info, obj, "annotations", single=result.single_item)
        else:
            show(obj)

    result.visit(change)
    return None


def _check_overwrites(call: Call, changes: Marks, obj: Obj) -> None:
    old = obj["metadata"].get("annotations") or {}
    clashes = [
        f"'{key}' already has a value ({old[key]})"
        for key, value in changes.new.items()
        if key in old and old[key] != value and key != recording.CHANGE_CAUSE
    ]
    if clashes and not call.flags["overwrite"]:
        raise UsageError(f"--overwrite is false but found the following declared annotation(s): {'; '.join(clashes)}")


VERB = Verb(
    "annotate",
    "Set or remove annotations of objects.",
    run,
    examples=("kubectl annotate pod web owner=ann", "kubectl annotate pod web owner-"),
)
