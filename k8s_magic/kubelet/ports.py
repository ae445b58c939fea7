"""Ports by number or by the name that a container gives them."""

from __future__ import annotations

from k8s_magic.objects.meta import Obj


def number(container: Obj, port: int | str) -> int:
    """The port's number; 0 where the container has none of that name."""
    if isinstance(port, int) or port.isdigit():
        return int(port)
    return next((int(p["containerPort"]) for p in container.get("ports") or () if p.get("name") == port), 0)
