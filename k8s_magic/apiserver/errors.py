"""What the API says when it refuses: a Status, in the words of apimachinery's api/errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects.meta import Obj


class ApiError(Exception):
    """A refusal by the API server; `status` is the metav1.Status that a client receives."""

    def __init__(self, code: int, reason: str, message: str, details: Obj | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details

    @property
    def status(self) -> Obj:
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "details": self.details,
            "code": self.code,
        }
        return {field: value for field, value in status.items() if value not in (None, "")}


class NoSuchPath(ApiError):
    """Nothing is served there. Over HTTP that is a text and no Status, and clients say it in words of their own."""

    TEXT = b"404 page not found\n"

    def __init__(self) -> None:
        super().__init__(404, "NotFound", "the server could not find the requested resource", {})


def _details(kind: Kind, name: str, **more: Any) -> Obj:
    details: Obj = {"name": name, "group": kind.group, "kind": kind.plural, **more}
    return {k: v for k, v in details.items() if v}


def not_found(kind: Kind, name: str) -> ApiError:
    return ApiError(404, "NotFound", f'{kind.resource} "{name}" not found', _details(kind, name))


def already_exists(kind: Kind, name: str, *, is_going: bool = False) -> ApiError:
    still = "object is being deleted: " if is_going else ""
    return ApiError(409, "AlreadyExists", f'{still}{kind.resource} "{name}" already exists', _details(kind, name))


def conflict(kind: Kind, name: str, cause: str = "") -> ApiError:
    cause = cause or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {cause}'
    return ApiError(409, "Conflict", message, _details(kind, name))


def forbidden(kind: Kind, name: str, why: str) -> ApiError:
    what = f'{kind.resource} "{name}" is' if name else f"{kind.resource} is"
    return ApiError(403, "Forbidden", f"{what} forbidden: {why}", _details(kind, name))


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def no_such_resource() -> ApiError:
    """Nothing of that name in a group that is served."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", {})


def method_not_allowed() -> ApiError:
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def method_not_supported(kind: Kind, action: str) -> ApiError:
    message = f"{action} is not supported on resources of kind {kind.resource!r}".replace("'", '"')
    return ApiError(405, "MethodNotAllowed", message, _details(kind, ""))


def gone(message: str) -> ApiError:
    return ApiError(410, "Expired", message)


def unsupported_media_type(message: str) -> ApiError:
    return ApiError(415, "UnsupportedMediaType", message)


def invalid(kind: Kind, name: str, errors: Sequence[FieldError]) -> ApiError:
    """422 with one cause a field. Models apimachinery NewInvalid."""
    texts = list(dict.fromkeys(f"{e.path}: {e.message}" for e in errors))
    whole = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    causes = [{"reason": e.reason, "message": e.message, "field": e.path} for e in errors]
    details = {"name": name, "group": kind.group, "kind": kind.kind, "causes": causes}
    message = f'{kind.qualified} "{name}" is invalid: {whole}'
    return ApiError(422, "Invalid", message, {k: v for k, v in details.items() if v})


GENERIC = {
    400: ("BadRequest", "the server rejected our request for an unknown reason"),
    401: ("Unauthorized", "the server has asked for the client to provide credentials"),
    404: ("NotFound", "the server could not find the requested resource"),
    405: ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
    409: ("Conflict", "the server reported a conflict"),
    422: ("Invalid", "the server rejected our request due to an error in our request"),
    429: ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
    503: ("ServiceUnavailable", "the server is currently unable to handle the request"),
    504: ("Timeout", "the server was unable to return a response in the time allotted, but may still be processing the request"),
}
SPEAKING = {403: "Forbidden", 406: "NotAcceptable", 415: "UnsupportedMediaType"}
"""Codes whose text tells the details."""


def without_status(code: int, body: bytes) -> ApiError:
    """What a client makes of a refusal that is no Status. Models client-go's NewGenericServerResponse."""
    text = body.decode("utf-8", "replace").strip() or "unknown"
    if code in GENERIC:
        return ApiError(code, *GENERIC[code])
    if code in SPEAKING:
        return ApiError(code, SPEAKING[code], text)
    if code >= 500:
        return ApiError(code, "InternalError", f"an error on the server ({json.dumps(text)}) has prevented the request from succeeding")
    return ApiError(code, "", f"the server responded with the status code {code} but did not return more information")
