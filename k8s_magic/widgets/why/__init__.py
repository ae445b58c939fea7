"""The picture of one scheduling decision: nodes against plugins, with verdicts, scores, and the sum that decided.

`%view why POD`. Only a simulation can tell: a real scheduler keeps its table to itself.
"""

from __future__ import annotations

from k8s_magic.apiserver.client import Client
from k8s_magic.objects import meta
from k8s_magic.widgets._picture import Frame, Picture, Static
from k8s_magic.widgets._states import Journal
from k8s_magic.widgets._target import PictureError, arguments_of
from k8s_magic.widgets.why.scene import Scene, scene_of
from k8s_magic.widgets.why.svg import draw
from k8s_magic.widgets.why.text import draw_text, sentence, summary


def open_view(client: Client, journal: Journal | None, arguments: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget. Arguments: the pod's name, and `-n NAMESPACE`."""
    words, namespace = arguments_of(arguments)
    if len(words) != 1:
        raise PictureError("expected the name of a pod, as in %view why web")
    name = words[0].removeprefix("pods/").removeprefix("pod/").removeprefix("po/")
    client.get("pods", name, namespace)
    return Picture(client, journal, Player(namespace, name))


class Player:
    """Shows the latest decision about a pod of that name; while there is none, the last one that was seen."""

    def __init__(self, namespace: str, name: str) -> None:
        self.namespace, self.name = namespace, name
        self.seen: Scene | None = None

    def __call__(self, client: Client, journal: Journal | None, since: int) -> tuple[list[Frame], Static]:
        """One frame: a decision happens at an instant."""
        self.seen = scene = self._scene(client, journal) or self.seen or Scene.unknown(self.namespace, self.name)
        svg = draw(scene)
        return [Frame(svg, sentence(scene), "")], Static(svg, summary(scene), draw_text(scene))

    def _scene(self, client: Client, journal: Journal | None) -> Scene | None:
        pods = client.list("pods", self.namespace)["items"]
        uids = [meta.uid(pod) for pod in pods if meta.name(pod) == self.name]
        decision = journal.verdict(uids[0]) if journal is not None and uids else None
        return scene_of(decision) if decision is not None else None
