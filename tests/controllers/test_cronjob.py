"""CronJobs: a Job a time."""

from __future__ import annotations

from typing import Any

RESOURCE, JOBS = "cronjobs.batch", "jobs.batch"


def cron_job(world: Any, schedule: str = "*/5 * * * *", **spec: Any) -> None:
    template = {"spec": {"template": {"spec": {**world.template({})["spec"], "restartPolicy": "Never"}}}}
    body = {"schedule": schedule, "jobTemplate": template, **spec}
    world.client.create(RESOURCE, {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}, "spec": body}, "default")


def jobs(world: Any) -> list[str]:
    return [key.name for key in world.client.names(JOBS, "default")]


def finish_all(world: Any) -> None:
    for pod in world.pods():
        if pod["status"]["phase"] == "Running":
            world.set_phase(pod, "Succeeded")
    world.run(3)


def test_a_job_at_each_time(world: Any) -> None:
    cron_job(world)
    world.run(299)
    assert jobs(world) == []
    world.run(2)
    (name,) = jobs(world)
    assert name == f"c-{int(world.loop.now) // 60}"
    cron = world.get(RESOURCE, "c")
    assert cron["status"]["lastScheduleTime"] == "2026-01-05T09:05:00Z"
    assert [r["name"] for r in cron["status"]["active"]] == [name]
    job = world.get(JOBS, name)
    assert job["metadata"]["annotations"] == {"batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-05T09:05:00Z"}
    world.run(2)
    finish_all(world)
    status = world.get(RESOURCE, "c")["status"]
    assert "active" not in status
    assert status["lastSuccessfulTime"].startswith("2026-01-05T09:05:")
    assert world.events("SawCompletedJob") == [f"Saw completed job: {name}, condition: Complete"]


def test_an_interval_counts_from_the_last_time(world: Any) -> None:
    cron_job(world, "@every 90s")
    world.run(92)
    assert jobs(world) == [f"c-{int(world.loop.now - 2) // 60}"]
    finish_all(world)
    world.run(86)
    assert len(jobs(world)) == 2
    assert world.get(RESOURCE, "c")["status"]["lastScheduleTime"] == "2026-01-05T09:03:00Z"


def test_a_day_that_never_comes_is_told(world: Any) -> None:
    cron_job(world, "0 0 31 2 *")
    world.run(60)
    assert jobs(world) == []
    assert world.events("InvalidSchedule") == ["invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second"]


def test_history_is_limited(world: Any) -> None:
    cron_job(world, "* * * * *", successfulJobsHistoryLimit=2)
    for _ in range(5):
        world.run(57)
        finish_all(world)
    world.run(3)
    finished = [name for name in jobs(world) if world.get(JOBS, name)["status"].get("completionTime")]
    assert len(finished) == 2
    assert world.events("SuccessfulDelete")


def test_policies_of_concurrency(world: Any) -> None:
    cron_job(world, "* * * * *", concurrencyPolicy="Forbid")
    world.run(125)
    assert len(jobs(world)) == 1
    assert world.events("JobAlreadyActive")
    world.client.patch(RESOURCE, "c", "default", "merge", {"spec": {"concurrencyPolicy": "Replace"}})
    before = jobs(world)
    world.run(60)
    assert len(jobs(world)) == 1
    assert jobs(world) != before


def test_suspended_is_silent_and_zones_are_kept(world: Any) -> None:
    cron_job(world, "0 18 * * *", timeZone="Asia/Taipei", suspend=True)
    world.run(7200)
    assert jobs(world) == []
    world.client.patch(RESOURCE, "c", "default", "merge", {"spec": {"suspend": False}})
    world.run(5)
    (name,) = jobs(world)
    stamp = world.get(JOBS, name)["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"]
    assert stamp == "2026-01-05T18:00:00+08:00"


def test_a_job_made_by_hand_is_noticed(world: Any) -> None:
    cron_job(world)
    uid = world.get(RESOURCE, "c")["metadata"]["uid"]
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "c", "uid": uid, "controller": True}
    spec = {"template": {"spec": {**world.template({})["spec"], "restartPolicy": "Never"}}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "manual", "ownerReferences": [owner]}, "spec": spec}
    world.client.create(JOBS, job, "default")
    world.run(1)
    assert world.events("UnexpectedJob")[0] == "Saw a job that the controller did not create or forgot: manual"
