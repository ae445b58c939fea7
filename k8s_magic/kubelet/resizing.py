"""In-place resize: a running Pod gets other resources, if its node has them. Models pkg/kubelet/allocation and its events.

Not modelled: resizing of the Pod as a whole, limits below what is used.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from k8s_magic.objects.meta import Obj
from k8s_magic.objects.pod_template import pod_requests

if TYPE_CHECKING:
    from k8s_magic.kubelet.container import Container
    from k8s_magic.kubelet.pod_worker import PodWorker

TAKES_S = 1.0
"""From the allocation to the moment when containers run with it."""


def resize(worker: PodWorker) -> None:
    """Give a Pod what its spec asks for now, or note that this has to wait."""
    changed = _changed(worker)
    if not changed:
        if worker.view.more.pop("PodResizePending", None) is not None:
            worker.changed()
        return
    requests = pod_requests(worker.pod)
    why = worker.kubelet.lacks_for(worker, requests)
    worker.view.more.pop("PodResizePending", None)
    worker.changed()
    if why:
        worker.view.more["PodResizePending"] = {"status": "True", "reason": "Deferred", "message": why}
        worker.event("Warning", "ResizeDeferred", f"Pod resize Deferred: {_summary(worker.pod, why)}")
        return
    worker.kubelet.reserve_anew(worker, requests)
    for container, wanted in changed:
        container.state.allocated = wanted
    worker.view.more["PodResizeInProgress"] = {"status": "True"}
    worker.event("Normal", "ResizeStarted", f"Pod resize started: {_summary(worker.pod)}")
    worker.kubelet.loop.call_later(TAKES_S, lambda: _actuate(worker))


def _changed(worker: PodWorker) -> list[tuple[Container, Obj]]:
    spec = worker.pod["spec"]
    wanted = {c["name"]: c.get("resources") or {} for c in (*(spec.get("initContainers") or ()), *spec["containers"])}
    return [(c, wanted[c.state.name]) for c in worker.containers if wanted.get(c.state.name, c.state.allocated) != c.state.allocated]


def _actuate(worker: PodWorker) -> None:
    """The runtime has been told: containers run with what was allocated."""
    if worker.ending or not worker.kubelet.runs(worker):
        return
    for container in worker.containers:
        before, container.state.actual = container.state.actual, container.state.allocated
        if before != container.state.actual and container.process is not None:
            if _needs_restart(container, before):
                container.restart_because(f"Container {container.state.name} resize requires restart", worker.grace_s)
            else:
                container.check_memory()
    if worker.view.more.pop("PodResizeInProgress", None) is not None:
        worker.event("Normal", "ResizeCompleted", f"Pod resize completed: {_summary(worker.pod)}")
    worker.changed()


def _needs_restart(container: Container, before: Obj) -> bool:
    policies = {p["resourceName"]: p["restartPolicy"] for p in container.spec.get("resizePolicy") or ()}
    after = container.state.actual
    differing = {n for n in ("cpu", "memory") for side in ("requests", "limits") if _amount(before, side, n) != _amount(after, side, n)}
    return any(policies.get(name) == "RestartContainer" for name in differing)


def _amount(resources: Obj, side: str, name: str) -> object:
    return (resources.get(side) or {}).get(name)


def _summary(pod: Obj, error: str = "") -> str:
    """The Pod's resources as the events tell them."""
    spec, told = pod["spec"], {}
    for field in ("initContainers", "containers"):
        if spec.get(field):
            told[field] = [{"name": c["name"], "resources": _sorted(c.get("resources") or {})} for c in spec[field]]
    told["generation"] = pod["metadata"].get("generation", 0)
    return json.dumps({**told, "error": error} if error else told, separators=(",", ":"))


def _sorted(resources: Obj) -> Obj:
    return {side: dict(sorted(resources[side].items())) for side in ("limits", "requests") if resources.get(side)}
