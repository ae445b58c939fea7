"""Which ports `port-forward` means."""

from __future__ import annotations

import pytest

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.forwarded_ports import numbered, parse
from k8s_magic.objects.meta import Obj

PORTS = [{"containerPort": 8080, "name": "web"}, {"containerPort": 53, "name": "dns", "protocol": "UDP"}]
POD: Obj = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "ports": PORTS}]}}
SERVICE: Obj = {
    "kind": "Service",
    "metadata": {"name": "s"},
    "spec": {"ports": [{"port": 80, "name": "http", "targetPort": "web"}, {"port": 81}]},
}


@pytest.mark.parametrize(
    ("target", "given", "pairs"),
    [
        (POD, "8080", [(8080, 8080)]),
        (POD, "1:8080", [(1, 8080)]),
        (POD, ":8080", [(0, 8080)]),
        (POD, "web", [(8080, 8080)]),
        (POD, "9:web", [(9, 8080)]),
        (SERVICE, "80", [(80, 8080)]),
        (SERVICE, "http", [(80, 8080)]),
        (SERVICE, "5:81", [(5, 81)]),
    ],
)
def test_pairs(target: Obj, given: str, pairs: list[tuple[int, int]]) -> None:
    assert parse(numbered([given], target, POD)) == pairs


@pytest.mark.parametrize(
    ("target", "given", "text"),
    [
        (POD, "abc", "Pod 'p' does not have a named port 'abc'"),
        (POD, "99999", "error parsing local port '99999': strconv.ParseUint: parsing \"99999\": value out of range"),
        (POD, "x:80", "error parsing local port 'x': strconv.ParseUint: parsing \"x\": invalid syntax"),
        (POD, "0", "remote port must be > 0"),
        (POD, "dns", "UDP protocol is not supported for dns"),
        (SERVICE, "82", "Service s does not have a service port 82"),
        (SERVICE, "abc", "Service 's' does not have a named port 'abc'"),
    ],
)
def test_mistakes(target: Obj, given: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(numbered([given], target, POD))
    assert str(caught.value) == text
