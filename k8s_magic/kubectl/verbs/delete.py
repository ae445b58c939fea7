"""kubectl delete: by file, by name, by label; waits until what was deleted is gone. Models kubectl/pkg/cmd/delete."""

from __future__ import annotations

import json

from k8s_magic.kubectl import builder, common, deletion
from k8s_magic.kubectl.deletion import Deletion
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import not_found
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Delete what was asked for."""
    flags = call.flags
    cascade = deletion.parse_cascade(call, flags["cascade"])
    grace = _grace_seconds(call)
    dry = common.dry_run(call)
    work = Deletion(
        call,
        grace_seconds=grace,
        cascade=cascade,
        dry=dry,
        output=flags["output"],
        wait=flags["wait"],
        timeout_s=flags["timeout"],
        warn_cluster_scope=call.explicit_namespace and not flags["all-namespaces"],
    )
    if flags["raw"]:
        body = call.client.raw(flags["raw"], "DELETE")
        call.out(body if isinstance(body, str) else json.dumps(body, separators=(",", ":")) + "\n")
        return None
    result = builder.select(call, builder.query_of(call, require_object=False))
    _check(call, grace)
    if _ignores_missing(call):
        result.ignored = not_found
    if flags["interactive"] and not _confirmed(call):
        return None
    await work.run(result)
    return None


def _grace_seconds(call: Call) -> int:
    """Seconds of grace: -1 the object's own, 0 only with --force."""
    grace: int = call.flags["grace-period"]
    if call.flags["now"]:
        if grace != -1:
            raise UsageError("--now and --grace-period cannot be specified together")
        grace = 1
    if grace == 0 and not call.flags["force"]:
        # Removal at once is dangerous enough to be asked for twice.
        grace = 1
    return 0 if call.flags["force"] and grace < 0 else grace


def _check(call: Call, grace: int) -> None:
    if call.flags["output"] not in ("", "name"):
        raise UsageError(f"unexpected -o output mode: {call.flags['output']}. We only support '-o name'")
    if grace == 0 and call.flags["force"]:
        call.err(deletion.IMMEDIATE)
    elif grace > 0 and call.flags["force"]:
        raise UsageError("--force and --grace-period greater than 0 cannot be specified together")


def _ignores_missing(call: Call) -> bool:
    chosen = call.flags["all"] or call.flags["selector"] or call.flags["field-selector"]
    return bool(call.flags["ignore-not-found"] or (chosen and not call.flags.changed("ignore-not-found")))


def _confirmed(call: Call) -> bool:
    """Ask on standard input, showing what would be deleted."""
    preview = builder.select(call, builder.query_of(call, require_object=False))
    if _ignores_missing(call):
        preview.ignored = not_found
    infos = preview.all()
    if not infos:
        call.out("No resources found\n")
        return False
    call.out(f"You are about to delete the following {len(infos)} resource(s):\n")
    call.out("".join(f"{info.shown}\n" for info in infos))
    call.out("Do you want to continue? (y/N): ")
    if (call.environment.stdin or "").strip().lower() == "y":
        return True
    call.out("deletion is cancelled\n")
    return False


VERB = Verb(
    "delete",
    "Delete objects by file, by name or by label.",
    run,
    examples=("kubectl delete pod web", "kubectl delete -f web.yaml", "kubectl delete pods,services -l app=web"),
)
