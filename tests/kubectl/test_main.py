"""Finding the verb, help, and what is said of a wrong command line."""

from __future__ import annotations

import pytest

from k8s_magic.kubectl.main import resolve
from k8s_magic.kubectl.suggest import distance
from tests.kubectl.conftest import Shell


@pytest.mark.parametrize(
    ("line", "path", "rest"),
    [
        ("get pods", "get", "pods"),
        ("-n x get pods", "get", "-n x pods"),
        ("--namespace=x get pods -o wide", "get", "--namespace=x pods -o wide"),
        ("create deploy web --image x", "create deployment", "web --image x"),
        ("create secret generic a", "create secret generic", "a"),
        ("create -f x", "create", "-f x"),
        ("set sa deploy/web robot", "set serviceaccount", "deploy/web robot"),
        ("nope get", "", "nope get"),
    ],
)
def test_the_command_is_found_among_flags(line: str, path: str, rest: str) -> None:
    found, words = resolve(line.split())
    assert (" ".join(found), " ".join(words)) == (path, rest)


def test_unknown_commands(kubectl: Shell) -> None:
    assert kubectl.fails("frobnicate") == 'error: unknown command "frobnicate" for "kubectl"\n'
    assert kubectl.fails("gte pods") == 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n'
    assert kubectl.fails("list") == 'error: unknown command "list" for "kubectl"\n\nDid you mean this?\n\tget\n'
    assert kubectl.fails("set bogus") == "error: unknown command \"bogus\"\nSee 'kubectl set -h' for help and examples\n"


def test_flag_errors_point_to_help(kubectl: Shell) -> None:
    assert kubectl.fails("get pods --bogus") == "error: unknown flag: --bogus\nSee 'kubectl get --help' for usage.\n"
    assert kubectl.fails("create dep a --image=x") == "error: unknown flag: --image\nSee 'kubectl create --help' for usage.\n"


def test_required_flags(kubectl: Shell) -> None:
    assert kubectl.fails("run x") == 'error: required flag(s) "image" not set\n'
    assert kubectl.fails("create cronjob x") == 'error: required flag(s) "image", "schedule" not set\n'


def test_help_goes_to_stdout(kubectl: Shell) -> None:
    for line in ("get --help", "get -h", "help get"):
        text = kubectl.ok(line)
        assert "-o, --output=''" in text
        assert "Usage:\n  kubectl get [(-o|--output=)" in text
    assert "  deployment " in kubectl.ok("create --help")


def test_a_group_alone_prints_its_help_and_fails(kubectl: Shell) -> None:
    assert "Available Commands:" in kubectl.fails("create service")


def test_warnings_are_told_once_and_can_count_as_errors(kubectl: Shell) -> None:
    line = "create cm a --from-literal=x=1"
    assert kubectl(line).err == ""
    said = kubectl("get endpoints --warnings-as-errors")
    assert said.err.count("Warning: ") == 1
    assert said.err.endswith("error: 1 warning received\n")
    assert said.code == 1


def test_request_timeout_must_be_a_duration(kubectl: Shell) -> None:
    assert kubectl.fails("get pods --request-timeout=abc").startswith("error: Invalid timeout value.")
    assert kubectl("get pods --request-timeout=5").code == 0


@pytest.mark.parametrize(("one", "other", "far"), [("get", "get", 0), ("gte", "get", 2), ("", "abc", 3), ("Apply", "apply", 0)])
def test_distance(one: str, other: str, far: int) -> None:
    assert distance(one, other) == far
