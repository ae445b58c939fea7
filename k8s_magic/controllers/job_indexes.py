"""Completion indexes of an Indexed Job: sets of numbers as the status writes them ("0,1,4-7"), and each index's failures."""

from __future__ import annotations

from collections.abc import Iterable

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.meta import annotations as annotations_of

INDEX = "batch.kubernetes.io/job-completion-index"
FAILURES = "batch.kubernetes.io/job-index-failure-count"
IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count"
INDEX_VARIABLE = "JOB_COMPLETION_INDEX"


def index_of(pod: Obj) -> int:
    """The pod's completion index; -1 where it has none."""
    return _number(pod, INDEX, missing=-1)


def failures_of(pod: Obj) -> int:
    """How often the pod's index had failed before it."""
    return _number(pod, FAILURES)


def all_failures_of(pod: Obj) -> int:
    """`failures_of`, with those that a policy ignored."""
    return failures_of(pod) + _number(pod, IGNORED_FAILURES)


def _number(pod: Obj, annotation: str, missing: int = 0) -> int:
    text = annotations_of(pod).get(annotation, "")
    return int(text) if text.isascii() and text.isdigit() else missing


def parse_indexes(text: str, completions: int) -> set[int]:
    """The numbers of a text like "0,1,4-7" that are below `completions`."""
    found: set[int] = set()
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        if first.isdigit() and (not dash or last.isdigit()):
            found.update(range(int(first), min(int(last) if dash else int(first), completions - 1) + 1))
    return found


def format_indexes(numbers: Iterable[int]) -> str:
    """Runs of three and more as first-last. Models orderedIntervals.String."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs)


def with_index_variable(spec: Obj) -> Obj:
    """The pod spec whose containers are told their index."""
    source = {"fieldRef": {"fieldPath": f"metadata.labels['{INDEX}']"}}

    def told(container: Obj) -> Obj:
        env = container.get("env") or []
        if any(variable["name"] == INDEX_VARIABLE for variable in env):
            return container
        return {**container, "env": [*env, {"name": INDEX_VARIABLE, "valueFrom": source}]}

    lists = {field: [told(c) for c in spec[field]] for field in ("initContainers", "containers") if spec.get(field)}
    return {**spec, **lists}
