"""kubectl api-resources. Models kubectl/pkg/cmd/apiresources."""

from __future__ import annotations

from k8s_magic.kubectl import printers
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.tabwriter import table
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

_FORMATS = ["json", "kyaml", "name", "wide", "yaml"]


async def run(call: Call) -> int | None:
    """Print what kinds of resources there are."""
    flags = call.flags
    if call.args:
        raise call.usage_error(f"unexpected arguments: [{' '.join(call.args)}]")
    if flags["sort-by"] not in ("", "name", "kind"):
        raise UsageError("--sort-by accepts only name or kind")
    if flags["output"] not in ("", *_FORMATS):
        raise printers.no_printer(flags["output"], _FORMATS)
    preferred = {(resource["group"], resource["name"]): resource for resource in reversed(call.environment.discovery.fetch(call.client))}
    found = [resource for resource in reversed(preferred.values()) if _wanted(call, resource)]
    by = flags["sort-by"] or "group"
    found.sort(key=lambda resource: (resource[by], resource["name"]))
    _print(call, found)
    return None


def _wanted(call: Call, resource: Obj) -> bool:
    flags = call.flags
    if not resource["verbs"] or "/" in resource["name"]:
        return False
    if flags.changed("api-group") and flags["api-group"] != resource["group"]:
        return False
    if flags.changed("namespaced") and flags["namespaced"] != resource["namespaced"]:
        return False
    return set(flags["verbs"]) <= set(resource["verbs"]) and set(flags["categories"]) <= set(resource.get("categories") or ())


def _print(call: Call, found: list[Obj]) -> None:
    output = call.flags["output"]
    if output == "name":
        call.out("".join(f"{_qualified(resource)}\n" for resource in found))
    elif output in ("", "wide"):
        rows = [] if call.flags["no-headers"] else [_titles(output == "wide")]
        call.out(table(rows + [_row(resource, output == "wide") for resource in found]))
    else:
        shown = [{key: value for key, value in resource.items() if key != "subresources"} for resource in found]
        listed = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "", "resources": shown}
        printers.printer_for(output, typed=True).write(listed, call.out)


def _qualified(resource: Obj) -> str:
    return f"{resource['name']}.{resource['group']}" if resource["group"] else str(resource["name"])


def _titles(wide: bool) -> list[str]:
    return ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", *(["VERBS", "CATEGORIES"] if wide else [])]


def _row(resource: Obj, wide: bool) -> list[str]:
    version = f"{resource['group']}/{resource['version']}" if resource["group"] else resource["version"]
    namespaced = "true" if resource["namespaced"] else "false"
    cells = [resource["name"], ",".join(resource.get("shortNames") or ()), version, namespaced, resource["kind"]]
    return [*cells, ",".join(resource["verbs"]), ",".join(resource.get("categories") or ())] if wide else cells


VERB = Verb("api-resources", "List the kinds of resources.", run, examples=("kubectl api-resources", "kubectl api-resources -o wide"))
