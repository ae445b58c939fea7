"""What follows from a pod template or a pod's spec: the hash that names its ReplicaSet, and what it requests.

Not modelled: resources of a resize in progress and of claims in the pod's status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from k8s_magic.objects import go_dump, gotext, quantity
from k8s_magic.objects.meta import Obj

HASH_ALPHABET: Final = "456789bcdf"  # One for each digit.
FNV_OFFSET, FNV_PRIME = 2166136261, 16777619


def template_hash(template: Obj, collision_count: int | None = None) -> str:
    """The letters and digits that stand for the template; another `collision_count` gives others. Models controller.ComputeHash."""
    text = go_dump.typed(template, "v1.PodTemplateSpec").encode("utf-8", "surrogatepass")
    more = b"" if collision_count is None else collision_count.to_bytes(8, "little")
    return _safe(_fnv_1a(text + more))


@lru_cache(maxsize=256)  # It is thousands of bytes, and a cluster that is born again brings the same.
def _fnv_1a(data: bytes) -> int:
    number = FNV_OFFSET
    for byte in data:
        number = (number ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return number


def data_hash(data: Obj, probe: int) -> str:
    """The letters and digits that stand for what a ControllerRevision keeps. Models history.HashControllerRevision."""
    number = FNV_OFFSET
    for byte in f"{gotext.marshal(data)}{probe}".encode("utf-8", "surrogatepass"):
        number = (number * FNV_PRIME & 0xFFFFFFFF) ^ byte
    return _safe(number)


def _safe(number: int) -> str:
    """Without vowels, so that no hash is a word. Models apimachinery rand.SafeEncodeString."""
    return "".join(HASH_ALPHABET[int(digit)] for digit in str(number))


def pod_requests(pod: Obj, missing: Mapping[str, int] | None = None) -> dict[str, int]:
    """What the pod takes of its node: cpu in millicores, all else in whole units.

    `missing` stands in for what a container doesn't request at all, as the scheduler's scores want it.
    Models component-helpers PodRequests.
    """
    spec = pod["spec"]
    total = _aggregate(spec, "requests", missing or {})
    total.update(_pod_level(spec, "requests"))
    for name, amount in (spec.get("overhead") or {}).items():
        total[name] = total.get(name, 0) + resource_amount(name, amount)
    return total


def pod_limits(pod: Obj) -> dict[str, int]:
    """The pod's limits in the units of `pod_requests`. Models component-helpers PodLimits."""
    spec = pod["spec"]
    total = _aggregate(spec, "limits", {})
    total.update(_pod_level(spec, "limits"))
    for name, amount in (spec.get("overhead") or {}).items():
        if total.get(name):
            total[name] += resource_amount(name, amount)
    return total


@lru_cache(maxsize=4096)
def resource_amount(name: str, text: str | int | float) -> int:
    """A quantity of the resource `name` as a whole number: thousandths for cpu, units for all else."""
    return quantity.milli(text) if name == "cpu" else quantity.value(text)


def is_sidecar(init_container: Obj) -> bool:
    """Whether an init container is a restartable one, which runs beside the pod's containers."""
    return init_container.get("restartPolicy") == "Always"


def _aggregate(spec: Obj, side: str, missing: Mapping[str, int]) -> dict[str, int]:
    """Containers and sidecars run together; init containers one by one before them, each beside the sidecars already started."""
    total: dict[str, int] = {}
    for container in spec.get("containers") or ():
        _merge(total, _amounts(container, side, missing), int.__add__)
    sidecars: dict[str, int] = {}
    peak: dict[str, int] = {}
    for container in spec.get("initContainers") or ():
        amounts = _amounts(container, side, missing)
        if is_sidecar(container):
            _merge(total, amounts, int.__add__)
            _merge(sidecars, amounts, int.__add__)
            _merge(peak, sidecars, max)
        else:
            _merge(amounts, sidecars, int.__add__)
            _merge(peak, amounts, max)
    _merge(total, peak, max)
    return total


def _amounts(container: Obj, side: str, missing: Mapping[str, int]) -> dict[str, int]:
    stated = (container.get("resources") or {}).get(side) or {}
    return {**missing, **{name: resource_amount(name, amount) for name, amount in stated.items()}}


def _merge(total: dict[str, int], more: Mapping[str, int], combine: Callable[[int, int], int]) -> None:
    for name, amount in more.items():
        total[name] = combine(total[name], amount) if name in total else amount


def _pod_level(spec: Obj, side: str) -> dict[str, int]:
    """What the pod states for itself as a whole, which goes before the sum of its containers."""
    stated: dict[str, Any] = (spec.get("resources") or {}).get(side) or {}
    return {n: resource_amount(n, a) for n, a in stated.items() if n in ("cpu", "memory") or n.startswith("hugepages-")}
