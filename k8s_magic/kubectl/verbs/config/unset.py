"""kubectl config unset."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Take one property away."""
    name = configfile.one_argument(call)
    if not name:
        raise UsageError("you must specify a property")
    kind, entry, field = configfile.steps(name)
    config = configfile.load(call)
    if kind == "current-context":
        config.current = ""
    elif kind == "preferences":
        config.preferences.pop(field, None)
    elif not entry:
        config.of(kind).clear()
    elif entry not in config.of(kind):
        raise UsageError(f"current map key `{entry}` is invalid")
    elif not field:
        del config.of(kind)[entry]
    else:
        config.of(kind)[entry].pop(field, None)
    configfile.save(call, config)
    call.out(f"Property {quoted(name)} unset.\n")
    return None


VERB = Verb("unset", "Take one value out of the kubeconfig by its path.", run, examples=("kubectl config unset contexts.one.namespace",))
