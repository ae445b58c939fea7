"""kubectl certificate: a file a subcommand. Models kubectl/pkg/cmd/certificates."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("certificate", "Decide on requests for certificates.")
