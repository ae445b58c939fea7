"""Who asks: the actor whose name stands in the journal, and what made it act."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """`trusted` callers are our own components: their objects are well-formed, so the strict decoder is left out."""

    actor: str
    user: str = "system:admin"
    groups: tuple[str, ...] = ("system:masters", "system:authenticated")
    causes: tuple[int, ...] = ()
    trusted: bool = False

    @property
    def manager(self) -> str:
        """The field manager where a request names none: upstream it is the program in the User-Agent."""
        if self.actor.startswith("kubelet-"):
            return "kubelet"
        if self.actor.endswith("-scheduler"):
            return "kube-scheduler"
        return self.actor if not self.trusted else "kube-controller-manager"
