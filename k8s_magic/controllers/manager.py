"""The controller manager: it watches for all control loops, queues keys and runs them one at a time.

Each resource is subscribed to once, however many controllers care for it. A key that is queued again before it runs
is not queued twice; what queued it meanwhile is remembered as the causes of what its reconcile writes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial

from k8s_magic import controllers
from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.controllers.controller import Controller, Mapper, Retry
from k8s_magic.controllers.ownership import is_news_of_orphan
from k8s_magic.objects.meta import Key, Obj, controller_of, key, labels, namespace, revision
from k8s_magic.sim.loop import Timer

REASONS_TO_RETRY = ("AlreadyExists", "Conflict", "Forbidden", "NotFound")


class Worker:
    """The queue of one controller. Models client-go's rate-limited workqueue, without its threads."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self._loop = controller.client.loop
        self._waiting: dict[Key, list[int]] = {}
        self._due: dict[Key, float] = {}
        self._again: dict[Key, Timer] = {}
        self._failures: dict[Key, int] = {}

    def queue(self, key: Key, cause: int, delay: float | None = None) -> None:
        """Let `key` run soon; `cause` is the revision that asks for it, 0 for none."""
        causes = self._waiting.setdefault(key, [])
        if cause:
            causes.append(cause)
        delay = self.controller.reaction_s if delay is None else delay
        due = self._loop.now + delay
        if due < self._due.get(key, math.inf):
            self._due[key] = due
            self._loop.call_later(delay, partial(self._run, key))

    def _run(self, key: Key) -> None:
        if key not in self._waiting:
            return  # It was queued anew for an earlier time, and has run.
        self.controller.client.causes = tuple(self._waiting.pop(key))
        self._due.pop(key, None)
        timer = self._again.pop(key, None)
        if timer is not None:
            timer.cancel()
        delay = self._reconcile(key)
        self.controller.client.causes = ()
        if delay is not None:
            self._again[key] = self._loop.call_later(delay, partial(self._look_again, key))

    def _reconcile(self, key: Key) -> float | None:
        try:
            delay = self.controller.reconcile(key)
        except ApiError as refused:
            if refused.reason not in REASONS_TO_RETRY:
                raise
        except Retry:
            pass
        else:
            self._failures.pop(key, None)
            return delay
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        first, longest = self.controller.retry_s
        return min(first * 2.0 ** (failures - 1), longest)

    def _look_again(self, key: Key) -> None:
        self._again.pop(key, None)
        self.queue(key, 0, delay=0)


class Manager:
    """All controllers of the folder, or those given, at work. `client_for` gives each its own client, by name."""

    def __init__(self, client_for: Callable[[str], LocalClient], classes: Iterable[type[Controller]] | None = None) -> None:
        self._client_for = client_for
        self._client = client_for("controller-manager")
        self._workers: list[Worker] = []
        self._subscribed: set[str] = set()
        self._classes = tuple(controllers.registry() if classes is None else classes)
        self._listeners: dict[str, list[tuple[Worker, Mapper]]] = {}
        self._owners: dict[str, dict[str, Worker]] = {}
        self._subjects: dict[str, list[Worker]] = {}
        self._adopters: dict[str, list[Worker]] = {}
        self.controllers: dict[str, Controller] = {}

    def start(self) -> None:
        """Subscribe to what the controllers watch, and queue what there is already."""
        for kind in self._classes:
            self._add(kind)
        resources = sorted({*self._listeners, *self._owners, *self._subjects, *self._adopters})
        for resource in resources:
            self._subscribe(resource)
        for resource in resources:
            for obj in self._client.items(resource):
                self._observe(resource, WatchEvent("ADDED", obj), None)
        self._client.api.kind_listeners.append(self._take_in_new_kinds)

    def _subscribe(self, resource: str) -> None:
        self._subscribed.add(resource)
        self._client.subscribe(resource, partial(self._observe, resource))

    def _take_in_new_kinds(self) -> None:
        """A kind that a user defined is served: who watches everything watches its resource too."""
        for worker in self._workers:
            for resource, mapper in worker.controller.watches().items():
                if resource not in self._subscribed and resource in self._client.api.kinds:
                    self._listeners.setdefault(resource, []).append((worker, mapper))
        for resource in sorted(self._listeners.keys() - self._subscribed):
            self._subscribe(resource)

    def _add(self, kind: type[Controller]) -> None:
        client = self._client_for(kind.name)
        known = client.api.kinds
        if kind.kind and kind.kind not in known:
            return  # A kind that this build does not serve needs no controller.
        controller = kind(client, Recorder(client, kind.component or kind.name))
        worker = Worker(controller)
        self.controllers[kind.name] = controller
        self._workers.append(worker)
        if kind.kind:
            self._subjects.setdefault(kind.kind, []).append(worker)
        for resource in kind.owns:
            if resource in known:
                self._owners.setdefault(resource, {})[known[kind.kind].kind] = worker
        for resource in kind.adopts:
            self._adopters.setdefault(resource, []).append(worker)
        for resource, mapper in controller.watches().items():
            if resource in known:
                self._listeners.setdefault(resource, []).append((worker, mapper))

    def _observe(self, resource: str, event: WatchEvent, old: Obj | None) -> None:
        obj, cause = event.object, revision(event.object)
        for worker in self._subjects.get(resource, ()):
            self._tell_subject(worker, event, old, cause)
        for worker, mapper in self._listeners.get(resource, ()):
            for concerned in mapper(event, old):
                worker.queue(concerned, cause)
        owners = self._owners.get(resource)
        if owners:
            self._tell_owners(owners, obj, old, cause)
        if resource in self._adopters and event.type != "DELETED" and is_news_of_orphan(obj, old):
            self._tell_adopters(self._adopters[resource], obj, cause)

    @staticmethod
    def _tell_adopters(adopters: list[Worker], orphan: Obj, cause: int) -> None:
        for worker in adopters:
            controller = worker.controller
            for owner in controller.client.items(controller.kind, namespace(orphan)):
                selector = controller.selector(owner)
                if not selector.empty and selector.matches(labels(orphan)):
                    controller.may_adopt(key(owner))
                    worker.queue(key(owner), cause)

    @staticmethod
    def _tell_subject(worker: Worker, event: WatchEvent, old: Obj | None, cause: int) -> None:
        is_same = old is not None and old["metadata"].get("generation") == event.object["metadata"].get("generation")
        if event.type == "MODIFIED" and is_same:
            worker.queue(key(event.object), cause, worker.controller.status_reaction_s)
        else:
            worker.queue(key(event.object), cause)

    @staticmethod
    def _tell_owners(owners: dict[str, Worker], obj: Obj, old: Obj | None, cause: int) -> None:
        now = controller_of(obj)
        before = controller_of(old) if old is not None and old["metadata"] is not obj["metadata"] else now
        for reference in (now,) if before == now else (before, now):
            worker = owners.get(reference["kind"]) if reference else None
            if worker is not None and reference is not None:
                worker.queue(Key(namespace(obj), reference["name"]), cause, worker.controller.owned_reaction_s)
