"""kubectl uncordon. Models kubectl/pkg/cmd/drain."""

from __future__ import annotations

from k8s_magic.kubectl import cordoning
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Mark nodes as schedulable."""
    cordoning.run(call, unschedulable=False)
    return None


VERB = Verb("uncordon", "Let pods onto a node again.", run, examples=("kubectl uncordon node1",))
