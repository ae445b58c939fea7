"""CronJob: makes a Job whenever its schedule says so."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from k8s_magic.kinds import cron
from k8s_magic.kinds.columns import AGE, NAME, NONE, age, container_cells, count, selector_text, since, texts, wide
from k8s_magic.kinds.errors import invalid, not_supported, required
from k8s_magic.kinds.jobs import default_job_spec, validate_job_spec
from k8s_magic.kinds.kind import Column, FieldError, Kind
from k8s_magic.kinds.numbers import non_negative
from k8s_magic.kinds.pod.warnings import hostname_warning, template_warnings
from k8s_magic.kinds.workloads import POD_NAMES, default_fields
from k8s_magic.objects.meta import Obj

MAX_NAME = 52
POLICIES = ("Allow", "Forbid", "Replace")


def default(draft: Obj) -> None:
    """Models pkg/apis/batch/v1/defaults.go SetDefaults_CronJob."""
    spec = draft.setdefault("spec", {})
    if not spec.get("concurrencyPolicy"):
        spec["concurrencyPolicy"] = "Allow"
    default_fields(spec, suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1, jobTemplate={})
    default_fields(spec["jobTemplate"], metadata={}, spec={})
    default_job_spec(spec["jobTemplate"]["spec"])


def prepare_create(draft: Obj) -> None:
    draft["status"] = {}


def validate(obj: Obj) -> list[FieldError]:
    """Models pkg/apis/batch/validation/validation.go validateCronJobSpec."""
    spec, name = obj["spec"], obj["metadata"].get("name", "")
    errors = _schedule(spec.get("schedule"), "spec.schedule")
    errors += non_negative(spec.get("startingDeadlineSeconds"), "spec.startingDeadlineSeconds")
    if spec.get("timeZone") is not None:
        errors += _zone(spec["timeZone"], "spec.timeZone")
    if spec["concurrencyPolicy"] not in POLICIES:
        errors.append(not_supported("spec.concurrencyPolicy", spec["concurrencyPolicy"], POLICIES))
    errors += _job(spec["jobTemplate"]["spec"], "spec.jobTemplate.spec")
    for field in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        errors += non_negative(spec[field], f"spec.{field}")
    if len(name) > MAX_NAME and "resourceVersion" not in obj["metadata"]:
        errors.append(invalid("metadata.name", name, f"must be no more than {MAX_NAME} characters"))
    return errors


def _schedule(schedule: str | None, path: str) -> list[FieldError]:
    if not schedule:
        return [required(path)]
    errors: list[FieldError] = []
    try:
        cron.parse(schedule)
    except cron.CronError as error:
        errors.append(invalid(path, schedule, str(error)))
    if "TZ" in schedule:
        errors.append(invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
    return errors


def _zone(name: str, path: str) -> list[FieldError]:
    if not name:
        return [invalid(path, name, "timeZone must be nil or non-empty string")]
    unknown = invalid(path, name, f"unknown time zone {name}")
    if any(part in (".", "..") or part.startswith("-") or not re.fullmatch(r"[A-Za-z\.\-_0-9+]{1,14}", part) for part in name.split("/")):
        return [unknown]
    if name.lower() == "local":
        return [invalid(path, name, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")]
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return [unknown]
    return []


def _job(spec: Obj, path: str) -> list[FieldError]:
    errors = validate_job_spec(spec, path)
    if spec.get("selector") is not None:
        errors.append(invalid(f"{path}.selector", spec["selector"], "`selector` will be auto-generated"))
    if spec.get("manualSelector"):
        errors.append(not_supported(f"{path}.manualSelector", True, ["nil", "false"]))
    return errors


def warn(new: Obj, old: Obj | None) -> list[str]:
    if old is not None and new["spec"] == old["spec"]:
        return []
    name = hostname_warning(new["metadata"].get("name", ""), POD_NAMES) if old is None else []
    return name + template_warnings(new["spec"]["jobTemplate"]["spec"]["template"], "spec.jobTemplate.spec.template")


def row(obj: Obj, now: float) -> list[Any]:
    """Models pkg/printers/internalversion/printers.go printCronJob."""
    spec, status = obj["spec"], obj.get("status") or {}
    job, last = spec["jobTemplate"]["spec"], status.get("lastScheduleTime")
    return [
        obj["metadata"]["name"],
        spec.get("schedule", ""),
        spec.get("timeZone") or NONE,
        "<unset>" if spec.get("suspend") is None else "True" if spec["suspend"] else "False",
        len(status.get("active") or ()),
        since(last, now) if last else NONE,
        age(obj, now),
        *container_cells(job["template"]["spec"]),
        selector_text(job.get("selector")),
    ]


KIND = Kind(
    kind="CronJob",
    plural="cronjobs",
    group="batch",
    singular="cronjob",
    short_names=("cj",),
    categories=("all",),
    subresources=("status",),
    columns=(
        NAME,
        *texts("Schedule", "Timezone"),
        Column("Suspend", type="boolean"),
        count("Active"),
        *texts("Last Schedule"),
        AGE,
        *wide("Containers", "Images", "Selector"),
    ),
    row=row,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    warn=warn,
    has_generation=True,
)
