"""The server's tables: what `kubectl get` prints, made from each kind's columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8s_magic.apiserver.client import TableObjects
from k8s_magic.kinds.kind import Column, Kind
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

DEFAULT_COLUMNS = (Column("Name", format="name"), Column("Age"))


def table(kind: Kind, objects: Sequence[Obj], now: float, include: TableObjects, metadata: Obj) -> Obj:
    """A meta.k8s.io/v1 Table with a row an object; `objects` are as stored."""
    columns = kind.columns or DEFAULT_COLUMNS
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [
            {"name": c.name, "type": c.type, "format": c.format, "description": c.description, "priority": c.priority} for c in columns
        ],
        "rows": [{"cells": _cells(kind, obj, now), "object": _row_object(kind.from_stored(obj), include)} for obj in objects],
    }


def bookmark(obj: Obj) -> Obj:
    """A bookmark's version for who watches a table: a row without cells."""
    row: Obj = {"cells": [], "object": _row_object(obj, "Metadata")}
    head = {"resourceVersion": obj["metadata"]["resourceVersion"]}
    return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": head, "columnDefinitions": [], "rows": [row]}


def _cells(kind: Kind, obj: Obj, now: float) -> list[Any]:
    if kind.row is not None:
        return kind.row(obj, now)
    created = obj["metadata"].get("creationTimestamp")
    return [obj["metadata"]["name"], human_duration(now - parse_time(created)) if created else "<unknown>"]


def _row_object(obj: Obj, include: TableObjects) -> Obj | None:
    if include == "None":
        return None
    if include == "Object":
        return obj
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}
