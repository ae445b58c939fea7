"""tar in containers: what `kubectl cp` of any client needs."""

import base64

import pytest

from k8s_magic.cluster import Cluster


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(system=False)
    cluster.kubectl("run box --image=busybox -- sh -c 'mkdir -p /d && echo a > /d/a && echo b > /d/b; sleep 3600'")
    cluster.kubectl("wait --for=condition=Ready pod/box")
    return cluster


def ran(cluster: Cluster, command: str) -> tuple[str, str, int]:
    result = cluster.kubectl(f"exec box -- {command}")
    return result.stdout, result.stderr, result.exit_code


def test_an_archive_in_a_file_holds_what_was_put_in(cluster: Cluster) -> None:
    assert ran(cluster, "tar cf /x.tar d") == ("", "", 0)
    assert ran(cluster, "tar -tf /x.tar") == ("d/a\nd/b\n", "", 0)
    assert ran(cluster, "tar -xvmf /x.tar -C /other") == ("d/a\nd/b\n", "", 0)
    assert ran(cluster, "cat /other/d/b") == ("b\n", "", 0)


def test_slashes_in_front_go_and_what_is_not_there_is_told(cluster: Cluster) -> None:
    removing, failed = "tar: Removing leading `/' from member names\n", "tar: Exiting with failure status due to previous errors\n"
    assert ran(cluster, "tar czf /x.tgz /d /nope") == (
        "",
        f"{removing}tar: nope: Cannot stat: No such file or directory\n{failed}command terminated with exit code 2\n",
        2,
    )
    assert ran(cluster, "tar tzf /x.tgz")[0] == "d/a\nd/b\n"


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("tar xf /nope", "tar: /nope: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n"),
        ("tar xf /d/a", "tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n"),
        ("tar -v", "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n"),
    ],
)
def test_mistakes(cluster: Cluster, command: str, problem: str) -> None:
    assert ran(cluster, command) == ("", problem + "command terminated with exit code 2\n", 2)


def test_a_program_that_prints_bytes_leaves_a_log_of_text(cluster: Cluster) -> None:
    script = f"echo {base64.b64encode(bytes(range(128, 256))).decode()} | base64 -d > /bytes; tar cf - /bytes"
    cluster.kubectl(["run", "odd", "--image=busybox", "--restart=Never", "--", "sh", "-c", script])
    cluster.settle()
    assert cluster.kubectl("logs odd").exit_code == 0
