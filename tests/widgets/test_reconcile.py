"""The picture of reconciliation: the loop's four parts, the limits of a rollout, and the chain of causes."""

import xml.etree.ElementTree as ET

import pytest

from k8s_magic import Cluster
from k8s_magic.widgets import pictures
from k8s_magic.widgets._target import PictureError, target_of
from k8s_magic.widgets.reconcile import open_view, painting


def rolled() -> Cluster:
    cluster = Cluster(nodes=2, system=False)
    cluster.kubectl("create deployment web --image=nginx --replicas=4")
    cluster.settle()
    cluster.kubectl("set image deployment/web nginx=nginx:1.27")
    cluster.settle()
    return cluster


def test_a_rollout_is_played_from_the_wish_to_its_end() -> None:
    cluster = rolled()
    picture = open_view(cluster.client, cluster.inspector, ("deployment/web",))
    picture.follow(cluster.inspector.revision)
    told = [frame.caption for frame in picture.frames]
    assert told[1] == "kubectl changes what Deployment web is to be"
    assert told[2].startswith("deployment-controller creates ReplicaSet web-")
    assert any("reports Pod" in words for words in told) and "removes Pod" in told[-1]
    for frame in picture.frames:
        ET.fromstring(frame.svg)
    assert "5 most (maxSurge)" in picture.frames[-1].svg
    assert "3 least ready (maxUnavailable)" in picture.frames[-1].svg


def test_the_limits_hold_at_every_step() -> None:
    cluster = rolled()
    target = target_of(cluster.client, ("deployment/web",), "")
    begin = next(e.revision for e in cluster.inspector.journal if e.actor == "kubectl" and e.type == "MODIFIED") - 1
    scenes = [scene for _, scene in painting(target).scenes(cluster.client, cluster.inspector, begin)]
    assert len(scenes) > 8
    for scene in scenes:
        assert scene.ceiling == 5 and scene.floor == 3
        assert scene.pods <= 5 and scene.ready >= 3
    assert max(len(scene.series) for scene in scenes) == 2


def test_why_is_told_across_controllers() -> None:
    cluster = Cluster(nodes=2, system=False)
    since = cluster.inspector.revision
    cluster.kubectl("create deployment web --image=nginx")
    picture = open_view(cluster.client, cluster.inspector, ("deploy/web",))
    picture.follow(since)
    frame = next(frame for frame in picture.frames if "default-scheduler binds" in frame.caption)
    words = [element.text or "" for element in ET.fromstring(frame.svg).iter("{http://www.w3.org/2000/svg}text")]
    because = [word for word in words if word.startswith("because ")]
    assert [word.split()[1] for word in because] == ["replicaset-controller", "deployment-controller", "kubectl"]


def test_text() -> None:
    cluster = Cluster(nodes=2, system=False)
    cluster.kubectl("create deployment web --image=nginx --replicas=2")
    cluster.settle()
    name = cluster.kubectl("get rs -o jsonpath={.items[0].metadata.name}").stdout
    picture = open_view(cluster.client, cluster.inspector, ("rs", name))
    picture.follow(cluster.inspector.revision)
    lines = picture._static.text.splitlines()
    assert lines[:4] == [
        f"replicaset/{name}",
        "observed    2 pods, 2 ready",
        "desired     2 pods",
        "difference  none: nothing to do",
    ]
    assert lines[4] == f"  new {name}: wants 2, has 2, 2 ready  ██"


def test_what_has_no_such_loop_is_said() -> None:
    cluster = Cluster(nodes=1, system=False)
    with pytest.raises(PictureError, match="node/node1 has no controller that counts pods"):
        pictures()["reconcile"](cluster.client, cluster.inspector, ("nodes/node1",))
