"""Waiting for news with a limit: a verb awaits a watch and the clock at once, and goes on with what comes first."""

from __future__ import annotations

from k8s_magic.apiserver.client import Client, Watch, WatchEvent
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.race import Race


async def next_event(client: Client, watch: Watch, seconds: float | None) -> tuple[WatchEvent | None, bool]:
    """(event or None at the end of the watch, whether `seconds` passed first)."""
    if seconds is None:
        return await watch.next(), False
    race = Race()
    race.enter("event", watch.next())
    race.enter("alarm", client.sleep(seconds))
    try:
        first, event = await race
    finally:
        race.leave("event")
        race.leave("alarm")
    return event, first == "alarm"


def check_may_wait(environment: Environment) -> None:
    """A verb that would wait cannot while the clock stands."""
    if not environment.may_wait:
        raise UsageError("this command waits for something to happen, but the cluster's clock is paused; move it with `%cluster tick`")


class Patience:
    """How long an endless verb goes on: until nothing is new for a while, or for a longer while in all."""

    def __init__(self, environment: Environment, timeout_s: float = 0.0) -> None:
        """`timeout_s` is what the user allowed, 0 for ever: it ends the verb without a word."""
        self.environment = environment
        self.quiet = None if timeout_s else environment.quiet_limit_s
        self.timeout_s = timeout_s
        limit = timeout_s or environment.wait_limit_s
        self.end = None if limit is None else environment.client.now() + limit

    def seconds(self) -> float | None:
        """How long to wait for the next event."""
        left = None if self.end is None else max(0.0, self.end - self.environment.client.now())
        if left is None or self.quiet is None:
            return self.quiet if left is None else left
        return min(left, self.quiet)

    def explain(self) -> None:
        """Say on stderr that the verb ends by itself, where the real one would not."""
        if self.timeout_s:
            return
        why = "nothing new" if self.end is None or self.environment.client.now() < self.end else "still going"
        self.environment.err(f"({why} after {self._span()}: a real kubectl would go on until Ctrl+C)\n")

    def _span(self) -> str:
        if self.end is not None and self.environment.client.now() >= self.end:
            return f"{self.environment.wait_limit_s:g} s"
        return f"{self.quiet:g} s"
