"""kubectl cordon. Models kubectl/pkg/cmd/drain."""

from __future__ import annotations

from k8s_magic.kubectl import cordoning
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Mark nodes as unschedulable."""
    cordoning.run(call, unschedulable=True)
    return None


VERB = Verb("cordon", "Let no new pods onto a node.", run, examples=("kubectl cordon node1",))
