"""One turn of a controller's loop as plain data: what is desired, what is observed, the difference, and what was done."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj, get_in
from k8s_magic.objects.pods import is_ready, is_terminal
from k8s_magic.widgets._states import State
from k8s_magic.widgets._target import Target
from k8s_magic.widgets.reconcile.actions import chain, words_of

KINDS = ("deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch")


@dataclass(frozen=True)
class Series:
    """Pods of one owner."""

    id: str
    name: str
    is_new: bool
    """Whether it has the template that is desired now."""
    wants: int
    pods: int
    ready: int
    leaving: int
    """Pods that are being deleted; they are not among `pods`."""


@dataclass(frozen=True)
class Scene:
    """The picture at an instant."""

    title: str
    desired: int | None
    """None where the object is gone."""
    series: tuple[Series, ...]
    ceiling: int | None = None
    """No more pods than this: desired + maxSurge."""
    floor: int | None = None
    """No fewer ready pods than this: desired - maxUnavailable."""
    actions: tuple[tuple[str, ...], ...] = ()
    """Each with the chain of its causes."""
    time: float = field(default=0.0, compare=False)

    @property
    def pods(self) -> int:
        return sum(series.pods for series in self.series)

    @property
    def ready(self) -> int:
        return sum(series.ready for series in self.series)

    @property
    def leaving(self) -> int:
        return sum(series.leaving for series in self.series)

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not as it should be."""
        return tuple(_differences(self))


def _differences(scene: Scene) -> list[str]:
    if scene.desired is None:
        return [f"{scene.pods} pods to remove"] if scene.pods else []
    new = sum(series.pods for series in scene.series if series.is_new)
    old = scene.pods - new
    told = []
    if new < scene.desired:
        told.append(f"{scene.desired - new} {'new ' if old else ''}{_pods(scene.desired - new)} missing")
    if new > scene.desired:
        told.append(f"{new - scene.desired} {_pods(new - scene.desired)} too many")
    if old:
        told.append(f"{old} old {_pods(old)} to replace" if new < scene.desired else f"{old} old {_pods(old)} too many")
    if new >= scene.desired and not old and scene.ready < scene.desired:
        told.append(f"{scene.desired - scene.ready} not ready yet")
    return told


def _pods(count: int) -> str:
    return "pod" if count == 1 else "pods"


def scene_of(state: State, target: Target) -> Scene:
    """The scene of a state."""
    obj = state.objects[target.resource].get(Key(target.namespace, target.name))
    owners = _owners(state, target, obj)
    pods = [pod for pod in state.objects["pods"].values() if meta.namespace(pod) == target.namespace]
    by_owner: dict[str, list[Obj]] = {}
    for pod in pods:
        by_owner.setdefault((meta.controller_of(pod) or {}).get("uid", ""), []).append(pod)
    series = tuple(_series(owner, by_owner.get(meta.uid(owner), []), is_new) for owner, is_new in owners)
    shown = tuple(one for one in series if one.pods or one.wants or one.leaving or one.is_new)
    ceiling, floor = _limits(obj) if obj else (None, None)
    related = {meta.uid(owner) for owner, _ in owners} | ({meta.uid(obj)} if obj else set())
    written = [entry for entry in state.entries if _concerns(entry, target, related) and words_of(entry)]
    actions = tuple(chain(entry, state.by_revision) for entry in written)
    return Scene(target.title, _desired(obj) if obj else None, shown, ceiling, floor, actions, state.time)


def _owners(state: State, target: Target, obj: Obj | None) -> list[tuple[Obj, bool]]:
    """Whose pods count, oldest first, and whether each has today's template."""
    if obj is None:
        return []
    if target.resource != "deployments.apps":
        return [(obj, True)]
    sets = [s for s in state.objects["replicasets.apps"].values() if (meta.controller_of(s) or {}).get("uid") == meta.uid(obj)]
    sets.sort(key=lambda s: (_revision(s), meta.name(s)))
    # The Deployment's template is not compared here: a ReplicaSet with the highest revision that the controller gave has it.
    return [(s, s is sets[-1] and not _is_behind(obj, s)) for s in sets]


def _revision(obj: Obj) -> int:
    return int(meta.annotations(obj).get("deployment.kubernetes.io/revision", "0"))


def _is_behind(deployment: Obj, newest: Obj) -> bool:
    """Whether the Deployment asks for containers that not even its newest ReplicaSet has."""
    return bool(_without_hash(deployment) != _without_hash(newest))


def _without_hash(obj: Obj) -> Any:
    template = get_in(obj, "spec", "template", default={})
    labels = {key: value for key, value in get_in(template, "metadata", "labels", default={}).items() if key != "pod-template-hash"}
    return labels, get_in(template, "metadata", "annotations"), template.get("spec")


def _series(owner: Obj, pods: list[Obj], is_new: bool) -> Series:
    leaving = [pod for pod in pods if meta.is_deleting(pod)]
    active = [pod for pod in pods if not meta.is_deleting(pod) and not is_terminal(pod)]
    return Series(
        id=meta.uid(owner),
        name=meta.name(owner),
        is_new=is_new,
        wants=_desired(owner),
        pods=len(active),
        ready=sum(is_ready(pod) for pod in active),
        leaving=len(leaving),
    )


def _desired(obj: Obj) -> int:
    if obj.get("kind") == "DaemonSet":
        return int(get_in(obj, "status", "desiredNumberScheduled", default=0))
    if obj.get("kind") == "Job":
        done = int(get_in(obj, "status", "succeeded", default=0))
        missing = int(get_in(obj, "spec", "completions", default=1)) - done
        return max(min(missing, int(get_in(obj, "spec", "parallelism", default=1))), 0)
    return int(get_in(obj, "spec", "replicas", default=1))


def _limits(obj: Obj) -> tuple[int | None, int | None]:
    """Of a rolling update; Models pkg/controller/deployment/util ResolveFenceposts."""
    strategy = get_in(obj, "spec", "strategy", default={})
    if strategy.get("type") != "RollingUpdate":
        return None, None
    desired, rolling = _desired(obj), strategy.get("rollingUpdate") or {}
    surge = _part(rolling.get("maxSurge", "25%"), desired, math.ceil)
    unavailable = _part(rolling.get("maxUnavailable", "25%"), desired, math.floor)
    return desired + surge, desired - (unavailable or (0 if surge else 1))


def _part(amount: int | str, whole: int, rounded: Any) -> int:
    if isinstance(amount, int):
        return amount
    return int(rounded(int(amount.rstrip("%")) * whole / 100))


def _concerns(entry: Any, target: Target, related: set[str]) -> bool:
    if entry.key.namespace != target.namespace:
        return False
    if entry.resource == target.resource and entry.key.name == target.name:
        return True
    owners = [meta.controller_of(obj) for obj in (entry.object, entry.old) if obj]
    return any(owner and owner["uid"] in related for owner in owners)


def changes(before: Scene, after: Scene) -> list[str]:
    """What was done; where nothing was, what is seen."""
    told = [chain_[0] for chain_ in after.actions]
    if not told:
        told = [f"{after.ready} of {after.pods} pods ready"]
    return told


def same(before: Scene, after: Scene) -> bool:
    """Whether nothing was done, and as much is seen as before."""
    return not after.actions and replace(before, actions=()) == after
