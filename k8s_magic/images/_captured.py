"""A program's context within a pipeline or `$(...)`: what it prints is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from k8s_magic.images.context import Context


class Captured:
    """A context whose output goes into `out` and `err`; all else is the container's."""

    def __init__(self, ctx: Context, stdin: bytes, env: dict[str, str]) -> None:
        self._ctx = ctx
        self.out: list[str] = []
        self.err: list[str] = []
        self.stdin = stdin
        self.env = env
        self.stdout: Callable[[str], None] = self.out.append
        self.stderr: Callable[[str], None] = self.err.append

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    async def read_stdin(self) -> bytes:
        """What the pipe brought; without a pipe, the container's standard input."""
        if not self.stdin:
            return await self._ctx.read_stdin()
        data, self.stdin = self.stdin, b""
        return data

    def context(self) -> Context:
        """Itself, by the name of what it stands for."""
        return cast(Context, self)
