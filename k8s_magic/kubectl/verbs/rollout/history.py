"""kubectl rollout history: the revisions of a workload, or the template of one. Models kubectl/pkg/cmd/rollout/rollout_history.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, history, rollouts
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import Writer
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.tabwriter import align
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Print the history of each object."""
    if call.flags["revision"] < 0:
        raise UsageError(f"revision must be a positive integer: {call.flags['revision']}")
    result = rollouts.selected(call)
    result.visit((lambda info: _print(call, info)) if call.flags.changed("output") else (lambda info: _show(call, info)))
    return None


def _print(call: Call, info: Info) -> None:
    """The workload as it was, revision by revision, in a machine's format."""
    revisions = history.revisions(call.client, info.obj, "history viewer")
    show = common.object_printer(call, "")
    if call.flags["revision"]:
        show(_as_it_was(info.obj, _chosen(revisions, call.flags["revision"])))
        return
    for number in sorted(revisions):
        show(_as_it_was(info.obj, revisions[number]))


def _as_it_was(workload: Obj, revision: history.Revision) -> Obj:
    """A Deployment's revision is a ReplicaSet; another's is laid over the workload. Models GetHistory of polymorphichelpers/history.go."""
    if workload["kind"] == "Deployment":
        return revision.object
    return set_in(workload, ["spec", "template"], revision.template)  # type: ignore[no-any-return]


def _show(call: Call, info: Info) -> None:
    wanted = call.flags["revision"]
    revisions = history.revisions(call.client, info.obj, "history viewer")
    if not revisions:
        text = "No rollout history found."
    else:
        text = template_text(_chosen(revisions, wanted).template) if wanted else _table(revisions)
    common.object_printer(call, f"{f'with revision #{wanted}' if wanted else ''}\n{text}")(info.obj)


def _chosen(revisions: dict[int, history.Revision], wanted: int) -> history.Revision:
    if wanted not in revisions:
        raise UsageError("unable to find the specified revision")
    return revisions[wanted]


def _table(revisions: dict[int, history.Revision]) -> str:
    rows = [f"{number}\t{revisions[number].cause or '<none>'}\n" for number in sorted(revisions)]
    return align("REVISION\tCHANGE-CAUSE\n" + "".join(rows))


def template_text(template: Obj) -> str:
    """A template as `describe` shows it, but with its tabs: kubectl forgets to lay it out."""
    w = Writer()
    pod_template(w, template)
    return w.raw()


VERB = Verb(
    "history",
    "List the revisions of a workload, or show one.",
    run,
    examples=("kubectl rollout history deployment/web", "kubectl rollout history deployment/web --revision=2"),
)
