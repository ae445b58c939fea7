"""What may stand in a Job's policies: when a failed pod fails the Job, and which indexes are enough for it to succeed."""

from __future__ import annotations

import re
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kinds.errors import duplicate, invalid, not_supported, omitted, required, too_many
from k8s_magic.kinds.kind import FieldError
from k8s_magic.kinds.numbers import non_negative
from k8s_magic.objects.meta import Obj

ACTIONS, OPERATORS, STATUSES = ("Count", "FailIndex", "FailJob", "Ignore"), ("In", "NotIn"), ("False", "True", "Unknown")
MAX_RULES, MAX_PATTERNS, MAX_EXIT_CODES = 20, 20, 255


def validate_failure_policy(spec: Obj, path: str) -> list[FieldError]:
    """Models validatePodFailurePolicy."""
    rules, pods = spec["podFailurePolicy"].get("rules") or [], spec["template"]["spec"]
    containers = {each.get("name") for field in ("containers", "initContainers") for each in pods.get(field) or ()}
    errors = [too_many(f"{path}.rules", len(rules), MAX_RULES)] if len(rules) > MAX_RULES else []
    for index, rule in enumerate(rules):
        errors += _failure_rule(rule, f"{path}.rules[{index}]", containers, spec.get("backoffLimitPerIndex") is not None)
    return errors


def _failure_rule(rule: Obj, path: str, containers: set[Any], per_index: bool) -> list[FieldError]:
    codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
    errors: list[FieldError] = []
    if rule.get("action") == "FailIndex" and not per_index:
        errors.append(invalid(f"{path}.action", "FailIndex", "requires the backoffLimitPerIndex to be set"))
    else:
        errors += _one_of(rule.get("action"), f"{path}.action", ACTIONS)
    if codes is not None:
        errors += _exit_codes(codes, f"{path}.onExitCodes", containers)
    if conditions:
        errors += _conditions(conditions, f"{path}.onPodConditions")
    if codes is not None and conditions:
        errors.append(omitted(path, "specifying both OnExitCodes and OnPodConditions is not supported"))
    if codes is None and not conditions:
        errors.append(omitted(path, "specifying one of OnExitCodes and OnPodConditions is required"))
    return errors


def _one_of(value: str | None, path: str, supported: tuple[str, ...]) -> list[FieldError]:
    if not value:
        return [required(path, "valid values: [" + " ".join(f'"{each}"' for each in supported) + "]")]
    return [] if value in supported else [not_supported(path, value, supported)]


def _exit_codes(codes: Obj, path: str, containers: set[Any]) -> list[FieldError]:
    errors = _one_of(codes.get("operator"), f"{path}.operator", OPERATORS)
    container, values = codes.get("containerName"), codes.get("values") or []
    if container is not None and container not in containers:
        text = "must be one of the container or initContainer names in the pod template"
        errors.append(invalid(f"{path}.containerName", container, text))
    if not values:
        errors.append(invalid(f"{path}.values", values, "at least one value is required"))
    elif len(values) > MAX_EXIT_CODES:
        errors.append(too_many(f"{path}.values", len(values), MAX_EXIT_CODES))
    for index, value in enumerate(values):
        if codes.get("operator") == "In" and value == 0:
            errors.append(invalid(f"{path}.values[{index}]", value, "must not be 0 for the In operator"))
        if value in values[:index]:
            errors.append(duplicate(f"{path}.values[{index}]", value))
    if values != sorted(values):
        errors.append(invalid(f"{path}.values", values, "must be ordered"))
    return errors


def _conditions(patterns: list[Obj], path: str) -> list[FieldError]:
    errors = [too_many(path, len(patterns), MAX_PATTERNS)] if len(patterns) > MAX_PATTERNS else []
    for index, pattern in enumerate(patterns):
        name = pattern.get("type", "")
        errors += [invalid(f"{path}[{index}].type", name, text) for text in names.qualified(name)]
        errors += _one_of(pattern.get("status"), f"{path}[{index}].status", STATUSES)
    return errors


def validate_success_policy(spec: Obj, path: str) -> list[FieldError]:
    """Models validateSuccessPolicy. Without completions, which are missed elsewhere, nothing can be said of its rules."""
    rules, completions = spec["successPolicy"].get("rules") or [], spec.get("completions")
    if not rules:
        return [required(f"{path}.rules", "at least one rules must be specified when the successPolicy is specified")]
    errors = [too_many(f"{path}.rules", len(rules), MAX_RULES)] if len(rules) > MAX_RULES else []
    if completions is not None:
        for index, rule in enumerate(rules):
            errors += _success_rule(rule, f"{path}.rules[{index}]", completions)
    return errors


def _success_rule(rule: Obj, path: str, completions: int) -> list[FieldError]:
    count, indexes = rule.get("succeededCount"), rule.get("succeededIndexes")
    errors, total = list[FieldError](), 0
    if count is None and indexes is None:
        errors.append(required(path, "at least one of succeededCount or succeededIndexes must be specified"))
    if indexes is not None:
        try:
            total = _count(indexes, completions)
        except ValueError as error:
            errors.append(invalid(f"{path}.succeededIndexes", indexes, f"error parsing succeededIndexes: {error}"))
    if count is None:
        return errors
    errors += non_negative(count, f"{path}.succeededCount")
    limit = "must be less than or equal to {} (the number of {})"
    if count > completions:
        errors.append(invalid(f"{path}.succeededCount", count, limit.format(completions, "specified completions")))
    if indexes is not None and count > total:
        text = limit.format(total, "indexes in the specified succeededIndexes field")
        errors.append(invalid(f"{path}.succeededCount", count, text))
    return errors


def _count(text: str, completions: int) -> int:
    """How many indexes `1,3-5` names; ValueError where it is no such text. Models validateIndexesFormat."""
    last, total = None, 0
    for interval in text.split(",") if text else ():
        first, end = _interval(interval, completions)
        if last is not None and last >= first:
            raise ValueError(f"non-increasing order, previous: {last}, current: {first}")
        last, total = end, total + end - first + 1
    return total


def _interval(text: str, completions: int) -> tuple[int, int]:
    limits = text.split("-")
    if len(limits) > 2:
        rule = "requirement that an index interval can have at most two parts separated by '-'"
        raise ValueError(f'the fragment "{text}" violates the {rule}')
    numbers = []
    for limit in limits:
        if not re.fullmatch(r"[+-]?[0-9]+", limit):
            raise ValueError(f'cannot convert string to integer for index: "{limit}"')
        if int(limit) >= completions:
            raise ValueError(f'too large index: "{limit}"')
        numbers.append(int(limit))
    if len(numbers) == 2 and numbers[0] >= numbers[1]:
        raise ValueError(f"non-increasing order, previous: {numbers[0]}, current: {numbers[1]}")
    return numbers[0], numbers[-1]
