"""kubectl top pod. Models kubectl/pkg/cmd/top/top_pod.go."""

from __future__ import annotations

from k8s_magic.kubectl import metrics
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.metrics import Usage
from k8s_magic.kubectl.printers.tabwriter import table
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Print what pods use, or with --containers each of their containers."""
    flags = call.flags
    if len(call.args) > 1:
        raise call.usage_error("pod [NAME | -l label]")
    metrics.check_sort(flags["sort-by"])
    name = call.args[0] if call.args else ""
    if name and (flags["selector"] or flags["field-selector"]):
        raise UsageError("only one of NAME or selector can be provided")
    everywhere = flags["all-namespaces"]
    namespace = "" if everywhere else call.namespace
    found = metrics.read(call, "pods", name, namespace, labels=flags["selector"], fields=flags["field-selector"])
    if not found:
        _explain_nothing(call, namespace)
        return None
    found.sort(
        key=lambda each: (metrics.sort_key(_usage(each), flags["sort-by"]), meta.namespace(each) if everywhere else "", meta.name(each))
    )
    titles = [*(["NAMESPACE"] if everywhere else []), *(["POD"] if flags["containers"] else []), "NAME", "CPU(cores)", "MEMORY(bytes)"]
    rows = [] if flags["no-headers"] else [titles]
    for each in found:
        rows += _rows(call, each, [meta.namespace(each)] if everywhere else [])
    if flags["sum"]:
        blanks = [""] * (len(titles) - 2)
        rows += [[*blanks, "________", "________"], [*blanks, *metrics.cells(metrics.total(map(_usage, found)))]]
    call.out(table([*row, ""] for row in rows))
    return None


def _usage(pod: Obj) -> Usage:
    return metrics.total(container["usage"] for container in pod.get("containers") or ())


def _rows(call: Call, pod: Obj, before: list[str]) -> list[list[str]]:
    if not call.flags["containers"]:
        return [[*before, meta.name(pod), *metrics.cells(_usage(pod))]]
    by = call.flags["sort-by"]
    containers = sorted(pod["containers"], key=lambda each: (metrics.sort_key(each["usage"], by), str(each["name"])))
    return [[*before, meta.name(pod), each["name"], *metrics.cells(each["usage"])] for each in containers]


def _explain_nothing(call: Call, namespace: str) -> None:
    """No metrics: because there are no pods, or because they are young."""
    pods = call.client.list("pods", namespace, labels=call.flags["selector"], fields=call.flags["field-selector"])["items"]
    if pods:
        raise UsageError("metrics not available yet")
    call.err(f"No resources found in {namespace} namespace.\n" if namespace else "No resources found\n")


VERB = Verb("pod", "Show how much CPU and memory pods use.", run, examples=("kubectl top pod", "kubectl top pod --containers"))
