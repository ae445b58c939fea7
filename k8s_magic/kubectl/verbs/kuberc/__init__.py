"""kubectl kuberc: a user's own defaults and aliases for kubectl.

Not modelled: preferences themselves; `view` shows that there are none, and `set` says so.
"""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("kuberc", "Look at a user's own defaults.", examples=("kubectl kuberc view",))
