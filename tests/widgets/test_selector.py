"""The picture of label selection: who is selected, who is not and why, and what a change of labels does."""

import xml.etree.ElementTree as ET

import pytest

from k8s_magic import Cluster
from k8s_magic.objects.selectors import SelectorError
from k8s_magic.widgets._target import PictureError
from k8s_magic.widgets.selector import painting


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(nodes=2, system=False)
    made.kubectl("create deployment web --image=nginx --replicas=2")
    made.kubectl("expose deployment web --port=80")
    made.settle()
    return made


def played(cluster: Cluster, *arguments: str, since: int | None = None) -> tuple[list[str], str]:
    since = cluster.inspector.revision if since is None else since
    frames, static = painting(cluster.client, arguments).play(cluster.client, cluster.inspector, since)
    for frame in frames:
        ET.fromstring(frame.svg)
    return [frame.caption for frame in frames], static.text


def test_what_a_selector_of_ones_own_selects_and_which_term_fails(cluster: Cluster) -> None:
    cluster.kubectl("run other --image=nginx --labels=app=web,ver=1")
    _, text = played(cluster, "app in (web),ver!=1", "pods")
    selected, _, others = text.partition("Not selected (1)")
    assert "Selected (2)" in selected
    assert "✗ ver!=1: ver is 1" in others and "app in (web)" not in others


def test_a_label_that_is_missing_is_named(cluster: Cluster) -> None:
    assert "✗ ver: there is no ver" in played(cluster, "ver", "pods")[1]


def test_pods_that_are_selected_but_not_ready_get_no_requests(cluster: Cluster) -> None:
    cluster.break_image("nginx:9")
    cluster.kubectl("run late --image=nginx:9 --labels=app=web")
    _, text = played(cluster, "service/web")
    assert "Ready endpoints: get requests (2)" in text
    assert "Selected, but not ready (1)" in text
    assert "late" in text.partition("Selected, but not ready")[2]


def test_quarantine_and_adoption_are_told(cluster: Cluster) -> None:
    pod = cluster.kubectl("get pods -o jsonpath={.items[0].metadata.name}").stdout
    since = cluster.inspector.revision
    cluster.kubectl(f"label pod {pod} app=sick --overwrite")
    cluster.settle()
    told, text = played(cluster, "deployment/web", since=since)
    assert f"{pod} now is not selected: app=web: app is sick" in told
    assert any(f"releases {pod}: it is in quarantine, and runs on" in caption for caption in told)
    assert "Not selected (1)" in text
    since = cluster.inspector.revision
    cluster.kubectl(f"label pod {pod} app=web --overwrite")
    cluster.settle()
    told, text = played(cluster, "deployment/web", since=since)
    assert any(f"adopts {pod}" in caption for caption in told)


def test_a_service_without_a_selector_selects_nothing(cluster: Cluster) -> None:
    cluster.kubectl("create service clusterip alone --tcp=80")
    cluster.kubectl(["patch", "service", "alone", "--type=json", '-p=[{"op":"remove","path":"/spec/selector"}]'])
    assert played(cluster, "service/alone")[1].startswith("service/alone selects nothing")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((), PictureError, "expected a selector"),
        (("nodes/node1",), PictureError, "node/node1 selects no pods"),
        (("widgets/x",), PictureError, 'the server doesn\'t have a resource type "widgets"'),
        (("app in (a",), SelectorError, "expected"),
    ],
)
def test_what_cannot_be_drawn_is_said(cluster: Cluster, arguments: tuple[str, ...], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words.replace("(", r"\(")):
        painting(cluster.client, arguments)


def test_a_crowd_is_folded_but_counted(cluster: Cluster) -> None:
    cluster.kubectl("scale deployment web --replicas=40")
    cluster.settle()
    frames, _ = painting(cluster.client, ("deployment/web",)).play(cluster.client, cluster.inspector, cluster.inspector.revision)
    assert "Selected and owned (40)" in frames[-1].svg
    assert "and 26 more" in frames[-1].svg
