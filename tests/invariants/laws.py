"""What must hold whatever one does to a cluster: judged at every write, and at the end when nothing is broken any more."""

from __future__ import annotations

from collections import Counter
from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.cluster import Cluster
from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.objects.pod_template import pod_requests, resource_amount
from k8s_magic.objects.pods import is_active, is_ready, is_terminal

REPLICASETS, DEPLOYMENTS, JOBS = "replicasets.apps", "deployments.apps", "jobs.batch"
STATEFULSETS, DAEMONSETS = "statefulsets.apps", "daemonsets.apps"
QUIET_S = 30.0
"""So long after a failure or a deletion by hand nobody is held to keep replicas available."""


class Laws:
    """Watches one cluster; `broken` holds what was violated, in words."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.client = cluster.client_for("law")
        self.broken: list[str] = []
        self.disturbed_at = float("-inf")
        self.succeeded: dict[str, set[str]] = {}
        self.client.subscribe("pods", self._pod)
        self.client.subscribe(REPLICASETS, self._replicaset)
        self.client.subscribe(JOBS, self._job)
        for resource in ("persistentvolumes", "persistentvolumeclaims"):
            self.client.subscribe(resource, lambda event, old: self._volumes())

    def _complain(self, text: str) -> None:
        self.broken.append(f"at {self.cluster.now - 1_767_603_600:.3f} s: {text}")

    def disturb(self) -> None:
        """Something was broken, or taken away by hand."""
        self.disturbed_at = self.cluster.now

    # --- At every write ---

    def _pod(self, event: WatchEvent, old: Obj | None) -> None:
        pod = event.object
        if event.type != "DELETED" and pod["spec"].get("nodeName") and (old is None or not old["spec"].get("nodeName")):
            self._bound(pod)
        owner = next((r for r in pod["metadata"].get("ownerReferences") or () if r.get("controller")), None)
        if owner and owner["kind"] == "Job" and get_in(pod, "status", "phase", default="") == "Succeeded":
            self.succeeded.setdefault(owner["uid"], set()).add(pod["metadata"]["uid"])
        if old is not None and owner and owner["kind"] == "ReplicaSet" and is_ready(old) and is_active(old):
            gone = event.type == "DELETED" or pod["metadata"].get("deletionTimestamp")
            if gone and self.cluster.inspector.journal[-1].actor.startswith("replicaset"):
                self._taken_away(pod, owner)

    def _bound(self, pod: Obj) -> None:
        name, node = pod["metadata"]["name"], self.client.peek("nodes", pod["spec"]["nodeName"])
        if node is None:
            return self._complain(f"pod {name} was bound to a node that is not there")
        labels = node["metadata"]["labels"]
        if not (pod["spec"].get("nodeSelector") or {}).items() <= labels.items():
            self._complain(f"pod {name} is on {labels['kubernetes.io/hostname']}, which lacks its labels")
        there = [p for p in self.client.by_node(node["metadata"]["name"]) if not is_terminal(p)]
        sums: Counter[str] = Counter()
        for each in there:
            sums.update(pod_requests(each))
        for resource in ("cpu", "memory"):
            if sums[resource] > resource_amount(resource, node["status"]["allocatable"][resource]):
                self._complain(f"{node['metadata']['name']} has {sums[resource]} of {resource} requested, more than is allocatable")
        if len(there) > int(node["status"]["allocatable"]["pods"]):
            self._complain(f"{node['metadata']['name']} has {len(there)} pods")

    def _deployment(self, replicaset: Obj) -> Obj | None:
        owner = next((r for r in replicaset["metadata"].get("ownerReferences") or () if r.get("controller")), None)
        found = self.client.peek(DEPLOYMENTS, owner["name"], replicaset["metadata"]["namespace"]) if owner else None
        return found if found is not None and owner and found["metadata"]["uid"] == owner["uid"] else None

    def _replicaset(self, event: WatchEvent, old: Obj | None) -> None:
        """Whoever adds replicas during a rollout stays within what is wanted and maxSurge."""
        before = old["spec"]["replicas"] if old is not None else 0
        if event.type == "DELETED" or event.object["spec"]["replicas"] <= before:
            return
        deployment = self._deployment(event.object)
        if deployment is None or deployment["spec"]["strategy"]["type"] != "RollingUpdate":
            return
        total = sum(rs["spec"]["replicas"] for rs in self.client.by_owner(REPLICASETS, deployment["metadata"]["uid"]))
        most = deployment["spec"]["replicas"] + _share(deployment, "maxSurge", up=True)
        if total > most:
            self._complain(f"deployment {deployment['metadata']['name']} was given {total} replicas, {most} are allowed")

    def _taken_away(self, pod: Obj, owner: Obj) -> None:
        """Whoever removes a ready pod during a rollout leaves what is wanted but for maxUnavailable."""
        if self.cluster.now < self.disturbed_at + QUIET_S or self.cluster.failures.active():
            return
        replicaset = self.client.peek(REPLICASETS, owner["name"], pod["metadata"]["namespace"])
        deployment = self._deployment(replicaset) if replicaset else None
        if deployment is None or deployment["spec"]["strategy"]["type"] != "RollingUpdate":
            return
        sets = self.client.by_owner(REPLICASETS, deployment["metadata"]["uid"])
        left = sum(is_ready(p) and is_active(p) for rs in sets for p in self.client.by_owner("pods", rs["metadata"]["uid"]))
        least = deployment["spec"]["replicas"] - _share(deployment, "maxUnavailable", up=False)
        if left < least:
            self._complain(f"deployment {deployment['metadata']['name']} has {left} ready pods left, {least} are due")

    def _job(self, event: WatchEvent, old: Obj | None) -> None:
        job = event.object
        counted = get_in(job, "status", "succeeded", default=0)
        counted += len(get_in(job, "status", "uncountedTerminatedPods", "succeeded", default=()))
        seen = len(self.succeeded.get(job["metadata"]["uid"], ()))
        if counted > seen:
            self._complain(f"job {job['metadata']['name']} counts {counted} successes of {seen} pods")

    def _volumes(self) -> None:
        claims, volumes = self.client.items("persistentvolumeclaims"), self.client.items("persistentvolumes")
        for what, count in Counter(c["spec"]["volumeName"] for c in claims if c["spec"].get("volumeName")).items():
            if count > 1:
                self._complain(f"{count} claims have the volume {what}")
        for what, count in Counter(v["spec"]["claimRef"]["uid"] for v in volumes if get_in(v, "spec", "claimRef", "uid")).items():
            if count > 1:
                self._complain(f"{count} volumes are for the claim {what}")

    # --- Between commands ---

    def look(self) -> None:
        """No two programs run as one pod of a StatefulSet."""
        running: Counter[Any] = Counter()
        for kubelet in self.cluster.kubelets.values():
            for worker in kubelet.workers():
                owned = [r["kind"] for r in worker.pod["metadata"].get("ownerReferences") or ()]
                if "StatefulSet" in owned and any(c.process is not None for c in worker.containers):
                    running[worker.key] += 1
        for key, count in running.items():
            if count > 1:
                self._complain(f"{count} pods run as {key.name}")

    # --- At the end ---

    def judge_the_end(self) -> None:
        """Nothing is broken any more, and time has passed: everything is as it was asked for."""
        self._owners()
        for deployment in self.client.items(DEPLOYMENTS):
            self._wants(deployment, deployment["spec"]["replicas"], "availableReplicas", "updatedReplicas", "readyReplicas", "replicas")
        for sts in self.client.items(STATEFULSETS):
            self._wants(sts, sts["spec"]["replicas"], "readyReplicas", "updatedReplicas", "replicas")
        for rs in self.client.items(REPLICASETS):
            self._wants(rs, rs["spec"]["replicas"], "readyReplicas", "replicas")
        for ds in self.client.items(DAEMONSETS):
            self._wants(ds, get_in(ds, "status", "desiredNumberScheduled", default=0), "numberAvailable", "updatedNumberScheduled")
        for job in self.client.items(JOBS):
            if not any(
                c["type"] in ("Complete", "Failed") and c["status"] == "True" for c in get_in(job, "status", "conditions", default=())
            ):
                self._complain(f"job {job['metadata']['name']} has not ended: {job.get('status')}")

    def _wants(self, obj: Obj, wanted: int, *fields: str) -> None:
        found = {field: get_in(obj, "status", field, default=0) for field in fields}
        if set(found.values()) != {wanted}:
            self._complain(f"{obj['kind']} {obj['metadata']['name']} wants {wanted} and has {found}")

    def _owners(self) -> None:
        """An object with owners of which none lives has gone; so an orphan has none."""
        everything = [obj for kind in self.cluster.api.kinds.values() if not kind.stored_as for obj in self.client.items(kind.resource)]
        alive = {obj["metadata"].get("uid") for obj in everything}
        for obj in everything:
            owners = obj["metadata"].get("ownerReferences") or ()
            if owners and not any(owner["uid"] in alive for owner in owners):
                self._complain(f"{obj['kind']} {obj['metadata']['name']} outlives its owner {owners[0]['kind']} {owners[0]['name']}")


def _share(deployment: Obj, what: str, *, up: bool) -> int:
    """maxSurge or maxUnavailable as a number; zero of both means one unavailable."""
    replicas = deployment["spec"]["replicas"]

    def number(name: str, *, up: bool) -> int:
        value = deployment["spec"]["strategy"]["rollingUpdate"][name]
        if isinstance(value, int):
            return value
        percents = int(value.rstrip("%")) * replicas
        return -(-percents // 100) if up else percents // 100

    if what == "maxUnavailable" and not number("maxUnavailable", up=False) and not number("maxSurge", up=True):
        return 1
    return number(what, up=up)
