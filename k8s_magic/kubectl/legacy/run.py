"""`kubectl run` of 2017: it made Deployments, Jobs, CronJobs and ReplicationControllers, by --generator, --restart and --schedule."""

from __future__ import annotations

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

_GENERATORS = {
    "run/v1": "ReplicationController",
    "run-pod/v1": "Pod",
    "deployment/v1beta1": "Deployment",
    "deployment/apps.v1beta1": "Deployment",
    "job/v1": "Job",
    "job/v1beta1": "Job",
    "cronjob/v1beta1": "CronJob",
    "cronjob/v2alpha1": "CronJob",
}
RESOURCES = {
    "Deployment": "deployments.apps",
    "Job": "jobs.batch",
    "CronJob": "cronjobs.batch",
    "ReplicationController": "replicationcontrollers",
    "Pod": "pods",
}


def kind_for(call: Call) -> str:
    """What the command line makes: "Pod", as today, or what it made in 2017."""
    flags, mode = call.flags, call.environment.legacy
    if mode == "reject":
        return "Pod"
    if flags["generator"]:
        if flags["generator"] not in _GENERATORS:
            raise call.usage_error(f'generator "{flags["generator"]}" not found')
        return _GENERATORS[flags["generator"]]
    if flags["schedule"]:
        return "CronJob"
    if not flags.changed("replicas") and mode != "book":
        return "Pod"
    if flags["restart"] in ("", "Always"):
        return "Deployment"
    if flags.changed("replicas") and flags["replicas"] != 1:
        raise UsageError(f"--restart={flags['restart']} requires that --replicas=1, found {flags['replicas']}")
    return "Job" if flags["restart"] == "OnFailure" else "Pod"


def controller(call: Call, pod: Obj, kind: str) -> Obj:
    """The object of `kind` that has `pod` as its template; says today's form on stderr."""
    labels = pod["metadata"]["labels"]
    metadata = {key: value for key, value in pod["metadata"].items() if key != "annotations"}
    template = {"metadata": {"labels": labels}, "spec": pod["spec"]}
    call.err(f"Warning: kubectl run makes a pod today; this makes a {kind}, as in 2017. {_today(call, kind)}\n")
    replicas = call.flags["replicas"]
    if kind == "Deployment":
        spec: Obj = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template, "strategy": {}}
        return {"kind": kind, "apiVersion": "apps/v1", "metadata": metadata, "spec": spec, "status": {}}
    if kind == "ReplicationController":
        spec = {"replicas": replicas, "selector": labels, "template": template}
        return {"kind": kind, "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {"replicas": 0}}
    restart = pod["spec"]["restartPolicy"]
    job = {"template": {**template, "spec": {**pod["spec"], "restartPolicy": "OnFailure" if restart == "Always" else restart}}}
    if kind == "Job":
        return {"kind": kind, "apiVersion": "batch/v1", "metadata": metadata, "spec": job, "status": {}}
    spec = {"schedule": call.flags["schedule"], "jobTemplate": {"metadata": {}, "spec": job}}
    return {"kind": kind, "apiVersion": "batch/v1", "metadata": metadata, "spec": spec, "status": {}}


def _today(call: Call, kind: str) -> str:
    """Today's command for the same thing."""
    flags, name = call.flags, call.args[0]
    words = [f"kubectl create {kind.lower()} {name} --image={flags['image']}"]
    if kind == "ReplicationController":
        return "Today's form is a manifest of a Deployment."
    if kind == "Deployment":
        words.append(f"--replicas={flags['replicas']}" if flags["replicas"] != 1 else "")
        words.append(f"--port={flags['port']}" if flags["port"] else "")
    if kind == "CronJob":
        words.append(f"--schedule='{flags['schedule']}'")
    if len(call.args) > 1:
        words.append("-- " + " ".join(call.args[1:]))
    labels = "; labels of your own go into a manifest" if flags["labels"] else ""
    return f"Today's form: {' '.join(filter(None, words))}{labels}"
