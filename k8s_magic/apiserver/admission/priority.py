"""Priority: a pod's priorityClassName becomes its priority and its preemption policy."""

from __future__ import annotations

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects.meta import Key, Obj

ORDER = 120
CLASSES = "priorityclasses.scheduling.k8s.io"
RESOURCES = ("pods", CLASSES)
GIVEN = ("priority", "preemptionPolicy")
BUILT_IN = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/priority."""
    if attributes.operation == "DELETE" or attributes.kind.resource != "pods" or attributes.subresource:
        return
    spec = attributes.draft["spec"]
    if attributes.old is not None:
        # Who writes a whole pod anew need not say what was worked out for it.
        spec.update({field: attributes.old["spec"][field] for field in GIVEN if field not in spec and field in attributes.old["spec"]})
        return
    name = spec.get("priorityClassName") or _default_name(attributes)
    priority, policy = 0, "PreemptLowerPriority"
    if name:
        found = _class(attributes, name)
        spec["priorityClassName"] = name
        priority, policy = found.get("value", 0), found.get("preemptionPolicy") or policy
    if spec.get("priority", priority) != priority:
        given = f"the integer value of priority ({spec['priority']}) must not be provided in pod spec"
        why = f"{given}; priority admission controller computed {priority} from the given PriorityClass name"
        raise forbidden(attributes.kind, attributes.name, why)
    spec["priority"] = priority
    if spec.get("preemptionPolicy", policy) != policy:
        given = f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) must not be provided in pod spec"
        why = f"{given}; priority admission controller computed {policy} from the given PriorityClass name"
        raise forbidden(attributes.kind, attributes.name, why)
    spec["preemptionPolicy"] = policy


def validate(attributes: Attributes) -> None:
    """There is one class at most for the pods that name none."""
    if attributes.kind.resource != CLASSES or attributes.operation == "DELETE" or not attributes.draft.get("globalDefault"):
        return
    default = _default_name(attributes)
    if default and (attributes.operation == "CREATE" or default != attributes.name):
        why = f"PriorityClass {default} is already marked as default. Only one default can exist"
        raise forbidden(attributes.kind, attributes.name, why)


def _class(attributes: Attributes, name: str) -> Obj:
    found = attributes.store.get(CLASSES, Key("", name))
    if found is not None:
        return found
    if name in BUILT_IN:
        return {"value": BUILT_IN[name]}
    raise forbidden(attributes.kind, attributes.name, f"no PriorityClass with name {name} was found")


def _default_name(attributes: Attributes) -> str:
    classes = attributes.store.items(CLASSES) if attributes.store.count(CLASSES) else []
    defaults = [c for c in classes if c.get("globalDefault")]
    lowest = min(defaults, key=lambda c: (c.get("value", 0), c["metadata"]["name"]), default=None)
    return str(lowest["metadata"]["name"]) if lowest else ""
