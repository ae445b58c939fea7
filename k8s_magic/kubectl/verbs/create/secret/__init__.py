"""kubectl create secret: a group of generators."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("secret", "Create a Secret by a subcommand.")
