"""kubectl certificate approve. Models kubectl/pkg/cmd/certificates."""

from __future__ import annotations

from k8s_magic.kubectl import certificates
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Approve requests for certificates."""
    certificates.decide(call, "Approved", "Denied", "approved")
    return None


VERB = Verb("approve", "Approve requests for certificates.", run, examples=("kubectl certificate approve csr-x",))
