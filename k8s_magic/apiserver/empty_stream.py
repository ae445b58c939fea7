"""The log of a pod that no node has: nothing, and its end."""

from __future__ import annotations


class EmptyStream:
    """Implements `Stream`."""

    async def read(self) -> tuple[int, bytes] | None:
        return None

    def write(self, data: bytes) -> None:
        """Nobody hears."""

    def close_stdin(self) -> None:
        """Nobody hears."""

    def close(self) -> None:
        """It has ended."""


async def empty() -> EmptyStream:
    """One that is open already."""
    return EmptyStream()
