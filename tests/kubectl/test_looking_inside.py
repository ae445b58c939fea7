"""kubectl logs, exec, attach, cp in a running cluster: one pod with two containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8s_magic.cluster import Cluster

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: two, labels: {app: two}}
spec:
  containers:
  - {name: a, image: busybox, command: [sh, -c, "for i in 1 2 3; do echo a$i; sleep 1; done; sleep 1000"]}
  - {name: b, image: busybox, command: [sh, -c, "while true; do echo tick; sleep 10; done"]}
"""


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    cluster = Cluster(system=False, legacy="reject")
    result = cluster.kubectl("kubectl apply -f -", stdin=POD)
    assert result.exit_code == 0, result.stderr
    cluster.tick("20s")
    return cluster


def said(cluster: Cluster, line: str, stdin: str | None = None, cwd: Path | None = None) -> tuple[str, str, int]:
    result = cluster.kubectl(line, stdin=stdin, cwd=None if cwd is None else str(cwd))
    return result.stdout, result.stderr, result.exit_code


DEFAULTED = 'Defaulted container "a" out of: a, b\n'


def test_logs_of_the_first_container_and_a_word_about_it(cluster: Cluster) -> None:
    assert said(cluster, "kubectl logs two") == ("a1\na2\na3\n", DEFAULTED, 0)
    assert said(cluster, "kubectl logs two -c a --tail=1") == ("a3\n", "", 0)
    assert said(cluster, "kubectl logs two a --tail=0") == ("", "", 0)


def test_logs_of_all_containers_with_their_names(cluster: Cluster) -> None:
    out, err, code = said(cluster, "kubectl logs -l app=two --all-containers --prefix --tail=1")
    assert (out, err, code) == ("[pod/two/a] a3\n[pod/two/b] tick\n", "", 0)


def test_following_ends_when_nothing_comes(cluster: Cluster) -> None:
    before = cluster.client.now()
    out, err, code = said(cluster, "kubectl logs -f two -c a --tail=1")
    assert (out, code) == ("a3\n", 0)
    assert err == "(nothing new after 30 s: a real kubectl would go on until Ctrl+C)\n"
    assert cluster.client.now() - before >= 30.0


def test_mistakes_about_logs(cluster: Cluster) -> None:
    for line, problem in (
        ("logs two -c c", "error: container c is not valid for pod two out of: a, b\n"),
        ("logs nope", 'error: error from server (NotFound): pods "nope" not found in namespace "default"\n'),
        ("logs two --since=5s --since-time=2026-01-05T09:00:00Z", "error: at most one of `sinceTime` or `sinceSeconds` may be specified\n"),
        ("logs two -c a --all-containers", "error: --all-containers=true should not be specified with container name a\n"),
        ("logs two --tail=-2", "error: --tail must be greater than or equal to -1\n"),
        ("logs svc/x", 'error: error from server (NotFound): services "x" not found in namespace "default"\n'),
        (
            "logs",
            "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
            "POD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples\n",
        ),
    ):
        assert said(cluster, f"kubectl {line}") == ("", problem, 1), line


def test_exec_gives_output_and_exit_code(cluster: Cluster) -> None:
    assert said(cluster, "kubectl exec two -c b -- sh -c 'echo out; exit 3'") == ("out\n", "command terminated with exit code 3\n", 3)
    assert said(cluster, "kubectl exec -i two -c b -- cat", stdin="in\n") == ("in\n", "", 0)
    out, err, code = said(cluster, "kubectl exec -it two -- hostname")
    assert (out, code) == ("two\n", 0)
    assert err == DEFAULTED + "Unable to use a TTY - input is not a terminal or the right kind of file\n"


def test_mistakes_about_exec(cluster: Cluster) -> None:
    for line, problem in (
        ("exec", "error: pod, type/name or --filename must be specified\n"),
        ("exec two", "error: you must specify at least one command for the container\n"),
        (
            "exec two date",
            "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
            "See 'kubectl exec -h' for help and examples\n",
        ),
        ("exec nope -- date", 'Error from server (NotFound): pods "nope" not found\n'),
        ("exec two -c c -- date", "error: container c is not valid for pod two out of: a, b\n"),
        ("cp a b", "error: one of src or dest must be a remote file specification\n"),
        ("cp nofile two:/tmp/x", "error: nofile doesn't exist in local filesystem\n"),
        (
            "port-forward two",
            "error: TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples\n",
        ),
        ("attach nope", 'Error from server (NotFound): pods "nope" not found\n'),
    ):
        assert said(cluster, f"kubectl {line}") == ("", problem, 1), line


def test_files_go_there_and_back(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("hello\n")
    assert said(cluster, "kubectl cp here.txt two:/tmp/there.txt -c b", cwd=tmp_path) == ("", "", 0)
    assert said(cluster, "kubectl exec two -c b -- cat /tmp/there.txt")[0] == "hello\n"
    out, err, code = said(cluster, "kubectl cp two:/tmp/there.txt back.txt -c b", cwd=tmp_path)
    assert (out, err, code) == ("", "tar: Removing leading `/' from member names\n", 0)
    assert (tmp_path / "back.txt").read_text() == "hello\n"


def test_any_bytes_come_and_go(cluster: Cluster, tmp_path: Path) -> None:
    data = bytes(range(256)) + b"\r\n\x00\xff\xfe"
    (tmp_path / "some.bin").write_bytes(data)
    assert said(cluster, "kubectl cp some.bin two:/tmp/deep/some.bin", cwd=tmp_path)[2] == 0
    assert said(cluster, "kubectl exec two -c a -- sh -c 'cat /tmp/deep/some.bin > /tmp/twin.bin'", cwd=tmp_path)[2] == 0
    assert said(cluster, "kubectl cp two:/tmp/twin.bin back.bin", cwd=tmp_path)[2] == 0
    assert (tmp_path / "back.bin").read_bytes() == data
