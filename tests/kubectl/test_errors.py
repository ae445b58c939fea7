"""Errors as kubectl prints them."""

from __future__ import annotations

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, Exit, report, source_error

GONE = ApiError(404, "NotFound", 'pods "x" not found')
DETAILS = {"kind": "Pod", "name": "x", "causes": [{"field": "spec.a", "message": "bad"}, {"field": "spec.b", "message": "worse"}]}


@pytest.mark.parametrize(
    ("error", "text", "code"),
    [
        (GONE, 'Error from server (NotFound): pods "x" not found\n', 1),
        (ApiError(500, "", "boom"), "Error from server: boom\n", 1),
        (ApiError(401, "Unauthorized", "who?"), "error: You must be logged in to the server (who?)\n", 1),
        (UsageError("no"), "error: no\n", 1),
        (UsageError("error: no"), "error: no\n", 1),
        (UsageError("two\n", exit_code=2), "error: two\n", 2),
        (ApiError(422, "Invalid", "m", DETAILS), 'The Pod "x" is invalid: \n* spec.a: bad\n* spec.b: worse\n', 1),
        (
            ApiError(422, "Invalid", "m", {**DETAILS, "causes": DETAILS["causes"][:1]}),
            'The Pod "x" is invalid: spec.a: bad\n',
            1,
        ),
        (ApiError(422, "Invalid", "why"), "The request is invalid: why\n", 1),
        (Aggregate([GONE]), 'Error from server (NotFound): pods "x" not found\n', 1),
        (Aggregate([UsageError("one")]), "error: one\n", 1),
        (Aggregate([UsageError("one"), GONE]), 'one\nError from server (NotFound): pods "x" not found\n', 1),
        (Aggregate([Aggregate([UsageError("one")])]), "one\n", 1),
        (Exit(3), "", 3),
    ],
)
def test_report(error: Exception, text: str, code: int) -> None:
    assert report(error) == (text, code)


def test_several_errors_as_one_text() -> None:
    assert str(Aggregate([UsageError("a"), Aggregate([UsageError("b"), UsageError("a")])])) == "[a, b]"


def test_the_file_stands_before_the_servers_words() -> None:
    assert report(source_error("creating", "f.yaml", GONE))[0] == (
        'Error from server (NotFound): error when creating "f.yaml": pods "x" not found\n'
    )
    invalid = ApiError(422, "Invalid", "m", DETAILS)
    assert report(source_error("creating", "f.yaml", invalid)) == report(invalid)
