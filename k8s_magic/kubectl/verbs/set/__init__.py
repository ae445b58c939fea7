"""kubectl set: one field of objects at a time, by subcommands."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("set", "Change an image, environment, resources, selector, service account or subject of existing objects.")
