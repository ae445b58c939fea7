"""kubectl config get-clusters."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Print their names."""
    call.out("".join(f"{name}\n" for name in ("NAME", *sorted(configfile.load(call).clusters))))
    return None


VERB = Verb("get-clusters", "List the clusters of the kubeconfig.", run, examples=("kubectl config get-clusters",))
