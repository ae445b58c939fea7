import pytest

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.taints import NO_EXECUTE, NO_SCHEDULE, find_untolerated, tolerates

TAINT = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
TOLERATIONS: list[tuple[Obj, bool]] = [
    ({"key": "gpu", "value": "yes", "effect": "NoSchedule"}, True),
    ({"key": "gpu", "operator": "Equal", "value": "yes"}, True),
    ({"key": "gpu", "operator": "Equal", "value": "no"}, False),
    ({"key": "gpu"}, False),
    ({"key": "gpu", "operator": "Exists"}, True),
    ({"operator": "Exists"}, True),
    ({"operator": "Exists", "effect": "NoExecute"}, False),
    ({"key": "cpu", "operator": "Exists"}, False),
    ({"key": "gpu", "operator": "Gt", "value": "1"}, False),
]


@pytest.mark.parametrize(("toleration", "expected"), TOLERATIONS)
def test_tolerates(toleration: Obj, expected: bool) -> None:
    assert tolerates(toleration, TAINT) is expected


def test_a_taint_without_a_value_is_tolerated_by_a_toleration_without_one() -> None:
    assert tolerates({"key": "a"}, {"key": "a", "effect": "NoExecute"})


def test_the_first_untolerated_taint_is_found_among_the_effects_asked_for() -> None:
    taints = [{"key": "a", "effect": "PreferNoSchedule"}, {"key": "b", "effect": NO_SCHEDULE}, {"key": "c", "effect": NO_EXECUTE}]
    assert find_untolerated(taints, None) == taints[1]
    assert find_untolerated(taints, [{"key": "b", "operator": "Exists"}]) == taints[2]
    assert find_untolerated(taints, [], effects=(NO_EXECUTE,)) == taints[2]
    assert find_untolerated(taints, [{"operator": "Exists"}]) is None
    assert find_untolerated(None, None) is None
