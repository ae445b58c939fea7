"""When a verb that waits for one thing gives up: at its --timeout, or where it has none, long after a learner would have."""

from __future__ import annotations

from k8s_magic.kubectl.environment import Environment, UsageError

# A Deployment's progress deadline is ten minutes, as is the limit of endless verbs: `rollout status` must live to tell of it.
_PATIENCE = 2.0


class Deadline:
    """`timeout_s` None: the user set none."""

    def __init__(self, environment: Environment, timeout_s: float | None) -> None:
        self._client = environment.client
        self._limited = timeout_s is not None
        limit = environment.wait_limit_s
        span = timeout_s if timeout_s is not None else None if limit is None else limit * _PATIENCE
        self._span = span
        self._end = None if span is None else self._client.now() + span

    def seconds(self) -> float | None:
        """What is left; None for ever."""
        return None if self._end is None else max(0.0, self._end - self._client.now())

    def error(self) -> UsageError:
        """What to say when it is over."""
        text = "timed out waiting for the condition"
        return UsageError(text if self._limited else f"{text} (after {self._span:g} s: a real kubectl would go on until Ctrl+C)")
