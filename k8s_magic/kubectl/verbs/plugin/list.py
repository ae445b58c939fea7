"""kubectl plugin list. Models kubectl/pkg/cmd/plugin: this machine has no PATH, so that nothing is found on it."""

from __future__ import annotations

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Say that there are none."""
    raise UsageError("error: unable to find any kubectl plugins in your PATH")


VERB = Verb("list", "List the plugins.", run, examples=("kubectl plugin list",))
