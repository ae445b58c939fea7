"""Schedules. Agrees with github.com/robfig/cron's parser_test.go and spec_test.go, and with transcripts/cronjobs.yaml."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from k8s_magic.kinds import cron

from .builders import complaints, meta, template

BAD = [
    ("every day", "expected exactly 5 fields, found 2: [every day]"),
    ("61 * * * *", "end of range (61) above maximum (59): 61"),
    ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
    ("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3"),
    ("*/0 * * * *", "step of range should be a positive number: */0"),
    ("1/2/3 * * * *", "too many slashes: 1/2/3"),
    ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
    ("@never", "unrecognized descriptor: @never"),
    ("@every x", 'failed to parse duration @every x: time: invalid duration "x"'),
    ("TZ=UTC * * * *", "expected exactly 5 fields, found 4: [* * * *]"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_what_is_no_schedule(text: str, expected: str) -> None:
    with pytest.raises(cron.CronError) as caught:
        cron.parse(text)
    assert str(caught.value) == expected


NEXT = [
    ("* * * * *", "2026-01-05T09:00:30", "2026-01-05T09:01:00"),
    ("*/15 * * * *", "2026-01-05T09:46:00", "2026-01-05T10:00:00"),
    ("0 12 * * mon-fri", "2026-01-09T12:00:00", "2026-01-12T12:00:00"),
    ("30 4 1,15 * 5", "2026-01-02T05:00:00", "2026-01-09T04:30:00"),
    ("0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
    ("@monthly", "2026-01-05T09:00:00", "2026-02-01T00:00:00"),
    ("@every 90s", "2026-01-05T09:00:10", "2026-01-05T09:01:40"),
    ("@every 10ms", "2026-01-05T09:00:10", "2026-01-05T09:00:11"),
    ("CRON_TZ=UTC 0 12 * * *", "2026-01-05T09:00:00", "2026-01-05T12:00:00"),
    ("20-35/5 0 * * *", "2026-01-05T00:20:00", "2026-01-05T00:25:00"),
]


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(("text", "after", "expected"), NEXT)
def test_when_it_comes_true(text: str, after: str, expected: str) -> None:
    assert cron.parse(text).next(seconds(after)) == seconds(expected)


def test_a_day_that_never_comes() -> None:
    assert cron.parse("0 0 31 2 *").next(seconds("2026-01-05T09:00:00")) is None


RULES: list[tuple[dict[str, Any], str]] = [
    ({"schedule": "61 * * * *"}, 'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61'),
    (
        {"concurrencyPolicy": "Sometimes"},
        'spec.concurrencyPolicy: Unsupported value: "Sometimes": supported values: "Allow", "Forbid", "Replace"',
    ),
    ({"timeZone": "Mars/Base"}, 'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base'),
]


@pytest.mark.parametrize(("spec", "expected"), RULES)
def test_a_cron_jobs_rules(spec: dict[str, Any], expected: str) -> None:
    whole = {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template(restartPolicy="Never")}}, **spec}
    obj = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta("c"), "spec": whole}
    assert complaints("cronjobs.batch", obj) == [expected]
