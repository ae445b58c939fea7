"""Events of the newer API: repeats of one state of an object count, another is told anew. Agrees with recordings/events-infra.yaml."""

from __future__ import annotations

from k8s_magic.apiserver.events import ModernRecorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj


def pod(version: str) -> Obj:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default", "uid": "u", "resourceVersion": version}}


def test_a_repeat_counts_whatever_it_says(client: LocalClient) -> None:
    recorder = ModernRecorder(client, "default-scheduler")
    for version, message in (("1", "no"), ("1", "still no"), ("2", "no")):
        recorder.event(pod(version), "Warning", "FailedScheduling", message)
    found = sorted(
        (e["involvedObject"]["resourceVersion"], e["message"], (e.get("series") or {}).get("count")) for e in client.items("events")
    )
    assert found == [("1", "no", 2), ("2", "no", None)]
