"""kubectl create namespace. Models kubectl/pkg/cmd/create/create_namespace.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a Namespace."""
    metadata = generate.metadata(call, common.one_name(call), namespaced=False)
    namespace = {"kind": "Namespace", "apiVersion": "v1", "metadata": metadata, "spec": {}, "status": {}}
    generate.submit(call, namespace, "namespaces", namespaced=False)
    return None


VERB = Verb("namespace", "Create a Namespace.", run, examples=("kubectl create namespace team-a",))
