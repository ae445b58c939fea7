"""What may stand in a Job's policies. The first table is what a real v1.36.2 said; the rest agrees with batch/validation_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from .builders import complaints, meta, template


def said(**spec: Any) -> list[str]:
    whole = {"template": template(restartPolicy="Never"), **spec}
    return complaints("jobs.batch", {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta("j"), "spec": whole})


def test_a_failure_policy_in_which_all_is_wrong() -> None:
    rules: list[dict[str, Any]] = [
        {"action": "Explode", "onExitCodes": {"operator": "Near", "values": [3, 1, 1]}},
        {"action": "FailIndex", "onExitCodes": {"operator": "In", "values": []}},
        {"action": "Count"},
        {
            "action": "Ignore",
            "onExitCodes": {"containerName": "other", "operator": "In", "values": [0]},
            "onPodConditions": [{"type": "Bogus", "status": "Maybe"}],
        },
    ]
    path, containers = "spec.podFailurePolicy.rules", "must be one of the container or initContainer names in the pod template"
    assert said(podFailurePolicy={"rules": rules}) == [
        f'{path}[0].action: Unsupported value: "Explode": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
        f'{path}[0].onExitCodes.operator: Unsupported value: "Near": supported values: "In", "NotIn"',
        f"{path}[0].onExitCodes.values[2]: Duplicate value: 1",
        f"{path}[0].onExitCodes.values: Invalid value: [3,1,1]: must be ordered",
        f'{path}[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
        f"{path}[1].onExitCodes.values: Invalid value: []: at least one value is required",
        f"{path}[2]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
        f'{path}[3].onExitCodes.containerName: Invalid value: "other": {containers}',
        f"{path}[3].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
        f'{path}[3].onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
        f"{path}[3]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported",
    ]


INDEXED = {"completionMode": "Indexed", "completions": 5}
AT = "spec.successPolicy.rules[0]"
RULES: list[tuple[dict[str, Any], list[str]]] = [
    ({"succeededIndexes": "0-2,4", "succeededCount": 3}, []),
    ({}, [f"{AT}: Required value: at least one of succeededCount or succeededIndexes must be specified"]),
    (
        {"succeededCount": 6},
        [f"{AT}.succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)"],
    ),
    (
        {"succeededIndexes": "0-1", "succeededCount": 3},
        [
            f"{AT}.succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified "
            "succeededIndexes field)"
        ],
    ),
    ({"succeededIndexes": "5"}, [f'{AT}.succeededIndexes: Invalid value: "5": error parsing succeededIndexes: too large index: "5"']),
    (
        {"succeededIndexes": "a"},
        [f'{AT}.succeededIndexes: Invalid value: "a": error parsing succeededIndexes: cannot convert string to integer for index: "a"'],
    ),
    (
        {"succeededIndexes": "2,1"},
        [f'{AT}.succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1'],
    ),
]


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_rules_for_success(rule: dict[str, Any], expected: list[str]) -> None:
    assert said(**INDEXED, successPolicy={"rules": [rule]}) == expected


SPECS: list[tuple[dict[str, Any], list[str]]] = [
    ({"successPolicy": {"rules": [{"succeededCount": 1}]}}, ["spec.successPolicy: Invalid value: {"]),
    ({**INDEXED, "successPolicy": {}}, ["spec.successPolicy.rules: Required value"]),
    ({**INDEXED, "maxFailedIndexes": 2}, ["spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified"]),
    (
        {**INDEXED, "maxFailedIndexes": 6, "backoffLimitPerIndex": 1},
        ["spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions"],
    ),
    ({"managedBy": "me"}, ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")']),
    (
        {"podFailurePolicy": {"rules": []}, "podReplacementPolicy": "TerminatingOrFailed"},
        ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ),
]


@pytest.mark.parametrize(("spec", "expected"), SPECS)
def test_other_rules(spec: dict[str, Any], expected: list[str]) -> None:
    found = said(**spec)
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True)), found
