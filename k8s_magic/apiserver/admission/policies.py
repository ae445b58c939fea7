"""ValidatingAdmissionPolicy: every write is held against the policies that are bound to it.

Models apiserver pkg/admission/plugin/policy/validating. Not modelled: audit, authorizer in expressions, parameters by selector.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from k8s_magic.apiserver import reviews
from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import ApiError, forbidden
from k8s_magic.kinds import cel
from k8s_magic.kinds.validatingadmissionpolicies import GROUP
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, labels

ORDER = 900
POLICIES, BINDINGS = f"validatingadmissionpolicies.{GROUP}", f"validatingadmissionpolicybindings.{GROUP}"
CODES = {"Unauthorized": 401, "Forbidden": 403, "Invalid": 422, "RequestEntityTooLarge": 413}


def validate(attributes: Attributes) -> None:
    """Refuse, or warn, as the bindings say."""
    store = attributes.store
    if not store.count(BINDINGS) or attributes.kind.group == GROUP:
        return
    for policy in store.items(POLICIES):
        if not _matches(policy["spec"].get("matchConstraints") or {}, attributes):
            continue
        for binding in store.items(BINDINGS):
            named = binding["spec"].get("policyName") == policy["metadata"]["name"]
            if named and _matches(binding["spec"].get("matchResources") or {}, attributes):
                _hold(policy, binding, attributes)


def _hold(policy: Obj, binding: Obj, attributes: Attributes) -> None:
    names = f"'{policy['metadata']['name']}' with binding '{binding['metadata']['name']}'"
    actions = binding["spec"].get("validationActions") or ()
    for message, reason in _failures(policy["spec"], binding["spec"], attributes):
        if "Deny" in actions:
            raise _denied(attributes, f"ValidatingAdmissionPolicy {names} denied request: {message}", reason)
        if "Warn" in actions:
            attributes.api.warn(f"Validation failed for ValidatingAdmissionPolicy {names}: {message}")


def _denied(attributes: Attributes, message: str, reason: str) -> ApiError:
    error = forbidden(attributes.kind, attributes.name, message)
    reason = reason or "Invalid"
    details = {**(error.details or {}), "causes": [{"message": message}]}
    return ApiError(CODES.get(reason, 422), reason, error.message, details)


# --- What a policy is about ---


def _matches(resources: Obj, attributes: Attributes) -> bool:
    rules, excluded = resources.get("resourceRules"), resources.get("excludeResourceRules") or ()
    if rules and not any(_covers(rule, attributes) for rule in rules):
        return False
    if any(_covers(rule, attributes) for rule in excluded):
        return False
    seen = [obj for obj in (attributes.draft, attributes.old) if obj is not None]
    wanted = selectors.from_label_selector(resources.get("objectSelector") or {})
    if not any(wanted.matches(labels(obj)) for obj in seen):
        return False
    space = _namespace(attributes)
    return space is None or selectors.from_label_selector(resources.get("namespaceSelector") or {}).matches(labels(space))


def _namespace(attributes: Attributes) -> Obj | None:
    if attributes.kind.resource == "namespaces":
        return attributes.draft
    return attributes.store.get("namespaces", Key("", attributes.namespace)) if attributes.kind.namespaced else None


def _covers(rule: Obj, attributes: Attributes) -> bool:
    kind, scope = attributes.kind, rule.get("scope", "*")
    what = f"{kind.plural}/{attributes.subresource}" if attributes.subresource else kind.plural
    every = ("*", what) if not attributes.subresource else ("*/*", f"{kind.plural}/*", f"*/{attributes.subresource}", what)
    names = rule.get("resourceNames")
    return (
        any(group in ("*", kind.group) for group in rule.get("apiGroups") or ())
        and any(version in ("*", kind.version) for version in rule.get("apiVersions") or ())
        and any(operation in ("*", attributes.operation) for operation in rule.get("operations") or ())
        and any(resource in every or (resource == "*/*" and not attributes.subresource) for resource in rule.get("resources") or ())
        and scope in ("*", "Namespaced" if kind.namespaced else "Cluster")
        and (not names or attributes.name in names)
    )


# --- What it says ---


def _failures(spec: Obj, binding: Obj, attributes: Attributes) -> Iterator[tuple[str, str]]:
    """(message, reason) of each validation that fails."""
    fails_closed = spec.get("failurePolicy") != "Ignore"
    try:
        known = _known(spec, binding, attributes)
        for condition in spec.get("matchConditions") or ():
            if cel.evaluate(condition["expression"], known) is not True:
                return
        known = _with_variables(spec, known)
    except cel.CelError as error:
        if fails_closed:
            yield str(error), ""
        return
    for rule in spec.get("validations") or ():
        try:
            if cel.evaluate(rule["expression"], known) is not True:
                yield _message(rule, known), rule.get("reason", "")
        except cel.CelError as error:
            if fails_closed:
                yield f"expression '{rule['expression'].strip()}' resulted in error: {error}", rule.get("reason", "")


def _known(spec: Obj, binding: Obj, attributes: Attributes) -> dict[str, Any]:
    is_delete = attributes.operation == "DELETE"
    found: dict[str, Any] = {
        "object": None if is_delete else attributes.draft,
        "oldObject": attributes.old,
        "request": _request(attributes),
        "namespaceObject": _namespace(attributes),
        "params": _params(spec, binding, attributes),
    }
    return {name: cel.bound(value) for name, value in found.items()}


def _request(attributes: Attributes) -> Obj:
    kind = attributes.kind
    return {
        "kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "resource": {"group": kind.group, "version": kind.version, "resource": kind.plural},
        "subResource": attributes.subresource,
        "name": attributes.name,
        "namespace": attributes.namespace,
        "operation": attributes.operation,
        "userInfo": reviews.user_info(attributes.caller),
        "dryRun": attributes.dry_run,
    }


def _params(spec: Obj, binding: Obj, attributes: Attributes) -> Obj | None:
    wanted, reference = spec.get("paramKind"), binding.get("paramRef")
    if not wanted or not reference or not reference.get("name"):
        return None
    kind = attributes.api.by_group_kind(wanted["apiVersion"].rpartition("/")[0], wanted["kind"])
    if kind is None:
        raise cel.CelError(f"failed to find resource referenced by paramKind: '{wanted['apiVersion']}, Kind={wanted['kind']}'")
    space = (reference.get("namespace") or attributes.namespace) if kind.namespaced else ""
    found = attributes.store.get(kind.resource, Key(space, reference["name"]))
    if found is None and reference.get("parameterNotFoundAction") != "Allow":
        raise cel.CelError("failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")
    return found


def _with_variables(spec: Obj, known: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable in spec.get("variables") or ():
        values[variable["name"]] = cel.raw(variable["expression"], {**known, "variables": cel.mapping(values)})
    return {**known, "variables": cel.mapping(values)}


def _message(rule: Obj, known: Mapping[str, Any]) -> str:
    found: Any = ""
    if rule.get("messageExpression"):
        try:
            found = cel.evaluate(rule["messageExpression"], known)
        except cel.CelError:
            found = ""
    text = found.strip() if isinstance(found, str) and "\n" not in found else ""
    return text or rule.get("message", "").strip() or f"failed expression: {rule['expression'].strip()}"
