"""RuntimeClass: a pod that names a runtime gets what it costs, and where it may run."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects import quantity
from k8s_magic.objects.meta import Key, Obj

ORDER = 135
RESOURCES = ("pods",)
CLASSES = "runtimeclasses.node.k8s.io"


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/runtimeclass."""
    spec = attributes.draft["spec"]
    if attributes.operation != "CREATE" or attributes.subresource:
        return
    name = spec.get("runtimeClassName")
    found = attributes.store.get(CLASSES, Key("", name)) if name is not None else None
    if name is not None and found is None:
        raise forbidden(attributes.kind, attributes.name, f'pod rejected: RuntimeClass "{name}" not found')
    _cost(attributes, spec, (found or {}).get("overhead") or {})
    if found is not None and found.get("scheduling"):
        _place(attributes, spec, found["scheduling"])


def _cost(attributes: Attributes, spec: Obj, overhead: Obj) -> None:
    fixed = overhead.get("podFixed")
    given = spec.get("overhead")
    if given and not fixed:
        raise forbidden(
            attributes.kind, attributes.name, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
        )
    if given and {k: quantity.canonical(v) for k, v in given.items()} != {k: quantity.canonical(v) for k, v in (fixed or {}).items()}:
        raise forbidden(attributes.kind, attributes.name, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    if fixed:
        spec["overhead"] = fixed


def _place(attributes: Attributes, spec: Obj, scheduling: Obj) -> None:
    selector = dict(spec.get("nodeSelector") or {})
    for key, value in sorted((scheduling.get("nodeSelector") or {}).items()):
        if selector.get(key, value) != value:
            text = f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {selector[key]}"
            raise forbidden(attributes.kind, attributes.name, text)
        selector[key] = value
    if selector:
        spec["nodeSelector"] = selector
    more = [each for each in scheduling.get("tolerations") or () if each not in (spec.get("tolerations") or ())]
    if more:
        spec["tolerations"] = [*(spec.get("tolerations") or ()), *more]
