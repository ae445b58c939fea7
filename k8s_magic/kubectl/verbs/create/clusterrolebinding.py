"""kubectl create clusterrolebinding. Models kubectl/pkg/cmd/create/create_clusterrolebinding.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Bind a ClusterRole to users, groups and ServiceAccounts everywhere."""
    binding = generate.compact(
        kind="ClusterRoleBinding",
        apiVersion="rbac.authorization.k8s.io/v1",
        metadata=generate.metadata(call, common.one_name(call), namespaced=False),
        subjects=generate.binding_subjects(call),
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": call.flags["clusterrole"]},
    )
    failure = "failed to create clusterrolebinding:"
    generate.submit(call, binding, "clusterrolebindings.rbac.authorization.k8s.io", failure, namespaced=False)
    return None


VERB = Verb(
    "clusterrolebinding",
    "Bind a ClusterRole everywhere.",
    run,
    examples=("kubectl create clusterrolebinding c --clusterrole=view --user=ann",),
)
