"""kubectl create cronjob. Models kubectl/pkg/cmd/create/create_cronjob.go."""

from __future__ import annotations

from k8s_magic.kubectl import common, generate
from k8s_magic.kubectl.verb import Call, Verb


async def run(call: Call) -> int | None:
    """Create a CronJob."""
    name = common.one_name(call)
    containers = [generate.container(name, call.flags["image"], generate.command_of(call))]
    template = {"metadata": {}, "spec": {"containers": containers, "restartPolicy": call.flags["restart"] or "OnFailure"}}
    cron_job = {
        "kind": "CronJob",
        "apiVersion": "batch/v1",
        "metadata": generate.metadata(call, name),
        "spec": {"schedule": call.flags["schedule"], "jobTemplate": {"metadata": {"name": name}, "spec": {"template": template}}},
        "status": {},
    }
    generate.submit(call, cron_job, "cronjobs.batch", "failed to create cronjob:")
    return None


VERB = Verb("cronjob", "Create a CronJob.", run, examples=('kubectl create cronjob tick --image=busybox --schedule="*/5 * * * *" -- date',))
