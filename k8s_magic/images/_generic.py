"""The program of an image that nobody wrote: it runs for ever and serves any request with a small page."""

from __future__ import annotations

from k8s_magic.images import _http
from k8s_magic.images.context import Context

ANY_PORT = 0
"""What `ctx.ports` gives where no port is known; the first container of a Pod that wants it has it."""
EXIT_ON_COMPLETE = "--keygen-exit-on-complete"
EXIT_CODE = "--keygen-exit-code="
WORK_S = 4.0
STOP_S = 0.5


async def main(ctx: Context, argv: list[str]) -> int:
    """Serve until told to stop."""
    if EXIT_ON_COMPLETE in argv:
        return await _work(ctx, argv)
    name = ctx.image.rsplit("/", 1)[-1].split("@")[0].split(":")[0]
    ctx.stdout(f"{name} started\n")

    def answer(request: _http.Request) -> _http.Response:
        ctx.steady()
        ctx.stdout(f'{request.peer.rsplit(":", 1)[0]} "{request.method} {request.target}" 200\n')
        return _http.text(200, f"{ctx.image} on {ctx.hostname}\n")

    for port in ctx.ports:
        try:
            _http.serve(ctx, port, answer)
        except OSError as error:
            if port != ANY_PORT:
                ctx.stderr(f"listen tcp :{port}: bind: {(error.strerror or '').lower()}\n")
                return 1
    ctx.steady()
    await ctx.wait_for_signal()
    await ctx.sleep(STOP_S)
    return 0


async def _work(ctx: Context, argv: list[str]) -> int:
    """A batch program, told from its arguments: those of kuard, under whatever image name."""
    ctx.steady()
    await ctx.sleep(WORK_S)
    return next((int(arg[len(EXIT_CODE) :]) for arg in argv if arg.startswith(EXIT_CODE)), 0)
