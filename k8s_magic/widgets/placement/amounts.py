"""CPU and memory as short words."""

from __future__ import annotations

UNITS = (("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10))


def cpu_text(millicores: int) -> str:
    """500 -> "500m", 2000 -> "2", 1500 -> "1.5"."""
    if millicores < 1000 and millicores:
        return f"{millicores}m"
    return f"{millicores / 1000:g}"


def memory_text(amount: int) -> str:
    """Bytes in the largest unit that keeps it at one or more, and three digits of it: "128Mi", "3.8Gi"."""
    for unit, size in UNITS:
        if amount >= size:
            return f"{round(amount / size, 1 if amount < 100 * size else None):g}{unit}"
    return str(amount)
