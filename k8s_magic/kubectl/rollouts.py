"""What the subcommands of kubectl rollout share: which objects they are about, how far a rollout is, a patch for each object."""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import builder, common
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import raise_all
from k8s_magic.kubectl.history import REVISION
from k8s_magic.kubectl.resources import Mapping
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pods import condition


def selected(call: Call) -> builder.Result:
    """The objects that a subcommand of rollout is about."""
    if not call.args and not call.flags["filename"] and not call.flags["kustomize"]:
        raise UsageError("required resource not specified")
    return builder.select(call, builder.query_of(call, allow_empty_selector=True, latest=True))


def group_kind(mapping: Mapping) -> str:
    """`Deployment.apps`."""
    return f"{mapping.kind}.{mapping.group}" if mapping.group else mapping.kind


# --- Status ----------------------------------------------------------------------------------------------------------


def status_of(obj: Obj, revision: int = 0) -> tuple[str, bool]:
    """(a line, whether the rollout is done). Errors: UsageError where it failed. Models polymorphichelpers/rollout_status.go."""
    return _STATUS[obj["kind"]](obj, revision)


def _observed(obj: Obj) -> bool:
    return bool(obj["metadata"].get("generation", 0) <= obj.get("status", {}).get("observedGeneration", 0))


def _deployment(obj: Obj, revision: int) -> tuple[str, bool]:
    name, status, wanted = meta.name(obj), obj.get("status", {}), obj["spec"].get("replicas", 1)
    running = int(meta.annotations(obj).get(REVISION) or 0)
    if revision > 0 and revision != running:
        raise UsageError(f"desired revision ({revision}) is different from the running revision ({running})")
    if not _observed(obj):
        return "Waiting for deployment spec update to be observed...\n", False
    if (condition(obj, "Progressing") or {}).get("reason") == "ProgressDeadlineExceeded":
        raise UsageError(f'deployment "{name}" exceeded its progress deadline')
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    updated, total, available = (status.get(key, 0) for key in ("updatedReplicas", "replicas", "availableReplicas"))
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...\n", False
    if total > updated:
        return f"{waiting}{total - updated} old replicas are pending termination...\n", False
    if available < updated:
        return f"{waiting}{available} of {updated} updated replicas are available...\n", False
    return f'deployment "{name}" successfully rolled out\n', True


def _only_rolling(obj: Obj) -> None:
    if meta.get_in(obj, "spec", "updateStrategy", "type") != "RollingUpdate":
        raise UsageError("rollout status is only available for RollingUpdate strategy type")


def _daemon_set(obj: Obj, revision: int) -> tuple[str, bool]:
    _only_rolling(obj)
    name, status = meta.name(obj), obj.get("status", {})
    if not _observed(obj):
        return "Waiting for daemon set spec update to be observed...\n", False
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    updated, wanted, available = (status.get(key, 0) for key in ("updatedNumberScheduled", "desiredNumberScheduled", "numberAvailable"))
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new pods have been updated...\n", False
    if available < wanted:
        return f"{waiting}{available} of {wanted} updated pods are available...\n", False
    return f'daemon set "{name}" successfully rolled out\n', True


def _stateful_set(obj: Obj, revision: int) -> tuple[str, bool]:
    _only_rolling(obj)
    status, wanted = obj.get("status", {}), obj["spec"].get("replicas", 1)
    if not status.get("observedGeneration") or not _observed(obj):
        return "Waiting for statefulset spec update to be observed...\n", False
    if status.get("readyReplicas", 0) < wanted:
        return f"Waiting for {wanted - status.get('readyReplicas', 0)} pods to be ready...\n", False
    updated, rolling = status.get("updatedReplicas", 0), obj["spec"]["updateStrategy"].get("rollingUpdate")
    if rolling is not None:
        partitioned = wanted - rolling.get("partition", 0)
        if rolling.get("partition") is not None and updated < partitioned:
            return f"Waiting for partitioned roll out to finish: {updated} out of {partitioned} new pods have been updated...\n", False
        return f"partitioned roll out complete: {updated} new pods have been updated...\n", True
    if status.get("updateRevision") != status.get("currentRevision"):
        revision_name = status.get("updateRevision", "")
        return f"waiting for statefulset rolling update to complete {updated} pods at revision {revision_name}...\n", False
    done = f"statefulset rolling update complete {status.get('currentReplicas', 0)} pods"
    return f"{done} at revision {status.get('currentRevision', '')}...\n", True


_STATUS: dict[str, Callable[[Obj, int], tuple[str, bool]]] = {
    "Deployment": _deployment,
    "DaemonSet": _daemon_set,
    "StatefulSet": _stateful_set,
}


def has_status(mapping: Mapping) -> bool:
    return mapping.group == "apps" and mapping.kind in _STATUS


# --- Patches ---------------------------------------------------------------------------------------------------------


class Refusal(UsageError):
    """What is wrong with one object, in a whole sentence."""


def patch_each(call: Call, patch_for: Callable[[Obj], Obj], done: str) -> None:
    """Patch every object; `patch_for` raises UsageError with what is wrong with one. All failures are told at the end."""
    show = common.object_printer(call, done)
    infos, error = selected(call).infos()
    errors: list[Exception] = [error] if error is not None else []
    if not infos and not errors:
        call.err(f"No resources found in {call.namespace} namespace.\n")
    options = WriteOptions(field_manager=call.flags["field-manager"])
    for info in infos:
        try:
            patch = patch_for(info.obj)
        except Refusal as refusal:
            errors.append(refusal)
            continue
        except UsageError as refusal:
            errors.append(UsageError(f'error: {info.mapping.resource} "{info.name}" {refusal}'))
            continue
        try:
            show(call.client.patch(info.mapping.resource, info.name, info.namespace, "strategic", patch, options=options))
        except ApiError as failure:
            errors.append(UsageError(f"failed to patch: {failure.message}"))
    raise_all(errors)
