"""stress: takes the CPU and the memory that it is told to, for exercises on requests, limits and eviction.

Both dialects of the Kubernetes documentation: `stress --cpu 2 --vm 1 --vm-bytes 250M` and `-cpus 2 -mem-total 150Mi`.
"""

from __future__ import annotations

import re

from k8s_magic.images.context import Context

NAMES = ("polinux/stress", "vish/stress", "progrium/stress", "stress", "polinux/stress-ng", "alexeiled/stress-ng")
SIZE = 4_000_000
ENTRYPOINT = ("/stress",)
UNITS = {"": 1, "B": 1, "K": 1 << 10, "KI": 1 << 10, "M": 1 << 20, "MI": 1 << 20, "G": 1 << 30, "GI": 1 << 30}
DEFAULT_BYTES = "256M"
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
NAMES_OF = {"c": "cpu", "cpus": "cpu", "m": "vm", "t": "timeout", "mem-total": "total"}


async def main(ctx: Context, argv: list[str]) -> int:
    """Hold and burn until the timeout, or for ever."""
    options = _options(argv[1:])
    cpu = float(options.get("cpu", "0"))
    workers = int(options.get("vm", "0"))
    held = workers * _bytes(options.get("vm-bytes", DEFAULT_BYTES)) + _bytes(options.get("total", "0"))
    told = f"{int(cpu)} cpu, 0 io, {workers} vm, 0 hdd"
    ctx.stdout(f"stress: info: [1] dispatching hogs: {told}\n")
    ctx.use(cpu=cpu + workers, memory=held or None)
    ctx.steady()
    match = re.fullmatch(r"(\d+)([smhd]?)", options.get("timeout", ""))
    if match is None:
        await ctx.wait_for_signal()
        return 0
    await ctx.sleep(int(match[1]) * SECONDS[match[2]])
    ctx.use(cpu=0, memory=0)
    ctx.stdout(f"stress: info: [1] successful run completed in {match[1]}s\n")
    return 0


def _options(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.startswith("-") and not word[1:2].isdigit():
            name, given, value = word.lstrip("-").partition("=")
            found[NAMES_OF.get(name, name)] = value if given else following
    return found


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+)([a-zA-Z]*)", text)
    return int(match[1]) * UNITS.get(match[2].upper(), 1) if match else 0


COMMANDS = {"stress": main, "stress-ng": main}
