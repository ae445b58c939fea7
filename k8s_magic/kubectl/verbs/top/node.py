"""kubectl top node. Models kubectl/pkg/cmd/top/top_node.go."""

from __future__ import annotations

from k8s_magic.kubectl import metrics
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.tabwriter import table
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta

_TITLES = ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"]


async def run(call: Call) -> int | None:
    """Print what nodes use, and how much of what they have that is."""
    flags = call.flags
    if len(call.args) > 1:
        raise call.usage_error("node [NAME | -l label]")
    metrics.check_sort(flags["sort-by"])
    name = call.args[0] if call.args else ""
    if name and flags["selector"]:
        raise UsageError("only one of NAME or --selector can be provided")
    found = metrics.read(call, "nodes", name, "", labels=flags["selector"])
    if not found:
        raise UsageError("metrics not available yet")
    found.sort(key=lambda each: (metrics.sort_key(each["usage"], flags["sort-by"]), meta.name(each)))
    nodes = [call.client.get("nodes", name)] if name else call.client.list("nodes", labels=flags["selector"])["items"]
    side = "capacity" if flags["show-capacity"] else "allocatable"
    available = {meta.name(node): node.get("status", {}).get(side) or {} for node in nodes}
    rows = [] if flags["no-headers"] else [_TITLES]
    rows += [[meta.name(each), *metrics.cells(each["usage"], available.pop(meta.name(each), {}))] for each in found]
    rows += [[name, *["<unknown>"] * 4] for name in sorted(available)]
    call.out(table([*row, ""] for row in rows))
    return None


VERB = Verb("node", "Show how much CPU and memory nodes use.", run, examples=("kubectl top node",))
