"""kubectl config delete-context."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Take it out of the file."""
    configfile.delete(call, "contexts")
    return None


VERB = Verb("delete-context", "Take a context out of the kubeconfig.", run, examples=("kubectl config delete-context old",))
