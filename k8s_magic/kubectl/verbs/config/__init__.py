"""kubectl config: a file a subcommand. Models kubectl/pkg/cmd/config."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("config", "Look at and change kubeconfig files: clusters, users, contexts.")
