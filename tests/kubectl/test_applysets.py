"""kubectl apply --prune --applyset."""

from __future__ import annotations

import pytest

from .conftest import Shell

BOTH = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n"
ONE = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


@pytest.fixture
def shell(kubectl: Shell) -> Shell:
    kubectl.env["KUBECTL_APPLYSET"] = "true"
    kubectl.files.content |= {"both.yaml": BOTH, "one.yaml": ONE}
    return kubectl


def test_what_is_in_no_file_any_more_goes(shell: Shell) -> None:
    assert shell.ok("apply -n default -f both.yaml --prune --applyset=mine") == "configmap/a created\nsecret/b created\n"
    assert shell.ok("apply -n default -f one.yaml --prune --applyset=mine --dry-run=server") == (
        "configmap/a unchanged (server dry run)\nsecret/b pruned (server dry run)\n"
    )
    assert shell.ok("apply -n default -f one.yaml --prune --applyset=mine") == "configmap/a unchanged\nsecret/b pruned\n"
    assert shell.ok("apply -n default -f one.yaml --prune --applyset=mine") == "configmap/a unchanged\n"


def test_the_parent_says_what_it_holds(shell: Shell) -> None:
    shell.ok("apply -n default -f both.yaml --prune --applyset=configmaps/mine")
    parent = shell.client.get("configmaps", "mine", "default")["metadata"]
    assert parent["annotations"]["applyset.kubernetes.io/contains-group-kinds"] == "ConfigMap,Secret"
    assert parent["annotations"]["applyset.kubernetes.io/tooling"].startswith("kubectl/v1.36")
    member = shell.client.get("secrets", "b", "default")["metadata"]["labels"]
    assert member == {"applyset.kubernetes.io/part-of": parent["labels"]["applyset.kubernetes.io/id"]}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("--prune --applyset=mine", "namespace is required to use namespace-scoped ApplySet"),
        ("-n default --applyset=mine", "--applyset requires --prune"),
        ("-n default --prune --all --applyset=mine", "--all is incompatible with --applyset"),
        ("-n default --prune -l a=b --applyset=mine", "--selector is incompatible with --applyset"),
        ("-n default --prune --applyset=configmaps/", 'invalid parent reference "configmaps/": name cannot be blank'),
        ("-n default --prune --applyset=pods/x", 'resource "/v1, Resource=pods" is not permitted as an ApplySet parent'),
    ],
)
def test_mistakes(shell: Shell, line: str, text: str) -> None:
    assert shell.fails(f"apply -f one.yaml {line}") == f"error: {text}\n"


def test_a_parent_that_is_somebody_elses(shell: Shell) -> None:
    shell.ok("create secret generic mine")
    wrong = 'already exists and is missing required annotation "applyset.kubernetes.io/tooling"'
    assert shell.fails("apply -n default -f one.yaml --prune --applyset=mine") == f'error: ApplySet parent object "secrets./mine" {wrong}\n'


def test_without_the_variable_there_is_no_such_flag(kubectl: Shell) -> None:
    assert "unknown flag: --applyset" in kubectl.fails("apply -f x --prune --applyset=mine")


def test_a_parent_of_no_kind(shell: Shell) -> None:
    assert "no matches for /, Resource=bogus" in shell.fails("apply -n default -f one.yaml --prune --applyset=bogus/x")


def test_server_side_apply_takes_over_what_client_side_apply_wrote(shell: Shell) -> None:
    shell.ok("apply -n default -f both.yaml --prune --applyset=mine")
    assert shell.ok("apply -n default --server-side -f one.yaml --prune --applyset=other") == "configmap/a serverside-applied\n"
