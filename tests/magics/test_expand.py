"""Python variables in commands and bodies."""

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.magics.expand import expand_body, expand_line, quoted_parts, without_comment
from k8s_magic.magics.shown import Output

VARIABLES: dict[str, Any] = {
    "name": "web",
    "odd": "a b'c\"$d",
    "count": 3,
    "flag": True,
    "kept": Output("10.244.1.3\n"),
    "module": pytest,
    "f": len,
}


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("get pods # all of them", "get pods "),
        ("get pods -l a=b#c", "get pods -l a=b#c"),
        ("annotate pod p note='a # b' # c", "annotate pod p note='a # b' "),
        ("x 'a'#b", "x 'a'#b"),
        ("x \\# y", "x \\# y"),
        ("# nothing", ""),
    ],
)
def test_a_comment_is_left_out_as_a_shell_does(line: str, kept: str) -> None:
    assert without_comment(line) == kept


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("get pod $name", "get pod web"),
        ("get pod ${name}-1", "get pod web-1"),
        ("scale --replicas=$count", "scale --replicas=3"),
        ("x $flag", "x true"),
        ("x http://$kept:8080", "x http://10.244.1.3:8080"),
        ('x "is $name"', 'x "is web"'),
        ("x '$name'", "x '$name'"),
        ("x $nothing ${nothing}", "x $nothing ${nothing}"),
        ("x $module $f", "x $module $f"),
        ("x $$name \\$name", "x $$name \\$name"),
        ("x $(NAME) {name}", "x $(NAME) {name}"),
        ("-o go-template={{.metadata.name}}", "-o go-template={{.metadata.name}}"),
        ("-o jsonpath={.items[0]} $name", "-o jsonpath={.items[0]} web"),
        ("awk '{print $1}'", "awk '{print $1}'"),
    ],
)
def test_lines(line: str, expected: str) -> None:
    assert expand_line(line, VARIABLES) == expected


@pytest.mark.parametrize("line", ["x $odd", 'x "$odd"', "x --a=$odd"])
def test_a_value_stays_one_word(line: str) -> None:
    assert shlex.split(expand_line(line, VARIABLES))[1].endswith(VARIABLES["odd"])


@given(st.text(alphabet="ab '\"\\$", max_size=12))
def test_any_value_comes_through_unchanged(value: str) -> None:
    assert shlex.split(expand_line('x $v "$v"', {"v": value})) == ["x", value, value]


@given(st.text(alphabet="ab'\"\\ $", max_size=20))
def test_parts_are_the_whole_line(line: str) -> None:
    assert "".join(text for _, text in quoted_parts(line)) == line


def test_bodies_take_values_as_they_are() -> None:
    body = "name: $name\nquoted: '${name}'\nenv: $(NAME)\nscript: echo ${HOSTNAME} $$ $1\n"
    assert expand_body(body, VARIABLES) == "name: web\nquoted: 'web'\nenv: $(NAME)\nscript: echo ${HOSTNAME} $$ $1\n"
