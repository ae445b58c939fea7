"""kubectl config delete-cluster."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Take it out of the file."""
    configfile.delete(call, "clusters")
    return None


VERB = Verb("delete-cluster", "Take a cluster out of the kubeconfig.", run, examples=("kubectl config delete-cluster old",))
