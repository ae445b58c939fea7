"""How kubectl prints what went wrong: server refusals, the user's mistakes, several of them at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.environment import UsageError


class Exit(Exception):
    """End with this code and print nothing more: all has been said."""

    def __init__(self, code: int = 1) -> None:
        super().__init__(f"exit {code}")
        self.code = code


class NoSuchResource(UsageError):
    """A resource that the API does not have, where upstream prints that without `error: ` before it."""


class Unreachable(UsageError):
    """No server answers. Models the url.Error case of cmdutil.StandardErrorMessage, which has no `error: ` before it."""


class ConfigurationError(UsageError):
    """A kubeconfig that does not hold together. Models the IsConfigurationInvalid case of cmdutil.CheckErr."""


class Aggregate(Exception):
    """Several failures of one command, each printed on its own line."""

    def __init__(self, errors: Sequence[Exception]) -> None:
        super().__init__(text_of_several(errors))
        self.errors = list(errors)


UserError = (ApiError, UsageError, Aggregate)
"""What a loop over objects may catch, to go on with the next and report at the end."""


def text_of_several(errors: Iterable[Exception]) -> str:
    """One line for several errors, each text once. Models apimachinery aggregate.Error."""
    texts = list(dict.fromkeys(str(e) for e in flatten(errors)))
    return texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"


def flatten(errors: Iterable[Exception]) -> list[Exception]:
    """The errors with those inside of Aggregates in their place."""
    flat: list[Exception] = []
    for error in errors:
        flat.extend(flatten(error.errors) if isinstance(error, Aggregate) else [error])
    return flat


def raise_all(errors: Sequence[Exception]) -> None:
    """Raise what was collected as an Aggregate, if anything was."""
    if errors:
        raise Aggregate(errors)


def raise_reduced(errors: Sequence[Exception]) -> None:
    """Raise what was collected, a single error as itself."""
    flat = flatten(errors)
    if len(flat) == 1:
        raise flat[0]
    raise_all(flat)


def source_error(action: str, source: str, error: Exception) -> Exception:
    """`error` with the file it comes from: `error when creating "f.yaml": ...`. Models cmdutil.AddSourceToErr."""
    if not source:
        return error
    text = f"error when {action} {quoted(source)}: {error}"
    if isinstance(error, ApiError):
        return ApiError(error.code, error.reason, text, error.details)
    return UsageError(text)


def quoted(text: str) -> str:
    """A string as Go's %q prints it."""
    return json.dumps(text, ensure_ascii=False)


def not_found(error: Exception) -> bool:
    return isinstance(error, ApiError) and error.reason == "NotFound"


def report(error: Exception) -> tuple[str, int]:
    """The text for stderr and the exit code. Models cmdutil.CheckErr."""
    if isinstance(error, Aggregate) and len(error.errors) == 1:
        error = error.errors[0]
    if isinstance(error, Exit):
        return "", error.code
    if isinstance(error, ApiError) and error.reason == "Invalid":
        return _line(_invalid(error)), 1
    if isinstance(error, Aggregate):
        return "".join(_line(message_for(e)) for e in error.errors), 1
    message = message_for(error)
    if not isinstance(error, (ApiError, NoSuchResource, Unreachable, ConfigurationError)) and not message.startswith("error: "):
        message = f"error: {message}"
    return _line(message), error.exit_code if isinstance(error, UsageError) else 1


def message_for(error: Exception) -> str:
    """One error in standard form, without `error: ` before a local one. Models cmdutil.StandardErrorMessage."""
    if not isinstance(error, ApiError):
        return str(error)
    if error.reason == "Unauthorized":
        return f"error: You must be logged in to the server ({error.message})"
    if error.reason:
        return f"Error from server ({error.reason}): {error.message}"
    return f"Error from server: {error.message}"


def _invalid(error: ApiError) -> str:
    details, causes = error.details or {}, _causes(error)
    if not details:
        return "The request is invalid" + (f": {error.message}" if error.message else "")
    head = "The request is invalid"
    if details.get("kind") or details.get("name"):
        head = f"The {details.get('kind', '')} {quoted(details.get('name', ''))} is invalid"
    elif error.message and not causes:
        head += f": {error.message}"
    if len(causes) > 1:
        return f"{head}: \n" + "".join(f"* {cause}\n" for cause in causes)
    return f"{head}: {causes[0]}\n" if causes else head


def _causes(error: ApiError) -> list[str]:
    causes = (error.details or {}).get("causes") or ()
    return list(dict.fromkeys(f"{cause.get('field', '')}: {cause.get('message', '')}" for cause in causes))


def _line(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"
