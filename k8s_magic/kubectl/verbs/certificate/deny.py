"""kubectl certificate deny. Models kubectl/pkg/cmd/certificates."""

from __future__ import annotations

from k8s_magic.kubectl import certificates
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Deny requests for certificates."""
    certificates.decide(call, "Denied", "Approved", "denied")
    return None


VERB = Verb("deny", "Deny requests for certificates.", run, examples=("kubectl certificate deny csr-x",))
