"""-o: what real kubectl v1.36.4 printed for this object with `kubectl label --local`, and the mistakes it tells of."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers import list_of, printer_for
from k8s_magic.kubectl.printers.tabwriter import align, table

OBJ: dict[str, Any] = {
    "kind": "Pod",
    "apiVersion": "v1",
    "metadata": {"name": "x", "labels": {"1": "x", "a.b/c": "y", "zz": "1"}, "managedFields": [{"manager": "me"}]},
    "spec": {"priority": 1000000, "containers": [{"name": "c", "args": ["a<b>", "l1\n  l2\n"]}], "empty": {}, "half": 1.5},
}


def printed(output: str, obj: dict[str, Any] = OBJ, **options: Any) -> str:
    parts: list[str] = []
    printer_for(output, **options).write(obj, parts.append)
    return "".join(parts)


YAML = """\
apiVersion: v1
kind: Pod
metadata:
  labels:
    "1": x
    a.b/c: "y"
    zz: "1"
  name: x
spec:
  containers:
  - args:
    - a<b>
    - |
      l1
        l2
    name: c
  empty: {}
  half: 1.5
  priority: 1000000
"""
KYAML = """\
---
{
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    labels: {
      "1": "x",
      a.b/c: "y",
      zz: "1",
    },
    name: "x",
  },
  spec: {
    containers: [{
      args: [
        "a<b>",
        "\\
           l1\\n\\
          \\  l2\\n\\
          ",
      ],
      name: "c",
    }],
    empty: {},
    half: 1.5,
    priority: 1000000,
  },
}
"""


def test_yaml_sorts_keys_and_hides_managed_fields() -> None:
    assert printed("yaml") == YAML
    assert "managedFields:\n  - manager: me\n" in printed("yaml", show_managed_fields=True)


def test_documents_after_the_first_are_set_apart() -> None:
    parts: list[str] = []
    printer = printer_for("yaml")
    printer.write({"a": 1}, parts.append)
    printer.write({"a": 2}, parts.append)
    assert "".join(parts) == "a: 1\n---\na: 2\n"


def test_kyaml_quotes_strings_and_folds_lines() -> None:
    assert printed("kyaml") == KYAML


def test_json_is_indented_by_four_and_escapes_html() -> None:
    text = printed("json")
    assert text.startswith('{\n    "apiVersion": "v1",\n    "kind": "Pod",\n')
    assert '"a\\u003cb\\u003e"' in text and '"half": 1.5,' in text
    assert printed("json", typed=True).startswith('{\n    "kind": "Pod",\n')


def test_name_and_operation() -> None:
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    assert printed("name", deployment) == "deployment.apps/web\n"
    assert printed("", deployment, operation="created (dry run)") == "deployment.apps/web created (dry run)\n"
    assert printed("name", list_of([deployment, OBJ])) == "deployment.apps/web\npod/x\n"


TEMPLATES = [
    ("jsonpath={.metadata.name} {.spec.containers[*].name}", "x c"),
    ("jsonpath={.metadata.labels}", '{"1":"x","a.b/c":"y","zz":"1"}'),
    ("jsonpath-as-json={.metadata.name}", '[\n    "x"\n]\n'),
    ("go-template={{.metadata.name}} {{.spec.priority}}", "x 1000000"),
    ("go-template={{.metadata.nothing}}", "<no value>"),
    ('go-template={{base64decode "aGk="}} {{exists .spec "empty"}}', "hi true"),
    ("custom-columns=NAME:.metadata.name,C:.spec.containers[*].name,NO:.spec.no", "NAME   C     NO\nx      c     <none>\n"),
    ("custom-columns=N:metadata.name,L:{.metadata.labels}", "N     L\nx     map[1:x a.b/c:y zz:1]\n"),
]


@pytest.mark.parametrize(("output", "text"), TEMPLATES, ids=[output[:40] for output, _ in TEMPLATES])
def test_a_template_is_filled(output: str, text: str) -> None:
    assert printed(output, columns=True) == text


FORMATS = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml"
MISTAKES = [
    ("bogus", f'unable to match a printer suitable for the output format "bogus", allowed formats are: {FORMATS}'),
    ("wide", f'unable to match a printer suitable for the output format "wide", allowed formats are: {FORMATS}'),
    ("jsonpath", "template format specified but no template given"),
    ("go-template=", "template format specified but no template given"),
    ("jsonpath={.a[abc]}", "error parsing jsonpath {.a[abc]}, invalid array index abc"),
    ("go-template={{.a", "error parsing template {{.a, template: output:1: unclosed action"),
    ("go-template={{foo .a}}", 'error parsing template {{foo .a}}, template: output:1: function "foo" not defined'),
]


@pytest.mark.parametrize(("output", "problem"), MISTAKES, ids=[output for output, _ in MISTAKES])
def test_a_mistake_is_told_in_kubectls_words(output: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        printed(output)
    assert str(caught.value) == problem


def test_custom_columns_tell_their_mistakes() -> None:
    for spec, problem in (
        ("NAME", "unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>"),
        ("", "custom-columns format specified but no custom columns given"),
    ):
        with pytest.raises(UsageError) as caught:
            printed(f"custom-columns={spec}", columns=True)
        assert str(caught.value) == problem


def test_a_failing_template_shows_what_it_was_given() -> None:
    parts: list[str] = []
    printer = printer_for("go-template={{.metadata.bogus}}", allow_missing=False)
    with pytest.raises(UsageError) as caught:
        printer.write({"metadata": {"name": "x"}}, parts.append)
    problem = 'template: output:1:11: executing "output" at <.metadata.bogus>: map has no entry for key "bogus"'
    assert str(caught.value) == 'error executing template "{{.metadata.bogus}}": ' + problem
    assert "".join(parts) == (
        f"Error executing template: {problem}. Printing more information for debugging the template:\n"
        '\ttemplate was:\n\t\t{{.metadata.bogus}}\n\traw data was:\n\t\t{"metadata":{"name":"x"}}\n'
        "\tobject given to template engine was:\n\t\tmap[metadata:map[name:x]]\n\n"
    )


def test_a_field_of_a_list_is_a_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        printed("go-template={{.spec.containers.name}}")
    assert str(caught.value) == (
        'error executing template "{{.spec.containers.name}}": template: output:1:7: executing "output" at '
        "<.spec.containers.name>: can't evaluate field name in type interface {}"
    )


def test_columns_are_blocks_of_neighbouring_lines() -> None:
    assert align("a\tb\nlong\tc\n\nx\ty\n") == "a     b\nlong  c\n\nx  y\n"
    assert table([["A", "B"], ["x", "y"]]) == "A     B\nx     y\n"
