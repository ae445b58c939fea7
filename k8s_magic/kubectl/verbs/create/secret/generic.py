"""kubectl create secret generic. Models kubectl/pkg/cmd/create/create_secret.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, secrets, sources
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a Secret from literals and files."""
    name, data = common.one_name(call), secrets.SecretData()
    sources.collect(call, data.add, "secret", literals_first=True)
    secrets.submit(call, name, call.flags["type"], data)
    return None


VERB = Verb(
    "generic",
    "Create a Secret from files, directories and literal values.",
    run,
    examples=("kubectl create secret generic db --from-literal=password=s3cret",),
)
