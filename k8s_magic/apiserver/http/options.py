"""What a request says of how: its query parameters (and a DELETE's body), refused in the API's words where they make no sense.

Models apimachinery pkg/apis/meta/v1/validation and internalversion/validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from k8s_magic.apiserver.client import DeleteOptions, WriteOptions
from k8s_magic.apiserver.errors import bad_request, invalid
from k8s_magic.apiserver.http.messages import APPLY_TYPES, Request
from k8s_magic.kinds.errors import forbidden, not_supported, too_long
from k8s_magic.kinds.errors import invalid as invalid_field
from k8s_magic.kinds.kind import FieldError, Kind

WRITES = {"POST": "CreateOptions", "PUT": "UpdateOptions", "PATCH": "PatchOptions"}
MANAGER_LIMIT = 128
VALIDATIONS = ["", "Ignore", "Strict", "Warn"]
PROPAGATIONS = ["Foreground", "Background", "Orphan"]
NOT_OLDER, EXACT = "NotOlderThan", "Exact"


def _refuse(options: str, errors: list[FieldError]) -> None:
    if errors:
        raise invalid(Kind(options, options.lower(), "meta.k8s.io"), "", errors)


def _dry_run(given: Any) -> tuple[bool, list[FieldError]]:
    asked = [value for value in (given if isinstance(given, list) else [given]) if value]
    wrong = any(value != "All" for value in asked)
    return bool(asked), [not_supported("dryRun", asked, ["All"])] if wrong else []


def write_options(request: Request) -> WriteOptions:
    """How to create, update or patch. Who applies has to name its manager; others are known by their user agent."""
    applies = request.method == "PATCH" and request.media_type in APPLY_TYPES
    manager, validation = request.parameter("fieldManager"), request.parameter("fieldValidation")
    dry_run, errors = _dry_run(list(request.query.get("dryRun", ())))
    if request.method == "PATCH" and not applies and "force" in request.query:
        errors.insert(0, forbidden("force", "may not be specified for non-apply patch"))
    if len(manager.encode()) > MANAGER_LIMIT:
        errors.insert(0, too_long("fieldManager", MANAGER_LIMIT))
    if validation not in VALIDATIONS:
        errors.append(not_supported("fieldValidation", validation, VALIDATIONS))
    _refuse(WRITES[request.method], errors)
    if not manager and not applies:
        manager = request.headers.get("user-agent", "").split("/")[0]
    return WriteOptions(dry_run, manager, validation, request.flag("force"))  # type: ignore[arg-type]  # It was checked above.


def delete_options(request: Request) -> DeleteOptions:
    """How to delete: by the body where there is one, else by the query."""
    body = request.json() if request.body else {}
    if not isinstance(body, dict):
        raise bad_request("couldn't get version/kind; json parse error: json: cannot unmarshal the body into a DeleteOptions")
    if body.get("kind", "DeleteOptions") != "DeleteOptions":
        version = body.get("apiVersion", "")
        scheme = "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"
        raise bad_request(f'no kind "{body["kind"]}" is registered for version "{version}" in scheme "{scheme}"')
    grace = body.get("gracePeriodSeconds", request.number("gracePeriodSeconds"))
    propagation: Any = body.get("propagationPolicy") or request.parameter("propagationPolicy")
    orphans = body.get("orphanDependents")
    dry_run, errors = _dry_run(body.get("dryRun") or list(request.query.get("dryRun", ())))
    if propagation and propagation not in PROPAGATIONS:
        errors.insert(0, not_supported("propagationPolicy", propagation, [*PROPAGATIONS, "nil"]))
    elif propagation and orphans is not None:
        errors.insert(0, invalid_field("propagationPolicy", propagation, "orphanDependents and deletionPropagation cannot be both set"))
    _refuse("DeleteOptions", errors)
    if orphans is not None:
        propagation = "Orphan" if orphans else "Background"
    conditions = body.get("preconditions") or {}
    return DeleteOptions(grace, propagation, conditions.get("uid") or "", conditions.get("resourceVersion") or "", dry_run)


@dataclass(frozen=True)
class ListOptions:
    """What a list or watch selects, and since when. `revision` None means: as it is now."""

    labels: str
    fields: str
    limit: int
    token: str
    version: str
    revision: int | None
    initial_events: bool | None
    bookmarks: bool
    timeout_s: float | None


def list_options(request: Request, *, is_watch: bool) -> ListOptions:
    """The options of a list, a watch, or the deletion of a collection."""
    version, match = request.parameter("resourceVersion"), request.parameter("resourceVersionMatch")
    token, limit = request.parameter("continue"), request.number("limit") or 0
    initial = request.flag("sendInitialEvents") if "sendInitialEvents" in request.query else None
    _refuse("ListOptions", (_watch_errors if is_watch else _list_errors)(match, version, token, initial))
    timeout = request.number("timeoutSeconds")
    if token and version not in ("", "0"):
        raise bad_request("specifying resource version is not allowed when using continue")
    if version and not version.isdigit():
        problem = f'resourceVersion: Invalid value: "{version}": strconv.ParseUint: parsing "{version}": invalid syntax'
        raise bad_request(problem if is_watch else f"invalid resource version: {problem}")
    # A version with a limit means exactly that one, and has done so for longer than there is a parameter to say it.
    exactly = version not in ("", "0") and (match == EXACT or (limit > 0 and not match))
    return ListOptions(
        labels=request.parameter("labelSelector"),
        fields=request.parameter("fieldSelector"),
        limit=max(limit, 0),
        token=token,
        version=version,
        revision=int(version) if exactly else None,
        initial_events=initial,
        bookmarks=request.flag("allowWatchBookmarks"),
        timeout_s=float(timeout) if timeout else None,
    )


def _list_errors(match: str, version: str, token: str, initial: bool | None) -> list[FieldError]:
    errors: list[FieldError] = []
    path = "resourceVersionMatch"
    if match and not version:
        errors.append(forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
    if match and token:
        errors.append(forbidden(path, "resourceVersionMatch is forbidden when continue is provided"))
    if match not in ("", EXACT, NOT_OLDER):
        errors.append(not_supported(path, match, [EXACT, NOT_OLDER, ""]))
    if match == EXACT and version == "0":
        errors.append(forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    if initial is not None:
        errors.append(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    return errors


def _watch_errors(match: str, version: str, token: str, initial: bool | None) -> list[FieldError]:
    errors: list[FieldError] = []
    path = "resourceVersionMatch"
    if initial is not None and match != NOT_OLDER:
        errors.append(forbidden(path, f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER}"))
    if match and initial is None:
        errors.append(forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
    if match not in ("", NOT_OLDER):
        errors.append(not_supported(path, match, [NOT_OLDER]))
    return errors
