"""How the image registries fare: which images they do not give, and which they give late. One for all nodes of a cluster."""

from __future__ import annotations

from k8s_magic.images import registry
from k8s_magic.images.registry import Image


class Registries:
    """The world outside from which images are pulled. Names without a tag mean every tag."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.delays: dict[str, float] = {}
        """Seconds that a pull of an image takes longer."""

    def find(self, name: str) -> Image:
        """The image; `PullError` where no registry gives it."""
        if any(_means(wanted, name) for wanted in self.broken):
            raise registry.missing(name)
        return registry.find(name)

    def delay(self, name: str) -> float:
        """How many seconds later than usual the image comes."""
        return max((seconds for wanted, seconds in self.delays.items() if _means(wanted, name)), default=0.0)

    def is_impaired(self, name: str) -> bool:
        """Whether a pull of the image fails or is slow just now."""
        return bool(self.broken or self.delays) and any(_means(wanted, name) for wanted in (*self.broken, *self.delays))


def _means(wanted: str, name: str) -> bool:
    mine, theirs = registry.parse(wanted), registry.parse(name)
    if mine[:2] != theirs[:2]:
        return False
    return mine[2:] == theirs[2:] or not ("@" in wanted or ":" in wanted.rpartition("/")[2])
