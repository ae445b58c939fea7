"""kubectl describe deployment."""

from __future__ import annotations

from collections.abc import Sequence

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.template import pod_template
from k8s_magic.kubectl.describe.writer import Describer, Writer, date
from k8s_magic.kubectl.history import split_replica_sets
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

RESOURCE = "deployments.apps"


def describe(obj: Obj, d: Describer) -> str:
    """Models describeDeployment."""
    w = Writer()
    spec, status = obj["spec"], obj.get("status", {})
    parts.heading(w, obj)
    w.field("CreationTimestamp", date(obj["metadata"].get("creationTimestamp")))
    parts.both(w, obj)
    w.field("Selector", parts.selector(spec.get("selector")))
    counts = [status.get(key, 0) for key in ("updatedReplicas", "replicas", "availableReplicas", "unavailableReplicas")]
    w.field("Replicas", "{} desired | {} updated | {} total | {} available | {} unavailable".format(spec.get("replicas", 1), *counts))
    strategy = spec.get("strategy", {})
    w.field("StrategyType", strategy.get("type", ""))
    w.field("MinReadySeconds", spec.get("minReadySeconds", 0))
    rolling = strategy.get("rollingUpdate")
    if rolling:
        w.field("RollingUpdateStrategy", f"{rolling.get('maxUnavailable')} max unavailable, {rolling.get('maxSurge')} max surge")
    pod_template(w, spec.get("template"))
    parts.workload_conditions(w, obj)
    old, new = split_replica_sets(obj, d.items("replicasets.apps", meta.namespace(obj), labels=parts.selector(spec.get("selector"))))
    if old or new:
        w.field("OldReplicaSets", _shown(old))
        w.field("NewReplicaSet", _shown([new] if new else []))
    parts.events(w, d, obj)
    return w.text()


def _shown(replica_sets: Sequence[Obj]) -> str:
    texts = [
        f"{meta.name(each)} ({each.get('status', {}).get('replicas', 0)}/{each['spec'].get('replicas', 0)} replicas created)"
        for each in replica_sets
    ]
    return ", ".join(texts) or "<none>"
