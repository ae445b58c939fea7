"""How a node's CPU time is divided among containers that want it: by weight, up to each one's limit.

Models cpu.shares and CFS quotas of Linux: the weight is the request, and a container without one has the least weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_WEIGHT = 0.002
"""Two shares of the 1,024 that a core has: what cgroups give a container without a request."""
ENOUGH = 1e-9


@dataclass(frozen=True)
class Claim:
    """What a container asks of the CPU, in cores; `limit` None is no limit, `demand` what it would use if it could."""

    request: float
    limit: float | None
    demand: float

    @property
    def wanted(self) -> float:
        return self.demand if self.limit is None else min(self.demand, self.limit)


def divide(cores: float, claims: Sequence[Claim]) -> list[float]:
    """The cores that each claim gets; what one does not want goes to the others by weight."""
    got = [0.0] * len(claims)
    left = cores
    hungry = [i for i, claim in enumerate(claims) if claim.wanted > ENOUGH]
    while hungry and left > ENOUGH:
        weights = {i: max(claims[i].request, LEAST_WEIGHT) for i in hungry}
        total = sum(weights.values())
        portions = {i: left * weight / total for i, weight in weights.items()}
        sated = [i for i in hungry if claims[i].wanted - got[i] <= portions[i] + ENOUGH]
        for i in sated or hungry:
            portion = claims[i].wanted - got[i] if sated else portions[i]
            got[i] += portion
            left -= portion
        hungry = [i for i in hungry if i not in sated] if sated else []
    return got
