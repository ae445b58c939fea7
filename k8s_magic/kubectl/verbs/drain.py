"""kubectl drain: cordon a node, then take its pods away. Models kubectl/pkg/cmd/drain."""

from __future__ import annotations

from k8s_magic.kubectl import common, cordoning, drainable
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, UserError, quoted
from k8s_magic.kubectl.evicting import Evicting
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta, selectors


async def run(call: Call) -> int | None:
    """Drain each node; one that cannot be drained does not keep the others."""
    dry = common.dry_run(call)
    try:
        selectors.parse(call.flags["pod-selector"])
    except selectors.SelectorError:
        raise UsageError("--pod-selector=<pod_selector> must be a valid label selector") from None
    infos = cordoning.nodes(call)
    cordoning.mark(call, infos, dry, unschedulable=True)
    failed: list[tuple[str, Exception]] = []
    for info in infos:
        try:
            await _drain(call, info, dry)
            common.object_printer(call, "drained", dry)(info.obj)
        except UserError as error:
            call.err(f"error: unable to drain node {quoted(info.name)} due to error: {error}, continuing command...\n")
            failed.append((info.name, error))
    if failed:
        call.err("There are pending nodes to be drained:\n" + "".join(f" {name}\n" for name, _ in failed))
        raise Aggregate([error for _, error in failed])
    return None


async def _drain(call: Call, info: Info, dry: DryRun) -> None:
    found = drainable.on_node(call, info.name)
    if found.warning:
        call.err(f"Warning: {found.warning}\n")
    if dry == "client":
        for pod in found.to_delete:
            call.out(f"evicting pod {meta.namespace(pod)}/{meta.name(pod)} (dry run)\n")
        return
    try:
        await Evicting(call, dry, call.flags["timeout"]).run(found.to_delete)
    except UserError as error:
        pending = drainable.on_node(call, info.name).to_delete
        if pending:
            call.err(f"There are pending pods in node {quoted(info.name)} when an error occurred: {error}\n")
            call.err("".join(f"pod/{meta.name(pod)}\n" for pod in pending))
        raise


VERB = Verb("drain", "Take all pods off a node, so that it can be worked on.", run, examples=("kubectl drain node1 --ignore-daemonsets",))
