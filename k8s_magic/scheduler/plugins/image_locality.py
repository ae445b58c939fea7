"""ImageLocality: better where the pod's images already are, the more so the larger they are and the more nodes have them."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler.nodeinfo import NodeInfo
from k8s_magic.scheduler.plugin import MAX_SCORE, Plugin
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.snapshot import Snapshot

MEGABYTE = 1024 * 1024
LEAST = 23 * MEGABYTE
MOST_PER_CONTAINER = 1000 * MEGABYTE

State = tuple[list[tuple[str, float]], int]
"""The pod's images that some node has, each with the share of nodes that have it; and the sum of sizes that earns 100."""


class ImageLocality(Plugin):
    """Models plugins/imagelocality. Not `per_node`: the score of one node changes when another gets the image."""

    name = "ImageLocality"
    position = 22
    weight = 1
    filters = False
    per_node = False

    def prepare(self, pod: PodInfo, snapshot: Snapshot) -> State | None:
        if not snapshot.image_nodes:
            return None
        spec = pod.pod["spec"]
        images = [normalized_name(image) for image in _images(spec)]
        shares = [(image, n / len(snapshot)) for image in images if (n := snapshot.image_nodes.get(image, 0))]
        containers = len(spec.get("initContainers") or ()) + len(spec.get("containers") or ())
        return (shares, MOST_PER_CONTAINER * containers) if shares else None

    def prepare_score(self, state: State | None, pod: PodInfo, snapshot: Snapshot, nodes: Sequence[NodeInfo], size: int) -> State | None:
        return state

    def score(self, state: State, pod: PodInfo, node: NodeInfo) -> int:
        shares, most = state
        here = sum(int(node.images[image] * share) for image, share in shares if image in node.images)
        return MAX_SCORE * (min(max(here, LEAST), most) - LEAST) // (most - LEAST)


def _images(spec: Obj) -> list[str]:
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    volumes = [(volume.get("image") or {}).get("reference") for volume in spec.get("volumes") or ()]
    return [image for image in [*(c.get("image") for c in containers), *volumes] if image]


def normalized_name(image: str) -> str:
    """The image's name with its tag, as nodes report it."""
    return image if image.rfind(":") > image.rfind("/") else image + ":latest"


PLUGIN = ImageLocality()
