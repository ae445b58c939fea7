"""kubectl rollout: a file a subcommand. Models kubectl/pkg/cmd/rollout."""

from __future__ import annotations

from k8s_magic.kubectl.verb import Verb

VERB = Verb("rollout", "Follow, pause, restart and undo the rollout of Deployments, DaemonSets and StatefulSets.")
