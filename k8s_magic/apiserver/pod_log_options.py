"""What a request for a log asks for. Models pkg/apis/core/validation ValidatePodLogOptions."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from k8s_magic.apiserver.errors import bad_request, invalid
from k8s_magic.kinds.errors import forbidden
from k8s_magic.kinds.errors import invalid as invalid_field
from k8s_magic.kinds.kind import FieldError, Kind

OPTIONS = Kind(kind="PodLogOptions", plural="podlogoptions")
LEAST = {"tailLines": (0, "must be greater than or equal to 0"), "limitBytes": (1, "must be greater than 0")}
SINCE = {"sinceSeconds": (1, "must be greater than 0")}


def check(name: str, parameters: dict[str, Any]) -> None:
    """`ApiError` where the options of a pod's log make no sense."""
    given = {field: str(parameters[field]) for field in (*LEAST, *SINCE, "sinceTime") if parameters.get(field) not in (None, "")}
    numbers = {field: _number(text) for field, text in given.items() if field != "sinceTime"}
    if "sinceTime" in given:
        _check_time(given["sinceTime"])
    errors = _too_small(LEAST, numbers)
    if "sinceTime" in given and "sinceSeconds" in given:
        errors.append(forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    else:
        errors += _too_small(SINCE, numbers)
    if parameters.get("stream"):
        errors.append(forbidden("stream", "may not be specified"))
    if errors:
        raise invalid(OPTIONS, name, errors)


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def _check_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f'parsing time "{text}" as "2006-01-02T15:04:05Z07:00": cannot parse "{text}" as "2006"') from None


def _too_small(bounds: dict[str, tuple[int, str]], numbers: dict[str, int]) -> list[FieldError]:
    return [invalid_field(f, numbers[f], detail) for f, (least, detail) in bounds.items() if f in numbers and numbers[f] < least]
