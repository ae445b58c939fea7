"""Waiting with an end, for programs that ask each other over the network."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from k8s_magic.images.context import Connection, ConnectionRefused, Context
from k8s_magic.sim.loop import Future

T = TypeVar("T")


class TooLate(Exception):
    """The other side did not answer in time."""


async def within(ctx: Context, seconds: float, awaitable: Awaitable[T]) -> T:
    """What `awaitable` gives; `TooLate` where that takes longer. What a connection's failure raises comes through."""
    first: Future[bool] = Future()
    found: list[T] = []
    failed: list[ConnectionRefused] = []

    async def wait() -> None:
        try:
            found.append(await awaitable)
        except ConnectionRefused as error:
            failed.append(error)
        first.set(True)

    async def limit() -> None:
        await ctx.sleep(seconds)
        first.set(False)

    ctx.spawn(wait())
    ctx.spawn(limit())
    if not await first:
        raise TooLate
    if failed:
        raise failed[0]
    return found[0]


class Lines:
    """A connection read line by line, or by a number of bytes."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.buffer = b""

    async def line(self) -> bytes | None:
        """The next line without its end; None at the end of the stream."""
        while b"\n" not in self.buffer:
            data = await self.connection.read()
            if not data:
                return None
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    async def exactly(self, count: int) -> bytes | None:
        while len(self.buffer) < count:
            data = await self.connection.read()
            if not data:
                return None
            self.buffer += data
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found
