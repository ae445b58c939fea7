"""ValidatingAdmissionPolicyBinding: where a policy holds, and what happens to who breaks it."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import duplicate, invalid, not_supported, required
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.validatingadmissionpolicies import GROUP, default_match
from k8s_magic.objects.meta import Obj

ACTIONS = ("Audit", "Deny", "Warn")


def default(draft: Obj) -> None:
    spec = draft.setdefault("spec", {})
    if spec.get("matchResources") is not None:
        default_match(spec["matchResources"])


def validate(obj: Obj) -> list[FieldError]:
    """Models validateValidatingAdmissionPolicyBindingSpec."""
    spec, actions = obj["spec"], obj["spec"].get("validationActions") or []
    errors = [] if spec.get("policyName") else [required("spec.policyName")]
    errors += [] if actions else [required("spec.validationActions")]
    for index, action in enumerate(actions):
        path = f"spec.validationActions[{index}]"
        errors += [] if action in ACTIONS else [not_supported(path, action, ACTIONS)]
        errors += [duplicate(path, action)] if action in actions[:index] else []
    if "Deny" in actions and "Warn" in actions:
        errors.append(
            invalid(
                "spec.validationActions",
                actions,
                "must not contain both Deny and Warn (repeating the same validation failure "
                "information in the API response and headers serves no purpose)",
            )
        )
    return errors


def row(obj: Obj, now: float) -> list[Any]:
    reference = obj["spec"].get("paramRef")
    name = "<unset>"
    if reference:
        name = f"{reference.get('namespace') or '*'}/{reference['name']}" if reference.get("name") else "<set>"
    return [obj["metadata"]["name"], obj["spec"].get("policyName", ""), name, age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    kind="ValidatingAdmissionPolicyBinding",
    plural="validatingadmissionpolicybindings",
    group=GROUP,
    singular="validatingadmissionpolicybinding",
    categories=("api-extensions",),
    namespaced=False,
    columns=(NAME, *texts("PolicyName", "ParamRef"), AGE),
    row=row,
    default=default,
    validate=validate,
    has_generation=True,
)
