"""The picture of reconciliation: a controller observes, compares with what is desired, and acts on the difference.

`%view reconcile deployment/web` plays the loop with the chain of causes across controllers; a rollout is two ReplicaSets
that trade pods between two limits, maxSurge above and maxUnavailable below.
"""

from __future__ import annotations

from k8s_magic.apiserver.client import Client
from k8s_magic.objects.meta import Key
from k8s_magic.widgets._picture import Frame, Picture, Static
from k8s_magic.widgets._play import Painting
from k8s_magic.widgets._states import Journal
from k8s_magic.widgets._target import PictureError, Target, target_of
from k8s_magic.widgets.reconcile.scene import KINDS, Scene, changes, same, scene_of
from k8s_magic.widgets.reconcile.svg import drawer
from k8s_magic.widgets.reconcile.text import draw_text, summary


def open_view(client: Client, journal: Journal | None, arguments: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget. Arguments: TYPE/NAME and `-n NAMESPACE`."""
    target = target_of(client, arguments, "TYPE/NAME, as in %view reconcile deployment/web")
    if target.resource not in KINDS:
        raise PictureError(f"{target.title} has no controller that counts pods: ask for one of {', '.join(sorted(KINDS))}")
    return Picture(client, journal, Player(target))


def painting(target: Target) -> Painting[Scene]:
    """How the picture is made."""
    resources = tuple(dict.fromkeys((target.resource, "replicasets.apps", "pods")))
    return Painting(resources, lambda state: scene_of(state, target), changes, drawer, draw_text, summary, same, keeps_past=True)


class Player:
    """Plays first what followed from the last change of what is desired, then what follows each command."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.painting = painting(target)
        self.is_first = True

    def __call__(self, client: Client, journal: Journal | None, since: int) -> tuple[list[Frame], Static]:
        if self.is_first and journal is not None:
            since = min(since, _last_wish(journal, self.target))
        self.is_first = False
        return self.painting.play(client, journal, since)


def _last_wish(journal: Journal, target: Target) -> int:
    """The revision before the last change of the object's spec that is remembered."""
    key, found = Key(target.namespace, target.name), 1 << 62
    for entry in journal.since(0):
        if entry.resource == target.resource and entry.key == key and entry.object.get("spec") != (entry.old or {}).get("spec"):
            found = entry.revision - 1
    return found
