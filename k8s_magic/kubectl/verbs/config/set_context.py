"""kubectl config set-context."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Make a context, or change one."""
    if len(call.args) > 1:
        raise configfile.help_error(call, f"Unexpected args: [{' '.join(call.args)}]")
    name = call.args[0] if call.args else ""
    if not name and not call.flags["current"]:
        raise UsageError("you must specify a non-empty context name or --current")
    if name and call.flags["current"]:
        raise UsageError("you cannot specify both a context name and --current")
    if call.flags["current"]:
        name = configfile.load(call).current
        if not name:
            raise UsageError("no current context is set")
    values = {key: call.flags[key] or None for key in ("cluster", "user", "namespace") if call.flags.changed(key)}
    existed = configfile.change(call, "contexts", name, values)
    call.out(f"Context {quoted(name)} {'modified' if existed else 'created'}.\n")
    return None


VERB = Verb(
    "set-context",
    "Make a context, or change its cluster, user or namespace.",
    run,
    examples=("kubectl config set-context my-context --namespace=mystuff", "kubectl config set-context --current --namespace=other"),
)
