"""Images on a node: one is pulled at a time, which takes as long as its size says, and stays. Models pkg/kubelet/images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from k8s_magic.images.registry import Image, PullError
from k8s_magic.kubelet.registries import Registries
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Cancelled, Future, Loop

MEBIBYTE = 1024 * 1024
ASKING_S = (0.25, 0.45)
"""Asking the registry whether the tag still means what we have."""
REFUSAL_S = 1.0
"""How long the registry takes to say no."""


@dataclass(frozen=True)
class Pulled:
    """How a pull went."""

    image: Image
    took_s: float
    waited_s: float
    """With the wait for others' pulls."""


class ImageStore:
    """The images of one node."""

    def __init__(
        self,
        loop: Loop,
        lineage: Lineage,
        node: str,
        mib_per_s: float,
        registries: Registries,
        *,
        instant: bool,
        changed: Callable[[], None],
    ) -> None:
        self.images: dict[str, Image] = {}
        self._loop = loop
        self._lineage = lineage
        self._node = node
        self._mib_per_s = mib_per_s
        self._registries = registries
        self._instant = instant
        self._changed = changed
        self._tail: Future[None] | None = None
        self._pulls = 0

    def has(self, name: str) -> bool:
        """Whether the image is on the node."""
        return name in self.images or (self._instant and self._is_there(name))

    def _is_there(self, name: str) -> bool:
        """Where every image is there already: those that registries just do not give well are not."""
        if self._registries.is_impaired(name):
            return False
        try:
            self._registries.find(name)
        except PullError:
            return False
        return True

    async def pull(self, name: str) -> Pulled:
        """Get an image from its registry; `PullError` where it has none such."""
        self._pulls += 1
        if self._instant and not self._registries.delay(name):
            return self._pull_instantly(name)
        began, before = self._loop.now, self._tail
        turn = self._tail = Future()
        try:
            if before is not None:
                await before
            started = self._loop.now
            image = await self._download(name)
        except Cancelled:
            # Who waits for our turn must not be let in before the one that we waited for is done.
            (before.when_done if before is not None else _at_once)(lambda: turn.set(None))
            raise
        except PullError:
            turn.set(None)
            raise
        turn.set(None)
        return Pulled(image, self._loop.now - started, self._loop.now - began)

    def _pull_instantly(self, name: str) -> Pulled:
        took = round(self._lineage.uniform(*ASKING_S, "pull", self._node, name, self._pulls), 3)
        return Pulled(self._registries.find(name), took, took)

    async def _download(self, name: str) -> Image:
        try:
            image = self._registries.find(name)
        except PullError:
            await self._loop.sleep(REFUSAL_S)
            raise
        asking = self._lineage.uniform(*ASKING_S, "pull", self._node, name, self._pulls)
        layers = 0.0 if name in self.images else image.size / MEBIBYTE / self._mib_per_s
        await self._loop.sleep(asking + layers + self._registries.delay(name))
        if name not in self.images:
            self.images[name] = image
            self._changed()
        return image


def _at_once(callback: Callable[[], None]) -> None:
    callback()
