"""Events: what components tell of objects. Repeats are counted, not written again."""

from __future__ import annotations

from typing import Literal

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

EventType = Literal["Normal", "Warning"]
BURST, REFILL_S = 25, 300.0


class Recorder:
    """Writes events of one component. Models client-go tools/record: counting of repeats and the spam filter."""

    def __init__(self, client: LocalClient, component: str, host: str = "") -> None:
        self._client = client
        self._component = component
        self._host = host
        self._seen: dict[tuple[str, ...], Key] = {}
        self._budgets: dict[str, tuple[float, float]] = {}

    def event(self, obj: Obj, kind: EventType, reason: str, message: str, field_path: str = "") -> None:
        """Tell of `obj`; `field_path` names a part of it ("spec.containers{c}")."""
        uid = meta.uid(obj)
        if not self._may_speak(uid):
            return
        identity = (uid, field_path, kind, reason, message)
        known = self._seen.get(identity)
        before = self._client.peek("events", known.name, known.namespace) if known else None
        try:
            if before is not None:
                self._count(before)
            else:
                self._seen[identity] = meta.key(self._create(obj, kind, reason, message, field_path))
        except ApiError as error:
            # A namespace that is going or gone takes no events; upstream drops them likewise.
            if error.reason not in ("Forbidden", "NotFound"):
                raise

    def _may_speak(self, uid: str) -> bool:
        """A token bucket an object, so that one in trouble does not flood the log."""
        now = self._client.now()
        tokens, then = self._budgets.get(uid, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - then) / REFILL_S)
        self._budgets[uid] = (max(0.0, tokens - 1), now) if tokens >= 1 else (tokens, now)
        return tokens >= 1

    def _count(self, before: Obj) -> None:
        now = rfc3339(self._client.now())
        self._client.update("events", {**before, "count": before.get("count", 1) + 1, "lastTimestamp": now}, meta.namespace(before))

    def _create(self, obj: Obj, kind: EventType, reason: str, message: str, field_path: str) -> Obj:
        now = rfc3339(self._client.now())
        involved = {
            "kind": obj["kind"],
            "namespace": meta.namespace(obj),
            "name": meta.name(obj),
            "uid": meta.uid(obj),
            "apiVersion": obj["apiVersion"],
            "resourceVersion": obj["metadata"].get("resourceVersion", ""),
            "fieldPath": field_path,
        }
        source = {"component": self._component, "host": self._host}
        namespace = meta.namespace(obj) or "default"
        # Upstream's suffix is the time in nanoseconds, so that a list is in the order of telling. Ours stands still within
        # a millisecond; the revision, which each write moves, stands in for the rest.
        tag = round(self._client.now() * 1000) * 1_000_000 + self._client.api.store.revision % 1_000_000
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta.name(obj)}.{tag:x}"[:253], "namespace": namespace},
            "involvedObject": {k: v for k, v in involved.items() if v},
            "reason": reason,
            "message": message,
            "source": {k: v for k, v in source.items() if v},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": kind,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": self._host,
        }
        return self._client.create("events", event, namespace)
