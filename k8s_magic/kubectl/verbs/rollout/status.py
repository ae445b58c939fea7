"""kubectl rollout status: follow a rollout until it is done. Models kubectl/pkg/cmd/rollout/rollout_status.go."""

from __future__ import annotations

from k8s_magic.kubectl import rollouts, waiting
from k8s_magic.kubectl.builder import Info
from k8s_magic.kubectl.deadline import Deadline
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import UserError, raise_reduced
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Follow each object in turn."""
    if call.flags["revision"] < 0:
        raise UsageError(f"revision must be a positive integer: {call.flags['revision']}")
    infos, error = rollouts.selected(call).infos()
    errors: list[Exception] = []
    for info in infos:
        try:
            if not rollouts.has_status(info.mapping):
                raise UsageError(f"no status viewer has been implemented for {rollouts.group_kind(info.mapping)}")
            await _follow(call, info)
        except UserError as failure:
            errors.append(failure)
    if error is not None:
        errors.append(error)
    if not infos and not errors:
        call.err(f"No resources found in {call.namespace} namespace.\n")
    raise_reduced(errors)
    return None


async def _follow(call: Call, info: Info) -> None:
    """Print where the rollout is, now and each time the object changes."""
    if _report(call, info.obj) or not call.flags["watch"]:
        return
    waiting.check_may_wait(call.environment)
    deadline = Deadline(call.environment, call.flags["timeout"] or None)
    version = info.obj["metadata"].get("resourceVersion", "")
    watch = call.client.watch(info.mapping.resource, info.namespace, fields=f"metadata.name={info.name}", resource_version=version)
    try:
        while True:
            event, timed_out = await waiting.next_event(call.client, watch, deadline.seconds())
            if timed_out:
                raise deadline.error()
            if event is None or event.type == "DELETED":
                raise UsageError("object has been deleted")
            if _report(call, event.object):
                return
    finally:
        watch.stop()


def _report(call: Call, obj: Obj) -> bool:
    """Whether the rollout is done."""
    text, done = rollouts.status_of(obj, call.flags["revision"])
    call.out(text)
    return done


VERB = Verb(
    "status",
    "Follow a rollout until it is done.",
    run,
    examples=("kubectl rollout status deployment/web", "kubectl rollout status ds/agent --timeout=60s"),
)
