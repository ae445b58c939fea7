"""Images that hold a shell and its tools and nothing else: without a command line their shell finds no input and ends."""

from __future__ import annotations

from k8s_magic.images._commands import shell
from k8s_magic.images.context import Context

NAMES = ("busybox", "alpine", "ubuntu", "debian", "centos", "fedora", "bash", "curlimages/curl", "radial/busyboxplus")
SIZE = 2_223_686
CMD = ("sh",)


async def main(ctx: Context, argv: list[str]) -> int:
    """The shell."""
    return await shell(ctx, ["sh", *argv[1:]])
