"""kubectl rollout restart: new pods by way of an annotation in the template. Models kubectl/pkg/cmd/rollout/rollout_restart.go."""

from __future__ import annotations

from k8s_magic.kubectl import rollouts
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339

_NOTE = "kubectl.kubernetes.io/restartedAt"


async def run(call: Call) -> int | None:
    """Write the time into each template."""
    now = rfc3339(call.client.now())

    def patch(obj: Obj) -> Obj:
        if obj["kind"] not in ("Deployment", "DaemonSet", "StatefulSet"):
            raise UsageError("restarting is not supported")
        if obj["spec"].get("paused"):
            raise UsageError("can't restart paused deployment (run rollout resume first)")
        if meta.get_in(obj, "spec", "template", "metadata", "annotations", _NOTE) == now:
            why = "if restart has already been triggered within the past second, please wait before attempting to trigger another"
            raise rollouts.Refusal(f"failed to create patch for {meta.name(obj)}: {why}")
        return {"spec": {"template": {"metadata": {"annotations": {_NOTE: now}}}}}

    rollouts.patch_each(call, patch, "restarted")
    return None


VERB = Verb(
    "restart",
    "Replace all pods of a workload, in the way it rolls out changes.",
    run,
    examples=("kubectl rollout restart deployment/web",),
)
