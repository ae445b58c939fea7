"""LimitRanger: a namespace's LimitRanges fill in what containers do not ask for, and bound what they do."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import pod_limits, pod_requests

ORDER = 30
RESOURCES = ("pods", "persistentvolumeclaims")
ANNOTATION = "kubernetes.io/limit-ranger"
Amounts = dict[str, str]


def _ranges(attributes: Attributes) -> list[Obj]:
    """The LimitRanges that count for a write."""
    changes = ("CREATE",) if attributes.kind.resource == "pods" else ("CREATE", "UPDATE")
    if attributes.subresource or attributes.operation not in changes:
        return []
    return attributes.store.items("limitranges", attributes.namespace)


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/limitranger."""
    for limit_range in _ranges(attributes):
        if attributes.kind.resource == "pods":
            _complete(attributes.draft, limit_range)


def validate(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/limitranger."""
    for limit_range in _ranges(attributes):
        problems = list(_problems(attributes.kind.resource, attributes.draft, limit_range))
        if problems:
            unique = list(dict.fromkeys(problems))
            whole = unique[0] if len(unique) == 1 else "[" + ", ".join(unique) + "]"
            raise forbidden(attributes.kind, attributes.name, whole)


def _complete(pod: Obj, limit_range: Obj) -> None:
    limits: Amounts = {}
    requests: Amounts = {}
    for item in limit_range["spec"].get("limits") or ():
        if item.get("type") == "Container":
            limits |= item.get("default") or {}
            requests |= item.get("defaultRequest") or {}
    said: list[str] = []
    for word, field in (("container", "containers"), ("init container", "initContainers")):
        for container in pod["spec"].get(field) or ():
            said += _fill(container, "requests", "request", word, requests) + _fill(container, "limits", "limit", word, limits)
    if said:
        annotations = dict(pod["metadata"].get("annotations") or {})
        pod["metadata"]["annotations"] = {**annotations, ANNOTATION: "LimitRanger plugin set: " + "; ".join(said)}


def _fill(container: Obj, side: str, noun: str, word: str, defaults: Amounts) -> list[str]:
    resources = container.setdefault("resources", {})
    given = resources.get(side) or {}
    missing = {name: amount for name, amount in defaults.items() if name not in given}
    if not missing:
        return []
    resources[side] = {**given, **missing}
    return [f"{', '.join(sorted(missing))} {noun} for {word} {container['name']}"]


def _problems(resource: str, obj: Obj, limit_range: Obj) -> Iterator[str]:
    for item in limit_range["spec"].get("limits") or ():
        kind = item.get("type")
        if resource == "persistentvolumeclaims" and kind == "PersistentVolumeClaim":
            requests = obj["spec"].get("resources", {}).get("requests") or {}
            yield from _below(kind, item, requests, {})
            yield from _above_request(kind, item, requests)
        elif resource == "pods" and kind == "Container":
            for container in [*(obj["spec"].get("containers") or ()), *(obj["spec"].get("initContainers") or ())]:
                resources = container.get("resources") or {}
                yield from _bounds(kind, item, resources.get("requests") or {}, resources.get("limits") or {})
        elif resource == "pods" and kind == "Pod":
            yield from _bounds(kind, item, _texts(pod_requests(obj)), _texts(pod_limits(obj)))


def _texts(amounts: dict[str, int]) -> Amounts:
    return {name: quantity.from_milli(n) if name == "cpu" else quantity.from_value(n, quantity.BINARY_SI) for name, n in amounts.items()}


def _bounds(kind: str, item: Obj, requests: Amounts, limits: Amounts) -> Iterator[str]:
    yield from _below(kind, item, requests, limits)
    for name, bound in sorted((item.get("max") or {}).items()):
        yield from _over(f"maximum {name} usage per {kind} is {quantity.canonical(bound)}", bound, requests.get(name), limits.get(name))
    for name, bound in sorted((item.get("maxLimitRequestRatio") or {}).items()):
        yield from _ratio(
            f"{name} max limit to request ratio per {kind} is {quantity.canonical(bound)}", bound, requests.get(name), limits.get(name)
        )


def _below(kind: str, item: Obj, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, bound in sorted((item.get("min") or {}).items()):
        head = f"minimum {name} usage per {kind} is {quantity.canonical(bound)}"
        if name not in requests:
            yield f"{head}.  No request is specified"
        elif quantity.compare(requests[name], bound) < 0:
            yield f"{head}, but request is {quantity.canonical(requests[name])}"
        elif name in limits and quantity.compare(limits[name], bound) < 0:
            yield f"{head}, but limit is {quantity.canonical(limits[name])}"


def _above_request(kind: str, item: Obj, requests: Amounts) -> Iterator[str]:
    for name, bound in sorted((item.get("max") or {}).items()):
        head = f"maximum {name} usage per {kind} is {quantity.canonical(bound)}"
        if name not in requests:
            yield f"{head}.  No request is specified"
        elif quantity.compare(requests[name], bound) > 0:
            yield f"{head}, but request is {quantity.canonical(requests[name])}"


def _over(head: str, bound: str, request: str | None, limit: str | None) -> Iterator[str]:
    if limit is None:
        yield f"{head}.  No limit is specified"
    elif quantity.compare(limit, bound) > 0:
        yield f"{head}, but limit is {quantity.canonical(limit)}"
    elif request is not None and quantity.compare(request, bound) > 0:
        yield f"{head}, but request is {quantity.canonical(request)}"


def _ratio(head: str, bound: str, request: str | None, limit: str | None) -> Iterator[str]:
    if request is None or not quantity.milli(request):
        yield f"{head}, but no request is specified or request is 0"
    elif limit is None or not quantity.milli(limit):
        yield f"{head}, but no limit is specified or limit is 0"
    else:
        given = Fraction(quantity.milli(limit), quantity.milli(request))
        if given > Fraction(quantity.milli(bound), 1000):
            yield f"{head}, but provided ratio is {float(given):f}"
