"""The YAML dialect: every expectation here was printed by kubectl v1.36.4 (`kubectl label --local -f x -o yaml`)."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import UsageError

SCALARS: list[tuple[str, Any]] = [
    ("y", True),
    ("N", False),
    ("~", None),
    ("0o17", 15),
    ("017", 15),
    ("08", 8),
    ("0x1f", 31),
    ("0b11", 3),
    ("1_000", 1000),
    ("12:30", "12:30"),
    ("2001-01-01", "2001-01-01"),
    ("1.0", 1),
    ("1e3", 1000),
    ("0.5", 0.5),
    ("=", "="),
    ("1e400", "1e400"),
    ("!!str 5", "5"),
    ("!foo bar", "bar"),
    ("!!binary aGVsbG8=", "hello"),
    ("'y'", "y"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=[text for text, _ in SCALARS])
def test_a_scalar_means_what_go_yaml_makes_of_it(text: str, value: Any) -> None:
    loaded = yamls.load(f"k: {text}\n")["k"]
    assert (loaded, type(loaded)) == (value, type(value))


DUMPED: list[tuple[Any, str]] = [
    ("y", '"y"'),
    ("", '""'),
    ("12:30:15", '"12:30:15"'),
    ("1:20", '"1:20"'),
    ("2001-01-01", '"2001-01-01"'),
    ("0x", "0x"),
    ("1e3", '"1e3"'),
    ("a: b", "'a: b'"),
    ("- a", "'- a'"),
    ("#a", "'#a'"),
    ("a\tb", '"a\\tb"'),
    ("é", "é"),
    ("\U0001f600 x", '"\\U0001F600 x"'),
    ("<<", "<<"),
    ("a\nb", "|-\n  a\n  b"),
    ("a\nb\n", "|\n  a\n  b"),
    ("a \nb", '"a \\nb"'),
    (12345678.5, "1.23456785e+07"),
    (1e30, "1e+30"),
    (0.5, "0.5"),
    (True, "true"),
    (None, "null"),
    ({}, "{}"),
    ([], "[]"),
    ([1, [2]], "\n- 1\n- - 2"),
]


@pytest.mark.parametrize(("value", "text"), DUMPED, ids=[repr(value) for value, _ in DUMPED])
def test_a_value_is_quoted_as_go_yaml_quotes_it(value: Any, text: str) -> None:
    space = "" if text.startswith("\n") else " "
    assert yamls.dump({"k": value}) == f"k:{space}{text}\n"


def test_long_plain_text_is_folded_at_80_columns() -> None:
    assert yamls.dump({"k": "word " * 20 + "end"}) == "k: " + "word " * 15 + "word\n  " + "word " * 4 + "end\n"


def test_keys_come_in_natural_order() -> None:
    ordered = ["9", "10", "a-b", "a2", "a10", "aB", "b"]
    assert yamls.natural_order(reversed(ordered)) == ordered


YAML = "error converting YAML to JSON: yaml: "
ERRORS = [
    ("a:\n  b: 1\n c: 2\n", YAML + "line 2: did not find expected key"),
    ("a:\n  - b\n - c\n", YAML + "line 2: did not find expected key"),
    ("a: b: c\n", YAML + "mapping values are not allowed in this context"),
    ("a:\n\t- b\n", YAML + "line 2: found character that cannot start any token"),
    ("a: [1,2\nb: 3\n", YAML + "line 1: did not find expected ',' or ']'"),
    ("x: y\na: {b: /c?d, e: f}\n", YAML + "line 1: did not find expected ',' or '}'"),
    ("a: *x\n", YAML + "unknown anchor 'x' referenced"),
    ("a: &x [*x]\n", YAML + "anchor 'x' value contains itself"),
    ("x: {{ foo }}\n", YAML + 'invalid map key: map[interface {}]interface {}{"foo":interface {}(nil)}'),
    ("a: b\n---x\nb: c\n", "invalid Yaml document separator: x"),
    ('{"a" 1}', "json: offset 6: invalid character '1' after object key"),
    ("{", "unexpected EOF"),
]


@pytest.mark.parametrize(("text", "problem"), ERRORS, ids=[problem[-30:] for _, problem in ERRORS])
def test_an_error_has_go_yamls_words_and_line(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        yamls.load_all(text, "x.yaml")
    assert str(caught.value) == f"error parsing x.yaml: {problem}"


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    with pytest.raises(yamls.YamlError, match="yaml: document contains excessive aliasing"):
        yamls.load("\n".join(lines) + "\n")


def test_documents_are_split_at_separators_and_empty_ones_left_out() -> None:
    assert yamls.load_all("---\na: 1\n--- # two\n---\n# nothing\n---\na: 2\n", "x") == [{"a": 1}, {"a": 2}]


def test_lines_are_counted_from_the_separator() -> None:
    documents = yamls.documents("a: b\n---\na: b\n  c: d\n", "x")
    assert next(documents) == {"a": "b"}
    with pytest.raises(UsageError, match="yaml: line 2: mapping values"):
        next(documents)


def test_json_may_follow_json() -> None:
    assert yamls.load_all('{"a": 1}\n{"b": 2.0}', "x") == [{"a": 1}, {"b": 2}]


def test_the_later_of_two_equal_keys_wins_and_merge_keys_merge() -> None:
    assert yamls.load("a: 1\na: 2\n") == {"a": 2}
    assert yamls.load("d: &d {x: 1, y: 2}\ne:\n  <<: *d\n  x: 3\n")["e"] == {"x": 3, "true": 2}


@pytest.mark.parametrize(("text", "line"), [('a: "x\\/y"\n', ""), ('a: "ok"\nb: "x\\/"\n', "line 2: "), ('a: "\\/\n', "")])
def test_an_escape_that_go_yaml_does_not_know(text: str, line: str) -> None:
    """The words are the real kubectl's."""
    with pytest.raises(yamls.YamlError, match=f"^yaml: {line}found unknown escape character$"):
        yamls.load(text)


@pytest.mark.parametrize("text", ["a: x\\/y\n", "a: 'x\\/y'\n", 'a: "x\\\\/y"\n'])
def test_a_backslash_before_a_slash_that_is_no_escape(text: str) -> None:
    assert yamls.load(text) == {"a": "x\\/y"}
