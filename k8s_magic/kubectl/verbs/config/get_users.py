"""kubectl config get-users."""

from __future__ import annotations

from k8s_magic.kubectl import configfile
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Print their names."""
    call.out("".join(f"{name}\n" for name in ("NAME", *sorted(configfile.load(call).users))))
    return None


VERB = Verb("get-users", "List the users of the kubeconfig.", run, examples=("kubectl config get-users",))
