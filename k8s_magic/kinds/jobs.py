"""Job: runs pods until enough of them have ended well."""

from __future__ import annotations

from typing import Any

from k8s_magic.kinds import internal, names
from k8s_magic.kinds.columns import AGE, NAME, age, container_cells, selector_text, texts, wide
from k8s_magic.kinds.errors import invalid, not_supported, required, too_long
from k8s_magic.kinds.job_policies import validate_failure_policy, validate_success_policy
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.kinds.label_selectors import MISMATCH, parse, validate_selector
from k8s_magic.kinds.numbers import IMMUTABLE, non_negatives, unchanged
from k8s_magic.kinds.pod.spec import validate_template
from k8s_magic.kinds.pod.warnings import hostname_warning, template_warnings
from k8s_magic.kinds.workloads import POD_NAMES, default_fields, default_template
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

MAX_INT32 = 2**31 - 1
MOST_INDEXES = 100_000
LONGEST_MANAGER = 63
CONTROLLER_UID, JOB_NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"
OLD_CONTROLLER_UID, OLD_JOB_NAME = "controller-uid", "job-name"
NUMBERS = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit"),
    *("ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"),
)
# What a Job's condition says of it, the most telling first.
CONDITIONS = (("Complete", "Complete"), ("Failed", "Failed"), ("", "Terminating"), ("Suspended", "Suspended"))
LATER_CONDITIONS = ("FailureTarget", "SuccessCriteriaMet")


def default(draft: Obj) -> None:
    """Models pkg/apis/batch/v1/defaults.go SetDefaults_Job."""
    spec = draft.setdefault("spec", {})
    default_job_spec(spec)
    default_labels(draft)
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = spec["parallelism"] = 1
    limit = 6 if spec.get("backoffLimitPerIndex") is None else MAX_INT32
    replacement = "TerminatingOrFailed" if spec.get("podFailurePolicy") is None else "Failed"
    default_fields(spec, parallelism=1, backoffLimit=limit, completionMode="NonIndexed", suspend=False)
    default_fields(spec, podReplacementPolicy=replacement, manualSelector=False)


def default_labels(draft: Obj) -> None:
    """A Job without labels has those of its pods."""
    labels = (draft["spec"]["template"].get("metadata") or {}).get("labels")
    if labels and not draft["metadata"].get("labels"):
        draft["metadata"]["labels"] = dict(labels)


def default_job_spec(spec: Obj) -> None:
    """What is defaulted in a CronJob's template too: the pods', not the Job's own numbers."""
    default_template(spec)
    for rule in (spec.get("podFailurePolicy") or {}).get("rules") or ():
        for pattern in rule.get("onPodConditions") or ():
            pattern["status"] = pattern.get("status") or "True"


def prepare_create(draft: Obj) -> None:
    """Models pkg/registry/batch/job/strategy.go generateSelectorIfNeeded."""
    draft["status"] = {}
    spec, meta = draft["spec"], draft["metadata"]
    if not spec["manualSelector"]:
        _generate_selector(spec, meta)
    # Reading a stored Job defaults it once more, and by now its template has labels.
    default_labels(draft)


def _generate_selector(spec: Obj, meta: Obj) -> None:
    template = spec["template"]
    name = meta.get("name", "")  # Still to be judged.
    generated = {OLD_JOB_NAME: name, JOB_NAME: name, OLD_CONTROLLER_UID: meta["uid"], CONTROLLER_UID: meta["uid"]}
    template["metadata"] = {**template["metadata"], "labels": {**generated, **(template["metadata"].get("labels") or {})}}
    selector = spec.get("selector") or {}
    spec["selector"] = {**selector, "matchLabels": {CONTROLLER_UID: meta["uid"], **(selector.get("matchLabels") or {})}}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/batch/validation/validation.go ValidateJob."""
    spec, meta = obj["spec"], obj["metadata"]
    errors = _generated(spec, meta)
    errors += validate_job_spec(spec, "spec")
    selector = spec.get("selector")
    errors += [required("spec.selector")] if selector is None else validate_selector(selector, "spec.selector")
    labels, parsed = (spec["template"].get("metadata") or {}).get("labels") or {}, parse(selector)
    if parsed is not None and not parsed.matches(labels):
        errors.append(invalid("spec.template.metadata.labels", labels or None, MISMATCH))
    if spec.get("completionMode") == "Indexed" and (spec.get("completions") or 0) > 0:
        longest = f"{meta.get('name', '')}-{spec['completions'] - 1}"
        if names.label(longest):
            errors.append(invalid("metadata.name", meta.get("name", ""), f"will not able to create pod with invalid DNS label: {longest}"))
    return errors


def _generated(spec: Obj, meta: Obj) -> list[FieldError]:
    """The labels by which a Job knows its pods are its own. Models validateGeneratedSelector."""
    if spec["manualSelector"]:
        return []
    path, labels = "spec.template.metadata.labels", (spec["template"].get("metadata") or {}).get("labels") or {}
    name = meta.get("name", "")
    expected = {OLD_CONTROLLER_UID: meta["uid"], OLD_JOB_NAME: name, CONTROLLER_UID: meta["uid"], JOB_NAME: name}
    errors: list[FieldError] = []
    for key, value in expected.items():
        if key not in labels:
            errors.append(required(f"{path}[{key}]", f"must be '{value}'"))
        elif labels[key] != value:
            errors.append(invalid(f"{path}[{key}]", labels, f"must be '{value}'"))
    parsed = parse(spec.get("selector"))
    if parsed is not None and not parsed.matches(expected):
        errors.append(invalid("spec.selector", spec.get("selector"), "`selector` not auto-generated"))
    return errors


def validate_job_spec(spec: Obj, path: str) -> list[FieldError]:
    """What a Job and a CronJob's template have in common. Models validateJobSpec."""
    errors = non_negatives(spec, path, NUMBERS)
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        errors.append(required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified"))
    if spec.get("managedBy") is not None:
        errors += _managed_by(spec["managedBy"], f"{path}.managedBy")
    errors += _completion_mode(spec, path)
    errors += _policies(spec, path)
    errors += validate_template(spec["template"], f"{path}.template")
    policy, here = spec["template"]["spec"]["restartPolicy"], f"{path}.template.spec.restartPolicy"
    if policy == "Always":
        errors.append(required(here, 'valid values: "OnFailure", "Never"'))
    elif policy not in ("OnFailure", "Never"):
        errors.append(not_supported(here, policy, ["OnFailure", "Never"]))
    elif spec.get("podFailurePolicy") is not None and policy != "Never":
        errors.append(invalid(here, policy, 'only "Never" is supported when podFailurePolicy is specified'))
    return errors


def _managed_by(value: str, path: str) -> list[FieldError]:
    if not value:
        return [required(path)]
    host, _, rest = value.partition("/")
    if not host or not rest:
        errors = [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    else:
        errors = [invalid(path, host, text) for text in names.subdomain(host)]
    return errors + ([too_long(path, LONGEST_MANAGER)] if len(value) > LONGEST_MANAGER else [])


def _completion_mode(spec: Obj, path: str) -> list[FieldError]:
    mode, errors = spec.get("completionMode"), list[FieldError]()
    if mode not in (None, "NonIndexed", "Indexed"):
        errors.append(not_supported(f"{path}.completionMode", mode, ["NonIndexed", "Indexed"]))
    if mode == "Indexed":
        errors += _indexed(spec, path)
    if mode in (None, "NonIndexed"):
        for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(field) is not None:
                errors.append(invalid(f"{path}.{field}", spec[field], "requires indexed completion mode"))
    return errors


def _indexed(spec: Obj, path: str) -> list[FieldError]:
    completions, limit, errors = spec.get("completions"), spec.get("maxFailedIndexes"), list[FieldError]()
    if completions is None:
        errors.append(required(f"{path}.completions", "when completion mode is Indexed"))
    if (spec.get("parallelism") or 0) > MOST_INDEXES:
        text = f"must be less than or equal to {MOST_INDEXES} when completion mode is Indexed"
        errors.append(invalid(f"{path}.parallelism", spec["parallelism"], text))
    if completions is not None and limit is not None and limit > completions:
        errors.append(invalid(f"{path}.maxFailedIndexes", limit, "must be less than or equal to completions"))
    if limit is not None and limit > MOST_INDEXES:
        errors.append(invalid(f"{path}.maxFailedIndexes", limit, f"must be less than or equal to {MOST_INDEXES}"))
    return errors


def _policies(spec: Obj, path: str) -> list[FieldError]:
    """The policies for failure, success and replacement."""
    errors = validate_failure_policy(spec, f"{path}.podFailurePolicy") if spec.get("podFailurePolicy") is not None else []
    if spec.get("successPolicy") is not None:
        if spec.get("completionMode") == "Indexed":
            errors += validate_success_policy(spec, f"{path}.successPolicy")
        else:
            errors.append(invalid(f"{path}.successPolicy", spec["successPolicy"], "requires indexed completion mode"))
    replacement = spec.get("podReplacementPolicy")
    supported = ["Failed"] if spec.get("podFailurePolicy") is not None else ["Failed", "TerminatingOrFailed"]
    if replacement is not None and replacement not in supported:
        errors.append(not_supported(f"{path}.podReplacementPolicy", replacement, supported))
    return errors


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """Models ValidateJobSpecUpdate."""
    spec, stored = new["spec"], old["spec"]
    errors = _completions(spec, stored)
    errors += unchanged(spec.get("selector"), stored.get("selector"), "spec.selector")
    errors += _template(spec, old)
    for field in ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"):
        errors += unchanged(spec.get(field), stored.get(field), f"spec.{field}")
    return errors


def _completions(spec: Obj, stored: Obj) -> list[FieldError]:
    new, old = spec.get("completions"), stored.get("completions")
    if spec.get("completionMode") != "Indexed":
        return unchanged(new, old, "spec.completions")
    if new in (old, None) or new == spec.get("parallelism"):
        return []
    return [invalid("spec.completions", new, "can only be modified in tandem with spec.parallelism")]


def _template(spec: Obj, old: Obj) -> list[FieldError]:
    """A template stays, unless the Job is suspended: then where its pods run and what they ask for may still change."""
    template, stored = spec["template"], old["spec"]["template"]
    if not old["spec"].get("suspend"):
        return [] if template == stored else [invalid("spec.template", internal.template(template), IMMUTABLE)]
    if _settled(template["spec"]) == _settled(stored["spec"]):
        return []
    return [invalid("spec.template.spec", internal.pod_spec(template["spec"]), IMMUTABLE)]


def _settled(spec: Obj) -> Obj:
    """What of a pod's specification stays even while its Job is suspended. Models validatePodResourceUpdatesOnly."""
    kept = {k: v for k, v in spec.items() if k not in ("affinity", "nodeSelector", "tolerations", "schedulingGates")}
    for field in ("containers", "initContainers"):
        if field in kept:
            kept[field] = [{k: v for k, v in container.items() if k != "resources"} for container in kept[field]]
    return kept


def warn(new: Obj, old: Obj | None) -> list[str]:
    if old is not None:
        return []
    return [*hostname_warning(new["metadata"].get("name", ""), POD_NAMES), *template_warnings(new["spec"]["template"], "spec.template")]


def _status(obj: Obj) -> str:
    true = {c["type"] for c in (obj.get("status") or {}).get("conditions") or () if c.get("status") == "True"}
    for condition, text in CONDITIONS:
        if condition in true or (not condition and obj["metadata"].get("deletionTimestamp")):
            return text
    return next((condition for condition in LATER_CONDITIONS if condition in true), "Running")


def _completed(obj: Obj) -> str:
    spec, done = obj["spec"], (obj.get("status") or {}).get("succeeded", 0)
    if spec.get("completions") is not None:
        return f"{done}/{spec['completions']}"
    parallelism = spec.get("parallelism") or 0
    return f"{done}/1 of {parallelism}" if parallelism > 1 else f"{done}/1"


def _duration(status: Obj, now: float) -> str:
    if not status.get("startTime"):
        return ""
    end = parse_time(status["completionTime"]) if status.get("completionTime") else now
    return human_duration(end - parse_time(status["startTime"]))


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printJob."""
    spec = obj["spec"]
    cells = [_status(obj), _completed(obj), _duration(obj.get("status") or {}, now), age(obj, now)]
    return [obj["metadata"]["name"], *cells, *container_cells(spec["template"]["spec"]), selector_text(spec.get("selector"))]


KIND = Kind(
    kind="Job",
    plural="jobs",
    group="batch",
    singular="job",
    categories=("all",),
    subresources=("status",),
    columns=(NAME, *texts("Status", "Completions", "Duration"), AGE, *wide("Containers", "Images", "Selector")),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warn=warn,
    has_generation=True,
    fields={"status.successful": lambda obj: str((obj.get("status") or {}).get("succeeded", 0))},
)
