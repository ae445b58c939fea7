"""kubectl rollout undo: back to an earlier template. Models kubectl/pkg/cmd/rollout/rollout_undo.go and polymorphichelpers/rollback.go."""

from __future__ import annotations

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common, history, rollouts
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.kubectl.verbs.rollout.history import template_text
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

_SKIPPED_NOTES = (
    common.LAST_APPLIED,
    history.REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
)


async def run(call: Call) -> int | None:
    """Roll back each object."""
    dry = common.dry_run(call)
    result = rollouts.selected(call)

    def undo(info: Info) -> None:
        if common.LAST_APPLIED in meta.annotations(info.obj):
            call.err(
                f"Warning: resource {info.mapping.plural}/{info.name} was previously managed with 'kubectl apply'. "
                f"Rolling back will not update the {common.LAST_APPLIED} annotation, which may cause unexpected behavior on future "
                "'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n"
            )
        common.object_printer(call, _roll_back(call, info, dry), dry)(info.obj)

    result.visit(undo)
    return None


def _roll_back(call: Call, info: Info, dry: common.DryRun) -> str:
    """What was done, or the template that would be rolled back to."""
    obj, wanted = info.obj, call.flags["to-revision"]
    revisions = history.revisions(call.client, obj, "rollbacker")
    if wanted < 0:
        raise _not_found(wanted)
    target = _target(obj, revisions, wanted)
    own = target.object["spec"]["template"] if obj["kind"] == "Deployment" else target.template
    if dry == "client":
        return template_text(own) if obj["kind"] == "Deployment" else f"will roll back to {template_text(own)}"
    if obj["spec"].get("paused"):
        raise UsageError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
    if history.same_template(own, obj["spec"]["template"]):
        return f"skipped rollback (current template already matches revision {wanted})"
    try:
        _restore(call, info, target, dry)
    except ApiError as error:
        raise UsageError(f"failed restoring revision {wanted}: {error.message}") from None
    return "rolled back"


def _restore(call: Call, info: Info, target: history.Revision, dry: common.DryRun) -> None:
    options = WriteOptions(dry_run=dry == "server", field_manager="kubectl-rollout")
    if info.mapping.kind != "Deployment":
        call.client.patch(info.mapping.resource, info.name, info.namespace, "strategic", target.object["data"], options=options)
        return
    kept = {key: value for key, value in meta.annotations(info.obj).items() if key in _SKIPPED_NOTES}
    taken = {key: value for key, value in meta.annotations(target.object).items() if key not in _SKIPPED_NOTES}
    operations = [
        {"op": "replace", "path": "/spec/template", "value": history.without_hash(target.object["spec"]["template"])},
        {"op": "replace", "path": "/metadata/annotations", "value": {**kept, **taken}},
    ]
    call.client.patch(info.mapping.resource, info.name, info.namespace, "json", operations, options=options)


def _target(obj: Obj, revisions: dict[int, history.Revision], wanted: int) -> history.Revision:
    """The revision asked for, or the last but one."""
    if wanted:
        if wanted not in revisions:
            raise _not_found(wanted)
        return revisions[wanted]
    if len(revisions) < 2:
        if obj["kind"] == "Deployment":
            raise UsageError(f'no rollout history found for deployment "{meta.name(obj)}"')
        raise UsageError("no last revision to roll back to")
    return revisions[sorted(revisions)[-2]]


def _not_found(revision: int) -> UsageError:
    return UsageError(f"unable to find specified revision {revision} in history")


VERB = Verb(
    "undo",
    "Go back to the template of an earlier revision.",
    run,
    examples=("kubectl rollout undo deployment/web", "kubectl rollout undo deployment/web --to-revision=3"),
)
