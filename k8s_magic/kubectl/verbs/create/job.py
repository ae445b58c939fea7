"""kubectl create job: from an image, or from a CronJob. Models kubectl/pkg/cmd/create/create_job.go."""

from __future__ import annotations

from k8s_magic.kubectl import builder, common, generate
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Create a Job."""
    name, command = common.one_name(call), generate.command_of(call)
    image, source = call.flags["image"], call.flags["from"]
    if bool(image) == bool(source):
        raise UsageError("either --image or --from must be specified")
    if command and source:
        raise UsageError("cannot specify --from and command")
    job = _from_cron_job(call, name, source) if source else _from_image(call, name, image, command)
    generate.submit(call, job, "jobs.batch", "failed to create job:")
    return None


def _from_image(call: Call, name: str, image: str, command: list[str]) -> Obj:
    spec = {"containers": [generate.container(name, image, command)], "restartPolicy": "Never"}
    return _job(generate.metadata(call, name), {"template": {"metadata": {}, "spec": spec}})


def _from_cron_job(call: Call, name: str, source: str) -> Obj:
    infos = builder.select(call, builder.Query(args=[source], namespace=call.namespace)).all()
    if len(infos) != 1:
        raise UsageError("from must be an existing cronjob")
    cron_job = infos[0].obj
    if infos[0].mapping.kind != "CronJob":
        raise UsageError(
            f"unknown object type *{'v1' if '/' not in cron_job['apiVersion'] else cron_job['apiVersion'].split('/')[1]}.{cron_job['kind']}"
        )
    template = cron_job["spec"]["jobTemplate"]
    metadata = template.get("metadata") or {}
    annotations = {"cronjob.kubernetes.io/instantiate": "manual", **(metadata.get("annotations") or {})}
    owner = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "name": cron_job["metadata"]["name"],
        "uid": cron_job["metadata"]["uid"],
        "controller": True,
    }
    labels = metadata.get("labels")
    return _job(generate.metadata(call, name, labels=labels, annotations=annotations, ownerReferences=[owner]), template["spec"])


def _job(metadata: Obj, spec: Obj) -> Obj:
    return {"kind": "Job", "apiVersion": "batch/v1", "metadata": metadata, "spec": spec, "status": {}}


VERB = Verb(
    "job",
    "Create a Job that runs an image once, or a CronJob's template now.",
    run,
    examples=("kubectl create job pi --image=perl -- perl -e 'print 3'", "kubectl create job now --from=cronjob/nightly"),
)
