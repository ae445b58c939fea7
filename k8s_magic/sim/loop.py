"""The virtual clock: a heap of timers, a queue of what is due now, and coroutines driven by hand.

Time is an integer number of milliseconds inside, so that no rounding error can accumulate; callers
read and give seconds. Everything that is due at one instant runs in the order in which it was asked for.
"""

from __future__ import annotations

import gc
import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")


CALLS_BETWEEN_COLLECTIONS = 200_000
"""While the loop runs, Python's cyclic collector is called this often and not by itself: a history of objects that all
stay alive would be searched for garbage again and again."""
YOUNG_COLLECTIONS = 9
"""So many of these look only at what is new, before one looks at everything: else each would take longer than the last."""
MANY_NEW = 50_000
"""Where a run leaves so many new objects, they are looked through once and count as old. By itself, the collector would look
through them again on the way there."""


class Cancelled(BaseException):
    """Thrown into a task that is cancelled; like a KeyboardInterrupt it passes `except Exception`."""


class Future(Generic[T]):
    """A value that comes later; a task awaits it, `set` resolves it, `fail` makes the await raise."""

    __slots__ = ("_callbacks", "done", "error", "value")

    def __init__(self) -> None:
        self.done = False
        self.value: T | None = None
        self.error: BaseException | None = None
        self._callbacks: tuple[Callable[[], None], ...] = ()

    def set(self, value: T) -> None:
        """Resolve; a second resolution is ignored, because the first reader won."""
        if not self.done:
            self.done, self.value = True, value
            self._run_callbacks()

    def fail(self, error: BaseException) -> None:
        """Resolve with an error, which the awaiting task sees raised."""
        if not self.done:
            self.done, self.error = True, error
            self._run_callbacks()

    def when_done(self, callback: Callable[[], None]) -> None:
        """Call `callback` on resolution, at once if that has been."""
        if self.done:
            callback()
        else:
            self._callbacks += (callback,)

    def _run_callbacks(self) -> None:
        callbacks, self._callbacks = self._callbacks, ()
        for callback in callbacks:
            callback()

    def result(self) -> T:
        """The value of a resolved future; raises its error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None is a T where T is None

    def __await__(self) -> Generator[Future[Any], None, T]:
        if not self.done:
            yield self
        return self.result()


class Task(Future[T]):
    """A coroutine being driven; itself awaitable, so that another task can join it."""

    __slots__ = ("_coroutine", "_loop", "_waits_for", "name")

    def __init__(self, loop: Loop, coroutine: Coroutine[Any, Any, T], name: str) -> None:
        super().__init__()
        self.name = name
        self._loop = loop
        self._coroutine = coroutine
        self._waits_for: Future[Any] | None = None

    def cancel(self) -> None:
        """Throw `Cancelled` into the coroutine, now; nothing happens to a task that is done."""
        if not self.done:
            self._waits_for = None
            self._drive(self._coroutine.throw, Cancelled())

    def _resume(self, awaited: Future[Any] | None) -> None:
        if self.done or awaited is not self._waits_for:
            return  # Cancelled meanwhile: this wake-up is for a wait that has ended.
        self._drive(self._coroutine.send, None)

    def _drive(self, advance: Callable[[Any], Future[Any]], value: Cancelled | None) -> None:
        try:
            awaited = advance(value)
        except StopIteration as stop:
            self.set(stop.value)
        except Cancelled as cancelled:
            self.fail(cancelled)
        except Exception as error:
            # Where nobody joins the task the error would be lost: our own mistakes crash loudly.
            if not self._callbacks:
                self._loop.crashed(self, error)
            self.fail(error)
        else:
            self._waits_for = awaited
            awaited.when_done(partial(self._loop.call_soon, partial(self._resume, awaited)))


class Timer:
    """A call that is due at an instant; `cancel` takes it back, until it has begun."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None

    def __call__(self) -> None:
        if self.callback is not None:
            self.callback()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Meanwhile Python's cyclic collector runs only when it is called."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > MANY_NEW:
            gc.collect(1)
        gc.enable()


class Loop:
    """The clock and everything that is due on it."""

    def __init__(self, start: float = 0.0) -> None:
        self._now_ms = 0
        self.now = 0.0
        """Seconds since the Unix epoch."""
        self._move_to(round(start * 1000))
        self._serial = 0
        self._calls = self._collections = 0
        self._due: deque[Callable[[], None]] = deque()
        self._timers: list[tuple[int, int, Timer]] = []
        self._stopping = False

    def _move_to(self, now_ms: int) -> None:
        self._now_ms, self.now = now_ms, now_ms / 1000

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Run `callback` at this instant, after what is already due."""
        self._due.append(callback)

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` in `delay_s` seconds, rounded to the millisecond; a positive delay takes at least one."""
        delay_ms = max(1, round(delay_s * 1000)) if delay_s > 0 else 0
        timer = Timer(callback)
        self._serial += 1
        heapq.heappush(self._timers, (self._now_ms + delay_ms, self._serial, timer))
        return timer

    def sleep(self, delay_s: float) -> Future[None]:
        """An awaitable that resolves in `delay_s` seconds of virtual time."""
        future: Future[None] = Future()
        self.call_later(delay_s, partial(future.set, None))
        return future

    def spawn(self, coroutine: Coroutine[Any, Any, T], name: str = "") -> Task[T]:
        """Start to drive `coroutine` at this instant."""
        task = Task(self, coroutine, name)
        self.call_soon(partial(task._resume, None))
        return task

    def crashed(self, task: Task[Any], error: Exception) -> None:
        """A task that nobody joins has failed: let the error out of the loop, to whoever runs it."""
        raise error

    def next_event_at(self) -> float | None:
        """The instant of the next thing to happen, or None if nothing ever will."""
        if self._due:
            return self.now
        self._drop_cancelled()
        return self._timers[0][0] / 1000 if self._timers else None

    def step(self) -> bool:
        """Run the one next thing, moving the clock to it; False if there is none."""
        if not self._due and not self._advance(None):
            return False
        self._calls += 1
        if self._calls > CALLS_BETWEEN_COLLECTIONS:
            self._collect()
        self._due.popleft()()
        return True

    def run_until(self, when: float) -> None:
        """Run all that is due up to and including `when`, and let the clock stand there."""
        end_ms = round(when * 1000)
        due = self._due
        with collector_at_rest():
            while True:
                while due:
                    self._calls += 1
                    due.popleft()()
                if self._calls > CALLS_BETWEEN_COLLECTIONS:
                    self._collect()
                if not self._advance(end_ms):
                    break
        self._move_to(max(self._now_ms, end_ms))

    def _collect(self) -> None:
        self._calls = 0
        self._collections += 1
        gc.collect(1 if self._collections % (YOUNG_COLLECTIONS + 1) else 2)

    def jump(self, when: float) -> None:
        """Set the clock forward without running what lies between: that runs at `when`, late."""
        self._move_to(max(self._now_ms, round(when * 1000)))

    def run_until_done(self, future: Future[T], until: float | None = None) -> bool:
        """Run event by event until `future` is resolved; False if `until` came first or nothing is left to happen."""
        with collector_at_rest():
            while not future.done:
                at = self.next_event_at()
                if at is None or (until is not None and at > until):
                    return False
                self.step()
        return True

    def _drop_cancelled(self) -> None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)

    def stop(self) -> None:
        """Whoever runs the loop gets a KeyboardInterrupt before the clock moves on: between two instants, when all is whole."""
        self._stopping = True

    def check_stop(self) -> None:
        """Raise now what `stop` has asked for, if it has."""
        if self._stopping:
            self._stopping = False
            raise KeyboardInterrupt

    def _advance(self, end_ms: int | None) -> bool:
        """Move the clock to the next timer and make due all that share its instant."""
        if self._stopping:
            self.check_stop()
        self._drop_cancelled()
        if not self._timers or (end_ms is not None and self._timers[0][0] > end_ms):
            return False
        self._move_to(max(self._now_ms, self._timers[0][0]))
        while self._timers and self._timers[0][0] <= self._now_ms:
            timer = heapq.heappop(self._timers)[2]
            if timer.callback is not None:
                self._due.append(timer)
        return True
