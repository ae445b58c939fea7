"""kubectl config rename-context."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Give a context another name."""
    if len(call.args) != 2:
        raise configfile.help_error(call, f"Unexpected args: [{' '.join(call.args)}]")
    old, new = call.args
    if not new:
        raise UsageError("You must specify a new non-empty context name")
    config, where = configfile.load(call), configfile.path(call)
    if old not in config.contexts:
        raise UsageError(f"cannot rename the context {quoted(old)}, it's not in {where}")
    if new in config.contexts:
        raise UsageError(f"cannot rename the context {quoted(old)}, the context {quoted(new)} already exists in {where}")
    config.contexts[new] = config.contexts.pop(old)
    config.current = new if config.current == old else config.current
    configfile.save(call, config)
    call.out(f"Context {quoted(old)} renamed to {quoted(new)}.\n")
    return None


VERB = Verb("rename-context", "Give a context another name.", run, examples=("kubectl config rename-context old new",))
