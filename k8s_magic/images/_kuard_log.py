"""Lines as Go's log package prints them."""

from __future__ import annotations

from datetime import UTC, datetime

from k8s_magic.images.context import Context


def log(ctx: Context, text: str) -> None:
    """One line with date and time in front, on stderr as Go has it."""
    ctx.stderr(f"{datetime.fromtimestamp(ctx.now(), UTC).strftime('%Y/%m/%d %H:%M:%S')} {text}\n")
