"""Who did what, and why: writes in words, and the chain of writes that led to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8s_magic.objects import meta
from k8s_magic.objects.meta import get_in
from k8s_magic.objects.pods import is_ready

LONGEST_CHAIN = 4


def words_of(entry: Any) -> str:
    """What a write did that counts for the loop; empty where it only took notes."""
    kind, name = entry.object.get("kind", ""), entry.key.name
    if entry.type == "ADDED":
        return f"creates {kind} {name}"
    if entry.type == "DELETED":
        return f"removes {kind} {name}"
    before, after = entry.old or {}, entry.object
    if meta.is_deleting(after) and not meta.is_deleting(before):
        return f"deletes {kind} {name}"
    if kind == "Pod":
        return _of_pod(before, after, name)
    old, new = get_in(before, "spec", "replicas"), get_in(after, "spec", "replicas")
    if old != new:
        return f"scales {kind} {name} from {old} to {new}"
    if get_in(before, "metadata", "generation") != get_in(after, "metadata", "generation"):
        return f"changes what {kind} {name} is to be"
    return ""


def _of_pod(before: Any, after: Any, name: str) -> str:
    if node := get_in(after, "spec", "nodeName"):
        if not get_in(before, "spec", "nodeName"):
            return f"binds Pod {name} to {node}"
    if is_ready(after) != is_ready(before):
        return f"reports Pod {name} {'ready' if is_ready(after) else 'not ready'}"
    if meta.controller_of(before) != meta.controller_of(after):
        owner = meta.controller_of(after)
        return f"adopts Pod {name}" if owner else f"releases Pod {name}"
    if meta.labels(before) != meta.labels(after):
        return f"changes the labels of Pod {name}"
    return ""


def chain(entry: Any, by_revision: Mapping[int, Any]) -> tuple[str, ...]:
    """The write in words, then what caused it, and so on back; notes are passed over."""
    told: list[str] = []
    seen: set[int] = set()
    while entry is not None and entry.revision not in seen and len(told) < LONGEST_CHAIN:
        seen.add(entry.revision)
        if (words := words_of(entry)) and f"{entry.actor} {words}" not in told:
            told.append(f"{entry.actor} {words}")
        known = [by_revision[cause] for cause in entry.causes if cause in by_revision]
        entry = next((cause for cause in known if words_of(cause)), known[0] if known else None)
    return tuple(told)
