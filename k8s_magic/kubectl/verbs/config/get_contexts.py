"""kubectl config get-contexts."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import raise_all
from k8s_magic.kubectl.printers.tabwriter import table
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Print a table of contexts, or of those named."""
    output = call.flags["output"]
    if output not in ("", "name"):
        raise UsageError(f"--output {output} is not available in kubectl config get-contexts; resetting to default output format")
    config = configfile.load(call)
    wanted = call.args or list(config.contexts)
    names = sorted(name for name in wanted if name in config.contexts)
    if output == "name":
        call.out("".join(f"{name}\n" for name in names))
    else:
        rows = [] if call.flags["no-headers"] else [["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]]
        for name in names:
            context = config.contexts[name]
            current = "*" if name == config.current else " "
            rows.append([current, name, *(str(context.get(key) or "") for key in ("cluster", "user", "namespace"))])
        call.out(table(rows))
    raise_all([UsageError(f"context {name} not found") for name in wanted if name not in config.contexts])
    return None


VERB = Verb("get-contexts", "List the contexts of the kubeconfig.", run, examples=("kubectl config get-contexts",))
