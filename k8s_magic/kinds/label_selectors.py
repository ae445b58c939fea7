"""Rules for label selectors, and for the selectors of controllers, which must match their own template.

Models apimachinery pkg/apis/meta/v1/validation and pkg/apis/apps/validation.
"""

from __future__ import annotations

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import forbidden, invalid, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.metadata import validate_labels
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Obj

MISMATCH = "`selector` does not match template `labels`"
NEEDS_VALUES = "must be specified when `operator` is 'In' or 'NotIn'"
TAKES_NO_VALUES = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
UNKNOWN_OPERATOR = "not a valid selector operator"


def validate_selector(selector: Obj | None, path: str) -> list[FieldError]:
    """Models ValidateLabelSelector."""
    if selector is None:
        return []
    errors = validate_labels(selector.get("matchLabels") or {}, f"{path}.matchLabels")
    for index, requirement in enumerate(selector.get("matchExpressions") or ()):
        errors += _requirement(requirement, f"{path}.matchExpressions[{index}]")
    return errors


def _requirement(requirement: Obj, path: str) -> list[FieldError]:
    operator, values = requirement.get("operator", ""), requirement.get("values") or ()
    errors: list[FieldError] = []
    if operator in ("In", "NotIn"):
        errors += [] if values else [required(f"{path}.values", NEEDS_VALUES)]
    elif operator in ("Exists", "DoesNotExist"):
        errors += [forbidden(f"{path}.values", TAKES_NO_VALUES)] if values else []
    else:
        errors.append(invalid(f"{path}.operator", operator, UNKNOWN_OPERATOR))
    errors += [invalid(f"{path}.key", requirement.get("key", ""), text) for text in names.qualified(requirement.get("key", ""))]
    for index, value in enumerate(values):
        errors += [invalid(f"{path}.values[{index}]", value, text) for text in names.label_value(value)]
    return errors


def parse(selector: Obj | None) -> selectors.Selector | None:
    """The selector, or None where it is no valid one."""
    try:
        return selectors.from_label_selector(selector)
    except selectors.SelectorError:
        return None


def validate_own_selector(spec: Obj, path: str, name: str, invalid_text: str = "invalid label selector") -> list[FieldError]:
    """A workload's selector: there, not empty, and well made. `name` is how the message calls the kind."""
    selector = spec.get("selector")
    if selector is None:
        return [required(path)]
    errors = validate_selector(selector, path)
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        errors.append(invalid(path, selector, f"empty selector is invalid for {name}"))
    if parse(selector) is None:
        errors.append(invalid(path, selector, invalid_text))
    return errors


def matches_template(selector: Obj | None, template: Obj, path: str) -> list[FieldError]:
    """The template's pods must be the selector's. No selector at all matches nothing."""
    labels = (template.get("metadata") or {}).get("labels") or {}
    parsed = parse(selector)
    if parsed is None or (selector is not None and parsed.empty) or (selector is not None and parsed.matches(labels)):
        return []
    return [invalid(f"{path}.metadata.labels", labels or None, MISMATCH)]
