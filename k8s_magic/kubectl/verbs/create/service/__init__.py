"""kubectl create service: a group of generators."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("service", "Create a Service by a subcommand.")
