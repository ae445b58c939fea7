"""kubectl rollout resume. Models kubectl/pkg/cmd/rollout/rollout_resume.go."""

from __future__ import annotations

from k8s_magic.kubectl import rollouts
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


def _patch(obj: Obj) -> Obj:
    if obj["kind"] != "Deployment":
        raise UsageError("resuming is not supported")
    if not obj["spec"].get("paused"):
        raise UsageError("is not paused")
    return {"spec": {"paused": None}}


async def run(call: Call) -> int | None:
    """Go on with a rollout."""
    rollouts.patch_each(call, _patch, "resumed")
    return None


VERB = Verb("resume", "Go on with the rollout of a paused Deployment.", run, examples=("kubectl rollout resume deployment/web",))
