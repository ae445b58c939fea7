"""The scheduling queue: who is next, who waits, who is woken."""

from __future__ import annotations

import pytest

from k8s_magic.objects.meta import Obj
from k8s_magic.scheduler.events import NODE_ADD, NODE_LABEL, SELF_GATES, ClusterEvent
from k8s_magic.scheduler.podinfo import PodInfo
from k8s_magic.scheduler.queue import SchedulingQueue
from tests.scheduler.makers import make_pod


class Clock:
    now = 100.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> SchedulingQueue:
    """A queue in which a new node helps everybody, and a new label those whom NodeAffinity rejected."""
    helps = {NODE_ADD: ("NodeResourcesFit", "NodeAffinity"), NODE_LABEL: ("NodeAffinity",)}
    return SchedulingQueue(lambda: clock.now, lambda plugin, pod, event: plugin in helps.get(event.label, ()))


def add(queue: SchedulingQueue, *pods: Obj) -> None:
    for pod in pods:
        queue.add(PodInfo(pod), (7,))


def names(queue: SchedulingQueue) -> list[str]:
    found = []
    while (pod := queue.pop()) is not None:
        found.append(pod.info.name)
    return found


def event(label: str, *causes: int) -> ClusterEvent:
    return ClusterEvent(label, None, None, causes)


def test_the_higher_priority_goes_first_and_then_who_came_first(queue: SchedulingQueue, clock: Clock) -> None:
    add(queue, make_pod("old"), make_pod("older-but-equal-instant"))
    clock.now += 1
    add(queue, make_pod("new"), make_pod("vip", priority=1000))
    assert names(queue) == ["vip", "old", "older-but-equal-instant", "new"]


def test_only_an_event_that_helps_the_rejecting_plugin_wakes_a_pod(queue: SchedulingQueue) -> None:
    add(queue, make_pod("big"), make_pod("picky"))
    for plugin in ("NodeResourcesFit", "NodeAffinity"):
        pod = queue.pop()
        assert pod is not None
        queue.put_back(pod, {plugin})
    assert names(queue) == []
    queue.move(event(NODE_LABEL, 42))
    woken = queue.pop()
    assert woken is not None and (woken.info.name, woken.causes) == ("picky", (42,))
    assert names(queue) == []


def test_back_off_doubles_to_ten_seconds_and_orders_pods_that_were_woken(queue: SchedulingQueue, clock: Clock) -> None:
    add(queue, make_pod("often"), make_pod("once"))
    often, once = queue.pop(), queue.pop()
    assert often is not None and once is not None
    waits = []
    for _ in range(6):
        queue.put_back(often, {"NodeResourcesFit"})
        waits.append(often.backoff_until - clock.now)
        queue.move(event(NODE_ADD))
        assert queue.pop() is often
    assert waits == [1, 2, 4, 8, 10, 10]
    queue.put_back(often, {"NodeResourcesFit"})
    queue.put_back(once, {"NodeResourcesFit"})
    queue.move(event(NODE_ADD))
    add(queue, make_pod("fresh"))
    assert names(queue) == ["fresh", "once", "often"]


def test_after_an_error_a_pod_waits_out_its_back_off(queue: SchedulingQueue, clock: Clock) -> None:
    add(queue, make_pod("unlucky"))
    pod = queue.pop()
    assert pod is not None
    queue.put_back(pod, set())
    assert (names(queue), queue.next_due_at()) == ([], clock.now + 1)
    clock.now += 1
    assert names(queue) == ["unlucky"]


def test_a_gated_pod_is_not_due_until_its_last_gate_is_gone(queue: SchedulingQueue) -> None:
    add(queue, make_pod("gated", schedulingGates=[{"name": "example.com/wait"}]))
    queue.move(event(NODE_ADD))
    assert (names(queue), queue.next_due_at()) == ([], None)
    free = make_pod("gated")
    queue.update(PodInfo(free), [ClusterEvent(SELF_GATES, None, free, (9,))])
    assert names(queue) == ["gated"]


def test_after_five_minutes_a_pod_is_tried_again_though_nothing_happened(queue: SchedulingQueue, clock: Clock) -> None:
    add(queue, make_pod("patient"))
    pod = queue.pop()
    assert pod is not None
    queue.put_back(pod, {"NodeResourcesFit"})
    due = queue.next_due_at()
    assert due == clock.now + 300
    clock.now = due
    queue.flush()
    assert names(queue) == ["patient"]
