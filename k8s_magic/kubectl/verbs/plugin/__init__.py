"""kubectl plugin: programs named kubectl-... that become commands; there are none here."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("plugin", "Look for plugins.", examples=("kubectl plugin list",))
