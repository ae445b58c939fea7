"""Namespaces: one that is deleted is emptied first, pods before all else, and then let go."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from k8s_magic.apiserver.client import DeleteOptions, WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.meta import Key, Obj, is_deleting, key
from k8s_magic.objects.pods import is_terminal
from k8s_magic.objects.times import parse_time, rfc3339

FINALIZER = "kubernetes"
FINALIZER_ESTIMATE_S = 15
# What is well, in the order of the conditions: type, reason, message.
ALL_WELL = (
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    ("NamespaceDeletionContentFailure", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
    ("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed"),
    ("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
)


class Remaining(NamedTuple):
    """What is left of a namespace's content, by "plural.group" and by finalizer."""

    resources: Counter[str]
    finalizers: Counter[str]


class NamespaceController(Controller):
    """Models pkg/controller/namespace, with ordered deletion."""

    name = "namespace-controller"
    # Upstream waits so long for every API server to learn that the namespace takes nothing new.
    reaction_s = 5.0

    def watches(self) -> dict[str, Mapper]:
        return {"namespaces": self._deleted}

    @staticmethod
    def _deleted(event: WatchEvent, old: Obj | None) -> list[Key]:
        return [key(event.object)] if event.type != "DELETED" and is_deleting(event.object) else []

    def reconcile(self, key: Key) -> float | None:
        namespace = self.client.peek("namespaces", key.name)
        if namespace is None or not is_deleting(namespace) or FINALIZER not in namespace["spec"].get("finalizers", ()):
            return None
        left = Remaining(Counter(), Counter())
        estimate = self._empty("pods", key.name, namespace, left)
        if left.resources:
            self._write_conditions(namespace, Remaining(Counter(), Counter()))
            return estimate // 2 + 1
        for resource in self._resources():
            estimate = max(estimate, self._empty(resource, key.name, namespace, left))
        namespace = self._write_conditions(namespace, left)
        if left.resources:
            return estimate // 2 + 1
        finalizers = [f for f in namespace["spec"]["finalizers"] if f != FINALIZER]
        self.client.update("namespaces", {**namespace, "spec": {**namespace["spec"], "finalizers": finalizers}}, subresource="finalize")
        return None

    def _resources(self) -> list[str]:
        """Every namespaced resource that can be deleted, pods left out."""
        served = self.client.resources()
        namespaced = [r for r in served if r["namespaced"] and "delete" in r["verbs"] and "/" not in r["name"]]
        names = [f"{r['name']}.{r['group']}" if r.get("group") else r["name"] for r in namespaced]
        return [name for name in dict.fromkeys(names) if name != "pods" and name in self.client.api.kinds]

    def _empty(self, resource: str, space: str, namespace: Obj, left: Remaining) -> int:
        """Delete all objects of a resource; counts what lingers into `left` and estimates for how many seconds it will."""
        objects = self.client.items(resource, space)
        if not objects:
            return 0
        estimate = self._grace(objects, namespace) if resource == "pods" else 0
        self.client.delete_collection(resource, space, options=DeleteOptions(propagation="Background"))
        lingering = self.client.items(resource, space)
        if not lingering:
            return 0
        plural, _, group = resource.partition(".")
        left.resources[f"{plural}.{group}"] += len(lingering)
        finalizers = [f for obj in lingering for f in obj["metadata"].get("finalizers") or ()]
        left.finalizers.update(finalizers)
        return estimate or (FINALIZER_ESTIMATE_S if finalizers else 0)

    def _grace(self, pods: list[Obj], namespace: Obj) -> int:
        """The longest grace period of pods that still run, 0 once it has passed."""
        longest = max((p["spec"].get("terminationGracePeriodSeconds", 0) for p in pods if not is_terminal(p)), default=0)
        passed = self.client.now() - parse_time(namespace["metadata"]["deletionTimestamp"])
        return 0 if passed >= longest else int(longest)

    def _write_conditions(self, namespace: Obj, left: Remaining) -> Obj:
        status = namespace.get("status") or {}
        conditions = conditions_for(status.get("conditions") or [], left, rfc3339(self.client.now()))
        if conditions == status.get("conditions"):
            return namespace
        return self.client.write_status("namespaces", {**namespace, "status": {**status, "conditions": conditions}})


def conditions_for(before: list[Obj], left: Remaining, now: str) -> list[Obj]:
    """The five conditions of a namespace being deleted. Models status_condition_utils.go."""
    remaining: dict[str, tuple[str, str]] = {}
    if left.resources:
        listed = ", ".join(sorted(f"{r} has {n} resource instances" for r, n in left.resources.items()))
        remaining["NamespaceContentRemaining"] = ("SomeResourcesRemain", f"Some resources are remaining: {listed}")
    if left.finalizers:
        listed = ", ".join(sorted(f"{f} in {n} resource instances" for f, n in left.finalizers.items()))
        message = f"Some content in the namespace has finalizers remaining: {listed}"
        remaining["NamespaceFinalizersRemaining"] = ("SomeFinalizersRemain", message)
    old = {condition["type"]: condition for condition in before}
    result = []
    for kind, reason, message in ALL_WELL:
        status = "True" if kind in remaining else "False"
        reason, message = remaining.get(kind, (reason, message))
        same = old.get(kind, {}).get("status") == status
        since = old[kind]["lastTransitionTime"] if same else now
        result.append({"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since})
    return result
