"""x-kubernetes-validations: rules in CEL that a definition's schema puts on its objects.

Models apiextensions-apiserver pkg/apiserver/schema/cel. Not modelled: ratcheting, correlation of lists across updates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from k8s_magic.kinds import cel
from k8s_magic.kinds.errors import duplicate, forbidden, invalid, required
from k8s_magic.kinds.kind import FieldError
from k8s_magic.objects.meta import Obj

RULES = "x-kubernetes-validations"


def has_rules(schema: Any) -> bool:
    """Whether there is any rule in a schema."""
    if isinstance(schema, dict):
        return bool(schema.get(RULES)) or any(map(has_rules, schema.values()))
    return isinstance(schema, list) and any(map(has_rules, schema))


def judge_rules(value: Any, schema: Obj, path: str = "", old: Any = None) -> Iterator[FieldError]:
    """What the rules say against a value; `old` is what stood there before an update, if that can be told."""
    if value is None:
        return
    for rule in schema.get(RULES) or ():
        if "oldSelf" not in rule["rule"] or old is not None:
            yield from _judged(rule, value, old, schema, path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from judge_rules(item, schema.get("items") or {}, f"{path}[{index}]")
    elif isinstance(value, dict):
        before = old if isinstance(old, dict) else {}
        prefix, more = f"{path}." if path else "", schema.get("additionalProperties")
        for key in sorted(value):
            below = (schema.get("properties") or {}).get(key) or (more if isinstance(more, dict) else {})
            yield from judge_rules(value[key], below, prefix + key, before.get(key))


def _judged(rule: Obj, value: Any, old: Any, schema: Obj, path: str) -> Iterator[FieldError]:
    known = {"self": value} if old is None else {"self": value, "oldSelf": old}
    kind = schema.get("type", "object")
    shown = rule["rule"].strip()
    try:
        variables = {name: cel.bound(of) for name, of in known.items()}
        if cel.evaluate(rule["rule"], variables) is True:
            return
        message = _message(rule, variables) or rule.get("message", "").strip() or f"failed rule: {shown}"
    except cel.CelError as error:
        yield invalid(path, kind, f"{error} evaluating rule: {rule.get('message') or shown}")
        return
    where = path + rule.get("fieldPath", "") if path else rule.get("fieldPath", "").removeprefix(".")
    yield _error(rule.get("reason", ""), where, value, kind, message)


def _message(rule: Obj, variables: dict[str, Any]) -> str:
    try:
        found = cel.evaluate(rule["messageExpression"], variables) if rule.get("messageExpression") else ""
    except cel.CelError:
        return ""
    return found.strip() if isinstance(found, str) else ""


def _error(reason: str, path: str, value: Any, kind: str, message: str) -> FieldError:
    if reason == "FieldValueForbidden":
        return forbidden(path, message)
    if reason == "FieldValueRequired":
        return required(path, message)
    if reason == "FieldValueDuplicate":
        return duplicate(path, value)
    if kind in ("object", "array"):
        return FieldError("FieldValueInvalid", path, f"Invalid value: {message}")
    return invalid(path, value, message)
