"""kubectl create poddisruptionbudget. Models kubectl/pkg/cmd/create/create_pdb.go."""

from __future__ import annotations

import re

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a PodDisruptionBudget."""
    name = common.one_name(call)
    least, most = _bounds(call)
    spec = generate.compact(
        minAvailable=generate.int_or_string(least) if least else None,
        selector=generate.label_selector(call.flags["selector"]),
        maxUnavailable=generate.int_or_string(most) if most else None,
    )
    status = {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0}
    metadata = generate.metadata(call, name)
    budget = {"kind": "PodDisruptionBudget", "apiVersion": "policy/v1", "metadata": metadata, "spec": spec, "status": status}
    generate.submit(call, budget, "poddisruptionbudgets.policy", "failed to create poddisruptionbudgets:")
    return None


def _bounds(call: Call) -> tuple[str, str]:
    least, most = call.flags["min-available"], call.flags["max-unavailable"]
    if not call.flags["selector"]:
        raise UsageError("a selector must be specified")
    if not least and not most:
        raise UsageError("one of min-available or max-unavailable must be specified")
    if least and most:
        raise UsageError("min-available and max-unavailable cannot be both specified")
    for value, flag in ((least, "min-available"), (most, "max-unavailable")):
        if value and not re.fullmatch(r"[0-9]+%?", value):
            raise UsageError(f"invalid format specified for {flag}")
    return least, most


VERB = Verb(
    "poddisruptionbudget",
    "Create a PodDisruptionBudget.",
    run,
    examples=("kubectl create poddisruptionbudget web --selector=app=web --min-available=1",),
)
