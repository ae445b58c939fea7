"""kubectl certificate: a file a subcommand. Models kubectl/pkg/cmd/certificates."""

from __future__ import annotations

from k8s_magic.kubectl import usage
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Alone it shows its help, and that is no mistake."""
    call.out(usage.help_of(call.path))
    return None


VERB = Verb("certificate", "Decide on requests for certificates.", run)
