"""Bare kubectl lines: which lines of a cell are commands, and which are Python."""

import pytest

from k8s_magic.magics.lines import commands, rewrite_bare_lines


def rewritten(cell: str) -> str:
    return "".join(rewrite_bare_lines(cell.splitlines(keepends=True)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("kubectl get pods", "%kubectl get pods", id="alone"),
        pytest.param("kubectl", "%kubectl", id="without a verb"),
        pytest.param("kubectl get pods\nkubectl get nodes\n", "%kubectl get pods\n%kubectl get nodes\n", id="two"),
        pytest.param("print(1)\nkubectl get pods\n", "print(1)\n%kubectl get pods\n", id="after Python"),
        pytest.param("for i in range(3):\n    kubectl get pod x$i\n", "for i in range(3):\n    %kubectl get pod x$i\n", id="in a loop"),
        pytest.param("kubectl run x \\\n  --image=y\nprint(1)\n", "%kubectl run x \\\n  --image=y\nprint(1)\n", id="continued"),
        pytest.param(
            "kubectl run x \\\n  kubectl \\\n  z\nkubectl get\n",
            "%kubectl run x \\\n  kubectl \\\n  z\n%kubectl get\n",
            id="continued by kubectl",
        ),
        pytest.param("kubectl -n x get pods", "%kubectl -n x get pods", id="a flag first"),
        pytest.param(
            "kubectl get pods -l 'a in (b'\nkubectl get x", "%kubectl get pods -l 'a in (b'\n%kubectl get x", id="an odd bracket before"
        ),
        pytest.param("%cluster tick 1s\nkubectl get pods", "%cluster tick 1s\n%kubectl get pods", id="after another magic"),
    ],
)
def test_commands_become_magics(cell: str, expected: str) -> None:
    assert rewritten(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("kubectl = 3\n", id="assigned"),
        pytest.param("kubectl.run()\n", id="an object"),
        pytest.param("kubectl(1)\n", id="called"),
        pytest.param("kubectl == 3\n", id="compared"),
        pytest.param("s = '''\nkubectl get pods\n'''\n", id="in a string"),
        pytest.param("f(\nkubectl\n)\n", id="in brackets"),
        pytest.param("x = [1,\n  kubectl,\n]\n", id="in a list"),
        pytest.param("%%bash\nkubectl get pods\n", id="in another cell magic"),
        pytest.param("%%manifest\n# kubectl\nkubectl get pods\n", id="in a manifest"),
        pytest.param("# kubectl get pods\n", id="in a comment"),
        pytest.param("x = 1 + \\\nkubectl\n", id="in a continued line"),
        pytest.param("mykubectl get\n", id="in a word"),
    ],
)
def test_python_stays_python(cell: str) -> None:
    assert rewritten(cell) == cell


def test_a_string_that_was_closed_is_over() -> None:
    assert rewritten("s = '''\na\n'''\nkubectl get pods\n") == "s = '''\na\n'''\n%kubectl get pods\n"


def test_the_commands_of_a_cell() -> None:
    body = "get pods\n\n# a comment\nkubectl get nodes\n  %kubectl get ns\nrun x \\\n  --image=y\n"
    assert commands(body) == ["get pods", "get nodes", "get ns", "run x    --image=y"]
