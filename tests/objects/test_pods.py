from k8s_magic.objects import pods
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time, rfc3339

NOW = parse_time("2026-01-05T09:00:00Z")


def pod(phase: str = "Running", ready: str = "True", since: float = NOW - 10, **metadata: object) -> Obj:
    condition = {"type": "Ready", "status": ready, "lastTransitionTime": rfc3339(since)}
    return {"metadata": metadata, "spec": {}, "status": {"phase": phase, "conditions": [condition]}}


def test_ready_and_available() -> None:
    assert pods.is_ready(pod()) and not pods.is_ready(pod(ready="False")) and not pods.is_ready({"metadata": {}})
    assert pods.is_available(pod(), 0, NOW)
    assert pods.is_available(pod(), 10, NOW)
    assert not pods.is_available(pod(), 11, NOW)
    assert not pods.is_available(pod(ready="False"), 0, NOW)


def test_active_and_terminal() -> None:
    assert pods.is_active(pod()) and pods.is_active({"metadata": {}})
    assert not pods.is_active(pod("Failed")) and pods.is_terminal(pod("Failed")) and pods.is_terminal(pod("Succeeded"))
    assert not pods.is_active(pod(deletionTimestamp="2026-01-05T09:00:00Z"))


def test_a_condition_keeps_its_transition_time_while_its_status_stays() -> None:
    before = pod(since=NOW - 60)["status"]["conditions"]
    after = pods.set_condition(before, {"type": "Ready", "status": "True", "reason": "New"}, NOW)
    assert after == [{"type": "Ready", "status": "True", "reason": "New", "lastTransitionTime": rfc3339(NOW - 60)}]
    flipped = pods.set_condition(before, {"type": "Ready", "status": "False"}, NOW)
    assert flipped[0]["lastTransitionTime"] == rfc3339(NOW)


def test_a_condition_that_says_nothing_new_changes_nothing() -> None:
    before = pod()["status"]["conditions"]
    assert pods.set_condition(before, {"type": "Ready", "status": "True"}, NOW) is before
    assert pods.remove_condition(before, "Initialized") is before


def test_a_new_condition_goes_last_and_others_keep_their_places() -> None:
    conditions = pods.set_condition(None, {"type": "A", "status": "True"}, NOW)
    conditions = pods.set_condition(conditions, {"type": "B", "status": "True"}, NOW)
    conditions = pods.set_condition(conditions, {"type": "A", "status": "False"}, NOW)
    assert [(c["type"], c["status"]) for c in conditions] == [("A", "False"), ("B", "True")]
    assert [c["type"] for c in pods.remove_condition(conditions, "A")] == ["B"]
