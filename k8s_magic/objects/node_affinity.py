"""Whether a node is one that a pod asks for by its node selector and its required node affinity."""

from __future__ import annotations

from k8s_magic.objects.meta import Obj, get_in, labels, name
from k8s_magic.objects.selectors import SelectorError, from_expressions


def fits_affinity(spec: Obj, node: Obj) -> bool:
    """nodeSelector and required node affinity, terms of which one must match. Models component-helpers GetRequiredNodeAffinity."""
    if not (spec.get("nodeSelector") or {}).items() <= labels(node).items():
        return False
    required = get_in(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return required is None or any(_term_matches(term, node) for term in required.get("nodeSelectorTerms") or ())


def _term_matches(term: Obj, node: Obj) -> bool:
    expressions, fields = term.get("matchExpressions") or [], term.get("matchFields") or []
    if not expressions and not fields:
        return False
    try:
        by_labels = from_expressions(expressions).matches(labels(node)) if expressions else True
        by_fields = from_expressions(fields).matches({"metadata.name": name(node)}) if fields else True
    except SelectorError:
        return False
    return by_labels and by_fields
