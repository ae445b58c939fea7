"""Where pods are: nodes with what is requested of them, the pods on each, and those that wait, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj, get_in
from k8s_magic.objects.pod_template import pod_limits, pod_requests, resource_amount
from k8s_magic.objects.pods import condition, condition_is_true
from k8s_magic.widgets._memo import Memo
from k8s_magic.widgets._moods import Mood, mood_of, word_of
from k8s_magic.widgets._states import State
from k8s_magic.widgets.placement.usage import Used

NOTHING_KNOWN: Mapping[str, Used] = MappingProxyType({})
CONTROL_PLANE = "node-role.kubernetes.io/control-plane"


@dataclass(frozen=True)
class PodTile:
    """One pod. `word` is kubectl's STATUS; `mood` is what it means, which chooses colour and shape."""

    id: str
    name: str
    namespace: str
    word: str
    mood: Mood
    cpu: int
    """Millicores requested."""
    memory: int
    """Bytes requested."""
    cpu_limit: int = 0
    memory_limit: int = 0
    """As `kubectl describe node` adds them up; 0 where there is none."""
    node: str = ""
    why: str = ""
    """Why it has no node."""
    workload: str = ""
    """What it is one of, as in "deployment/web"; its own name where nothing owns it."""

    @property
    def is_system(self) -> bool:
        return self.namespace == "kube-system"


class Account(NamedTuple):
    """One resource of a node: what there is, and what has been promised, allowed and taken of it."""

    whole: int
    requests: tuple[int, ...]
    """A share for each pod."""
    limits: int
    used: int | None
    """None where nobody measures it."""

    @property
    def requested(self) -> int:
        return sum(self.requests)


@dataclass(frozen=True)
class NodeBox:
    """One node: what it has to give, and the pods bound to it."""

    name: str
    notes: tuple[str, ...]
    ready: bool
    cpu: int
    memory: int
    pods: tuple[PodTile, ...]
    hidden: tuple[PodTile, ...] = ()
    """Pods of namespaces that are not shown; their requests count all the same."""
    used: Used | None = None

    @property
    def count(self) -> str:
        """How many pods are on it, in words."""
        whole = len(self.pods) + len(self.hidden)
        return f"{f'{len(self.pods)} of ' if self.hidden else ''}{whole} pod{'s' * (whole != 1)}"

    @cached_property
    def claimants(self) -> tuple[PodTile, ...]:
        """The pods whose requests and limits count: all but those that have ended."""
        return tuple(pod for pod in (*self.pods, *self.hidden) if pod.mood != "done")

    @cached_property
    def accounts(self) -> tuple[Account, Account]:
        """Of CPU and of memory."""
        pods, used = self.claimants, self.used
        return (
            Account(self.cpu, tuple(p.cpu for p in pods if p.cpu), sum(p.cpu_limit for p in pods), used and used.cpu),
            Account(self.memory, tuple(p.memory for p in pods if p.memory), sum(p.memory_limit for p in pods), used and used.memory),
        )


@dataclass(frozen=True)
class Scene:
    """The picture at an instant, without any measure of it on a screen."""

    nodes: tuple[NodeBox, ...]
    waiting: tuple[PodTile, ...]

    @property
    def tiles(self) -> dict[str, PodTile]:
        """Every pod by its id."""
        return {tile.id: tile for tile in (*self.waiting, *(pod for node in self.nodes for pod in node.pods))}


def scene_of(state: State, namespaces: tuple[str, ...] = (), used: Mapping[str, Used] = NOTHING_KNOWN) -> Scene:
    """The scene of a state, and what nodes used when it was measured; with `namespaces` only their pods are shown."""
    tiles = [tile_of(pod) for pod in sorted(state.objects["pods"].values(), key=_age)]
    nodes = sorted(state.objects["nodes"].values(), key=lambda node: _natural(meta.name(node)))
    by_node: dict[str, list[PodTile]] = {}
    for tile in tiles:
        by_node.setdefault(tile.node, []).append(tile)
    boxes = [_box(node, by_node.get(meta.name(node), []), namespaces, used.get(meta.name(node))) for node in nodes]
    return Scene(tuple(boxes), tuple(tile for tile in by_node.get("", []) if _is_shown(tile, namespaces)))


def _is_shown(tile: PodTile, namespaces: tuple[str, ...]) -> bool:
    return not namespaces or tile.namespace in namespaces


def _tile(pod: Obj) -> PodTile:
    requests, limits = pod_requests(pod), pod_limits(pod)
    word = word_of(pod)
    unscheduled = condition(pod, "PodScheduled") or {}
    why = unscheduled.get("message", "") if unscheduled.get("status") == "False" else ""
    return PodTile(
        id=meta.uid(pod),
        name=meta.name(pod),
        namespace=meta.namespace(pod),
        word=word,
        mood=mood_of(pod, word),
        cpu=requests.get("cpu", 0),
        memory=requests.get("memory", 0),
        cpu_limit=limits.get("cpu", 0),
        memory_limit=limits.get("memory", 0),
        node=get_in(pod, "spec", "nodeName", default=""),
        why=why,
        workload=_workload(pod),
    )


def _workload(pod: Obj) -> str:
    """What the pod is one of. A Deployment's ReplicaSet is named like it, with the hash of its template."""
    owner = meta.controller_of(pod)
    if owner is None or owner["kind"] == "Node":
        return f"pod/{meta.name(pod)}"
    hash_ = meta.labels(pod).get("pod-template-hash")
    if owner["kind"] == "ReplicaSet" and hash_ and owner["name"].endswith(f"-{hash_}"):
        return f"deployment/{owner['name'].removesuffix(f'-{hash_}')}"
    return f"{owner['kind'].lower()}/{owner['name']}"


tile_of = Memo(_tile, key=lambda pod: (meta.uid(pod), pod["metadata"].get("resourceVersion")))


def _box(node: Obj, tiles: list[PodTile], namespaces: tuple[str, ...], used: Used | None) -> NodeBox:
    ready = condition_is_true(node, "Ready")
    notes = []
    if CONTROL_PLANE in meta.labels(node):
        notes.append("control plane")
    if not ready:
        notes.append("NotReady")
    if get_in(node, "spec", "unschedulable"):
        notes.append("cordoned")
    notes += _taints(node)
    allocatable = get_in(node, "status", "allocatable", default={})
    return NodeBox(
        name=meta.name(node),
        notes=tuple(notes),
        ready=ready,
        cpu=resource_amount("cpu", allocatable.get("cpu", "0")),
        memory=resource_amount("memory", allocatable.get("memory", "0")),
        pods=tuple(sorted((tile for tile in tiles if _is_shown(tile, namespaces)), key=lambda tile: (tile.is_system, tile.workload))),
        hidden=tuple(tile for tile in tiles if not _is_shown(tile, namespaces)),
        used=used,
    )


KNOWN_TAINTS = ("node.kubernetes.io/unschedulable", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", CONTROL_PLANE)
"""Those that other notes speak of."""


def _taints(node: Obj) -> list[str]:
    taints = get_in(node, "spec", "taints") or ()
    return [f"taint {_written(taint)}" for taint in taints if taint["key"] not in KNOWN_TAINTS]


def _written(taint: Obj) -> str:
    """As kubectl writes it: key=value:effect."""
    return f"{taint['key']}{'=' + taint['value'] if taint.get('value') else ''}:{taint.get('effect', '')}"


def _age(pod: Obj) -> tuple[str, str, str]:
    return pod["metadata"].get("creationTimestamp", ""), meta.namespace(pod), meta.name(pod)


def _natural(name: str) -> tuple[str, int, str]:
    """node2 before node10."""
    digits = len(name) - len(name.rstrip("0123456789"))
    return (name[: len(name) - digits], int(name[len(name) - digits :] or 0), name)


def changes(before: Scene, after: Scene) -> list[str]:
    """What happened from one scene to the next, a short sentence a pod or node."""
    old, new = before.tiles, after.tiles
    told = []
    for tile in new.values():
        earlier = old.get(tile.id)
        where = f" on {tile.node}" if tile.node else ""
        if earlier is None:
            told.append(f"{tile.name} is created{where}")
        elif tile.node != earlier.node:
            told.append(f"{tile.name} goes to {tile.node}")
        elif (tile.word, tile.mood) != (earlier.word, earlier.mood):
            told.append(f"{tile.name} is {tile.word}{'' if tile.mood != 'unready' else ', not ready'}")
    told += [f"{tile.name} is gone" for tile in old.values() if tile.id not in new]
    nodes = {node.name: node for node in before.nodes}
    for node in after.nodes:
        if node.name not in nodes:
            told.append(f"{node.name} joins")
        elif node.notes != nodes[node.name].notes:
            told.append(f"{node.name} is {', '.join(node.notes) or 'Ready'}")
    told += [f"{name} leaves" for name in nodes if name not in {node.name for node in after.nodes}]
    return told or ["usage is measured anew"]
