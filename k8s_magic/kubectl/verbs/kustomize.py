"""kubectl kustomize: print what a folder's kustomization makes. Models kubectl/pkg/cmd/kustomize."""

from __future__ import annotations

from k8s_magic.kubectl import kustomize, yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Build and print, or write to the file or folder of -o."""
    if len(call.args) > 1:
        raise UsageError("specify one path to kustomization.yaml")
    text = "---\n".join(map(yamls.dump, kustomize.build(call, call.args[0] if call.args else ".")))
    if call.flags["output"]:
        call.environment.files.write(call.flags["output"], text.encode())
    else:
        call.out(text)
    return None


VERB = Verb(
    "kustomize", "Print what a folder's kustomization.yaml makes of its manifests.", run, examples=("kubectl kustomize overlays/dev",)
)
