"""Deployments: a ReplicaSet for each template, and the way from the old to the new one.

A write of the Deployment makes this reconcile's copy of it stale, and a second one is refused as a conflict; the next
reconcile, which the first write has queued, goes on. So each step is seen by watchers as from the real controller.
Not modelled: the rollback annotation of extensions/v1beta1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.controllers import deployment_status as statuses
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.deployment_revisions import (
    REVISION,
    find_new,
    new_replica_set,
    next_revision,
    replicas_annotations,
    revision_of,
    same_template,
    synced_annotations,
)
from k8s_magic.controllers.deployment_rolling import (
    DESIRED_REPLICAS,
    MAX_INT32,
    active,
    is_rolling,
    is_saturated,
    new_size,
    noted_number,
    oldest_first,
    proportional_sizes,
    scale_downs_of_old,
    size,
)
from k8s_magic.controllers.ownership import claim, is_finished, total
from k8s_magic.objects import selectors
from k8s_magic.objects.edit import set_in
from k8s_magic.objects.meta import Key, Obj, controller_of, is_deleting, name, namespace, uid
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.pods import condition

RESOURCE, REPLICA_SETS = "deployments.apps", "replicasets.apps"
SELECTS_ALL = "This deployment is selecting all pods. A non-empty selector is required."
TERMINATING_NAMESPACE = "because it is being terminated"


@dataclass
class Rollout:
    """A Deployment with the ReplicaSets it controls; `new` is the one of its present template."""

    deployment: Obj
    new: Obj | None
    old: list[Obj]

    @property
    def everyone(self) -> list[Obj]:
        return [*self.old, self.new] if self.new is not None else self.old


class DeploymentController(Controller):
    """Models pkg/controller/deployment."""

    name = "deployment-controller"
    kind = RESOURCE
    owns = (REPLICA_SETS,)
    adopts = (REPLICA_SETS,)
    # A ReplicaSet that a user scales acts before its Deployment sets it right.
    owned_reaction_s = 0.015

    def watches(self) -> dict[str, Mapper]:
        return {"pods": self._pod_gone}

    def _pod_gone(self, event: WatchEvent, old: Obj | None) -> Iterable[Key]:
        """A Deployment that recreates waits for its last pod to go."""
        if event.type != "DELETED":
            return
        reference = controller_of(event.object)
        rs = self.client.peek(REPLICA_SETS, reference["name"], namespace(event.object)) if reference else None
        owner = controller_of(rs) if rs is not None and reference and uid(rs) == reference["uid"] else None
        deployment = self.client.peek(RESOURCE, owner["name"], namespace(event.object)) if owner else None
        if deployment is not None and not is_rolling(deployment):
            yield Key(namespace(deployment), name(deployment))

    def reconcile(self, key: Key) -> float | None:
        deployment = self.client.peek(RESOURCE, key.name, key.namespace)
        if deployment is None:
            return None
        if deployment["spec"].get("selector") == {}:
            self.events.event(deployment, "Warning", "SelectingAll", SELECTS_ALL)
            return None
        selector = selectors.from_label_selector(deployment["spec"]["selector"])
        replica_sets = claim(self.client, REPLICA_SETS, deployment, selector)
        if not is_deleting(deployment):
            deployment = self._note_pause(deployment)
        rollout = self._rollout(deployment, replica_sets)
        if is_deleting(deployment):
            self._write_counts(rollout)
            return None
        if deployment["spec"].get("paused") or self._is_scaling(rollout):
            self._scale(rollout)
            return None
        return self._roll(rollout) if is_rolling(deployment) else self._recreate(rollout)

    # --- Revisions ---

    def _rollout(self, deployment: Obj, replica_sets: list[Obj]) -> Rollout:
        """Tell new from old, and bring revision numbers and annotations up to date. Models getAllReplicaSetsAndSyncRevision."""
        new = find_new(deployment, replica_sets)
        old = oldest_first([rs for rs in replica_sets if rs is not new])
        rollout = Rollout(deployment, new, old)
        if new is None:
            return rollout
        wanted = synced_annotations(deployment, new, next_revision(old))
        changed = new if wanted == annotations_of(new) else set_in(new, ("metadata", "annotations"), wanted)
        ready_seconds = deployment["spec"].get("minReadySeconds", 0)
        if new["spec"].get("minReadySeconds", 0) != ready_seconds:
            changed = set_in(changed, ("spec", "minReadySeconds"), ready_seconds)
        if changed is not new:
            rollout.new = self.client.update(REPLICA_SETS, changed, namespace(new))
            return rollout
        found = statuses.progressing("True", "FoundNewReplicaSet", f'Found new replica set "{name(new)}"')
        is_news = condition(deployment, statuses.PROGRESSING) is None
        self._note_revision(rollout, revision_of(new), found if is_news else None)
        return rollout

    def _note_revision(self, rollout: Rollout, revision: int, progress: Obj | None) -> None:
        """Write the revision and a Progressing condition on the Deployment, where they are news."""
        before = rollout.deployment
        if annotations_of(before).get(REVISION) != str(revision):
            rollout.deployment = set_in(before, ("metadata", "annotations", REVISION), str(revision))
        if progress is not None and statuses.has_deadline(before):
            status = statuses.with_condition(before.get("status") or {}, progress, self.client.now())
            rollout.deployment = {**rollout.deployment, "status": status}
        if rollout.deployment is not before:
            self.client.write_status(RESOURCE, rollout.deployment)

    def _create_new(self, rollout: Rollout) -> Obj:
        """Create the ReplicaSet of the new template. Models getNewReplicaSet."""
        deployment = rollout.deployment
        revision = next_revision(rollout.old)
        draft = new_replica_set(deployment, revision)
        replicas = new_size(deployment, [*rollout.old, draft], draft)
        draft["spec"]["replicas"] = replicas
        try:
            created = self.client.create(REPLICA_SETS, draft, namespace(deployment))
        except ApiError as error:
            self._not_created(deployment, draft, error)
            raise
        if replicas > 0:
            self._tell_scaled(deployment, name(created), 0, replicas)
        progress = statuses.progressing("True", "NewReplicaSetCreated", f'Created new replica set "{name(created)}"')
        self._note_revision(rollout, revision, progress)
        rollout.new = created
        return created

    def _not_created(self, deployment: Obj, draft: Obj, error: ApiError) -> None:
        if TERMINATING_NAMESPACE in error.message:
            return
        status = deployment.get("status") or {}
        if error.reason == "AlreadyExists":
            other = self.client.peek(REPLICA_SETS, name(draft), namespace(draft))
            if other is not None and same_template(other["spec"]["template"], deployment["spec"]["template"]) and is_deleting(other):
                return
            count = (status.get("collisionCount") or 0) + 1
            self.client.write_status(RESOURCE, {**deployment, "status": {**status, "collisionCount": count}})
            return
        message = f'Failed to create new replica set "{name(draft)}": {error.message}'
        if statuses.has_deadline(deployment):
            failed = statuses.progressing("False", "ReplicaSetCreateError", message)
            self.client.write_status(RESOURCE, {**deployment, "status": statuses.with_condition(status, failed, self.client.now())})
        self.events.event(deployment, "Warning", "ReplicaSetCreateError", message)

    # --- Strategies ---

    def _roll(self, rollout: Rollout) -> float | None:
        """Models rolloutRolling: grow the new one if there is room, else shrink the old ones."""
        deployment = rollout.deployment
        new = rollout.new or self._create_new(rollout)
        deployment = rollout.deployment
        desired = deployment["spec"]["replicas"]
        target = desired if size(new) > desired else new_size(deployment, rollout.everyone, new)
        if self._resize(deployment, new, target) is new:
            steps = scale_downs_of_old(deployment, rollout.old, new)
            self._take_steps(rollout, steps)
            if not steps:
                self._clean_up_if_complete(rollout)
        return self._write_rollout(rollout)

    def _recreate(self, rollout: Rollout) -> float | None:
        """Models rolloutRecreate: nothing new before all that is old has gone."""
        deployment = rollout.deployment
        old = active(rollout.old)
        self._take_steps(rollout, [(name(rs), 0) for rs in old])
        if not old and not self._old_pods_run(rollout):
            new = rollout.new or self._create_new(rollout)
            self._resize(rollout.deployment, new, deployment["spec"]["replicas"])
            self._clean_up_if_complete(rollout)
        return self._write_rollout(rollout)

    def _old_pods_run(self, rollout: Rollout) -> bool:
        if total(rollout.old, "status", "replicas") > 0:
            return True
        return any(not is_finished(pod) for rs in rollout.old for pod in self.client.by_owner("pods", uid(rs)))

    # --- Scaling ---

    def _is_scaling(self, rollout: Rollout) -> bool:
        """The user changed the number of replicas: the ReplicaSets remember another. Models isScalingEvent."""
        desired = rollout.deployment["spec"]["replicas"]
        return any(noted_number(rs, DESIRED_REPLICAS) not in (None, desired) for rs in active(rollout.everyone))

    def _scale(self, rollout: Rollout) -> None:
        """Models DeploymentController.sync and scale."""
        deployment, everyone = rollout.deployment, rollout.everyone
        desired = deployment["spec"]["replicas"]
        wanting = active(everyone)
        newest = rollout.new or (rollout.old[-1] if rollout.old else None)
        if len(wanting) <= 1:
            target = wanting[0] if wanting else newest
            if target is not None:
                self._resize(deployment, target, desired)
        elif is_saturated(deployment, rollout.new):
            self._take_steps(rollout, [(name(rs), 0) for rs in active(rollout.old)])
        elif is_rolling(deployment):
            self._take_steps(rollout, proportional_sizes(deployment, wanting), annotate=True)
        if deployment["spec"].get("paused"):
            self._clean_up(rollout)
        self._write_counts(rollout)

    def _take_steps(self, rollout: Rollout, steps: Iterable[tuple[str, int]], *, annotate: bool = False) -> None:
        current = {name(rs): rs for rs in rollout.everyone}
        for target, replicas in steps:
            current[target] = self._resize(rollout.deployment, current[target], replicas, annotate=annotate)

    def _resize(self, deployment: Obj, rs: Obj, replicas: int, *, annotate: bool = False) -> Obj:
        """Scale a ReplicaSet and tell so; gives `rs` itself where nothing changes. Models scaleReplicaSet."""
        before = size(rs)
        noted = replicas_annotations(deployment)
        outdated = annotate and not noted.items() <= annotations_of(rs).items()
        if before == replicas and not outdated:
            return rs
        changed = set_in(rs, ("metadata", "annotations"), {**annotations_of(rs), **noted})
        changed = self.client.update(REPLICA_SETS, set_in(changed, ("spec", "replicas"), replicas), namespace(rs))
        if before != replicas:
            self._tell_scaled(deployment, name(rs), before, replicas)
        return changed

    def _tell_scaled(self, deployment: Obj, rs: str, before: int, after: int) -> None:
        direction = "up" if after > before else "down"
        self.events.event(deployment, "Normal", "ScalingReplicaSet", f"Scaled {direction} replica set {rs} from {before} to {after}")

    # --- Clean-up and status ---

    def _clean_up_if_complete(self, rollout: Rollout) -> None:
        if statuses.is_complete(rollout.deployment, rollout.deployment.get("status") or {}):
            self._clean_up(rollout)

    def _clean_up(self, rollout: Rollout) -> None:
        """Delete the oldest empty ReplicaSets beyond revisionHistoryLimit. Models cleanupDeployment."""
        limit = rollout.deployment["spec"].get("revisionHistoryLimit", MAX_INT32)
        candidates = [rs for rs in rollout.old if not is_deleting(rs)]
        if limit == MAX_INT32:
            return
        for rs in sorted(candidates, key=revision_of)[: max(0, len(candidates) - limit)]:
            status = rs.get("status") or {}
            is_empty = not size(rs) and not status.get("replicas")
            if is_empty and status.get("observedGeneration", 0) >= rs["metadata"].get("generation", 0):
                self.client.delete(REPLICA_SETS, name(rs), namespace(rs))

    def _note_pause(self, deployment: Obj) -> Obj:
        """Models checkPausedConditions: the time paused must not count as lack of progress."""
        current = condition(deployment, statuses.PROGRESSING)
        if not statuses.has_deadline(deployment) or (current and current["reason"] == statuses.TIMED_OUT):
            return deployment
        paused, noted = bool(deployment["spec"].get("paused")), bool(current and current["reason"] == statuses.PAUSED)
        if paused == noted:
            return deployment
        reason, message = (statuses.PAUSED, "Deployment is paused") if paused else (statuses.RESUMED, "Deployment is resumed")
        status = statuses.with_condition(
            deployment.get("status") or {}, statuses.progressing("Unknown", reason, message), self.client.now()
        )
        deployment = {**deployment, "status": status}
        self.client.write_status(RESOURCE, deployment)
        return deployment

    def _write_counts(self, rollout: Rollout) -> None:
        status = statuses.counted(rollout.deployment, rollout.new, rollout.old, self.client.now())
        if status != rollout.deployment.get("status"):
            self.client.write_status(RESOURCE, {**rollout.deployment, "status": status})

    def _write_rollout(self, rollout: Rollout) -> float | None:
        now = self.client.now()
        status = statuses.rollout_status(rollout.deployment, rollout.new, rollout.old, now)
        if status != rollout.deployment.get("status"):
            self.client.write_status(RESOURCE, {**rollout.deployment, "status": status})
            return None
        return statuses.next_check(rollout.deployment, status, now)
