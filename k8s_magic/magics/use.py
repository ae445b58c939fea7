"""`%cluster use KUBECONFIG`: magics and pictures on any cluster that a kubeconfig names, for those who outgrow the embedded one."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.magics.command import Command
from k8s_magic.magics.session import Session
from k8s_magic.magics.shown import KubectlError, Output
from k8s_magic.magics.terminal import BACK
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.server.outside import Outside

USAGE = "KUBECONFIG [--context NAME]"
EMBEDDED = "embedded"
OUTSIDE = ("status", "help", "use")
"""What there is on any cluster; all else is for a simulation."""


def use(session: Session, arguments: list[str]) -> Output:
    """Go to another cluster, or come back."""
    words = [part for argument in arguments for part in (argument.split("=", 1) if argument.startswith("--") else [argument])]
    if words == [EMBEDDED]:
        session.go_outside(None)
        return Output("The embedded cluster again.\n")
    context = ""
    if "--context" in words:
        place = words.index("--context")
        context = "".join(words[place + 1 : place + 2])
        words = words[:place] + words[place + 2 :]
    if not words and os.environ.get("KUBECONFIG"):
        words = [os.environ["KUBECONFIG"].split(os.pathsep)[0]]
    if len(words) != 1 or words[0].startswith("-"):
        raise KubectlError(f"error: expected a kubeconfig, or the word {EMBEDDED}; usage: %cluster use {USAGE}")
    outside = _outside(session, Path(words[0]).expanduser(), context)
    told = status(outside)
    session.go_outside(outside)
    return told


def _outside(session: Session, path: Path, context: str) -> Outside:
    try:
        # Loaded when asked for: TLS takes time that few sessions need.
        found: Outside = importlib.import_module("k8s_magic.server.outside").Outside(path, context, session.options.get("legacy", "accept"))
    except UsageError as error:
        raise KubectlError(f"error: {error}") from None
    return found


def status(outside: Outside) -> Output:
    """The cluster in a few lines; `KubectlError` where it does not answer."""
    try:
        version = outside.client.raw("/version")["gitVersion"]
    except (UsageError, ApiError) as error:
        raise KubectlError(f"error: {error}") from None
    name = f"context {outside.context}" if outside.context else "the current context"
    lines = [f"Kubernetes {version} at {outside.access.server}, {name} of {outside.kubeconfig}", f"clock: {rfc3339(outside.now)}"]
    return Output("\n".join(lines) + "\n")


def check(session: Session, name: str) -> None:
    """`KubectlError` for what only a simulation can do, while another cluster is in use."""
    if session.outside is not None and name not in OUTSIDE:
        raise KubectlError(f"error: `%cluster {name}` is for the simulated cluster alone, and a cluster outside is in use\n{BACK}")


ABOUT = "work on the cluster that a kubeconfig names, a real one too; `%cluster use embedded` comes back"
COMMANDS = {"use": Command(use, USAGE, ABOUT)}
