"""The container's clock for the shell library, which asks the machine's: $SECONDS, awk's systime(), printf's %(...)T, touch."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from just_bash.commands.awk import awk
from just_bash.commands.printf import printf
from just_bash.commands.touch import touch
from just_bash.interpreter.types import InterpreterState

from k8s_magic.images.context import Context


class Clock:
    """Stands in for the module `time`; whoever runs a command sets `now` before. Local time is UTC, as in containers."""

    def __init__(self, module: Any) -> None:
        self.now: Callable[[], float] = lambda: 0.0
        self.strftime, self.gmtime, self.localtime = module.strftime, module.gmtime, module.gmtime
        self.mktime, self.tzset = module.mktime, lambda: None

    def time(self) -> float:
        return self.now()


CLOCK = Clock(vars(awk)["time"])
for module in (awk, printf, touch):
    vars(module)["time"] = CLOCK


class Since:
    """An instant that the library takes from the machine's time; what is left is the seconds on the container's clock."""

    def __init__(self, now: Callable[[], float], counted: Callable[[], int] = lambda: 0) -> None:
        self._now, self._counted = now, counted
        self._instant = now()

    def again(self, counted: Callable[[], int]) -> Since:
        """From now on, with so many seconds counted already."""
        return Since(self._now, counted)

    def __rsub__(self, machine_time: float) -> float:
        return self._now() - self._instant + self._counted()


class State(InterpreterState):
    """A shell's state whose $SECONDS counts by the container's clock, also after `SECONDS=n`."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "seconds_reset_time" and isinstance(value, float):
            since: Any = self.start_time
            value = since.again(lambda: _number(self.env))
        super().__setattr__(name, value)


def _number(env: MutableMapping[str, str]) -> int:
    """What was last assigned to SECONDS."""
    text = env.get("SECONDS", "0")
    return int(text) if text.lstrip("-").isdigit() else 0


def started(ctx: Context) -> Any:
    """Now, as a shell's `start_time`, which the library takes for a number."""
    return Since(ctx.now)
