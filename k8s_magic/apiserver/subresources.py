"""What can be written beside the object itself: scale, binding, eviction, finalize, ephemeral containers, resize."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from k8s_magic.apiserver import admission, deletion, pod_subresources, reviews, writes
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, WriteOptions
from k8s_magic.apiserver.errors import ApiError, bad_request, conflict, invalid
from k8s_magic.kinds import certificatesigningrequests, registry
from k8s_magic.kinds.columns import age
from k8s_magic.kinds.errors import invalid as invalid_field
from k8s_magic.kinds.errors import not_supported, required
from k8s_magic.kinds.kind import Column, Kind
from k8s_magic.objects import meta, selectors
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pods import set_condition
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

EVICTION = Kind(kind="Eviction", plural="evictions", group="policy", verbs=("create",))
SCALE = Kind(
    kind="Scale",
    plural="scales",
    group="autoscaling",
    columns=(Column("Name"), Column("Desired", type="integer"), Column("Available", type="integer"), Column("Age")),
    row=lambda scale, now: [
        meta.name(scale),
        scale["spec"].get("replicas", 0),
        meta.get_in(scale, "status", "replicas", default=0),
        age(scale, now),
    ],
)
BOUND = Kind(kind="Binding", plural="pods/binding")
"""As what a conflict names it."""
SUCCESS: Obj = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}


def read_scale(kind: Kind, obj: Obj) -> Obj:
    """The autoscaling/v1 Scale of `obj`."""
    if kind.scale is None:
        raise ApiError(404, "NotFound", "the server could not find the requested resource")
    return kind.scale(obj)


def write_scale(api: ApiServer, kind: Kind, old: Obj, scale: Obj, options: WriteOptions, caller: Caller) -> Obj:
    """Set spec.replicas as the Scale says; gives the new Scale."""
    if kind.set_scale is None:
        raise ApiError(404, "NotFound", "the server could not find the requested resource")
    given, version = scale.get("kind", "Scale"), str(scale.get("apiVersion", "")).rpartition("/")[2]
    if given != "Scale":
        handled = f'{given} in version "{version}" cannot be handled as a Scale'
        raise bad_request(f"{handled}: converting ({version}.{given}) to (autoscaling.Scale): unknown conversion")
    asked = meta.get_in(scale, "spec", "replicas", default=0)
    if not isinstance(asked, int) or isinstance(asked, bool):
        raise bad_request(f"json: cannot unmarshal {type(asked).__name__} into Go struct field ScaleSpec.spec.replicas of type int32")
    if asked < 0:
        raise invalid(SCALE, meta.name(old), [invalid_field("spec.replicas", asked, "must be greater than or equal to 0")])
    version = meta.get_in(scale, "metadata", "resourceVersion", default="")
    if version and version != old["metadata"]["resourceVersion"]:
        raise conflict(kind, meta.name(old))
    trusted = Caller(caller.actor, caller.user, caller.groups, caller.causes, trusted=True)
    new = writes.update(api, kind, old, kind.set_scale(old, asked), "scale", options, trusted)
    if new is not old and not options.dry_run:
        api.note(kind, old, new, "scale", options, caller)
    return read_scale(kind, new)


def bind(api: ApiServer, kind: Kind, pod: Obj, binding: Obj, options: WriteOptions, caller: Caller) -> Obj:
    """Give a pod its node. Models pkg/registry/core/pod/storage assignPod."""
    node = _target(writes.decode(api, registry()["bindings"], binding, options, caller))
    if meta.is_deleting(pod):
        raise conflict(BOUND, meta.name(pod), f"pod {meta.name(pod)} is being deleted, cannot be assigned to a host")
    if pod["spec"].get("nodeName"):
        raise conflict(BOUND, meta.name(pod), f'pod {meta.name(pod)} is already assigned to node "{pod["spec"]["nodeName"]}"')
    if options.dry_run:
        return SUCCESS
    scheduled = {"type": "PodScheduled", "status": "True"}
    if meta.get_in(pod, "metadata", "generation"):
        scheduled["observedGeneration"] = pod["metadata"]["generation"]
    status = pod.get("status") or {}
    conditions = set_condition(status.get("conditions") or [], scheduled, api.loop.now)
    draft = {**pod, "spec": {**pod["spec"], "nodeName": node}, "status": {**status, "conditions": conditions}}
    draft["status"].pop("nominatedNodeName", None)
    api.commit(kind, meta.key(pod), draft, caller)
    return SUCCESS


def _target(binding: Obj) -> str:
    """The node that a Binding names. Models ValidatePodBinding."""
    target = binding.get("target") or {}
    errors = [] if target.get("kind") in (None, "", "Node") else [not_supported("target.kind", target["kind"], ["", "Node"])]
    errors += [] if target.get("name") else [required("target.name")]
    if errors:
        raise invalid(registry()["bindings"], meta.get_in(binding, "metadata", "name", default=""), errors)
    return str(target["name"])


def evict(api: ApiServer, kind: Kind, pod: Obj, eviction: Obj, options: WriteOptions, caller: Caller) -> Obj:
    """Delete a pod if its disruption budget allows. Models pkg/registry/core/pod/storage/eviction.go."""
    if isinstance(eviction, dict) and eviction.get("apiVersion") == "policy/v1beta1":
        eviction = {**eviction, "apiVersion": "policy/v1"}  # The one old version that v1.36 still reads.
    eviction = writes.decode(api, EVICTION, eviction, options, caller)
    if meta.name(eviction) != meta.name(pod):
        raise bad_request("name in URL does not match name in Eviction object")
    asked = eviction.get("deleteOptions") or {}
    conditions, dry_run = asked.get("preconditions") or {}, options.dry_run or bool(asked.get("dryRun"))
    options = replace(options, dry_run=dry_run)
    seen = conditions.get("uid") or "", conditions.get("resourceVersion") or ""
    delete_options = DeleteOptions(asked.get("gracePeriodSeconds"), asked.get("propagationPolicy") or "", *seen, dry_run)
    if _is_protected(pod):
        _consume_budget(api, pod, options, caller)
    target = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI", "message": "Eviction API: evicting"}
    if not options.dry_run:
        conditions = set_condition(pod.get("status", {}).get("conditions") or [], target, api.loop.now)
        pod = api.commit(kind, meta.key(pod), set_in(pod, ("status", "conditions"), conditions), caller)
    deletion.delete(api, kind, pod, delete_options, caller)
    return SUCCESS


def _is_protected(pod: Obj) -> bool:
    return pod.get("status", {}).get("phase") not in ("Pending", "Succeeded", "Failed") and not meta.is_deleting(pod)


def _consume_budget(api: ApiServer, pod: Obj, options: WriteOptions, caller: Caller) -> None:
    kind = api.kinds.get("poddisruptionbudgets.policy")
    if kind is None:
        return
    budgets = api.store.items(kind.resource, meta.namespace(pod))
    covering = [b for b in budgets if selectors.from_label_selector(b["spec"].get("selector")).matches(meta.labels(pod))]
    if len(covering) > 1:
        raise ApiError(
            500, "InternalError", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    for budget in covering:
        _take_from(api, kind, budget, pod, options, caller)


def _take_from(api: ApiServer, kind: Kind, budget: Obj, pod: Obj, options: WriteOptions, caller: Caller) -> None:
    status = budget.get("status") or {}
    name = meta.name(budget)
    if status.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        raise _too_many(name, f"The disruption budget {name} is still being processed by the server.")
    if status.get("disruptionsAllowed", 0) <= 0:
        needs, has = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        raise _too_many(name, f"The disruption budget {name} needs {needs} healthy pods and has {has} currently")
    if options.dry_run:
        return
    disrupted = {**(status.get("disruptedPods") or {}), meta.name(pod): rfc3339(api.loop.now)}
    new = {**status, "disruptionsAllowed": status["disruptionsAllowed"] - 1, "disruptedPods": disrupted}
    api.commit(kind, meta.key(budget), {**budget, "status": new}, caller)


def _too_many(budget: str, why: str) -> ApiError:
    message = "Cannot evict pod as it would violate the pod's disruption budget."
    return ApiError(429, "TooManyRequests", message, {"causes": [{"reason": "DisruptionBudget", "message": why}]})


def finalize(api: ApiServer, kind: Kind, old: Obj, obj: Obj, options: WriteOptions, caller: Caller) -> Obj:
    """Set a namespace's spec.finalizers; the last one gone, it goes."""
    obj = writes.decode(api, kind, obj, options, caller)
    finalizers = meta.get_in(obj, "spec", "finalizers", default=[])
    spec = {**old.get("spec", {}), "finalizers": finalizers}
    if not finalizers:
        del spec["finalizers"]
    draft = {**old, "spec": spec}
    return draft if options.dry_run else api.commit_update(kind, old, draft, caller)


def approve(api: ApiServer, kind: Kind, old: Obj, obj: Obj, options: WriteOptions, caller: Caller) -> Obj:
    """Decide on a CertificateSigningRequest. Models csrApprovalStrategy."""
    obj = writes.decode(api, kind, obj, options, caller)
    writes.check_preconditions(kind, old, obj)
    now = rfc3339(api.loop.now)
    conditions = [{"lastUpdateTime": now, "lastTransitionTime": now, **c} for c in (obj.get("status") or {}).get("conditions") or ()]
    draft = {**old, "status": {**(old.get("status") or {}), "conditions": conditions}}
    attributes = admission.Attributes(api, "UPDATE", kind, draft, old, caller, "approval", options.dry_run)
    admission.admit(attributes)
    errors = certificatesigningrequests.validate_conditions(draft, old)
    if errors:
        raise invalid(kind, meta.name(old), errors)
    admission.validate(attributes)
    return draft if options.dry_run else api.commit_update(kind, old, draft, caller)


Create = Callable[["ApiServer", Kind, Obj, Obj, WriteOptions, Caller], Obj]
CREATES: dict[str, Create] = {"binding": bind, "eviction": evict, "token": reviews.request_token}
UPDATES: dict[str, Create] = {
    "scale": write_scale,
    "finalize": finalize,
    "approval": approve,
    **{part: pod_subresources.writer(part) for part in pod_subresources.PARTS},
}
