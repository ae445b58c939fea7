"""kubectl rollout pause. Models kubectl/pkg/cmd/rollout/rollout_pause.go."""

from __future__ import annotations

from k8s_magic.kubectl import rollouts
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


def _patch(obj: Obj) -> Obj:
    if obj["kind"] != "Deployment":
        raise UsageError("pausing is not supported")
    if obj["spec"].get("paused"):
        raise UsageError("is already paused")
    return {"spec": {"paused": True}}


async def run(call: Call) -> int | None:
    """Hold back what changes in the template."""
    rollouts.patch_each(call, _patch, "paused")
    return None


VERB = Verb("pause", "Let a Deployment's changes wait until it is resumed.", run, examples=("kubectl rollout pause deployment/web",))
