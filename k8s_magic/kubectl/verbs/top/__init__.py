"""kubectl top: a file a subcommand. Models kubectl/pkg/cmd/top."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("top", "Show how much CPU and memory nodes and pods use.")
