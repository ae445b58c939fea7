"""PrioritySort: who is next in the queue. The higher priority goes first; among equals who has waited longer."""

from __future__ import annotations


def sort_key(priority: int, queued_at: float, serial: int) -> tuple[int, float, int]:
    """The smallest key goes first; `serial` decides between pods of one instant. Models plugins/queuesort/priority_sort.go Less."""
    return (-priority, queued_at, serial)
