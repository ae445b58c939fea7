"""kubectl config current-context."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Print its name."""
    current = configfile.load(call).current
    if not current:
        raise UsageError("current-context is not set")
    call.out(f"{current}\n")
    return None


VERB = Verb("current-context", "Print the name of the context in use.", run, examples=("kubectl config current-context",))
