"""Merging an applied configuration into what is stored, and pruning what its manager gave up.

Models structured-merge-diff's typed.Merge and typed.RemoveItems.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.managed_fields.sets import Fields
from k8s_magic.apiserver.managed_fields.typed import Node, Path, Typed


def merge(typed: Typed, live: Any, applied: Any, node: Node) -> Any:
    """`live` with what `applied` says; parts that neither changes are shared."""
    if live is None or "leaf" in (typed.shape(live, node), typed.shape(applied, node)) or type(live) is not type(applied):
        return applied
    if isinstance(applied, dict):
        merged = dict(live)
        for child in typed.children(applied, node):
            key = child.step[2:]
            merged[key] = merge(typed, live.get(key), child.value, child.node)
        return merged
    return _merge_list(typed, live, applied, node)


def _merge_list(typed: Typed, live: list[Any], applied: list[Any], node: Node) -> list[Any]:
    """Applied items in their order; live ones that are not applied keep their place among them."""
    ours = {child.step: child for child in typed.children(applied, node)}
    theirs = {child.step: child for child in typed.children(live, node)}
    order: list[str] = []
    pending = list(ours)
    for step in theirs:
        if step not in ours:
            order.append(step)
            continue
        while pending and step in pending:
            order.append(pending.pop(0))
    order += pending
    merged: list[Any] = []
    for step in order:
        if step in ours:
            before = theirs[step].value if step in theirs else None
            merged.append(merge(typed, before, ours[step].value, ours[step].node))
        else:
            merged.append(theirs[step].value)
    return merged


def remove(typed: Typed, value: Any, node: Node, fields: Fields, path: Path = ()) -> Any:
    """`value` without `fields`. Models typed.RemoveItems."""
    if not any(field[: len(path)] == path for field in fields) or typed.shape(value, node) == "leaf":
        return value
    children = list(typed.children(value, node))
    kept = [(c, remove(typed, c.value, c.node, fields, (*path, c.step))) for c in children if (*path, c.step) not in fields]
    if isinstance(value, dict):
        return {child.step[2:]: item for child, item in kept}
    return [item for _, item in kept]
