"""Differences of texts: as GNU diff 3.8 printed them with `diff -u -N`, and what must hold for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.kubectl.unified import changes, unified
from tests.kubectl.conftest import Shell

DIFFS = [
    ("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"),
    ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
    ("a\nb\nc\n", "a\nX\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+X\n c\n"),
    ("a\nb\n", "a\nb\n", ""),
    ("x\nx\n", "x\nx\nx\n", "@@ -1,2 +1,3 @@\n x\n x\n+x\n"),
    (
        "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
        "0\n1\n2\n3\n4\n5\n6\n7\n8\n",
        "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -6,4 +7,3 @@\n 6\n 7\n 8\n-9\n",
    ),
    ("1\n2\n3\n4\n5\n6\n7\n8\n", "X\n2\n3\n4\n5\n6\n7\nY\n", "@@ -1,8 +1,8 @@\n-1\n+X\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+Y\n"),
]


@pytest.mark.parametrize(("old", "new", "text"), DIFFS, ids=[repr(new)[:20] for _, new, _ in DIFFS])
def test_hunks(old: str, new: str, text: str) -> None:
    assert unified(old, new) == text


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_the_changes_make_the_new_text_of_the_old(old: list[str], new: list[str]) -> None:
    made, here = [], 0
    for change in changes(old, new):
        made += old[here : change.a_start] + new[change.b_start : change.b_end]
        here = change.a_end
    assert made + old[here:] == new


def test_diff_tells_by_its_exit_code(kubectl: Shell) -> None:
    before = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {pw: one}\n"
    kubectl.ok("apply -f -", before)
    assert kubectl("diff -f -", before).code == 0
    said = kubectl("diff -f -", before.replace("one", "two"))
    assert said.code == 1 and "\n-  pw: '*** (before)'\n+  pw: '*** (after)'\n" in said.out
    said = kubectl("diff")
    assert (said.err, said.code) == ("error: must specify one of -f and -k\n", 2)
