"""A pod's row in `kubectl get`: its status in a word, made from its phase and all its containers.

Models pkg/printers/internalversion/printers.go printPod.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8s_magic.kinds.columns import AGE, NAME, NONE, age, since, texts, wide
from k8s_magic.objects.meta import Obj

COLUMNS = (NAME, *texts("Ready", "Status", "Restarts"), AGE, *wide("IP", "Node", "Nominated Node", "Readiness Gates"))


class Containers(NamedTuple):
    """What a group of containers adds to the row; `restarted` is when one last ended, "" if never."""

    reason: str
    ready: int
    restarts: int
    restarted: str


def row(pod: Obj, now: float) -> list[Any]:
    spec, status, meta = pod.get("spec") or {}, pod.get("status") or {}, pod["metadata"]
    summary, total = summarize(pod)
    restarts = str(summary.restarts)
    if summary.restarts and summary.restarted:
        restarts = f"{restarts} ({since(summary.restarted, now)} ago)"
    ips = status.get("podIPs")
    return [
        meta["name"],
        f"{summary.ready}/{total}",
        summary.reason,
        restarts,
        age(pod, now),
        (ips[0].get("ip") if ips else "") or NONE,
        spec.get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        _gates(spec.get("readinessGates"), status.get("conditions") or ()),
    ]


def summarize(pod: Obj) -> tuple[Containers, int]:
    """The pod's status in a word, ready containers and restarts; and how many containers there are to be ready."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    reason = _first_reason(status)
    sidecars = {c["name"] for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always"}
    initializing, result = False, Containers(reason, 0, 0, "")
    if status.get("initContainerStatuses"):
        initializing, result, sidecar_result = _initializing(spec, status, sidecars, reason)
        if not initializing or _condition(status, "Initialized"):
            result, initializing = sidecar_result, False
    if not initializing:
        result = _running(status, result)
    if pod["metadata"].get("deletionTimestamp"):
        result = result._replace(reason=_ending(status, result.reason))
    return result, len(spec.get("containers") or ()) + len(sidecars)


def _first_reason(status: Obj) -> str:
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition.get("reason") == "SchedulingGated":
            return "SchedulingGated"
    return str(status.get("reason") or status.get("phase", ""))


def _ending(status: Obj, reason: str) -> str:
    if status.get("reason") == "NodeLost":
        return "Unknown"
    return reason if status.get("phase") in ("Succeeded", "Failed") else "Terminating"


def _condition(status: Obj, name: str) -> bool:
    return any(c["type"] == name and c.get("status") == "True" for c in status.get("conditions") or ())


def _last_end(container: Obj) -> str:
    last = container.get("lastState")
    return ((last.get("terminated") or {}).get("finishedAt") or "") if last else ""


def _initializing(spec: Obj, status: Obj, sidecars: set[str], reason: str) -> tuple[bool, Containers, Containers]:
    """Whether init containers still hold the pod up, what all of them add, and what the sidecars alone do."""
    restarts = sidecar_restarts = ready = 0
    restarted = sidecar_restarted = ""
    waits = ""
    for index, container in enumerate(status["initContainerStatuses"]):
        restarts += container.get("restartCount", 0)
        restarted = max(restarted, _last_end(container))
        is_sidecar = container["name"] in sidecars
        if is_sidecar:
            sidecar_restarts += container.get("restartCount", 0)
            sidecar_restarted = max(sidecar_restarted, _last_end(container))
        if is_sidecar and container.get("started") and not _exited_well(container):
            ready += bool(container.get("ready"))
            continue
        waits = _init_wait(container, index, len(spec.get("initContainers") or ()))
        if waits:
            break
    reason = waits or reason
    return bool(waits), Containers(reason, ready, restarts, restarted), Containers(reason, ready, sidecar_restarts, sidecar_restarted)


def _exited_well(container: Obj) -> bool:
    ended = (container.get("state") or {}).get("terminated")
    return ended is not None and ended.get("exitCode", 0) == 0


def _init_wait(container: Obj, index: int, total: int) -> str:
    """Why an init container holds the pod up; "" where it has done its work."""
    state = container.get("state") or {}
    ended, waiting = state.get("terminated"), state.get("waiting")
    if ended is not None:
        return "" if ended.get("exitCode", 0) == 0 else f"Init:{_ended(ended)}"
    if waiting and waiting.get("reason") and waiting["reason"] != "PodInitializing":
        return f"Init:{waiting['reason']}"
    return f"Init:{index}/{total}"


def _ended(ended: Obj) -> str:
    if ended.get("reason"):
        return str(ended["reason"])
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _running(status: Obj, start: Containers) -> Containers:
    reason, ready, restarts, restarted = start
    has_running, error = False, ""
    for container in reversed(status.get("containerStatuses") or ()):
        restarts += container.get("restartCount", 0)
        restarted = max(restarted, _last_end(container))
        state = container.get("state") or {}
        if (state.get("waiting") or {}).get("reason"):
            reason = state["waiting"]["reason"]
        elif state.get("terminated") is not None:
            reason = _ended(state["terminated"])
            error = reason if state["terminated"].get("exitCode") else error
        elif container.get("ready") and "running" in state:
            has_running = True
            ready += 1
    return Containers(_completed(status, has_running, error) if reason == "Completed" else reason, ready, restarts, restarted)


def _completed(status: Obj, has_running: bool, error: str) -> str:
    """The first container has ended well; what of the others?"""
    if has_running and _condition(status, "Ready"):
        return "Running"
    return error or ("NotReady" if has_running else "Completed")


def _gates(gates: Any, conditions: Any) -> str:
    if not gates:
        return NONE
    true = {c["type"] for c in conditions if c.get("status") == "True"}
    return f"{sum(gate['conditionType'] in true for gate in gates)}/{len(gates)}"
