"""kubectl auth can-i. Models kubectl/pkg/cmd/auth/cani.go."""

from __future__ import annotations

from typing import Any

from k8s_magic.kubectl.describe import rules
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit
from k8s_magic.kubectl.printers.tabwriter import table
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call, Verb

_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate", "*", "approve")
_MORE_VERBS = ("sign", "escalate", "attest")
_URL_VERBS = ("get", "put", "post", "head", "options", "delete", "patch", "*")
_UNLISTED = ("users", "groups")
_API = "authorization.k8s.io"


async def run(call: Call) -> int | None:
    """Print yes or no, and end with 1 for no; with --list all that is allowed."""
    if call.flags["list"]:
        _list(call)
        return None
    if len(call.args) != 2:
        usage = "See 'kubectl auth can-i -h' for help and examples."
        raise UsageError(f"you must specify two arguments: verb resource or verb resource/resourceName.\n{usage}")
    attributes = _attributes(call, *call.args)
    if call.flags["no-headers"]:
        raise UsageError("--no-headers cannot be set without --list specified")
    review = {"apiVersion": f"{_API}/v1", "kind": "SelfSubjectAccessReview", "metadata": {}, "spec": attributes}
    status = call.client.create(f"selfsubjectaccessreviews.{_API}", review).get("status", {})
    allowed = bool(status.get("allowed"))
    if not call.flags["quiet"]:
        reasons = "" if allowed else "".join(f" - {status[key]}" for key in ("reason", "evaluationError") if status.get(key))
        call.out(f"{'yes' if allowed else 'no'}{reasons}\n")
    if not allowed:
        raise Exit(1)
    return None


def _warn(call: Call, text: str) -> None:
    call.err(f"Warning: {text}\n\n")


def _attributes(call: Call, verb: str, what: str) -> dict[str, Any]:
    """What to ask for, as the spec of an access review."""
    subresource = call.flags["subresource"]
    if what.startswith("/"):
        if subresource:
            raise UsageError("--subresource can not be used with NonResourceURL")
        if verb not in _URL_VERBS:
            _warn(call, f"verb '{verb}' is not a known verb")
        return {"nonResourceAttributes": {"verb": verb, "path": what}}
    kind, _, name = what.partition("/")
    mapping = _mapping(call, kind)
    if mapping and not call.flags["all-namespaces"] and not mapping.namespaced:
        where = f" in group '{mapping.group}'" if mapping.group else ""
        _warn(call, f"resource '{mapping.plural}' is not namespace scoped{where}")
    if verb not in (*_VERBS, *_MORE_VERBS) and not call.flags["all-namespaces"]:
        _warn(call, f"verb '{verb}' is not a known verb")
    resource: dict[str, Any] = {
        "namespace": "" if call.flags["all-namespaces"] else call.namespace,
        "verb": verb,
        "group": mapping.group if mapping else "",
        "resource": mapping.plural if mapping else kind,
        "subresource": subresource,
        "name": name,
    }
    return {"resourceAttributes": {key: value for key, value in resource.items() if value}}


def _mapping(call: Call, kind: str) -> Mapping | None:
    """The resource; None, with a warning, where the server has none of that name."""
    if kind == "*":
        return None
    try:
        return call.mapper.by_type(kind.lower())
    except UsageError:
        if kind not in _UNLISTED:
            name, _, group = kind.lower().partition(".")
            where = f" in group '{group}'" if group else ""
            _warn(call, f"the server doesn't have a resource type '{name}'{where}")
        return None


def _list(call: Call) -> None:
    flags = call.flags
    if call.args:
        raise UsageError("list option must be specified with no arguments")
    if flags["quiet"] or flags["all-namespaces"] or flags["subresource"]:
        raise UsageError("list option can't be specified with neither quiet, all-namespaces nor subresource options")
    review = {
        "apiVersion": f"{_API}/v1",
        "kind": "SelfSubjectRulesReview",
        "metadata": {},
        "spec": {"namespace": call.namespace},
    }
    status = call.client.create(f"selfsubjectrulesreviews.{_API}", review).get("status", {})
    if status.get("incomplete"):
        call.err(f"Warning: the list may be incomplete: {status.get('evaluationError', '')}\n")
    listed = [*(status.get("resourceRules") or ()), *(status.get("nonResourceRules") or ())]
    rows = [] if flags["no-headers"] else [["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]]
    call.out(table(rows + rules.lines(listed)))


VERB = Verb(
    "can-i",
    "Ask whether something is allowed.",
    run,
    examples=("kubectl auth can-i create pods", "kubectl auth can-i list pods --as=jane", "kubectl auth can-i --list"),
)
