"""kubectl create serviceaccount. Models kubectl/pkg/cmd/create/create_serviceaccount.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a ServiceAccount."""
    account = {"kind": "ServiceAccount", "apiVersion": "v1", "metadata": generate.metadata(call, common.one_name(call))}
    generate.submit(call, account, "serviceaccounts", "failed to create serviceaccount:")
    return None


VERB = Verb("serviceaccount", "Create a ServiceAccount.", run, examples=("kubectl create serviceaccount robot",))
