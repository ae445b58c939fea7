"""kubectl explain: the word wrap and the corners that the transcript `explain` leaves out."""

from __future__ import annotations

import pytest

from k8s_magic.kubectl.schemas import Document, wrap
from tests.kubectl.conftest import Shell

WRAPPED = [
    ("one two three", 7, "one two\nthree"),
    ("one\ntwo three", 5, "one\ntwo\nthree"),
    ("a  b", 10, "a  b"),
    ("averyverylongword next", 6, "averyverylongword\nnext"),
    ("", 5, ""),
]


@pytest.mark.parametrize(("text", "limit", "wrapped"), WRAPPED, ids=[text or "empty" for text, _, _ in WRAPPED])
def test_lines_break_at_spaces(text: str, limit: int, wrapped: str) -> None:
    assert wrap(text, limit) == wrapped


def test_types_are_named() -> None:
    document = Document({"a.b.Thing": {"type": "object"}, "a.b.When": {"type": "string"}})
    thing, when = {"$ref": "#/definitions/a.b.Thing"}, {"$ref": "#/definitions/a.b.When"}
    assert document.type_name(thing) == "Thing"
    assert document.type_name(when) == "string"
    assert document.type_name({"type": "array", "items": thing}) == "[]Thing"
    assert document.type_name({"type": "object", "additionalProperties": when}) == "map[string]string"
    assert document.type_name({"type": "object"}) == "Object"


def test_a_schema_inside_itself_is_shown_once(kubectl: Shell) -> None:
    assert kubectl.ok("explain crd.spec.versions.schema --recursive").count("openAPIV3Schema\t<JSONSchemaProps>") == 1


def test_group_qualified_names_and_enumerations(kubectl: Shell) -> None:
    text = kubectl.ok("explain deployments.apps.spec.strategy.type")
    assert text.startswith(
        "GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: type <string>\nENUM:\n    Recreate\n    RollingUpdate\n\n"
    )


def test_mistakes(kubectl: Shell) -> None:
    said = kubectl("explain pods.spec.bogus")
    assert (said.out, said.err, said.code) == ("KIND:       Pod\nVERSION:    v1\n\n", 'error: field "bogus" does not exist\n', 1)
    assert kubectl.fails("explain bogus") == 'the server doesn\'t have a resource type "bogus"\n'
    assert kubectl.fails("explain pods x") == "error: We accept only this format: explain RESOURCE\n"
