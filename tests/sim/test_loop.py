"""The virtual clock: order, cancellation, and errors that must not be lost."""

from __future__ import annotations

import pytest

from k8s_magic.sim.loop import Cancelled, Future, Loop


def test_what_is_due_at_one_instant_runs_in_the_order_it_was_asked_for() -> None:
    loop, seen = Loop(), list[str]()
    for name in ("first", "second", "third"):
        loop.call_later(1.5, lambda name=name: seen.append(name))
    loop.run_until(1.499)
    assert seen == []
    loop.run_until(1.5)
    assert seen == ["first", "second", "third"]
    assert loop.now == 1.5


def test_tenths_of_seconds_add_up_exactly() -> None:
    loop, ticks = Loop(1_767_603_600.0), list[float]()

    async def ticker() -> None:
        for _ in range(100):
            await loop.sleep(0.1)
            ticks.append(loop.now)

    loop.spawn(ticker())
    loop.run_until(1_767_603_610.0)
    assert len(ticks) == 100
    assert ticks[-1] == 1_767_603_610.0


def test_a_positive_delay_always_moves_the_clock() -> None:
    loop = Loop()
    loop.call_later(1e-9, lambda: None)
    loop.step()
    assert loop.now == 0.001


def test_a_cancelled_timer_neither_runs_nor_holds_the_clock() -> None:
    loop, seen = Loop(), list[int]()
    loop.call_later(1, lambda: seen.append(1)).cancel()
    assert loop.next_event_at() is None
    loop.run_until(2)
    assert seen == []


def test_a_timer_can_be_cancelled_by_what_runs_before_it_at_the_same_instant() -> None:
    loop, seen = Loop(), list[int]()
    loop.call_later(1, lambda: second.cancel())
    second = loop.call_later(1, lambda: seen.append(2))
    loop.run_until(2)
    assert seen == []


def test_tasks_can_be_joined_and_give_their_value() -> None:
    loop = Loop()

    async def child() -> int:
        await loop.sleep(2)
        return 7

    async def parent() -> int:
        return await loop.spawn(child()) + 1

    task = loop.spawn(parent())
    assert loop.run_until_done(task)
    assert task.result() == 8
    assert loop.now == 2


def test_cancel_runs_what_stands_in_finally_and_ignores_the_wake_up_that_comes_late() -> None:
    loop, seen = Loop(), list[str]()

    async def sleeper() -> None:
        try:
            await loop.sleep(5)
            seen.append("woke")
        finally:
            seen.append("finally")

    task = loop.spawn(sleeper())
    loop.run_until(1)
    task.cancel()
    loop.run_until(10)
    assert seen == ["finally"]
    with pytest.raises(Cancelled):
        task.result()


def test_an_error_that_nobody_joins_gets_out_of_the_loop() -> None:
    loop = Loop()

    async def broken() -> None:
        await loop.sleep(1)
        raise ValueError("our own mistake")

    loop.spawn(broken())
    with pytest.raises(ValueError, match="our own mistake"):
        loop.run_until(2)


def test_run_until_done_gives_up_at_its_limit_and_when_nothing_is_left() -> None:
    loop = Loop()
    never: Future[None] = Future()
    assert not loop.run_until_done(never)
    loop.call_later(100, lambda: never.set(None))
    assert not loop.run_until_done(never, until=50)
    assert loop.run_until_done(never, until=100)
