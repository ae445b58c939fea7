"""kubectl create clusterrole. Models kubectl/pkg/cmd/create/create_clusterrole.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate, rules
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj

_URL_VERBS = ("*", "get", "post", "put", "delete", "patch", "head", "options")


async def run(call: Call) -> int | None:
    """Create a ClusterRole from rules, or one that gathers others by their labels."""
    name = common.one_name(call)
    body = _aggregation(call) if call.flags["aggregation-rule"] else {"rules": _rules(call)}
    metadata = generate.metadata(call, name, namespaced=False)
    role = {"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": metadata, **body}
    generate.submit(call, role, "clusterroles.rbac.authorization.k8s.io", namespaced=False)
    return None


def _aggregation(call: Call) -> Obj:
    flags = call.flags
    if flags["non-resource-url"] or flags["verb"] or flags["resource"] or flags["resource-name"]:
        raise UsageError("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames")
    labels = dict(pair.split("=", 1) for pair in flags["aggregation-rule"].split(","))
    return {"rules": None, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]}}


def _rules(call: Call) -> list[Obj]:
    verbs, targets, urls = rules.verbs_of(call), rules.targets_of(call), list(dict.fromkeys(call.flags["non-resource-url"]))
    if not verbs:
        raise UsageError("at least one verb must be specified")
    if not targets and not urls:
        raise UsageError("one of resource or nonResourceURL must be specified")
    if targets:
        rules.check(call, verbs, targets)
    if urls:
        _check_urls(verbs, urls)
    return rules.rules(call, verbs, targets, urls)


def _check_urls(verbs: list[str], urls: list[str]) -> None:
    for verb in verbs:
        if verb not in _URL_VERBS:
            raise UsageError(f"invalid verb: '{verb}' for nonResourceURL")
    for url in urls:
        if url == "*":
            continue
        if not url.startswith("/"):
            raise UsageError("nonResourceURL should start with /")
        if "*" in url[:-1]:
            raise UsageError("nonResourceURL only supports wildcard matches when '*' is at the end")


VERB = Verb(
    "clusterrole", "Create a ClusterRole.", run, examples=("kubectl create clusterrole reader --verb=get,list --resource=pods,nodes",)
)
