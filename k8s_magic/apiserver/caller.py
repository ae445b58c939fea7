"""Who asks: the actor whose name stands in the journal, the user whose rights count, and what made it act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MASTERS, AUTHENTICATED, UNAUTHENTICATED = "system:masters", "system:authenticated", "system:unauthenticated"
ANONYMOUS = "system:anonymous"
ACCOUNT_PREFIX = "system:serviceaccount:"


@dataclass(slots=True)
class Caller:
    """`trusted` callers are our own components: their objects are well-formed, so the strict decoder is left out."""

    actor: str
    user: str = "admin"
    groups: tuple[str, ...] = (MASTERS, AUTHENTICATED)
    causes: tuple[int, ...] = ()
    trusted: bool = False
    uid: str = "admin"
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def manager(self) -> str:
        """The field manager where a request names none: upstream it is the program in the User-Agent."""
        if self.actor.startswith("kubelet-"):
            return "kubelet"
        if self.actor.endswith("-scheduler"):
            return "kube-scheduler"
        return self.actor if not self.trusted else "kube-controller-manager"

    @property
    def may_all(self) -> bool:
        """Whether nobody asks what this caller is allowed: our own components, and administrators."""
        return self.trusted or MASTERS in self.groups


def account_groups(user: str) -> tuple[str, ...]:
    """The groups of a service account by its user name; none for other users. Models serviceaccount.MakeGroupNames."""
    if not user.startswith(ACCOUNT_PREFIX) or user.count(":") != 3:
        return ()
    return ("system:serviceaccounts", f"system:serviceaccounts:{user.split(':')[2]}")
