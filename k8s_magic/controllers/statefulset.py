"""StatefulSets: pods with names and volumes of their own, made in order, and taken from the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.controllers import history
from k8s_magic.controllers.controller import Controller, Retry
from k8s_magic.controllers.ownership import adopt, is_finished, release
from k8s_magic.controllers.statefulset_pods import (
    claim_with_owners,
    claims_of,
    is_running_and_ready,
    is_unavailable,
    new_pod,
    ordinal_of,
    ordinals,
    revision_of,
    start_of,
)
from k8s_magic.objects import selectors
from k8s_magic.objects.meta import Key, Obj, controller_of, is_deleting, labels, name, namespace, uid
from k8s_magic.objects.pod_template import data_hash
from k8s_magic.objects.pods import is_available, phase, ready_since

RESOURCE, CLAIMS = "statefulsets.apps", "persistentvolumeclaims"
NAMING = history.Naming("controller.kubernetes.io/hash", lambda of, collisions: data_hash(history.data_of(of), collisions or 0))


@dataclass
class Members:
    """A set's pods sorted out: by ordinal, and those whose ordinal is out of range, the highest first."""

    of: Obj
    current: Obj
    update: Obj
    replicas: dict[int, Obj] = field(default_factory=dict)
    condemned: list[Obj] = field(default_factory=list)
    replaced: int = 0

    @property
    def all(self) -> list[Obj]:
        return [*self.replicas.values(), *self.condemned]


class StatefulSetController(Controller):
    """Models pkg/controller/statefulset. Not modelled: maxUnavailable (its gate is off in v1.36)."""

    name = "statefulset-controller"
    kind = RESOURCE
    owns = ("pods",)
    adopts = ("pods",)
    reaction_s = 0.01

    def reconcile(self, key: Key) -> float | None:
        of = self.client.peek(RESOURCE, key.name, key.namespace)
        if of is None:
            return None
        revisions = history.claimed(self.client, of)
        update, _ = history.current(self.client, of, revisions, NAMING)
        noted = (of.get("status") or {}).get("currentRevision")
        current = next((r for r in revisions if name(r) == noted), update)
        members = self._members(of, current, update)
        refused: ApiError | Retry | None = None
        try:
            if not is_deleting(of):
                self._converge(members)
        except (ApiError, Retry) as error:
            refused = error
        self._write_status(members)
        if refused is not None:
            raise Retry
        live = {name(current), name(update), *map(revision_of, members.all)}
        dead = [r for r in history.claimed(self.client, of) if name(r) not in live]
        history.truncate(self.client, of, dead, lambda r: False)
        return self._next_check(members)

    def _members(self, of: Obj, current: Obj, update: Obj) -> Members:
        members = Members(of, current, update)
        in_range = ordinals(of)
        for pod in self._claim(of):
            ordinal = ordinal_of(pod, of)
            if ordinal in in_range:
                members.replicas[ordinal] = pod
            else:
                members.condemned.append(pod)
        members.replicas = dict(sorted(members.replicas.items()))
        members.condemned.sort(key=lambda pod: -ordinal_of(pod, of))
        return members

    def _claim(self, of: Obj) -> list[Obj]:
        """The set's pods after adopting and releasing; only pods that bear its name can be members."""
        selector = selectors.from_label_selector(of["spec"]["selector"])
        claimed = []
        for pod in self.client.by_owner("pods", uid(of)):
            if selector.matches(labels(pod)) and ordinal_of(pod, of) >= 0:
                claimed.append(pod)
            elif not is_deleting(of):
                release(self.client, "pods", of, pod)
        if is_deleting(of) or selector.empty:
            return claimed
        for pod in self.client.by_label("pods", namespace(of), selector):
            is_free = controller_of(pod) is None and not is_deleting(pod)
            if is_free and ordinal_of(pod, of) >= 0 and (adopted := adopt(self.client, "pods", of, pod)) is not None:
                claimed.append(adopted)
        return claimed

    # --- Pods ---

    def _converge(self, members: Members) -> None:
        """Create what is missing, then remove what is too much, then replace what is out of date. Models updateStatefulSet."""
        one_by_one = members.of["spec"].get("podManagementPolicy") != "Parallel"
        for ordinal in ordinals(members.of):
            if self._tend(members, ordinal, one_by_one) and one_by_one:
                return
        for pod in members.condemned:
            self._keep_claims(members.of, pod)
        first_unhealthy = self._first_unhealthy(members)
        for pod in members.condemned:
            if self._condemn(members, pod, first_unhealthy, one_by_one) and one_by_one:
                return
        if members.of["spec"]["updateStrategy"]["type"] == "RollingUpdate":
            self._replace_outdated(members)

    def _tend(self, members: Members, ordinal: int, one_by_one: bool) -> bool:
        """Look after one replica; True where the ones behind it must wait. Models processReplica."""
        of, pod = members.of, members.replicas.get(ordinal)
        if pod is None:
            if not self._has_stale_claim(of, ordinal):
                self._create(members, ordinal)
            return True
        if is_finished(pod):
            if not is_deleting(pod):
                self._delete(of, pod)
            return True
        if phase(pod) == "Pending":
            self._create_claims(of, ordinal, name(pod))
            self._keep_claims(of, pod)
        seconds = of["spec"].get("minReadySeconds", 0)
        if one_by_one and (is_deleting(pod) or not is_running_and_ready(pod) or not is_available(pod, seconds, self.client.now())):
            return True
        self._keep_claims(of, pod)
        return False

    def _first_unhealthy(self, members: Members) -> Obj | None:
        seconds, now = members.of["spec"].get("minReadySeconds", 0), self.client.now()
        ordered = [*members.replicas.values(), *reversed(members.condemned)]
        return next((pod for pod in ordered if is_unavailable(pod, seconds, now)), None)

    def _condemn(self, members: Members, pod: Obj, first_unhealthy: Obj | None, one_by_one: bool) -> bool:
        """Delete a superfluous pod; True where the next must wait for it. Models processCondemned."""
        if is_deleting(pod):
            return True
        seconds = members.of["spec"].get("minReadySeconds", 0)
        healthy = is_running_and_ready(pod) and is_available(pod, seconds, self.client.now())
        if healthy or not one_by_one or pod is first_unhealthy:
            self._delete(members.of, pod)
        return True

    def _replace_outdated(self, members: Members) -> None:
        """Delete the last pod of another revision, once those behind it are well."""
        rolling = members.of["spec"]["updateStrategy"].get("rollingUpdate") or {}
        first = start_of(members.of) + rolling.get("partition", 0)
        seconds, now = members.of["spec"].get("minReadySeconds", 0), self.client.now()
        for ordinal in reversed(ordinals(members.of)):
            pod = members.replicas.get(ordinal)
            if ordinal < first or pod is None:
                return
            if revision_of(pod) != name(members.update) and not is_deleting(pod):
                self._delete(members.of, pod)
                members.replaced += 1
                return
            if is_unavailable(pod, seconds, now):
                return

    def _create(self, members: Members, ordinal: int) -> None:
        of = members.of
        draft = new_pod(of, members.current, members.update, ordinal)
        self._create_claims(of, ordinal, name(draft))
        try:
            created = self.client.create("pods", draft, namespace(of))
        except ApiError as error:
            if error.reason != "AlreadyExists":
                self._tell_failure("Create", of, name(draft), error)
            raise
        self._keep_claims(of, created)
        self._tell("Create", of, name(created))

    def _delete(self, of: Obj, pod: Obj) -> None:
        try:
            self.client.delete("pods", name(pod), namespace(pod))
        except ApiError as error:
            if error.reason != "NotFound":
                self._tell_failure("Delete", of, name(pod), error)
                raise
        self._tell("Delete", of, name(pod))

    def _tell(self, verb: str, of: Obj, pod: str) -> None:
        self.events.event(of, "Normal", f"Successful{verb}", f"{verb} Pod {pod} in StatefulSet {name(of)} successful")

    def _tell_failure(self, verb: str, of: Obj, pod: str, error: ApiError) -> None:
        message = f"{verb} Pod {pod} in StatefulSet {name(of)} failed error: {error.message}"
        self.events.event(of, "Warning", f"Failed{verb}", message)

    # --- Claims ---

    def _create_claims(self, of: Obj, ordinal: int, pod: str) -> None:
        """Create the claims that a pod needs and that are not there."""
        for claim in claims_of(of, ordinal):
            there = self.client.peek(CLAIMS, name(claim), namespace(claim))
            if there is None:
                self.client.create(CLAIMS, claim, namespace(of))
                message = f"Create Claim {name(claim)} Pod {pod} in StatefulSet {name(of)} success"
                self.events.event(of, "Normal", "SuccessfulCreate", message)
            elif is_deleting(there):
                raise Retry

    def _keep_claims(self, of: Obj, pod: Obj) -> None:
        """Bring the claims' owners in line with the retention policy."""
        ordinal = ordinal_of(pod, of)
        for claim in claims_of(of, ordinal):
            there = self.client.peek(CLAIMS, name(claim), namespace(claim))
            changed = claim_with_owners(there, of, pod, ordinal) if there is not None else None
            if changed is not None and changed is not there:
                self.client.update(CLAIMS, changed, namespace(of))

    def _has_stale_claim(self, of: Obj, ordinal: int) -> bool:
        """A claim still owned by the pod that was scaled away, with which it will go."""
        policy = of["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        if policy.get("whenScaled", "Retain") == "Retain":
            return False
        claims = [self.client.peek(CLAIMS, name(claim), namespace(of)) for claim in claims_of(of, ordinal)]
        owners = [r for claim in claims if claim for r in claim["metadata"].get("ownerReferences") or ()]
        return any(r["kind"] == "Pod" and r["name"] == f"{name(of)}-{ordinal}" for r in owners)

    # --- Status ---

    def _write_status(self, members: Members) -> None:
        of, seconds, now = members.of, members.of["spec"].get("minReadySeconds", 0), self.client.now()
        ready = [pod for pod in members.all if is_running_and_ready(pod)]
        staying = [revision_of(pod) for pod in members.all if not is_deleting(pod)]
        current, updated = staying.count(name(members.current)) - members.replaced, staying.count(name(members.update))
        revision, replicas = name(members.current), of["spec"]["replicas"]
        is_rolling = of["spec"]["updateStrategy"]["type"] == "RollingUpdate"
        if is_rolling and updated == len(ready) == len(members.all) == replicas:
            current, revision = updated, name(members.update)
        if_any = {
            "observedGeneration": of["metadata"].get("generation", 0),
            "readyReplicas": len(ready),
            "currentReplicas": current,
            "updatedReplicas": updated,
            "currentRevision": revision,
            "updateRevision": name(members.update),
        }
        status = {
            **{k: v for k, v in if_any.items() if v},
            "replicas": len(members.all),
            "availableReplicas": sum(is_available(pod, seconds, now) for pod in ready),
            "collisionCount": (of.get("status") or {}).get("collisionCount", 0),
        }
        if status != of.get("status"):
            self.client.write_status(RESOURCE, {**of, "status": status})

    def _next_check(self, members: Members) -> float | None:
        seconds, now = members.of["spec"].get("minReadySeconds", 0), self.client.now()
        since = [ready_since(pod) for pod in members.all] if seconds else []
        return min((at + seconds - now for at in since if at is not None and at + seconds > now), default=None)
