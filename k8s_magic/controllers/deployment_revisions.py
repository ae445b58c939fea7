"""The revisions of a Deployment: which ReplicaSet is the new one, its number, and the annotations that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from k8s_magic.controllers.deployment_rolling import DESIRED_REPLICAS, MAX_REPLICAS, max_surge, oldest_first
from k8s_magic.objects.meta import Obj, controller_reference, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pod_template import template_hash

HASH_LABEL = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
ROLLBACK_TO = "deprecated.deployment.rollback.to"
# What is the ReplicaSet's own, or would mislead on it.
NOT_COPIED = (LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO)
LONGEST_HISTORY = 2000
LONGEST_NAME = 253


def same_template(one: Obj, other: Obj) -> bool:
    """Equal but for the hash label. Models deploymentutil.EqualIgnoreHash."""
    return one["spec"] == other["spec"] and _without_hash(one.get("metadata") or {}) == _without_hash(other.get("metadata") or {})


def _without_hash(metadata: Obj) -> Obj:
    labels = {k: v for k, v in (metadata.get("labels") or {}).items() if k != HASH_LABEL}
    rest = {k: v for k, v in metadata.items() if v and k != "labels"}
    return {**rest, "labels": labels}


def find_new(deployment: Obj, replica_sets: Sequence[Obj]) -> Obj | None:
    """The oldest ReplicaSet that has the Deployment's template. Models deploymentutil.FindNewReplicaSet."""
    template = deployment["spec"]["template"]
    return next((rs for rs in oldest_first(replica_sets) if same_template(rs["spec"]["template"], template)), None)


def revision_of(rs: Obj) -> int:
    """The revision that a ReplicaSet carries, 0 where it carries none or nonsense."""
    text = annotations_of(rs).get(REVISION, "")
    return int(text) if text.lstrip("-").isdigit() else 0


def next_revision(old: Iterable[Obj]) -> int:
    return max((revision_of(rs) for rs in old), default=0) + 1


def synced_annotations(deployment: Obj, rs: Obj, revision: int) -> dict[str, str]:
    """The annotations that the new ReplicaSet should carry. Models deploymentutil.SetNewReplicaSetAnnotations."""
    new = {**annotations_of(rs), **{k: v for k, v in annotations_of(deployment).items() if k not in NOT_COPIED}}
    before = annotations_of(rs).get(REVISION)
    if revision_of(rs) < revision:
        new[REVISION] = str(revision)
        if before is not None:
            new[REVISION_HISTORY] = _longer_history(annotations_of(rs).get(REVISION_HISTORY, ""), before)
    return new


def _longer_history(history: str, revision: str) -> str:
    """The history with one more revision; the oldest go where it grows too long."""
    revisions = [*(r for r in history.split(",") if r), revision]
    while len(",".join(revisions)) > LONGEST_HISTORY:
        del revisions[0]
    return ",".join(revisions)


def replicas_annotations(deployment: Obj) -> dict[str, str]:
    desired = deployment["spec"]["replicas"]
    return {DESIRED_REPLICAS: str(desired), MAX_REPLICAS: str(desired + max_surge(deployment))}


def new_replica_set(deployment: Obj, revision: int) -> Obj:
    """The ReplicaSet of the Deployment's template, still without replicas."""
    spec = deployment["spec"]
    hashed = template_hash(spec["template"], (deployment.get("status") or {}).get("collisionCount"))
    template_meta = spec["template"].get("metadata") or {}
    labels = {**(template_meta.get("labels") or {}), HASH_LABEL: hashed}
    match_labels = {**(spec["selector"].get("matchLabels") or {}), HASH_LABEL: hashed}
    rs: Obj = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{name(deployment)[: LONGEST_NAME - len(hashed) - 1]}-{hashed}",
            "namespace": namespace(deployment),
            "labels": labels,
            "ownerReferences": [controller_reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": {**spec["selector"], "matchLabels": match_labels},
            "template": {**spec["template"], "metadata": {**template_meta, "labels": labels}},
        },
    }
    if spec.get("minReadySeconds"):
        rs["spec"]["minReadySeconds"] = spec["minReadySeconds"]
    rs["metadata"]["annotations"] = {**synced_annotations(deployment, rs, revision), **replicas_annotations(deployment)}
    return rs
