"""kubectl kuberc view. Models kubectl/pkg/cmd/kuberc/view.go where no kuberc file exists."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Say that there is no file."""
    path = call.flags["kuberc"] or f"{call.environment.env.get('HOME', '')}/.kube/kuberc"
    call.out(f"kuberc file not found at {path}\n")
    return None


VERB = Verb("view", "Show a user's own defaults.", run, examples=("kubectl kuberc view",))
