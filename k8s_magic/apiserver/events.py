"""Events: what components tell of objects. Repeats are counted, similar ones combined, floods dropped."""

from __future__ import annotations

from typing import Literal, NamedTuple

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339, rfc3339_micro

EventType = Literal["Normal", "Warning"]
BURST, REFILL_S = 25, 300.0
ACTIONS = {"Scheduled": "Binding", "FailedScheduling": "Scheduling", "Preempted": "Preempting"}
SIMILAR_LIMIT, SIMILAR_WITHIN_S = 10, 600.0


class _Similar(NamedTuple):
    """Events alike but for their messages."""

    since: float
    messages: tuple[str, ...]


class Recorder:
    """Writes events of one component. Models client-go tools/record: counting, combining and the spam filter."""

    def __init__(self, client: LocalClient, component: str, host: str = "") -> None:
        self._client = client
        self._component = component
        self._host = host
        self._source = {k: v for k, v in (("component", component), ("host", host)) if v}
        self._seen: dict[tuple[str, ...], Key] = {}
        self._similar: dict[tuple[str, ...], _Similar] = {}
        self._budgets: dict[str, tuple[float, float]] = {}

    def event(self, obj: Obj, kind: EventType, reason: str, message: str, field_path: str = "") -> None:
        """Tell of `obj`; `field_path` names a part of it ("spec.containers{c}")."""
        uid = meta.uid(obj)
        if not self._may_speak(uid):
            return
        group = (uid, field_path, kind, reason)
        combined = self._combines(group, message)
        identity = self._identity(obj, group, message, combined)
        message = f"(combined from similar events): {message}" if combined else message
        known = self._seen.get(identity)
        before = self._client.peek("events", known.name, known.namespace) if known else None
        try:
            if before is not None:
                self._repeat(before, message)
            else:
                self._seen[identity] = meta.key(self._create(obj, kind, reason, message, field_path))
        except ApiError as error:
            # A namespace that is going or gone takes no events; upstream drops them likewise.
            if error.reason not in ("Forbidden", "NotFound"):
                raise

    def _identity(self, obj: Obj, group: tuple[str, ...], message: str, combined: bool) -> tuple[str, ...]:
        """What two events have in common of which the second only counts."""
        return group if combined else (*group, message)

    def _may_speak(self, uid: str) -> bool:
        """A token bucket an object, so that one in trouble does not flood the log."""
        now = self._client.now()
        tokens, then = self._budgets.get(uid, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - then) / REFILL_S)
        self._budgets[uid] = (max(0.0, tokens - 1), now) if tokens >= 1 else (tokens, now)
        return tokens >= 1

    def _combines(self, group: tuple[str, ...], message: str) -> bool:
        """Whether this is one of too many alike. Models EventAggregator.EventAggregate."""
        now = self._client.now()
        similar = self._similar.get(group)
        known = similar.messages if similar is not None and now - similar.since <= SIMILAR_WITHIN_S else ()
        combines = message not in known and len(known) + 1 >= SIMILAR_LIMIT
        if not combines and message not in known:
            known = (*known, message)
        # Upstream forgets any one message when there are too many; those told before are the likelier to come again.
        self._similar[group] = _Similar(now, known)
        return combines

    def _repeat(self, before: Obj, message: str) -> None:
        now = rfc3339(self._client.now())
        again = {**before, "count": before.get("count", 1) + 1, "lastTimestamp": now, "message": message}
        self._client.update("events", again, meta.namespace(before))

    def _create(self, obj: Obj, kind: EventType, reason: str, message: str, field_path: str) -> Obj:
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": self._name(obj), "namespace": meta.namespace(obj) or "default"},
            "involvedObject": _reference(obj, field_path),
            "reason": reason,
            "message": message,
            "type": kind,
            **self._origin(reason),
        }
        return self._client.create("events", event, event["metadata"]["namespace"])

    def _origin(self, reason: str) -> Obj:
        """Who tells it, and when."""
        now = rfc3339(self._client.now())
        return {
            "source": self._source,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "eventTime": None,
            "reportingComponent": self._component,
            "reportingInstance": self._host,
        }

    def _name(self, obj: Obj) -> str:
        """With the time in nanoseconds upstream, so that a list is in the order of telling.

        Ours stands still within a millisecond; the revision, which each write moves, stands in for the rest.
        """
        tag = round(self._client.now() * 1000) * 1_000_000 + self._client.api.store.revision % 1_000_000
        return f"{meta.name(obj)}.{tag:x}"[:253]


class ModernRecorder(Recorder):
    """Writes events as events.k8s.io has them: with an action, and a series for repeats. Models client-go tools/events."""

    def _combines(self, group: tuple[str, ...], message: str) -> bool:
        return False

    def _identity(self, obj: Obj, group: tuple[str, ...], message: str, combined: bool) -> tuple[str, ...]:
        """Whatever the note says; but the state of the object counts. Models client-go tools/events getKey."""
        return (*group, obj["metadata"].get("resourceVersion", ""))

    def _repeat(self, before: Obj, message: str) -> None:
        count = (before.get("series") or {}).get("count", 1) + 1
        series = {"count": count, "lastObservedTime": rfc3339_micro(self._client.now())}
        self._client.update("events", {**before, "series": series}, meta.namespace(before))

    def _origin(self, reason: str) -> Obj:
        return {
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "eventTime": rfc3339_micro(self._client.now()),
            "action": ACTIONS.get(reason, reason),
            "reportingComponent": self._component,
            "reportingInstance": self._host or self._component,
        }


def _reference(obj: Obj, field_path: str) -> Obj:
    reference = {
        "kind": obj["kind"],
        "namespace": meta.namespace(obj),
        "name": meta.name(obj),
        "uid": meta.uid(obj),
        "apiVersion": obj["apiVersion"],
        "resourceVersion": obj["metadata"].get("resourceVersion", ""),
        "fieldPath": field_path,
    }
    return {k: v for k, v in reference.items() if v}
