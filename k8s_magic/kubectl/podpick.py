"""Which pod and which container a command means that speaks to one: logs, exec, attach, cp, port-forward."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from k8s_magic.kubectl import waiting
from k8s_magic.kubectl.deadline import Deadline
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import meta, pods, selectors
from k8s_magic.objects.meta import Obj

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_PHASES = {"Running": 0, "Unknown": 1, "Pending": 2}
_SELECTED = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job")


def pod_selector(obj: Obj) -> str:
    """The label selector by which an object has pods. Errors: UsageError. Models polymorphichelpers SelectorsForObject."""
    kind, spec = obj["kind"], obj.get("spec") or {}
    if kind in _SELECTED:
        return str(selectors.from_label_selector(spec.get("selector")))
    if kind in ("ReplicationController", "Service"):
        chosen = spec.get("selector")
        if not chosen and kind == "Service":
            raise UsageError(f"invalid service '{meta.name(obj)}': Service is defined without a selector")
        return str(selectors.from_map(chosen))
    version = obj.get("apiVersion", "v1").rpartition("/")[2]
    raise UsageError(f"selector for *{version}.{kind} not implemented")


async def all_pods(call: Call, obj: Obj, sort: Callable[[Iterable[Obj]], list[Obj]], timeout_s: float) -> list[Obj]:
    """The pods of an object, best first; waits for one where there is none. Models polymorphichelpers GetPodList."""
    text, namespace = pod_selector(obj), meta.namespace(obj)
    listed = call.client.list("pods", namespace, labels=text)
    if listed["items"]:
        return sort(listed["items"])
    waiting.check_may_wait(call.environment)
    deadline = Deadline(call.environment, timeout_s)
    watch = call.client.watch("pods", namespace, labels=text, resource_version=listed["metadata"].get("resourceVersion", ""))
    try:
        event, timed_out = await waiting.next_event(call.client, watch, deadline.seconds())
        if timed_out or event is None:
            raise deadline.error()
        return [event.object]
    finally:
        watch.stop()


def for_logs(found: Iterable[Obj]) -> list[Obj]:
    """The pod with most to tell first: running, ready, ready for long, often restarted, old. Models podutils.ByLogging."""
    return sorted(found, key=lambda pod: (not pod["spec"].get("nodeName"), _phase(pod), not pods.is_ready(pod), *_age(pod)))


def for_exec(found: Iterable[Obj]) -> list[Obj]:
    """The pod that is most alive first. Models podutils.ActivePods, reversed."""

    def key(pod: Obj) -> tuple[object, ...]:
        deleting = pod["metadata"].get("deletionTimestamp", "")
        ready, restarts, born = _age(pod)
        alive = (not pod["spec"].get("nodeName"), _phase(pod), not pods.is_ready(pod), bool(deleting))
        return (*alive, ready, -restarts, born)

    return sorted(found, key=key)


def _phase(pod: Obj) -> int:
    return _PHASES.get(pod.get("status", {}).get("phase", ""), 0)


def _age(pod: Obj) -> tuple[str, int, str]:
    """Since when it is ready, how often it restarted (negative), when it was made."""
    ready = pods.condition(pod, "Ready") if pods.is_ready(pod) else None
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    restarts = functools.reduce(max, (status.get("restartCount", 0) for status in statuses), 0)
    return (ready or {}).get("lastTransitionTime", "9"), -restarts, pod["metadata"].get("creationTimestamp", "9")


def container_names(pod: Obj) -> str:
    """`web, debugger (ephem), setup (init)`."""
    spec = pod["spec"]
    kinds = (("containers", ""), ("ephemeralContainers", " (ephem)"), ("initContainers", " (init)"))
    return ", ".join(f"{each['name']}{mark}" for key, mark in kinds for each in spec.get(key) or ())


def has_container(pod: Obj, name: str) -> bool:
    spec = pod["spec"]
    return any(each["name"] == name for key in ("containers", "initContainers", "ephemeralContainers") for each in spec.get(key) or ())


def is_alone(pod: Obj) -> bool:
    """Whether the pod has one container and no others."""
    spec = pod["spec"]
    return len(spec["containers"]) == 1 and not spec.get("initContainers") and not spec.get("ephemeralContainers")


def checked(pod: Obj, name: str) -> str:
    """The name, if the pod has such a container; UsageError."""
    if not has_container(pod, name):
        raise UsageError(f"container {name} is not valid for pod {meta.name(pod)} out of: {container_names(pod)}")
    return name


def container_to_run_in(call: Call, pod: Obj, name: str, *, quiet: bool = False) -> str:
    """The container asked for, or the default one, which is told where there are several. Models podcmd FindOrDefaultContainerByName."""
    name = name or meta.annotations(pod).get(DEFAULT_CONTAINER, "")
    if name:
        return checked(pod, name)
    first: str = pod["spec"]["containers"][0]["name"]
    if not quiet and not is_alone(pod):
        call.err(f'Defaulted container "{first}" out of: {container_names(pod)}\n')
    return first
