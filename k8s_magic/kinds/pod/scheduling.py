"""Rules for what a pod says of where it may run: tolerations, affinity, spreading.

Models pkg/apis/core/validation/validation.go ValidateTolerations, validateAffinity, validateTopologySpreadConstraints.
"""

from __future__ import annotations

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.label_selectors import NEEDS_VALUES, TAKES_NO_VALUES, UNKNOWN_OPERATOR, validate_selector
from k8s_magic.kinds.numbers import positive
from k8s_magic.objects.meta import Obj

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
WHEN_UNSATISFIABLE = ("DoNotSchedule", "ScheduleAnyway")
REQUIRED, PREFERRED = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"


def validate_tolerations(tolerations: list[Obj], path: str) -> list[FieldError]:
    return [error for i, toleration in enumerate(tolerations) for error in _toleration(toleration, f"{path}[{i}]")]


def _toleration(toleration: Obj, path: str) -> list[FieldError]:
    key, operator, effect = toleration.get("key", ""), toleration.get("operator", ""), toleration.get("effect", "")
    value = toleration.get("value", "")
    errors = [invalid(f"{path}.key", key, text) for text in names.qualified(key)] if key else []
    if not key and operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        errors.append(invalid(f"{path}.operator", operator, detail))
    if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
        errors.append(invalid(f"{path}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
    if operator in ("", "Equal"):
        wrong = names.label_value(value)
        errors += [invalid(f"{path}.operator", value, ";".join(wrong))] if wrong else []
    elif operator == "Exists":
        errors += [invalid(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'")] if value else []
    else:
        supported = ("Equal", "Exists", "Lt", "Gt") if operator in ("Lt", "Gt") else ("Equal", "Exists")
        errors.append(not_supported(f"{path}.operator", operator, supported))
    return errors + (validate_effect(effect, f"{path}.effect") if effect else [])


def validate_effect(effect: str, path: str) -> list[FieldError]:
    """What a taint does. Models validateTaintEffect."""
    if not effect:
        return [required(path)]
    return [] if effect in EFFECTS else [not_supported(path, effect, EFFECTS)]


def validate_affinity(affinity: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    node = affinity.get("nodeAffinity") or {}
    if node.get(REQUIRED) is not None:
        errors += validate_node_selector(node[REQUIRED], f"{path}.nodeAffinity.{REQUIRED}")
    for index, term in enumerate(node.get(PREFERRED) or ()):
        here = f"{path}.nodeAffinity.{PREFERRED}[{index}]"
        errors += _weight(term, here)
        errors += _node_term(term.get("preference") or {}, f"{here}.preference")
    for side in ("podAffinity", "podAntiAffinity"):
        errors += _pod_terms(affinity.get(side) or {}, f"{path}.{side}")
    return errors


def _weight(term: Obj, path: str) -> list[FieldError]:
    weight = term.get("weight", 0)
    return [] if 1 <= weight <= 100 else [invalid(f"{path}.weight", weight, "must be in the range 1-100")]


def validate_node_selector(selector: Obj, path: str) -> list[FieldError]:
    """Models ValidateNodeSelector; PersistentVolumes have one too."""
    terms = selector.get("nodeSelectorTerms") or ()
    if not terms:
        return [required(f"{path}.nodeSelectorTerms", "must have at least one node selector term")]
    return [error for i, term in enumerate(terms) for error in _node_term(term, f"{path}.nodeSelectorTerms[{i}]")]


def _node_term(term: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, requirement in enumerate(term.get("matchExpressions") or ()):
        errors += _node_requirement(requirement, f"{path}.matchExpressions[{index}]")
    for index, requirement in enumerate(term.get("matchFields") or ()):
        errors += _node_field(requirement, f"{path}.matchFields[{index}]")
    return errors


def _node_requirement(requirement: Obj, path: str) -> list[FieldError]:
    operator, values, key = requirement.get("operator", ""), requirement.get("values") or (), requirement.get("key", "")
    errors: list[FieldError] = []
    if operator in ("In", "NotIn"):
        errors += [] if values else [required(f"{path}.values", NEEDS_VALUES)]
    elif operator in ("Exists", "DoesNotExist"):
        errors += [forbidden(f"{path}.values", TAKES_NO_VALUES)] if values else []
    elif operator in ("Gt", "Lt"):
        one = "must be specified single value when `operator` is 'Lt' or 'Gt'"
        errors += [] if len(values) == 1 else [required(f"{path}.values", one)]
    else:
        errors.append(invalid(f"{path}.operator", operator, UNKNOWN_OPERATOR))
    errors += [invalid(f"{path}.key", key, text) for text in names.qualified(key)]
    return errors + [invalid(f"{path}.values[{i}]", value, text) for i, value in enumerate(values) for text in names.label_value(value)]


def _node_field(requirement: Obj, path: str) -> list[FieldError]:
    operator, values, key = requirement.get("operator", ""), requirement.get("values") or (), requirement.get("key", "")
    errors: list[FieldError] = []
    if operator not in ("In", "NotIn"):
        errors.append(invalid(f"{path}.operator", operator, UNKNOWN_OPERATOR))
    elif len(values) != 1:
        errors.append(required(f"{path}.values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
    if key != "metadata.name":
        errors.append(invalid(f"{path}.key", key, "not a valid field selector key"))
    return errors


def _pod_terms(affinity: Obj, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, term in enumerate(affinity.get(REQUIRED) or ()):
        errors += _pod_term(term, f"{path}.{REQUIRED}[{index}]")
    for index, weighted in enumerate(affinity.get(PREFERRED) or ()):
        here = f"{path}.{PREFERRED}[{index}]"
        errors += _weight(weighted, here)
        errors += _pod_term(weighted.get("podAffinityTerm") or {}, f"{here}.podAffinityTerm")
    return errors


def _pod_term(term: Obj, path: str) -> list[FieldError]:
    errors = validate_selector(term.get("labelSelector"), f"{path}.labelSelector")
    errors += validate_selector(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for namespace in term.get("namespaces") or ():
        errors += [invalid(f"{path}.namespace", namespace, text) for text in names.label(namespace)]
    key = term.get("topologyKey", "")
    errors += [] if key else [required(f"{path}.topologyKey", "can not be empty")]
    return errors + [invalid(f"{path}.topologyKey", key, text) for text in names.qualified(key)]


def validate_spread(constraints: list[Obj], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for index, constraint in enumerate(constraints):
        here, key, when = f"{path}[{index}]", constraint.get("topologyKey", ""), constraint.get("whenUnsatisfiable", "")
        errors += positive(constraint.get("maxSkew"), f"{here}.maxSkew")
        errors += [] if key else [required(f"{here}.topologyKey", "can not be empty")]
        if when not in WHEN_UNSATISFIABLE:
            errors.append(not_supported(f"{here}.whenUnsatisfiable", when, WHEN_UNSATISFIABLE))
        if any((later.get("topologyKey", ""), later.get("whenUnsatisfiable", "")) == (key, when) for later in constraints[index + 1 :]):
            errors.append(duplicate(f"{here}.{{topologyKey, whenUnsatisfiable}}", f"{{{key}, {when}}}"))
        errors += _min_domains(constraint.get("minDomains"), when, f"{here}.minDomains")
        errors += validate_selector(constraint.get("labelSelector"), f"{here}.labelSelector")
    return errors


def _min_domains(count: int | None, when: str, path: str) -> list[FieldError]:
    if count is None:
        return []
    errors = [invalid(path, count, "must be greater than 0")] if count <= 0 else []
    if when != "DoNotSchedule":
        errors.append(invalid(path, count, f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {when}"))
    return errors
