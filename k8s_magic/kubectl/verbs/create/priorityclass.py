"""kubectl create priorityclass. Models kubectl/pkg/cmd/create/create_priorityclass.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a PriorityClass."""
    flags = call.flags
    priority = generate.compact(
        kind="PriorityClass",
        apiVersion="scheduling.k8s.io/v1",
        metadata=generate.metadata(call, common.one_name(call), namespaced=False),
        value=flags["value"],
        globalDefault=flags["global-default"] or None,
        description=flags["description"] or None,
        preemptionPolicy=flags["preemption-policy"],
    )
    generate.submit(call, priority, "priorityclasses.scheduling.k8s.io", "failed to create priorityclass:", namespaced=False)
    return None


VERB = Verb("priorityclass", "Create a PriorityClass.", run, examples=("kubectl create priorityclass high --value=1000",))
