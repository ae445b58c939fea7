"""Image references and what they lead to."""

from __future__ import annotations

import pytest

from k8s_magic.images import registry

REFERENCES = [
    ("nginx", "docker.io/library/nginx:latest"),
    ("nginx:1.7.12", "docker.io/library/nginx:1.7.12"),
    ("akiicat/parse-server", "docker.io/akiicat/parse-server:latest"),
    ("gcr.io/kuar-demo/kuard-amd64:1", "gcr.io/kuar-demo/kuard-amd64:1"),
    ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
    ("x@sha256:aa", "docker.io/library/x@sha256:aa"),
]


@pytest.mark.parametrize(("text", "whole"), REFERENCES)
def test_references(text: str, whole: str) -> None:
    assert str(registry.parse(text)) == whole


@pytest.mark.parametrize(("reference", "known"), [("nginx:1.25", True), ("quay.io/some/nginx", True), ("kuard:2", True), ("c:1", False)])
def test_images_that_are_written(reference: str, known: bool) -> None:
    assert registry.find(reference).known is known


REFUSED = [
    ("nope:1", "insufficient_scope: authorization failed"),
    ("registry.example.com/app", "lookup registry.example.com on 192.168.64.1:53: no such host"),
    ("gcr.io/kuar-demo/kuard-amd64:99", "gcr.io/kuar-demo/kuard-amd64:99: not found"),
]


@pytest.mark.parametrize(("reference", "why"), REFUSED)
def test_images_that_no_registry_has(reference: str, why: str) -> None:
    with pytest.raises(registry.PullError) as refusal:
        registry.find(reference)
    assert str(refusal.value).endswith(why)


COMMAND_LINES: list[tuple[list[str], list[str], list[str]]] = [
    ([], [], ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]),
    ([], ["nginx", "-v"], ["/docker-entrypoint.sh", "nginx", "-v"]),
    (["sleep"], ["5"], ["sleep", "5"]),
    (["sleep"], [], ["sleep"]),
]


@pytest.mark.parametrize(("command", "args", "argv"), COMMAND_LINES)
def test_command_lines(command: list[str], args: list[str], argv: list[str]) -> None:
    assert registry.find("nginx").argv(command, args) == argv
