"""The tables of `kubectl get`."""

from __future__ import annotations

import pytest

from k8s_magic.kubectl.table import TableOptions, TablePrinter, TabWriter
from tests.kubectl.conftest import Shell

TABLE = {
    "kind": "Table",
    "columnDefinitions": [
        {"name": "Name", "type": "string", "format": "name"},
        {"name": "Ready", "type": "string"},
        {"name": "IP", "type": "string", "priority": 1},
    ],
    "rows": [
        {"cells": ["a", "1/1", "10.0.0.1"], "object": {"metadata": {"namespace": "default", "labels": {"app": "x", "b/tier": "front"}}}},
        {"cells": ["longer", None, 5], "object": {"metadata": {"namespace": "other"}}},
    ],
}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (TableOptions(), "NAME     READY\na        1/1\nlonger   \n"),
        (TableOptions(wide=True), "NAME     READY   IP\na        1/1     10.0.0.1\nlonger           5\n"),
        (TableOptions(no_headers=True), "a        1/1\nlonger   \n"),
        (TableOptions(kind="pod"), "NAME         READY\npod/a        1/1\npod/longer   \n"),
        (TableOptions(with_namespace=True), "NAMESPACE   NAME     READY\ndefault     a        1/1\nother       longer   \n"),
        (
            TableOptions(label_columns=("app", "b/tier"), show_labels=True),
            "NAME     READY   APP   TIER    LABELS\n"
            "a        1/1     x     front   app=x,b/tier=front\n"
            "longer                         <none>\n",
        ),
    ],
)
def test_columns(options: TableOptions, text: str) -> None:
    writer = TabWriter(TablePrinter(options).lines(TABLE))
    assert writer.flush() == text


def test_columns_never_get_narrower_while_watching() -> None:
    writer, printer = TabWriter(), TablePrinter(TableOptions())
    writer.lines += printer.lines(TABLE, "ADDED")
    assert writer.flush().splitlines()[0] == "EVENT      NAME     READY"
    writer.lines += printer.lines({**TABLE, "rows": [{"cells": ["b", "0/1", ""]}]}, "MODIFIED")
    assert writer.flush() == "MODIFIED   b        0/1\n"


def test_only_the_first_line_of_a_cell_is_shown() -> None:
    rows = {**TABLE, "rows": [{"cells": ["a", "two\nlines", ""]}]}
    assert TabWriter(TablePrinter(TableOptions(no_headers=True)).lines(rows)).flush() == "a     two...\n"


@pytest.fixture
def maps(kubectl: Shell) -> Shell:
    for line in ("cm b --from-literal=x=1", "cm a", "secret generic s"):
        kubectl.ok(f"create {line}")
    return kubectl


def test_types_are_set_apart_by_blank_lines(maps: Shell) -> None:
    assert maps.ok("get cm,deploy,secrets") == (
        "NAME          DATA   AGE\nconfigmap/a   0      0s\nconfigmap/b   1      0s\n\n"
        "NAME       TYPE     DATA   AGE\nsecret/s   Opaque   0      0s\n"
    )
    assert maps.ok("get cm,secrets --no-headers").count("\n\n") == 0


def test_nothing_found(maps: Shell) -> None:
    assert maps("get deploy").err == "No resources found in default namespace.\n"
    assert maps("get deploy -A").err == "No resources found\n"
    assert maps("get pv").err == "No resources found\n"
    assert maps("get cm x --ignore-not-found").err == ""


def test_sorting(maps: Shell) -> None:
    assert maps.ok("get cm --sort-by=.data.x --no-headers").split()[::3] == ["a", "b"]
    assert maps.ok("get cm --sort-by={.metadata.name} -o name") == "configmap/a\nconfigmap/b\n"
    # A table that cannot be sorted is not printed, and nothing is said of why: so upstream.
    mixed = maps("get cm,sa --sort-by=.metadata.name")
    assert (mixed.err, mixed.code) == ('error: couldn\'t find any field with path "{.metadata.name}" in the list of objects\n', 1)
    assert maps("get cm --sort-by=.bogus").err == "No resources found in default namespace.\n"
    said = maps("get cm --sort-by=.bogus -o name")
    assert said.err == 'error: couldn\'t find any field with path "{.bogus}" in the list of objects\n'


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("get --raw /x pods", "error: arguments may not be passed when --raw is specified\n"),
        ("get pods --show-labels -o yaml", "error: --show-labels option cannot be used with yaml printer\n"),
        ("get pods --output-watch-events", "error: --output-watch-events option can only be used with --watch or --watch-only\n"),
        ("get cm,secrets -w", "error: you may only specify a single resource type\n"),
    ],
)
def test_mistakes(maps: Shell, line: str, error: str) -> None:
    assert maps.fails(line) == error


def test_watching_ends_when_nothing_is_new(maps: Shell) -> None:
    maps.client.loop.call_later(3, lambda: maps.client.delete("configmaps", "a", "default"))
    said = maps("get cm -w --output-watch-events -o name")
    assert said.out == "configmap/a\nconfigmap/b\nconfigmap/a\n"
    assert said.err == "(nothing new after 30 s: a real kubectl would go on until Ctrl+C)\n"
    assert maps.client.now() == 1_767_603_600.0 + 33


def test_a_watch_ends_without_a_word_at_the_request_s_timeout(maps: Shell) -> None:
    said = maps("get cm -w --output-watch-events -o custom-columns=TYPE:.type,NAME:.object.metadata.name --request-timeout=5")
    assert (said.out, said.err) == ("TYPE    NAME\nADDED   a\nADDED   b\n", "")
    assert maps.client.now() == 1_767_603_600.0 + 5


def test_watching_needs_a_clock_that_moves(maps: Shell) -> None:
    maps.may_wait = False
    said = maps("get cm a -w")
    assert said.out.startswith("NAME   DATA   AGE\na ")
    assert said.err.startswith("error: this command waits for something to happen, but the cluster's clock is paused")
    assert said.code == 1
