"""hpa-example, the PHP page of the documentation's autoscaling walkthrough: each request costs CPU time, so that load is seen."""

from __future__ import annotations

from collections import deque

from k8s_magic.images import _http
from k8s_magic.images.context import Context

NAMES = ("hpa-example", "php-apache")
SIZE = 180_000_000
CORES_PER_REQUEST = 0.05
"""CPU seconds that a million square roots take."""
WINDOW_S = 10.0


async def main(ctx: Context, argv: list[str]) -> int:
    """Answer OK! on port 80."""
    asked: deque[float] = deque()

    def measure() -> None:
        while asked and asked[0] <= ctx.now() - WINDOW_S:
            asked.popleft()
        ctx.use(cpu=len(asked) / WINDOW_S * CORES_PER_REQUEST)

    async def cool_down() -> None:
        await ctx.sleep(WINDOW_S)
        measure()

    def answer(request: _http.Request) -> _http.Response:
        asked.append(ctx.now())
        measure()
        ctx.spawn(cool_down())
        return _http.text(200, "OK!", "text/html; charset=UTF-8")

    _http.serve(ctx, 80, answer)
    await ctx.wait_for_signal()
    return 0
