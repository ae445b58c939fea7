"""What one container takes of its node: what its programs say that they take, and what is laid on it from outside."""

from __future__ import annotations

DEFAULT_MEMORY = 5 * 1024 * 1024
"""What a program holds that does not say."""


class Usage:
    """CPU in cores, memory in bytes; by program, because a command that is run beside the first one takes its own."""

    def __init__(self) -> None:
        self.load = 0.0
        """Cores that requests from outside keep busy."""
        self.leak = 0.0
        """Bytes a second that the program loses."""
        self._cpu: dict[object, float] = {}
        self._memory: dict[object, int] = {}
        self._leaked = 0.0

    @property
    def cpu(self) -> float:
        """What it would use if nobody held it back."""
        return self.load + sum(self._cpu.values())

    @property
    def memory(self) -> int:
        return sum(self._memory.values()) + int(self._leaked)

    def say(self, program: object, cpu: float | None, memory: int | None) -> None:
        """A program tells what it takes from now on; None leaves it as it was."""
        if cpu is not None:
            self._cpu[program] = cpu
        if memory is not None:
            self._memory[program] = memory

    def lose(self, seconds: float) -> None:
        """Let the leak go on for so long."""
        self._leaked += self.leak * seconds

    def forget(self, program: object) -> None:
        """A program has ended."""
        self._cpu.pop(program, None)
        self._memory.pop(program, None)

    def clear(self) -> None:
        """The container has ended; what causes leak and load is still there for the next run."""
        self._cpu.clear()
        self._memory.clear()
        self._leaked = 0.0
