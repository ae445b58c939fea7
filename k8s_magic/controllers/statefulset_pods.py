"""A StatefulSet's pods and claims: names by ordinal, identity labels, a claim for each template. Pure functions; `statefulset` acts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from k8s_magic.controllers.history import HASH_LABEL
from k8s_magic.controllers.ownership import pod_from_template
from k8s_magic.objects.edit import set_in, set_or_remove
from k8s_magic.objects.meta import Obj, controller_reference, get_in, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.pods import is_available, is_ready, phase

POD_NAME_LABEL, INDEX_LABEL = "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index"
_MEMBER = re.compile(r"(.*)-([0-9]+)$", re.DOTALL)


def ordinal_of(pod: Obj, of: Obj) -> int:
    """The ordinal in the pod's name; -1 where the name is none of the set's."""
    match = _MEMBER.match(name(pod))
    return int(match[2]) if match and match[1] == name(of) else -1


def start_of(of: Obj) -> int:
    return int(get_in(of, "spec", "ordinals", "start", default=0))


def ordinals(of: Obj) -> range:
    return range(start_of(of), start_of(of) + int(of["spec"]["replicas"]))


def is_running_and_ready(pod: Obj) -> bool:
    return phase(pod) == "Running" and is_ready(pod)


def is_unavailable(pod: Obj | None, seconds: int, now: float) -> bool:
    """Missing, not available or on its way out."""
    return pod is None or not is_available(pod, seconds, now) or is_deleting(pod)


def revision_of(pod: Obj) -> str:
    return labels(pod).get(HASH_LABEL, "")


def with_template(of: Obj, revision: Obj) -> Obj:
    """The set as it was at a revision. Models ApplyRevision."""
    template = {k: v for k, v in revision["data"]["spec"]["template"].items() if k != "$patch"}
    return set_in(of, ("spec", "template"), template)  # type: ignore[no-any-return]


def new_pod(of: Obj, current: Obj, update: Obj, ordinal: int) -> Obj:
    """The pod to create at an ordinal: below the partition still of the current revision. Models newVersionedStatefulSetPod."""
    strategy = of["spec"].get("updateStrategy") or {}
    rolling = strategy.get("rollingUpdate")
    partition = rolling.get("partition", 0) if rolling is not None else (of.get("status") or {}).get("currentReplicas", 0)
    is_rolling = strategy.get("type") == "RollingUpdate" or rolling is not None
    revision = current if is_rolling and ordinal < start_of(of) + partition else update
    pod_name = f"{name(of)}-{ordinal}"
    pod = pod_from_template(of, with_template(of, revision)["spec"]["template"], pod_name)
    identity = {POD_NAME_LABEL: pod_name, INDEX_LABEL: str(ordinal), HASH_LABEL: name(revision)}
    pod["metadata"]["labels"] = {**labels(pod), **identity}
    spec = {**pod["spec"], "hostname": pod_name}
    if of["spec"].get("serviceName"):
        spec["subdomain"] = of["spec"]["serviceName"]
    return {**pod, "spec": with_claims(of, spec, ordinal)}


def with_claims(of: Obj, spec: Obj, ordinal: int) -> Obj:
    """The pod's spec with a volume for each claim, before its own. Models updateStorage."""
    templates = of["spec"].get("volumeClaimTemplates") or ()
    if not templates:
        return spec
    own = {name(t) for t in templates}
    claims = [{"name": name(t), "persistentVolumeClaim": {"claimName": claim_name(of, t, ordinal)}} for t in templates]
    return {**spec, "volumes": [*claims, *(v for v in spec.get("volumes") or () if v["name"] not in own)]}


def claim_name(of: Obj, template: Obj, ordinal: int) -> str:
    return f"{name(template)}-{name(of)}-{ordinal}"


def claims_of(of: Obj, ordinal: int) -> list[Obj]:
    """The claims that the pod of an ordinal needs. Models getPersistentVolumeClaims."""
    return [_claim(of, template, ordinal) for template in of["spec"].get("volumeClaimTemplates") or ()]


def _claim(of: Obj, template: Obj, ordinal: int) -> Obj:
    matched = of["spec"]["selector"].get("matchLabels") or {}
    metadata: Obj = {"name": claim_name(of, template, ordinal), "namespace": namespace(of), "labels": {**labels(template), **matched}}
    if template["metadata"].get("annotations"):
        metadata["annotations"] = template["metadata"]["annotations"]
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": template["spec"]}


def claim_with_owners(claim: Obj, of: Obj, pod: Obj, ordinal: int) -> Obj:
    """The claim with the owners that the retention policy asks for; itself where it has them. Models updateClaimOwnerRefForSetAndPod."""
    references = claim["metadata"].get("ownerReferences") or []
    theirs = {uid(of), uid(pod)}
    if any(r.get("controller") and r["uid"] not in theirs for r in references):
        return claim  # Somebody else rules over it; the policy does not apply.
    policy = of["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    when_deleted, when_scaled = policy.get("whenDeleted", "Retain"), policy.get("whenScaled", "Retain")
    is_scaled_down = ordinal not in ordinals(of)
    wanted: Sequence[Obj] = ()
    if when_scaled == "Delete" and is_scaled_down:
        wanted = [controller_reference({**pod, "apiVersion": "v1", "kind": "Pod"})]
    elif when_deleted == "Delete":
        wanted = [controller_reference(of)]
    new = [*(r for r in references if r["uid"] not in theirs), *wanted]
    return claim if new == references else set_or_remove(claim, ("metadata", "ownerReferences"), new)
