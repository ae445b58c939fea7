"""kubectl create quota. Models kubectl/pkg/cmd/create/create_quota.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import quantity


async def run(call: Call) -> int | None:
    """Create a ResourceQuota."""
    name = common.one_name(call)
    hard, scopes = _hard(call.flags["hard"]), _scopes(call.flags["scopes"])
    quota = {
        "kind": "ResourceQuota",
        "apiVersion": "v1",
        "metadata": generate.metadata(call, name),
        "spec": generate.compact(hard=generate.in_order(hard) or None, scopes=scopes),
        "status": {},
    }
    generate.submit(call, quota, "resourcequotas", "failed to create quota:")
    return None


def _hard(text: str) -> dict[str, str]:
    hard: dict[str, str] = {}
    for part in text.split(",") if text else ():
        pair = part.split("=")
        if len(pair) != 2:
            raise UsageError(f"Invalid argument syntax {part}, expected <resource>=<value>")
        try:
            hard[pair[0]] = quantity.canonical(pair[1])
        except quantity.QuantityError as error:
            raise UsageError(str(error)) from None
    return hard


def _scopes(text: str) -> list[str]:
    scopes = text.split(",") if text else []
    if "" in scopes:
        raise UsageError('invalid resource quota scope ""')
    return scopes


VERB = Verb("quota", "Create a ResourceQuota.", run, examples=("kubectl create quota small --hard=pods=2,cpu=1",))
