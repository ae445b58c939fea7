"""Garbage in %%manifest gives kubectl's error, and the cluster goes on."""

from collections.abc import Callable
from typing import Any

import pytest

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\n"

GARBAGE = {
    "not YAML": ("{]{{: nonsense", "error: error parsing STDIN: "),
    "a tab": ("a:\n\tb: 1", "error: error parsing STDIN: "),
    "a word": ("hello", "error: "),
    "a list": ("- a\n- b", "error: "),
    "no kind": ("a: 1", "error: "),
    "nothing": ("# only this", "error: no objects passed to apply"),
    "an unknown kind": ("apiVersion: v1\nkind: Prod\nmetadata:\n  name: x", "error: resource mapping not found for name: "),
    "a wrong type": (
        HEAD.format("x") + "spec:\n  containers: 5",
        'Error from server (BadRequest): error when creating "STDIN": Pod in version "v1"',
    ),
    "an unknown field": (
        HEAD.format("x") + "spec:\n  contaners: []\n  containers:\n  - name: c\n    image: i",
        'Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" '
        'cannot be handled as a Pod: strict decoding error: unknown field "spec.contaners"',
    ),
    "a list for a map": (HEAD.format("x") + "  labels: [a, b]\nspec: {}", 'error: unable to decode "STDIN": json: cannot unmarshal array'),
    "a script for a name": (HEAD.format('"<script>alert(1)</script>"') + "spec:\n  containers:\n  - name: c\n    image: i", "The Pod "),
    "an alias bomb": (BOMB, "error: error parsing STDIN: "),
    "a deep hole": ("x: " + "[" * 3_000, "error: error parsing STDIN: error converting YAML to JSON: yaml: exceeded max depth of 10000"),
    "10 MB": (HEAD.format("x") + "  annotations:\n    a: " + "x" * 10_000_000 + "\nspec:\n  containers:\n  - name: c\n    image: i", ""),
    "10 MB of no YAML": ("x: [" * 2_500_000, ""),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_gets_an_error_and_the_cluster_goes_on(run: Callable[[str], Any], name: str) -> None:
    text, message = GARBAGE[name]
    cell = run("%%manifest\n" + text + "\n")
    assert type(cell.error).__name__ == "KubectlError", cell.error
    assert str(cell.error).startswith(message), str(cell.error)[:300]
    assert len(str(cell.error)) < 20_000
    assert run("kubectl get ns default -o name").stdout == "namespace/default\n"
