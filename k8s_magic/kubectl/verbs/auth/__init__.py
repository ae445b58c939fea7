"""kubectl auth: a file a subcommand. Models kubectl/pkg/cmd/auth."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("auth", "Look into who may do what.")
