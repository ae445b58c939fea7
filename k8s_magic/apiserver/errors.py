"""What the API says when it refuses: a Status, in the words of apimachinery's api/errors."""

from __future__ import annotations

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
            "details": self.details or {},
            "code": self.code,
        }
        if not self.details:
            del status["details"]
        return status


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


def already_exists(kind: Kind, name: str) -> ApiError:
    return ApiError(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', _details(kind, name))


def conflict(kind: Kind, name: str, cause: str = "") -> ApiError:
    cause = cause or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {cause}'
    return ApiError(409, "Conflict", message, _details(kind, name))


def forbidden(kind: Kind, name: str, why: str) -> ApiError:
    what = f'{kind.resource} "{name}" is' if name else f"{kind.resource} is"
    return ApiError(403, "Forbidden", f"{what} forbidden: {why}", _details(kind, name))


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


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
