"""Which nodes a node selector means: spec.nodeSelector, required and preferred node affinity. Compiled once, applied to many nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.selectors import Selector

NodeTest = Callable[[str, Mapping[str, str]], bool]
"""(node's name, its labels) -> whether it matches."""

NOTHING = selectors.from_label_selector(None)


def required_node_test(pod: Obj) -> NodeTest | None:
    """The nodes on which a pod may run by its own wish; None where it has none.

    Models component-helpers scheduling/corev1/nodeaffinity GetRequiredNodeAffinity.
    """
    wanted, required = pod["spec"].get("nodeSelector"), required_node_affinity(pod)
    if not wanted and required is None:
        return None
    selector = selectors.from_map(wanted)
    if required is None:
        return lambda name, labels: selector.matches(labels)
    affinity = node_selector_test(required)
    return lambda name, labels: selector.matches(labels) and affinity(name, labels)


def node_selector_test(node_selector: Obj) -> NodeTest:
    """A v1.NodeSelector: one of its terms must match."""
    terms = [_term_test(term) for term in node_selector.get("nodeSelectorTerms") or ()]
    return lambda name, labels: any(term(name, labels) for term in terms)


def required_node_affinity(pod: Obj) -> Obj | None:
    """requiredDuringSchedulingIgnoredDuringExecution of the pod's node affinity."""
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    return affinity.get("requiredDuringSchedulingIgnoredDuringExecution")


def preferred_node_tests(pod: Obj) -> list[tuple[NodeTest, int]]:
    """Preferred terms of node affinity with their weights; a weight of 0 adds nothing."""
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    terms = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return [(_term_test(term.get("preference") or {}), term["weight"]) for term in terms if term.get("weight")]


def _term_test(term: Obj) -> NodeTest:
    """All requirements of one term; a term without any matches no node, nor does one that makes no sense."""
    by_label, by_field = term.get("matchExpressions"), term.get("matchFields")
    if not by_label and not by_field:
        return lambda name, labels: False
    try:
        labels_selector, fields_selector = selectors.from_expressions(by_label), selectors.from_expressions(by_field)
    except selectors.SelectorError:
        return lambda name, labels: False
    if not by_field:
        return lambda name, labels: labels_selector.matches(labels)
    return lambda name, labels: labels_selector.matches(labels) and fields_selector.matches({"metadata.name": name})


@lru_cache(maxsize=4096)
def merged(*parts: Selector) -> Selector:
    """All requirements of several selectors; nothing where one of them matches nothing."""
    if any(part.nothing for part in parts):
        return NOTHING
    return Selector(requirement for part in parts for requirement in part.requirements)
