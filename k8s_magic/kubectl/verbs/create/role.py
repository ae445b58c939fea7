"""kubectl create role. Models kubectl/pkg/cmd/create/create_role.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate, rules
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a Role with one rule a group of the API."""
    name, verbs, targets = common.one_name(call), rules.verbs_of(call), rules.targets_of(call)
    if not verbs:
        raise UsageError("at least one verb must be specified")
    if not targets:
        raise UsageError("at least one resource must be specified")
    rules.check(call, verbs, targets)
    role = {
        "kind": "Role",
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "metadata": generate.metadata(call, name),
        "rules": rules.rules(call, verbs, targets, []),
    }
    generate.submit(call, role, "roles.rbac.authorization.k8s.io")
    return None


VERB = Verb("role", "Create a Role.", run, examples=("kubectl create role reader --verb=get,list --resource=pods",))
