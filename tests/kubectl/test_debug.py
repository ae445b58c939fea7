"""kubectl debug: ephemeral containers, and copies of pods."""

from __future__ import annotations

import pytest

from k8s_magic.cluster import Cluster


@pytest.fixture
def cluster() -> Cluster:
    """A cluster with a running pod that has a label."""
    cluster = Cluster(system=False, nodes=1, legacy="reject")
    cluster.kubectl("run web --image=nginx --labels=app=web")
    cluster.tick("10s")
    return cluster


def test_a_container_beside_the_others(cluster: Cluster) -> None:
    result = cluster.kubectl("debug web --image=busybox -c look -- sleep 1d")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "", 0)
    ephemeral = cluster.client.get("pods", "web", "default")["spec"]["ephemeralContainers"]
    assert [(each["name"], each["command"]) for each in ephemeral] == [("look", ["sleep", "1d"])]


def test_a_shell_in_it(cluster: Cluster) -> None:
    result = cluster.kubectl("debug -i web --image=busybox -c look -- sh", stdin="hostname\n")
    assert result.stdout == "web\n"
    assert result.stderr.startswith("All commands and output from this session will be recorded")


def test_a_copy_is_out_of_the_services_way(cluster: Cluster) -> None:
    assert cluster.kubectl("debug web --copy-to=twin --image=busybox -c look -- sleep 1d").exit_code == 0
    cluster.tick("10s")
    twin = cluster.client.get("pods", "twin", "default")
    assert "labels" not in twin["metadata"]
    assert twin["spec"]["shareProcessNamespace"] is True
    assert [c["name"] for c in twin["spec"]["containers"]] == ["web", "look"]
    assert twin["status"]["phase"] == "Running"


def test_a_copy_in_place_of_the_pod_with_other_images(cluster: Cluster) -> None:
    assert cluster.kubectl("debug web --copy-to=twin --replace --keep-labels --set-image=*=nginx:1.27").exit_code == 0
    cluster.tick("10s")
    twin = cluster.client.get("pods", "twin", "default")
    assert (twin["metadata"]["labels"], twin["spec"]["containers"][0]["image"]) == ({"app": "web"}, "nginx:1.27")
    assert cluster.kubectl("get pod web").stderr == 'Error from server (NotFound): pods "web" not found\n'


def test_another_command_in_the_copy(cluster: Cluster) -> None:
    assert cluster.kubectl("debug web --copy-to=twin -c web -- sleep 1d").exit_code == 0
    assert cluster.client.get("pods", "twin", "default")["spec"]["containers"][0]["command"] == ["sleep", "1d"]


def test_a_copy_needs_something_to_be_different(cluster: Cluster) -> None:
    assert cluster.kubectl("debug web --copy-to=twin").stderr == "error: you must specify --image, --set-image or command arguments.\n"
    assert cluster.kubectl("debug web").stderr == "error: you must specify --image when not using --copy-to.\n"


def test_a_node_is_looked_into_by_a_pod_that_sees_all_of_it(cluster: Cluster) -> None:
    result = cluster.kubectl("debug node/node1 --image=busybox -- sleep 1d")
    name = result.stdout.split()[3]
    assert result.stdout == f"Creating debugging pod {name} with container debugger on node node1.\n"
    spec = cluster.client.get("pods", name, "default")["spec"]
    assert (spec["nodeName"], spec["hostNetwork"], spec["hostPID"], spec["hostIPC"]) == ("node1", True, True, True)
    assert {"name": "host-root", "hostPath": {"path": "/", "type": ""}} in spec["volumes"]
    assert {"operator": "Exists"} in spec["tolerations"]
    again = cluster.kubectl("debug node/node1 --image=busybox --profile=baseline").stdout.split()[3]
    assert again != name
    assert "hostPID" not in cluster.client.get("pods", again, "default")["spec"]


@pytest.mark.parametrize(
    ("profile", "context"),
    [
        ("general", {"capabilities": {"add": ["SYS_PTRACE"]}}),
        ("baseline", None),
        ("netadmin", {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}}),
        ("sysadmin", {"privileged": True}),
    ],
)
def test_a_profile_says_what_the_container_may(cluster: Cluster, profile: str, context: object) -> None:
    assert cluster.kubectl(f"debug web --image=busybox -c look --profile={profile}").exit_code == 0
    (added,) = cluster.client.get("pods", "web", "default")["spec"]["ephemeralContainers"]
    assert added.get("securityContext") == context


def test_a_profile_that_is_none(cluster: Cluster) -> None:
    assert cluster.kubectl("debug web --image=busybox --profile=bogus").stderr == "error: unknown profile: bogus\n"
    assert cluster.kubectl("debug web --image=busybox -t").stderr == "error: -i/--stdin is required for containers with -t/--tty=true\n"
