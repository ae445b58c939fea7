"""What the kubelet knows of a container, from which the Pod's status is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from k8s_magic.objects.meta import Obj

Kind = Literal["init", "sidecar", "main", "ephemeral"]


@dataclass
class ContainerState:
    """One container. Exactly one of waiting, running and terminated holds, as in its status."""

    spec: Obj
    kind: Kind
    waiting: str = "ContainerCreating"
    message: str = ""
    running_since: float | None = None
    terminated: Obj | None = None
    last: Obj | None = None
    """How the run before this one ended."""
    restarts: int = 0
    ready: bool = False
    started: bool = False
    container_id: str = ""
    image_id: str = ""
    succeeded: bool = False
    """An init container that has done its work."""
    allocated: Obj = field(init=False)
    """The resources that the node has set aside for it ..."""
    actual: Obj = field(init=False)
    """... and those that it runs with; a resize changes one after the other."""

    def __post_init__(self) -> None:
        self.allocated = self.actual = self.spec.get("resources") or {}

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    def wait(self, reason: str, message: str = "") -> None:
        self.waiting, self.message = reason, message
        self.running_since = None
        self.last = self.terminated or self.last
        self.terminated = None
        self.ready = self.started = False

    def run(self, since: float) -> None:
        self.waiting = self.message = ""
        self.last = self.terminated or self.last
        self.terminated = None
        self.running_since = since

    def end(self, how: Obj) -> None:
        self.waiting = self.message = ""
        self.running_since = None
        self.terminated = how
        self.ready = self.started = False
