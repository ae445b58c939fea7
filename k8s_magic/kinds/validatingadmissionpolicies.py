"""ValidatingAdmissionPolicy: conditions in CEL that objects must meet. `apiserver.admission.policies` holds requests against them."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import cel
from k8s_magic.kinds.columns import AGE, NAME, age, texts
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.objects.meta import Obj

GROUP = "admissionregistration.k8s.io"
REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")
OPERATIONS = ("*", "CONNECT", "CREATE", "DELETE", "UPDATE")


def default_match(resources: Obj) -> None:
    """Models pkg/apis/admissionregistration/v1/defaults.go SetDefaults_MatchResources."""
    resources.setdefault("matchPolicy", "Equivalent")
    for field in ("namespaceSelector", "objectSelector"):
        resources.setdefault(field, {})
    for rule in resources.get("resourceRules") or ():
        rule.setdefault("scope", "*")


def default(draft: Obj) -> None:
    spec = draft.setdefault("spec", {})
    spec.setdefault("failurePolicy", "Fail")
    if spec.get("matchConstraints") is not None:
        default_match(spec["matchConstraints"])


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/admissionregistration/validation/validation.go, for the common mistakes."""
    spec, errors = obj["spec"], list[FieldError]()
    if spec["failurePolicy"] not in ("Fail", "Ignore"):
        errors.append(not_supported("spec.failurePolicy", spec["failurePolicy"], ["Fail", "Ignore"]))
    constraints = spec.get("matchConstraints")
    if constraints is None:
        errors.append(required("spec.matchConstraints"))
    elif not constraints.get("resourceRules"):
        errors.append(required("spec.matchConstraints.resourceRules"))
    for index, rule in enumerate((constraints or {}).get("resourceRules") or ()):
        errors += _rule(rule, f"spec.matchConstraints.resourceRules[{index}]")
    for field in ("matchConditions", "variables"):
        for index, named in enumerate(spec.get(field) or ()):
            errors += _expression(named.get("expression", ""), f"spec.{field}[{index}].expression")
    if not spec.get("validations") and not spec.get("auditAnnotations"):
        wanted = "validations or auditAnnotations must contain at least one item"
        errors += [required("spec.validations", wanted), required("spec.auditAnnotations", wanted)]
    for index, rule in enumerate(spec.get("validations") or ()):
        errors += _validation(rule, f"spec.validations[{index}]")
    return errors


def _rule(rule: Obj, path: str) -> list[FieldError]:
    """Models validateRuleWithOperations."""
    errors = [required(f"{path}.{field}") for field in ("operations", "apiGroups", "apiVersions", "resources") if not rule.get(field)]
    operations = rule.get("operations") or ()
    return [
        *errors,
        *(not_supported(f"{path}.operations[{index}]", one, OPERATIONS) for index, one in enumerate(operations) if one not in OPERATIONS),
    ]


def _validation(rule: Obj, path: str) -> list[FieldError]:
    errors = _expression(rule.get("expression", ""), f"{path}.expression")
    if rule.get("messageExpression"):
        errors += _expression(rule["messageExpression"], f"{path}.messageExpression")
    if rule.get("reason") and rule["reason"] not in REASONS:
        errors.append(not_supported(f"{path}.reason", rule["reason"], sorted(REASONS)))
    return errors


def _expression(expression: str, path: str) -> list[FieldError]:
    if not expression.strip():
        return [required(path, "expression is not specified")]
    try:
        cel.check(expression)
    except cel.CelError as error:
        return [invalid(path, expression, str(error))]
    return []


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printValidatingAdmissionPolicy."""
    param = obj["spec"].get("paramKind")
    shown = f"{param.get('apiVersion', '')}/{param.get('kind', '')}" if param else "<unset>"
    return [obj["metadata"]["name"], len(obj["spec"].get("validations") or ()), shown, age(obj, now)]


KIND = Kind(
    unconditional_update=False,
    kind="ValidatingAdmissionPolicy",
    plural="validatingadmissionpolicies",
    group=GROUP,
    singular="validatingadmissionpolicy",
    categories=("api-extensions",),
    namespaced=False,
    subresources=("status",),
    columns=(NAME, Column("Validations", type="integer"), *texts("ParamKind"), AGE),
    row=row,
    default=default,
    validate=validate,
    has_generation=True,
)
