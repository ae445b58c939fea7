"""What a component wanted, saw and concluded when it wrote: its control loop, in four sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from k8s_magic.apiserver.store import Entry
from k8s_magic.cluster.story.members import involved
from k8s_magic.cluster.story.words import images_of, state, title
from k8s_magic.controllers.deployment_rolling import max_surge, max_unavailable
from k8s_magic.objects.meta import Obj, controller_of, get_in
from k8s_magic.objects.pods import is_active, is_ready

# What each component is for, where no better sentence is made below.
PURPOSES = {
    "etcd": "an Event is kept for an hour",
    "node-controller": "nodes that report in are Ready; of the others nothing is sure",
    "taint-eviction-controller": "no pod stays on a node whose taints it tolerates no longer",
    "garbage-collector": "nothing outlives its last owner",
    "namespace-controller": "a namespace that is deleted takes all that is in it along",
    "endpoint-controller": "the Endpoints list the ready pods that the Service selects",
    "endpointslice-controller": "the slices list the pods that the Service selects, and which are ready",
    "horizontal-pod-autoscaler": "as many pods as the load takes",
    "job-controller": "as many pods end well as the Job asks for",
    "cronjob-controller": "a Job at each time of the schedule",
    "daemonset-controller": "one pod on each node that it is meant for",
    "statefulset-controller": "pods with fixed names, one after the other",
}


@dataclass(frozen=True)
class Reasoning:
    """The four sentences; empty ones are not known."""

    desired: str = ""
    observed: str = ""
    difference: str = ""


class Known:
    """The objects of the story as they were before the step."""

    def __init__(self) -> None:
        self._objects: dict[str, Obj] = {}

    def take(self, entry: Entry) -> None:
        """Note a write."""
        uid = entry.object["metadata"].get("uid", "")
        if entry.type == "DELETED":
            self._objects.pop(uid, None)
        elif entry.resource != "events":
            self._objects[uid] = entry.object

    def get(self, uid: str) -> Obj | None:
        return self._objects.get(uid)

    def owned(self, uid: str, kind: str) -> list[Obj]:
        """What the object controls now, by name."""
        found = [obj for obj in self._objects.values() if obj.get("kind") == kind and (controller_of(obj) or {}).get("uid") == uid]
        return sorted(found, key=lambda obj: str(obj["metadata"]["name"]))


def reasons(entries: Sequence[Entry], known: Known) -> Reasoning:
    """Why the actor of these writes made them."""
    actor = entries[0].actor
    if actor.startswith("kubelet-"):
        return _kubelet(entries, known)
    think = THINKERS.get(actor)
    return think(entries, known) if think else Reasoning(PURPOSES.get(actor, ""))


def _of_kind(entries: Sequence[Entry], kind: str) -> list[Entry]:
    return [entry for entry in entries if entry.object.get("kind") == kind]


# --- Deployments ---


def _deployment(entries: Sequence[Entry], known: Known) -> Reasoning:
    subject = _reconciled(entries, known, "Deployment", "ReplicaSet")
    if subject is None:
        return Reasoning()
    wanted, rolling = get_in(subject, "spec", "replicas", default=1), get_in(subject, "spec", "strategy", "type", default="") != "Recreate"
    desired = f"{_pods(wanted)} of {images_of(subject)}"
    if rolling:
        desired += f"; on the way at least {wanted - max_unavailable(subject)} available, at most {wanted + max_surge(subject)} in all"
    sets = [each for each in known.owned(subject["metadata"]["uid"], "ReplicaSet") if _wants(each) or _now(each, "replicas")]
    observed = "; ".join(_set_seen(each) for each in sets) or "no pods, and no ReplicaSet that should have some"
    return Reasoning(desired, observed, _deployment_difference(entries, known))


def _deployment_difference(entries: Sequence[Entry], known: Known) -> str:
    for entry in _of_kind(entries, "ReplicaSet"):
        if entry.type == "ADDED":
            return "no ReplicaSet has this template yet"
        if entry.type == "DELETED":
            return f"{entry.key.name} is older than the history goes back"
        was, now = (get_in(obj or {}, "spec", "replicas", default=0) for obj in (entry.old, entry.object))
        if now > was:
            return f"there may be {now - was} more of {images_of(entry.object)}"
        if now < was:
            return f"{was - now} of {images_of(entry.object)} can go without too few being available"
    return "the status does not say so yet"


def _set_seen(replica_set: Obj) -> str:
    name, has, ready = replica_set["metadata"]["name"], _now(replica_set, "replicas"), _now(replica_set, "readyReplicas")
    return f"{name} ({images_of(replica_set)}) wants {_wants(replica_set)}, has {has}, ready {ready}"


def _wants(replica_set: Obj) -> int:
    return int(get_in(replica_set, "spec", "replicas", default=0))


def _now(obj: Obj, count: str) -> int:
    return int(get_in(obj, "status", count, default=0) or 0)


# --- ReplicaSets ---


def _replica_set(entries: Sequence[Entry], known: Known) -> Reasoning:
    subject = _reconciled(entries, known, "ReplicaSet", "Pod")
    if subject is None:
        return Reasoning()
    wanted = get_in(subject, "spec", "replicas", default=0)
    pods = [pod for pod in known.owned(subject["metadata"]["uid"], "Pod") if is_active(pod)]
    labels = get_in(subject, "spec", "selector", "matchLabels", default={})
    desired = f"{_pods(wanted)} labelled {', '.join(f'{k}={v}' for k, v in labels.items())}"
    strangers = [pod for pod in pods if not labels.items() <= (pod["metadata"].get("labels") or {}).items()]
    selected = [pod for pod in pods if pod not in strangers]
    observed = f"{_pods(len(selected))}, {sum(map(is_ready, selected))} ready"
    if strangers:
        observed += f"; {', '.join(pod['metadata']['name'] for pod in strangers)} has other labels now"
    return Reasoning(desired, observed, _replica_set_difference(entries, wanted, len(selected), bool(strangers)))


def _replica_set_difference(entries: Sequence[Entry], wanted: int, there: int, strangers: bool) -> str:
    touched = _of_kind(entries, "Pod")
    if not touched:
        return "the status does not say so yet"
    parts = ["what has other labels is none of its pods"] if strangers else []
    if there < wanted:
        parts.append(f"{_pods(wanted - there)} missing")
    elif there > wanted:
        parts.append(f"{_pods(there - wanted)} too many")
    return "; ".join(parts) or "none in number"


# --- Pods ---


def _scheduler(entries: Sequence[Entry], known: Known) -> Reasoning:
    pod = _subject(entries, known, "Pod")
    if pod is None:
        return Reasoning()
    bound = any(get_in(entry.object, "spec", "nodeName", default="") for entry in _of_kind(entries, "Pod"))
    difference = "it needs a node" if bound else "it needs a node, and none fits"
    return Reasoning("every pod has a node", f"{title('pod', pod['metadata']['name'])} has none", difference)


def _kubelet(entries: Sequence[Entry], known: Known) -> Reasoning:
    node = entries[0].actor.removeprefix("kubelet-")
    pod = _subject(entries, known, "Pod")
    if pod is None:
        return Reasoning(f"the API knows how {title('node', node)} is")
    if any(entry.type == "DELETED" for entry in entries):
        return Reasoning("the pod's containers end, and it goes", "none of its containers runs", "the pod is still in the API")
    leaving = bool(pod["metadata"].get("deletionTimestamp"))
    desired = "the pod's containers end, and it goes" if leaving else f"the pod's containers run on {node}"
    return Reasoning(desired, _containers_seen(pod), _kubelet_difference(entries))


def _containers_seen(pod: Obj) -> str:
    seen = {status["name"]: state(status) for status in get_in(pod, "status", "containerStatuses", default=[])}
    return ", ".join(f"{c['name']}: {seen.get(c['name']) or 'not made yet'}" for c in get_in(pod, "spec", "containers", default=[]))


def _kubelet_difference(entries: Sequence[Entry]) -> str:
    said = {entry.object.get("reason") for entry in entries if entry.resource == "events"}
    if said & {"Pulling", "Pulled", "Created", "Started"}:
        return "they do not run yet"
    if "Killing" in said:
        return "they have to be ended"
    return "the API does not say so yet"


# --- Nodes ---


def _node_controller(entries: Sequence[Entry], known: Known) -> Reasoning:
    node = _subject(entries, known, "Node")
    if node is not None:
        return Reasoning(PURPOSES["node-controller"], f"the node's Ready condition is {_ready(node)}", _node_difference(entries))
    if _subject(entries, known, "Pod") is None:
        return Reasoning(PURPOSES["node-controller"])
    return Reasoning(PURPOSES["node-controller"], "the pod's node does not report any more", "the pod is still held to be ready")


def _ready(node: Obj) -> str:
    return next((str(c["status"]) for c in get_in(node, "status", "conditions", default=[]) if c["type"] == "Ready"), "not there")


def _node_difference(entries: Sequence[Entry]) -> str:
    nodes = _of_kind(entries, "Node")
    if not nodes:
        return "it is new"
    if any(entry.old is not None and entry.old.get("spec") != entry.object.get("spec") for entry in nodes):
        return "the node's taints do not say so"
    return "its kubelet has not reported for too long" if _ready(nodes[-1].object) == "Unknown" else "its kubelet reports otherwise"


def _eviction(entries: Sequence[Entry], known: Known) -> Reasoning:
    pod = _subject(entries, known, "Pod")
    node = get_in(pod or {}, "spec", "nodeName", default="")
    seen = f"{title('node', node)} {_taint_seen(pod)}" if pod else ""
    return Reasoning(PURPOSES["taint-eviction-controller"], seen, "the pod's time there is over")


def _taint_seen(pod: Obj) -> str:
    name = title("pod", pod["metadata"]["name"])
    limits = {t["tolerationSeconds"] for t in get_in(pod, "spec", "tolerations", default=[]) if t.get("tolerationSeconds") is not None}
    if not limits:
        return f"has a taint that {name} does not tolerate"
    return f"has had a taint for {f'{limits.pop()} s, ' if len(limits) == 1 else ''}as long as {name} tolerates it"


# --- Common ---


def _subject(entries: Sequence[Entry], known: Known, kind: str) -> Obj | None:
    """The object of the kind that the step is about, as it was before."""
    for entry in entries:
        if entry.object.get("kind") == kind:
            return known.get(entry.object["metadata"].get("uid", "")) or entry.old or entry.object
        if entry.resource == "events" and involved(entry.object).get("kind") == kind:
            found = known.get(involved(entry.object).get("uid", ""))
            if found is not None:
                return found
    return None


def _reconciled(entries: Sequence[Entry], known: Known, kind: str, child: str) -> Obj | None:
    """The object whose controller ran: the one written to, or the owner of what was written."""
    found = _subject(entries, known, kind)
    if found is not None:
        return found
    for entry in _of_kind(entries, child):
        for obj in (entry.object, entry.old):
            owner = controller_of(obj) if obj else None
            if owner:
                return known.get(owner["uid"])
    return None


def _pods(count: int) -> str:
    return f"{count} pod" if count == 1 else f"{count} pods"


Thinker = Callable[[Sequence[Entry], Known], Reasoning]
THINKERS: dict[str, Thinker] = {
    "deployment-controller": _deployment,
    "replicaset-controller": _replica_set,
    "default-scheduler": _scheduler,
    "node-controller": _node_controller,
    "taint-eviction-controller": _eviction,
}
