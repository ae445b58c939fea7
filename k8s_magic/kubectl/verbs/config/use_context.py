"""kubectl config use-context."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Make a context the current one."""
    name = configfile.one_argument(call)
    if not name:
        raise UsageError("empty context names are not allowed")
    config = configfile.load(call)
    if name not in config.contexts:
        raise UsageError(f"no context exists with the name: {quoted(name)}")
    config.current = name
    configfile.save(call, config)
    call.out(f"Switched to context {quoted(name)}.\n")
    return None


VERB = Verb("use-context", "Make a context the one in use.", run, examples=("kubectl config use-context my-context",))
