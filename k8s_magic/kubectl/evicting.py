"""Taking pods off a node, all at once: by eviction, which a disruption budget may put off, or by plain deletion.

Models kubectl/pkg/drain.Helper. Upstream runs one goroutine a pod; here each pod has the instant of its next step.
"""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import common, drainable, waiting
from k8s_magic.kubectl.common import DryRun
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Aggregate, not_found, quoted
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import meta
from k8s_magic.objects.duration import format_duration
from k8s_magic.objects.meta import Obj

RETRY_S, POLL_S = 5.0, 1.0


@dataclass
class _Leaving:
    """One pod on its way out."""

    pod: Obj
    at: float
    evicted: bool = False


@dataclass
class Evicting:
    """Takes pods away and waits until they are gone."""

    call: Call
    dry: DryRun
    timeout_s: float

    async def run(self, pods: list[Obj]) -> None:
        """Evict the pods (or delete them, with --disable-eviction); failures are raised together."""
        if self.call.flags["disable-eviction"]:
            for pod in pods:
                self._delete(pod)
            if self.dry == "server":
                return
        else:
            # Go runs the goroutine that was made last before the others.
            pods = [*pods[-1:], *pods[:-1]]
        client = self.call.client
        self.end = client.now() + self.timeout_s if self.timeout_s else None
        leaving = [_Leaving({"apiVersion": "v1", "kind": "Pod", **pod}, client.now(), self.call.flags["disable-eviction"]) for pod in pods]
        errors: list[Exception] = []
        while leaving:
            due = min(each.at for each in leaving)
            if due > client.now():
                waiting.check_may_wait(self.call.environment)
                await client.sleep(due - client.now())
            for each in [each for each in leaving if each.at <= client.now()]:
                try:
                    done = self._step(each)
                except UsageError as error:
                    errors.append(error)
                    done = True
                if done:
                    leaving.remove(each)
        if errors:
            raise Aggregate(errors)

    def _step(self, each: _Leaving) -> bool:
        """The next step of one pod; True when it is gone."""
        if each.evicted:
            return self._look(each)
        self.call.out(f"evicting pod {self._name(each)}{' (server dry run)' if self.dry == 'server' else ''}\n")
        if self._is_over():
            raise UsageError(f"error when evicting {self._quoted(each)}: global timeout reached: {format_duration(self.timeout_s)}")
        try:
            self._evict(each.pod)
        except ApiError as error:
            if not_found(error):
                return True
            if error.code != 429:
                raise UsageError(f"error when evicting {self._quoted(each)}: {error}") from None
            self.call.err(f"error when evicting {self._quoted(each)} (will retry after 5s): {error}\n")
            each.at = self.call.client.now() + RETRY_S
            return False
        each.evicted = True
        return self.dry == "server" or self._look(each)

    def _look(self, each: _Leaving) -> bool:
        """Whether the evicted pod is gone; else look again in a second."""
        pod, client = each.pod, self.call.client
        try:
            found = client.get("pods", meta.name(pod), meta.namespace(pod))
        except ApiError as error:
            if not not_found(error):
                raise
            found = None
        if found is None or meta.uid(found) != meta.uid(pod):
            common.object_printer(self.call, "deleted" if self.call.flags["disable-eviction"] else "evicted", self.dry)(pod)
            return True
        if drainable.is_skipped(self.call, found):
            limit = self.call.flags["skip-wait-for-delete-timeout"]
            self.call.out(f"pod {meta.name(pod)} has DeletionTimestamp older than {limit} seconds, skipping\n")
            return True
        if self._is_over():
            why = f"global timeout reached: {format_duration(self.timeout_s)}"
            raise UsageError(
                f"error when waiting for pod {quoted(meta.name(pod))} in namespace {quoted(meta.namespace(pod))} to terminate: {why}"
            )
        each.at = client.now() + POLL_S
        return False

    def _is_over(self) -> bool:
        return self.end is not None and self.call.client.now() >= self.end

    def _options(self) -> DeleteOptions:
        grace = self.call.flags["grace-period"]
        return DeleteOptions(grace_seconds=grace if grace >= 0 else None, dry_run=self.dry == "server")

    def _evict(self, pod: Obj) -> None:
        grace = self.call.flags["grace-period"]
        eviction: Obj = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": meta.name(pod), "namespace": meta.namespace(pod)},
            "deleteOptions": {"gracePeriodSeconds": grace} if grace >= 0 else {},
        }
        options = common.write_options(self.call, self.dry, validate=False)
        self.call.client.create("pods", eviction, meta.namespace(pod), name=meta.name(pod), subresource="eviction", options=options)

    def _delete(self, pod: Obj) -> None:
        try:
            self.call.client.delete("pods", meta.name(pod), meta.namespace(pod), options=self._options())
        except ApiError as error:
            if not not_found(error):
                raise

    def _name(self, each: _Leaving) -> str:
        return f"{meta.namespace(each.pod)}/{meta.name(each.pod)}"

    def _quoted(self, each: _Leaving) -> str:
        return f"pods/{quoted(meta.name(each.pod))} -n {quoted(meta.namespace(each.pod))}"
