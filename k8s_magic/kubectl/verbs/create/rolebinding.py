"""kubectl create rolebinding. Models kubectl/pkg/cmd/create/create_rolebinding.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Bind a Role or ClusterRole to users, groups and ServiceAccounts in a namespace."""
    name, role, cluster_role = common.one_name(call), call.flags["role"], call.flags["clusterrole"]
    if bool(role) == bool(cluster_role):
        raise UsageError("exactly one of clusterrole or role must be specified")
    binding = generate.compact(
        kind="RoleBinding",
        apiVersion="rbac.authorization.k8s.io/v1",
        metadata=generate.metadata(call, name),
        subjects=generate.binding_subjects(call),
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role" if role else "ClusterRole", "name": role or cluster_role},
    )
    generate.submit(call, binding, "rolebindings.rbac.authorization.k8s.io", "failed to create rolebinding:")
    return None


VERB = Verb(
    "rolebinding",
    "Bind a role in a namespace.",
    run,
    examples=("kubectl create rolebinding r --role=reader --serviceaccount=default:robot",),
)
