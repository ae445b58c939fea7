"""CPU time among containers: the table of the design, and what limits and weights do."""

from __future__ import annotations

import pytest

from k8s_magic.kubelet.shares import Claim, divide

GREEDY = Claim(request=0.5, limit=None, demand=100.0)


@pytest.mark.parametrize(("pods", "each"), [(1, 2.0), (2, 1.0), (3, 2 / 3), (4, 0.5)])
def test_equal_and_greedy(pods: int, each: float) -> None:
    assert divide(2.0, [GREEDY] * pods) == pytest.approx([each] * pods)


CASES = [
    ("a limit holds", [Claim(0.5, 1.0, 100)], [1.0]),
    ("requests weigh", [Claim(0.5, None, 100), Claim(1.5, None, 100)], [0.5, 1.5]),
    ("what one leaves goes to the other", [Claim(1.0, None, 0.2), Claim(1.0, None, 100)], [0.2, 1.8]),
    ("what a limit leaves goes to the other", [Claim(1.0, 0.5, 100), Claim(0.1, None, 100)], [0.5, 1.5]),
    ("without a request one gets next to nothing", [Claim(0.998, None, 100), Claim(0.0, None, 100)], [1.996, 0.004]),
    ("nobody wants", [Claim(1.0, None, 0.0)], [0.0]),
]


@pytest.mark.parametrize(("why", "claims", "got"), CASES, ids=[case[0] for case in CASES])
def test_division(why: str, claims: list[Claim], got: list[float]) -> None:
    assert divide(2.0, claims) == pytest.approx(got)
