"""HorizontalPodAutoscalers: every fifteen seconds, as many replicas as the load asks for.

Loads come from the metrics API (`pods.metrics.k8s.io`), which a cluster serves or does not.
Not modelled: metrics of type Pods, Object and External, which need adapters that nobody installs here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller
from k8s_magic.controllers.hpa_replicas import Change, NoProposal, Proposal, Usage, limit, propose, stabilized
from k8s_magic.objects import quantity, selectors
from k8s_magic.objects.duration import parse_duration
from k8s_magic.objects.meta import Key, Obj, get_in, name, namespace
from k8s_magic.objects.times import parse_time, rfc3339

RESOURCE = "horizontalpodautoscalers.autoscaling"
METRICS = "pods.metrics.k8s.io"
PERIOD_S = 15.0
KEPT_S = 3600.0
ADAPTED = {"Pods": ("pods", "custom"), "Object": ("object", "custom"), "External": ("external", "external")}


class Failure(Exception):
    """A metric that cannot be had: `reason` for condition and event, the text for the event, `summary` for the whole."""

    def __init__(self, reason: str, message: str, summary: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.summary = summary


class Target(NamedTuple):
    """What is scaled: its resource, and its Scale."""

    resource: str
    scale: Obj


class HorizontalPodAutoscaler(Controller):
    """Models pkg/controller/podautoscaler."""

    name = "horizontal-pod-autoscaler"
    kind = RESOURCE
    # Upstream's queue gives a key out fifteen seconds after it was put in, the first time too.
    reaction_s = PERIOD_S

    def __init__(self, client: LocalClient, events: Recorder) -> None:
        super().__init__(client, events)
        self._recommended: dict[Key, list[tuple[float, int]]] = {}
        self._ups: dict[Key, list[Change]] = {}
        self._downs: dict[Key, list[Change]] = {}

    def reconcile(self, key: Key) -> float | None:
        hpa = self.client.peek(RESOURCE, key.name, key.namespace)
        if hpa is None:
            for memory in (self._recommended, self._ups, self._downs):
                memory.pop(key, None)
            return None
        status = dict(hpa.get("status") or {})
        target = self._target(hpa, status)
        if target is not None:
            self._autoscale(key, hpa, status, target)
        if status != hpa.get("status"):
            self.client.write_status(RESOURCE, {**hpa, "status": status})
        return PERIOD_S

    def _condition(self, status: Obj, kind: str, value: bool, reason: str, message: str) -> None:
        """Set a condition in place in its list, or at the end. Models setConditionInList."""
        new = {"type": kind, "status": str(value), "reason": reason, "message": message}
        before = status.get("conditions") or []
        old = next((c for c in before if c["type"] == kind), None)
        changed = old is None or old["status"] != new["status"]
        new["lastTransitionTime"] = rfc3339(self.client.now()) if old is None or changed else old["lastTransitionTime"]
        status["conditions"] = [*before, new] if old is None else [new if c is old else c for c in before]

    def _target(self, hpa: Obj, status: Obj) -> Target | None:
        reference = hpa["spec"]["scaleTargetRef"]
        group = reference.get("apiVersion", "").rpartition("/")[0]
        kind = self.client.api.by_group_kind(group, reference["kind"])
        try:
            if kind is None:
                raise ApiError(404, "NotFound", f'no matches for kind "{reference["kind"]}" in group "{group}"')
            scale = self.client.get(kind.resource, reference["name"], namespace(hpa), subresource="scale")
        except ApiError as error:
            self.events.event(hpa, "Warning", "FailedGetScale", error.message)
            message = f"the HPA controller was unable to get the target's current scale: {error.message}"
            self._condition(status, "AbleToScale", False, "FailedGetScale", message)
            return None
        message = "the HPA controller was able to get the target's current scale"
        self._condition(status, "AbleToScale", True, "SucceededGetScale", message)
        return Target(kind.resource, scale)

    def _autoscale(self, key: Key, hpa: Obj, status: Obj, target: Target) -> None:
        """Models reconcileAutoscaler."""
        spec, current = hpa["spec"], int(get_in(target.scale, "spec", "replicas", default=0))
        if current == 0:
            message = "scaling is disabled since the replica count of the target is zero"
            self._condition(status, "ScalingActive", False, "ScalingDisabled", message)
            status.update(currentReplicas=0, desiredReplicas=0)
            return
        reason, metrics = "", None
        if current > spec["maxReplicas"]:
            desired, reason = spec["maxReplicas"], "Current number of replicas above Spec.MaxReplicas"
        elif current < spec.get("minReplicas", 1):
            desired, reason = spec.get("minReplicas", 1), "Current number of replicas below Spec.MinReplicas"
        else:
            computed = self._compute(hpa, status, target, current)
            if computed is None:
                _set_counts(status, current)
                return
            proposed, metric, metrics = computed
            reason = f"{metric} above target" if proposed > current else "All metrics below target"
            desired = self._normalized(key, spec, status, current, proposed)
        if desired != current:
            self._rescale(key, hpa, status, target, desired, reason)
        status.update(desiredReplicas=desired, currentMetrics=metrics)
        _set_counts(status, current)

    def _normalized(self, key: Key, spec: Obj, status: Obj, current: int, proposed: int) -> int:
        now = self.client.now()
        recommended = [entry for entry in self._recommended.get(key, [(now, current)]) if entry[0] > now - KEPT_S]
        self._recommended[key] = [*recommended, (now, proposed)]
        steady = stabilized(spec, current, proposed, recommended, now)
        if steady == proposed:
            self._condition(status, "AbleToScale", True, "ReadyForNewScale", "recommended size matches current size")
        else:
            way, lower, lowest = ("Up", "lower", "lowest") if steady < proposed else ("Down", "higher", "highest")
            message = f"recent recommendations were {lower} than current one, applying the {lowest} recent recommendation"
            self._condition(status, "AbleToScale", True, f"Scale{way}Stabilized", message)
        bounded = limit(spec, current, steady, self._ups.get(key, ()), self._downs.get(key, ()), now)
        self._condition(status, "ScalingLimited", bounded.replicas != steady, bounded.reason, bounded.message)
        return bounded.replicas

    def _rescale(self, key: Key, hpa: Obj, status: Obj, target: Target, desired: int, reason: str) -> None:
        current = int(get_in(target.scale, "spec", "replicas", default=0))
        scale = {**target.scale, "spec": {**target.scale.get("spec", {}), "replicas": desired}}
        try:
            self.client.update(target.resource, scale, namespace(hpa), subresource="scale")
        except ApiError as error:
            message = f"New size: {desired}; reason: {reason}; error: {error.message}"
            self.events.event(hpa, "Warning", "FailedRescale", message)
            message = f"the HPA controller was unable to update the target scale: {error.message}"
            self._condition(status, "AbleToScale", False, "FailedUpdateScale", message)
            return
        message = f"the HPA controller was able to update the target scale to {desired}"
        self._condition(status, "AbleToScale", True, "SucceededRescale", message)
        self.events.event(hpa, "Normal", "SuccessfulRescale", f"New size: {desired}; reason: {reason}")
        now = self.client.now()
        memory = self._ups if desired > current else self._downs
        memory[key] = [*(c for c in memory.get(key, ()) if c.at > now - KEPT_S), Change(now, abs(desired - current))]
        status["lastScaleTime"] = rfc3339(now)

    # --- Metrics ---

    def _compute(self, hpa: Obj, status: Obj, target: Target, current: int) -> tuple[int, str, list[Obj]] | None:
        """(replicas, the metric that asks for them, statuses); None where no metric can be had. Models computeReplicasForMetrics."""
        best: tuple[int, str] | None = None
        statuses: list[Obj] = []
        failures: list[Failure] = []
        specs: Sequence[Obj] = hpa["spec"].get("metrics") or ()
        for spec in specs:
            try:
                proposal, metric = self._propose(hpa, spec, target, current)
            except Failure as failure:
                failures.append(failure)
                statuses.append({"type": ""})
                self.events.event(hpa, "Warning", failure.reason, str(failure))
                continue
            statuses.append(_metric_status(spec, proposal))
            if best is None or proposal.replicas > best[0]:
                best = (proposal.replicas, metric)
        if best is None or (failures and best[0] < current):
            message = f"the HPA was unable to compute the replica count: {failures[0]}"
            self._condition(status, "ScalingActive", False, failures[0].reason, message)
            status["currentMetrics"] = statuses
            counted = f"invalid metrics ({len(failures)} invalid out of {len(specs)}), first error is: {failures[0].summary}"
            self.events.event(hpa, "Warning", "FailedComputeMetricsReplicas", counted)
            return None
        message = f"the HPA was able to successfully calculate a replica count from {best[1]}"
        self._condition(status, "ScalingActive", True, "ValidMetricFound", message)
        return (*best, statuses)

    def _propose(self, hpa: Obj, spec: Obj, target: Target, current: int) -> tuple[Proposal, str]:
        kind = spec["type"]
        if kind in ADAPTED:
            source, api = ADAPTED[kind]
            metric = get_in(spec, source, "metric", "name", default="")
            missing = f"unable to fetch metrics from {api} metrics API: the server could not find the requested resource"
            message = f"unable to get metric {metric}: {missing} (get {api}.metrics.k8s.io)"
            raise Failure(f"FailedGet{kind}Metric", message, f"failed to get {source} metric value: {message}")
        source = spec["resource"] if kind == "Resource" else spec["containerResource"]
        resource, container = source["name"], source.get("container", "")
        measure = "utilization" if source["target"].get("averageUtilization") is not None else "usage"
        try:
            usages = self._usages(hpa, target, resource, container)
            pods = self._pods(hpa, target)
            proposal = propose(pods, usages, resource, container, source["target"], current, self.client.now())
        except NoProposal as problem:
            message = f"failed to get {resource} {measure}: {problem}"
            of = f"{resource} resource" if kind == "Resource" else f"{container} container"
            raise Failure(f"FailedGet{kind}Metric", message, f"failed to get {of} metric value: {message}") from problem
        of = "resource" if kind == "Resource" else "container resource"
        suffix = " utilization (percentage of request)" if measure == "utilization" else ""
        return proposal, f"{resource} {of}{suffix}"

    def _pods(self, hpa: Obj, target: Target) -> list[Obj]:
        selector = selectors.parse(get_in(target.scale, "status", "selector", default=""))
        return self.client.by_label("pods", namespace(hpa), selector)

    def _usages(self, hpa: Obj, target: Target, resource: str, container: str) -> dict[str, Usage]:
        """What each pod uses, by name. Raises NoProposal where the metrics API cannot be asked."""
        selector = get_in(target.scale, "status", "selector", default="")
        try:
            measured = self.client.list(METRICS, namespace(hpa), labels=selector)["items"]
        except ApiError as error:
            where = f"unable to fetch metrics from resource metrics API: {error.message}"
            raise NoProposal(f"unable to get metrics for resource {resource}: {where}") from error
        usages: dict[str, Usage] = {}
        for pod in measured:
            amounts = [c["usage"].get(resource) for c in pod["containers"] if container in ("", c["name"])]
            if amounts and all(amount is not None for amount in amounts):
                total = sum(quantity.milli(amount) for amount in amounts)
                usages[name(pod)] = Usage(total, parse_time(pod["timestamp"]), parse_duration(pod.get("window", "0s")))
        if not usages:
            raise NoProposal(f"unable to get metrics for resource {resource}: no metrics returned from resource metrics API")
        return usages


def _set_counts(status: Obj, current: int) -> None:
    status["currentReplicas"] = current
    status.setdefault("desiredReplicas", 0)
    if not current:
        del status["currentReplicas"]


def _metric_status(spec: Obj, proposal: Proposal) -> Obj:
    kind = "resource" if spec["type"] == "Resource" else "containerResource"
    resource = spec[kind]["name"]
    amount = quantity.from_milli(proposal.average_value, quantity.DECIMAL_SI if resource == "cpu" else quantity.BINARY_SI)
    current: Obj = {"averageValue": amount}
    if proposal.utilization is not None:
        current["averageUtilization"] = proposal.utilization
    named = {k: spec[kind][k] for k in ("name", "container") if k in spec[kind]}
    return {"type": spec["type"], kind: {**named, "current": current}}
