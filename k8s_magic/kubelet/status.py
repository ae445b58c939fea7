"""A Pod's status from what its containers do: pure. Models pkg/kubelet kubelet_pods.go generateAPIPodStatus and status/generate.go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from k8s_magic.kubelet.state import ContainerState
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import rfc3339

SOMETIMES = ("DisruptionTarget", "PodResizePending", "PodResizeInProgress")
"""Conditions of which ours come and go. Somebody else's DisruptionTarget stays."""
OURS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")


@dataclass
class PodView:
    """What the kubelet knows of a Pod."""

    started_at: float
    host_ip: str
    ip: str = ""
    sandbox_ready: bool = False
    containers: list[ContainerState] = field(default_factory=list)
    phase: str = ""
    """Set where the kubelet has decided: Failed by a deadline."""
    reason: str = ""
    message: str = ""
    more: dict[str, Obj] = field(default_factory=dict)
    """Conditions that hold only at times, by type: DisruptionTarget, PodResizePending, PodResizeInProgress."""


def pod_status(pod: Obj, view: PodView, now: float) -> Obj:
    """The whole status to write; what the kubelet does not own is kept from the Pod."""
    old = pod.get("status") or {}
    inits = [c for c in view.containers if c.kind in ("init", "sidecar")]
    mains = [c for c in view.containers if c.kind == "main"]
    phase = view.phase or pod_phase(pod["spec"].get("restartPolicy", "Always"), inits, mains)
    status = {key: value for key, value in old.items() if key not in ("reason", "message", "phase")}
    status["conditions"] = _conditions(pod, old, view, inits, mains, phase, now)
    status["containerStatuses"] = [container_status(c) for c in mains]
    if inits:
        status["initContainerStatuses"] = [container_status(c) for c in inits]
    extra = [container_status(c) for c in view.containers if c.kind == "ephemeral"]
    if extra:
        status["ephemeralContainerStatuses"] = extra
    status |= {"hostIP": view.host_ip, "hostIPs": [{"ip": view.host_ip}], "phase": phase, "startTime": rfc3339(view.started_at)}
    if view.ip:
        status |= {"podIP": view.ip, "podIPs": [{"ip": view.ip}]}
    if pod["metadata"].get("generation"):
        status["observedGeneration"] = pod["metadata"]["generation"]
    return status | {key: value for key, value in (("reason", view.reason), ("message", view.message)) if value}


def pod_phase(policy: str, inits: Sequence[ContainerState], mains: Sequence[ContainerState]) -> str:
    """Models getPhase."""
    for init in inits:
        if init.kind == "init" and not init.succeeded:
            ended = init.terminated
            return "Failed" if ended and ended["exitCode"] and _policy(init, policy) == "Never" else "Pending"
        if init.kind == "sidecar" and not init.started and not any(c.running_since or c.terminated or c.last for c in mains):
            return "Pending"
    if any(c.waiting and c.last is None for c in mains):
        return "Pending"
    if any(c.running_since is not None for c in mains):
        return "Running"
    ended_for_good = [c for c in mains if c.terminated is not None]
    if len(ended_for_good) < len(mains) or any(_comes_back(c, policy) for c in mains):
        return "Running"
    return "Succeeded" if all(c.terminated and not c.terminated["exitCode"] for c in mains) else "Failed"


def _policy(container: ContainerState, policy: str) -> str:
    return str(container.spec.get("restartPolicy") or policy)


def _comes_back(container: ContainerState, policy: str) -> bool:
    """Whether a container that has ended will be started again."""
    code = container.terminated["exitCode"] if container.terminated else 0
    return restarts(container.spec, policy, code)


def restarts(container: Obj, policy: str, code: int) -> bool:
    """Whether an exit with `code` leads to a restart: by the container's own rules, its own policy, or the Pod's."""
    for rule in container.get("restartPolicyRules") or ():
        wanted = rule.get("exitCodes") or {}
        if (code in (wanted.get("values") or ())) == (wanted.get("operator") == "In"):
            return True
    own = container.get("restartPolicy") or policy
    return own == "Always" or (own == "OnFailure" and code != 0)


def container_status(container: ContainerState) -> Obj:
    """A ContainerStatus."""
    spec = container.spec
    status: Obj = {
        "image": spec["image"],
        "imageID": container.image_id,
        "lastState": {"terminated": container.last} if container.last else {},
        "name": spec["name"],
        "ready": container.ready,
        "restartCount": container.restarts,
        "started": container.started,
        "state": _state(container),
    }
    if container.container_id:
        status["containerID"] = container.container_id
    if spec.get("volumeMounts"):
        status["volumeMounts"] = [_mount(m) for m in spec["volumeMounts"]]
    if container.running_since is not None:
        status["resources"] = container.actual
    if container.allocated.get("requests"):
        status["allocatedResources"] = container.allocated["requests"]
    return status


def _mount(mount: Obj) -> Obj:
    shown = {"mountPath": mount["mountPath"], "name": mount["name"]}
    return {**shown, "readOnly": True, "recursiveReadOnly": "Disabled"} if mount.get("readOnly") else shown


def _state(container: ContainerState) -> Obj:
    if container.terminated is not None:
        return {"terminated": container.terminated}
    if container.running_since is not None:
        return {"running": {"startedAt": rfc3339(container.running_since)}}
    return {"waiting": {"reason": container.waiting, **({"message": container.message} if container.message else {})}}


def _conditions(
    pod: Obj, old: Obj, view: PodView, inits: Sequence[ContainerState], mains: Sequence[ContainerState], phase: str, now: float
) -> list[Obj]:
    containers = _containers_ready(inits, mains, phase)
    gates = [gate["conditionType"] for gate in pod["spec"].get("readinessGates") or ()]
    known = {c["type"]: c for c in old.get("conditions") or ()}
    found = {
        "PodReadyToStartContainers": {"status": "True" if view.sandbox_ready else "False"},
        "Initialized": _initialized(inits, mains, phase),
        "Ready": _behind_gates(containers, gates, known),
        "ContainersReady": containers,
        "PodScheduled": {"status": "True"},
    }
    generation = pod["metadata"].get("generation")
    written = [_dated(kind, found[kind], known.get(kind), generation, now) for kind in OURS]
    if not view.more and len(known) == len(written):
        return written
    gone = {kind for kind in SOMETIMES[1:] if kind not in view.more}
    others = [c for kind, c in known.items() if kind not in OURS and kind not in view.more and kind not in gone]
    return [*written, *others, *(_dated(kind, content, known.get(kind), generation, now) for kind, content in view.more.items())]


def _dated(kind: str, content: Obj, before: Obj | None, generation: int | None, now: float) -> Obj:
    kept = before.get("lastTransitionTime") if before is not None and before["status"] == content["status"] else None
    condition = {"type": kind, "lastProbeTime": None, "lastTransitionTime": kept or rfc3339(now), **content}
    return {**condition, "observedGeneration": generation} if generation else condition


def _containers_ready(inits: Sequence[ContainerState], mains: Sequence[ContainerState], phase: str) -> Obj:
    if phase in ("Succeeded", "Failed"):
        return {"status": "False", "reason": "PodCompleted" if phase == "Succeeded" else "PodFailed"}
    unready = [c.name for c in (*inits, *mains) if c.kind != "init" and not c.ready]
    if not unready:
        return {"status": "True"}
    return {"status": "False", "reason": "ContainersNotReady", "message": f"containers with unready status: [{' '.join(unready)}]"}


def _initialized(inits: Sequence[ContainerState], mains: Sequence[ContainerState], phase: str) -> Obj:
    if phase == "Succeeded":
        return {"status": "True", "reason": "PodCompleted"}
    incomplete = [c.name for c in inits if not (c.succeeded if c.kind == "init" else c.started)]
    if not incomplete or any(c.running_since or c.terminated or c.last for c in mains):
        return {"status": "True"}
    message = f"containers with incomplete status: [{' '.join(incomplete)}]"
    return {"status": "False", "reason": "ContainersNotInitialized", "message": message}


def _behind_gates(containers: Obj, gates: Sequence[str], known: dict[str, Obj]) -> Obj:
    """The Pod is ready when its containers are and every readiness gate has turned true."""
    if containers["status"] != "True" or not gates:
        return containers
    messages = [_gate_message(gate, known.get(gate)) for gate in gates if (known.get(gate) or {}).get("status") != "True"]
    return {"status": "False", "reason": "ReadinessGatesNotReady", "message": ", ".join(messages)} if messages else containers


def _gate_message(gate: str, condition: Obj | None) -> str:
    if condition is None:
        return f'corresponding condition of pod readiness gate "{gate}" does not exist.'
    return f'the status of pod readiness gate "{gate}" is not "True", but {condition["status"]}'
