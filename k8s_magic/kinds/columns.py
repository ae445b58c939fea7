"""What the columns of `kubectl get` share: names, ages, lists cut short.

Models pkg/printers/internalversion/printers.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from k8s_magic.kinds.kind import Column
from k8s_magic.objects import selectors
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

NONE = "<none>"
UNKNOWN = "<unknown>"
NAME = Column("Name", format="name")
AGE = Column("Age")


def count(name: str) -> Column:
    """A column of whole numbers."""
    return Column(name, type="integer")


def wide(*names: str) -> tuple[Column, ...]:
    """Columns that only `-o wide` shows."""
    return tuple(Column(name, priority=1) for name in names)


def texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def since(timestamp: str | None, now: float) -> str:
    """The time passed since `timestamp`, as ages are shown."""
    return human_duration(now - parse_time(timestamp)) if timestamp else UNKNOWN


def age(obj: Obj, now: float) -> str:
    return since(obj["metadata"].get("creationTimestamp"), now)


def selector_text(selector: Obj | None) -> str:
    """A label selector as the wide columns show it. Models metav1.FormatLabelSelector."""
    try:
        return str(selectors.from_label_selector(selector or {})) or NONE
    except selectors.SelectorError:
        return "<error>"


def labels_text(labels: dict[str, str] | None) -> str:
    """Labels as `a=b,c=d`. Models apimachinery labels.FormatLabels."""
    return ",".join(sorted(f"{k}={v}" for k, v in (labels or {}).items())) or NONE


def container_cells(template_spec: Obj) -> tuple[str, str]:
    """Names and images of a pod template's containers."""
    containers = template_spec.get("containers") or ()
    return ",".join(c.get("name", "") for c in containers), ",".join(c.get("image", "") for c in containers)


def with_more(items: Sequence[Any], limit: int = 3) -> str:
    """The first items, and how many more there are. Models listWithMoreString."""
    text = ",".join(map(str, items[:limit]))
    if len(items) > limit:
        return f"{text} + {len(items) - limit} more..."
    return text or "<unset>"
