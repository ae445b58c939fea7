"""Jobs: until enough succeed, or too many fail."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.controllers.job_indexes import format_indexes, parse_indexes
from k8s_magic.controllers.job_policies import wait_after
from k8s_magic.objects.meta import Obj

RESOURCE = "jobs.batch"


class Programs:
    """Lets each pod of a Job end `seconds` after it started; `fails` says which ones badly."""

    def __init__(self, world: Any, seconds: float = 4.0) -> None:
        self.world = world
        self.fails = lambda pod: False
        world.client.subscribe("pods", lambda event, old: self._watch(event, seconds))

    def _watch(self, event: Any, seconds: float) -> None:
        if event.type == "ADDED":
            pod = event.object
            self.world.loop.call_later(self.world.starts_in + seconds, lambda: self._end(pod))

    def _end(self, pod: Obj) -> None:
        now = self.world.client.peek("pods", pod["metadata"]["name"], "default")
        if now is not None and now["metadata"]["uid"] == pod["metadata"]["uid"] and not now["metadata"].get("deletionTimestamp"):
            self.world.set_phase(now, "Failed" if self.fails(now) else "Succeeded")


def job(world: Any, name: str = "j", policy: str = "Never", **spec: Any) -> None:
    body = {"template": {"spec": {**world.template({})["spec"], "restartPolicy": policy}}, **spec}
    world.client.create(RESOURCE, {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": body}, "default")


def conditions(world: Any) -> list[tuple[str, str, str]]:
    return [(c["type"], c["reason"], c["message"]) for c in world.get(RESOURCE, "j")["status"].get("conditions", [])]


def test_one_pod_that_succeeds(world: Any) -> None:
    """Models the transcript jobs-oneshot: pods' ends are gathered for a second."""
    Programs(world)
    job(world)
    world.run(5.9)
    assert conditions(world) == []
    world.run(0.2)
    reached = ("CompletionsReached", "Reached expected number of succeeded pods")
    assert conditions(world) == [("SuccessCriteriaMet", *reached), ("Complete", *reached)]
    status = world.get(RESOURCE, "j")["status"]
    counts = {k: v for k, v in status.items() if k not in ("conditions", "startTime", "completionTime")}
    assert counts == {"ready": 0, "succeeded": 1, "terminating": 0, "uncountedTerminatedPods": {}}
    assert world.events("Completed") == ["Job completed"]
    assert "finalizers" not in world.pods()[0]["metadata"]


def test_parallelism_bounds_what_runs_at_once(world: Any) -> None:
    Programs(world)
    job(world, parallelism=2, completions=5)
    most = 0
    for _ in world.each_instant(40):
        most = max(most, sum(p["status"]["phase"] in ("Pending", "Running") for p in world.pods()))
    assert most == 2
    assert world.get(RESOURCE, "j")["status"]["succeeded"] == 5


def test_a_work_queue_ends_with_its_workers(world: Any) -> None:
    Programs(world)
    job(world, parallelism=3)
    world.run(10)
    assert len(world.pods()) == 3
    assert [c[0] for c in conditions(world)] == ["SuccessCriteriaMet", "Complete"]


def test_failures_are_tried_again_with_back_off_until_the_limit(world: Any) -> None:
    """Models the transcript jobs-failing."""
    Programs(world).fails = lambda pod: True
    job(world, backoffLimit=1)
    world.run(14)
    assert len(world.pods()) == 1
    world.run(3)
    assert len(world.pods()) == 2
    world.run(10)
    exceeded = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    assert conditions(world) == [("FailureTarget", *exceeded), ("Failed", *exceeded)]
    assert world.get(RESOURCE, "j")["status"]["failed"] == 2
    assert world.events("BackoffLimitExceeded") == ["Job has reached the specified backoff limit"]


def test_a_deadline_ends_what_runs(world: Any) -> None:
    job(world, activeDeadlineSeconds=3)
    world.run(10)
    exceeded = ("DeadlineExceeded", "Job was active longer than specified deadline")
    assert conditions(world) == [("FailureTarget", *exceeded), ("Failed", *exceeded)]
    assert world.pods() == []


def test_a_suspended_job_waits(world: Any) -> None:
    """Models the transcript jobs-parallel."""
    Programs(world)
    job(world, suspend=True)
    world.run(5)
    assert world.pods() == []
    assert "startTime" not in world.get(RESOURCE, "j")["status"]
    world.client.patch(RESOURCE, "j", "default", "merge", {"spec": {"suspend": False}})
    world.run(10)
    assert [(kind, reason) for kind, reason, _ in conditions(world)] == [
        ("Suspended", "JobResumed"),
        ("SuccessCriteriaMet", "CompletionsReached"),
        ("Complete", "CompletionsReached"),
    ]
    told = [e["reason"] for e in world.client.items("events") if e["involvedObject"]["kind"] == "Job"]
    assert sorted(told) == ["Completed", "Resumed", "SuccessfulCreate", "Suspended"]


def test_indexes_are_told_and_tried_again(world: Any) -> None:
    programs = Programs(world)
    seen: set[str] = set()
    index = "batch.kubernetes.io/job-completion-index"

    def fails_once(pod: Obj) -> bool:
        if pod["metadata"]["annotations"][index] != "1" or seen:
            return False
        seen.add("1")
        return True

    programs.fails = fails_once
    job(world, completions=3, parallelism=3, completionMode="Indexed")
    world.run(30)
    assert world.get(RESOURCE, "j")["status"]["completedIndexes"] == "0-2"
    hosts = sorted(p["spec"]["hostname"] for p in world.pods())
    assert hosts == ["j-0", "j-1", "j-1", "j-2"]
    variable = world.pods()[0]["spec"]["containers"][0]["env"][0]
    assert variable["name"] == "JOB_COMPLETION_INDEX"


def test_each_index_has_its_own_limit(world: Any) -> None:
    Programs(world).fails = lambda pod: pod["metadata"]["annotations"]["batch.kubernetes.io/job-completion-index"] == "0"
    job(world, completions=2, parallelism=2, completionMode="Indexed", backoffLimitPerIndex=1)
    world.run(60)
    status = world.get(RESOURCE, "j")["status"]
    assert (status["completedIndexes"], status["failedIndexes"], status["failed"]) == ("1", "0", 2)
    assert conditions(world)[-1] == ("Failed", "FailedIndexes", "Job has failed indexes")


def test_a_job_that_another_controller_manages_is_left_alone(world: Any) -> None:
    job(world, managedBy="example.com/other")
    world.run(10)
    assert world.pods() == []
    assert world.get(RESOURCE, "j")["status"] == {}


def test_a_failure_policy_ends_the_job_at_once(world: Any) -> None:
    Programs(world).fails = lambda pod: True
    rule = {"action": "FailJob", "onPodConditions": [{"type": "Ready", "status": "True"}]}
    job(world, podFailurePolicy={"rules": [rule]})
    world.run(10)
    name = world.pods()[0]["metadata"]["name"]
    message = f"Pod default/{name} has condition Ready matching FailJob rule at index 0"
    assert conditions(world)[-1] == ("Failed", "PodFailurePolicy", message)


def test_a_finished_job_goes_when_its_time_is_up(world: Any) -> None:
    Programs(world)
    job(world, ttlSecondsAfterFinished=5)
    world.run(9)
    assert world.client.peek(RESOURCE, "j", "default") is not None
    world.run(5)
    assert world.client.peek(RESOURCE, "j", "default") is None
    assert world.pods() == []


@pytest.mark.parametrize("propagation", ["Background", "Orphan"])
def test_pods_of_a_deleted_job_lose_their_finalizer(world: Any, propagation: str) -> None:
    job(world)
    world.run(3)
    world.client.delete(RESOURCE, "j", "default", options=DeleteOptions(propagation=propagation))  # type: ignore[arg-type]
    world.run(3)
    left = world.pods()
    assert len(left) == (1 if propagation == "Orphan" else 0)
    assert all("finalizers" not in p["metadata"] for p in left)


@pytest.mark.parametrize(("numbers", "text"), [({0, 1}, "0,1"), ({0, 1, 2}, "0-2"), ({1, 3, 4, 5, 9}, "1,3-5,9"), (set(), "")])
def test_indexes_as_text(numbers: set[int], text: str) -> None:
    assert format_indexes(numbers) == text
    assert parse_indexes(text, 100) == numbers


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (20, 600)])
def test_back_off(failures: int, seconds: float) -> None:
    assert wait_after(failures, 100.0, 100.0) == seconds
