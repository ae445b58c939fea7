"""The tables of `kubectl get`: rows as the server made them, with the columns that flags ask for, in aligned columns.

Models cli-runtime's printers.HumanReadablePrinter and the tab writer it prints into, which remembers column widths from one
flush to the next (so that a watch's lines stay in their columns).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from k8s_magic.kubectl.resources import Mapping
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time

MIN_WIDTH, PADDING = 6, 3
_EVENTS = {"ADDED": "ADDED   ", "MODIFIED": "MODIFIED", "DELETED": "DELETED ", "ERROR": "ERROR   "}


@dataclass(frozen=True)
class TableOptions:
    """What the flags ask for beyond the server's columns."""

    wide: bool = False
    no_headers: bool = False
    with_namespace: bool = False
    kind: str = ""
    """"deployment.apps", to stand before names; empty: no kind is shown."""
    show_labels: bool = False
    label_columns: tuple[str, ...] = ()


@dataclass
class TabWriter:
    """Lines of cells, laid out when flushed. Columns never get narrower than in an earlier flush."""

    lines: list[list[str]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)

    def flush(self) -> str:
        """The text of all lines since the last flush."""
        columns = max((len(line) for line in self.lines), default=1) - 1
        self.widths += [MIN_WIDTH] * (columns - len(self.widths))
        for index in range(columns):
            widest = max(len(line[index]) for line in self.lines if len(line) > index + 1)
            self.widths[index] = max(self.widths[index], widest + PADDING)
        text = "".join(_laid_out(line, self.widths) for line in self.lines)
        self.lines = []
        return text


def _laid_out(line: list[str], widths: list[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
    return "".join(padded) + line[-1] + "\n"


@dataclass
class TablePrinter:
    """Turns Tables into lines; the header comes once, before the first row."""

    options: TableOptions
    printed_headers: bool = False
    columns: list[Obj] = field(default_factory=list)

    def lines(self, table: Obj, event: str = "") -> list[list[str]]:
        """The lines of one Table; `event` is the watch event's type where that is to be shown."""
        definitions = table.get("columnDefinitions") or []
        headers = not self.options.no_headers
        if self.printed_headers and (not definitions or definitions == self.columns):
            headers = False
        if not definitions:
            definitions = self.columns
        elif definitions != self.columns:
            self.columns, self.printed_headers = definitions, False
        rows = table.get("rows") or []
        self.printed_headers = self.printed_headers or bool(rows)
        if headers and not rows:
            return []
        shown = [i for i, column in enumerate(definitions) if self.options.wide or not column.get("priority")]
        body = [self._row(row, definitions, shown, event) for row in rows]
        return [self._header(definitions, shown, event), *body] if headers else body

    def _header(self, definitions: list[Obj], shown: list[int], event: str) -> list[str]:
        options = self.options
        labels = [name.rpartition("/")[2].upper() for name in options.label_columns]
        return [
            *(["EVENT"] if event else []),
            *(["NAMESPACE"] if options.with_namespace else []),
            *(definitions[i]["name"].upper() for i in shown),
            *labels,
            *(["LABELS"] if options.show_labels else []),
        ]

    def _row(self, row: Obj, definitions: list[Obj], shown: list[int], event: str) -> list[str]:
        options, cells = self.options, row["cells"]
        line = [cell_text(cells[i]) if i < len(cells) else "" for i in shown]
        if options.kind:
            line = [self._with_kind(text, definitions[i]) for text, i in zip(line, shown, strict=True)]
        metadata = (row.get("object") or {}).get("metadata") or {}
        if options.label_columns or options.show_labels:
            labels = metadata.get("labels") or {}
            line += [labels.get(name, "") for name in options.label_columns]
            line += [format_labels(labels)] if options.show_labels else []
        if options.with_namespace:
            line.insert(0, metadata.get("namespace", ""))
        if event:
            line.insert(0, _EVENTS.get(event, event))
        return line

    def _with_kind(self, text: str, column: Obj) -> str:
        return f"{self.options.kind}/{text}" if column.get("format") == "name" and column.get("type") == "string" else text


def cell_text(cell: Any) -> str:
    """A cell as Go prints it; of several lines only the first."""
    if type(cell) is str and cell.isprintable():
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = str(cell)
    for index, char in enumerate(text):
        if char in "\f\n\r":
            return text[:index].replace("\x1b", "^[") + "..."
    return text.replace("\x1b", "^[")


def format_labels(labels: dict[str, str]) -> str:
    """`a=1,b=2`, or `<none>`."""
    return ",".join(sorted(f"{k}={v}" for k, v in labels.items())) or "<none>"


def plain_table(obj: Obj, now: float) -> Obj:
    """Name and age of an object or List, where the server was asked for no table (--server-print=false)."""
    items = obj["items"] if isinstance(obj.get("items"), list) else [obj]
    columns: Sequence[Obj] = ({"name": "Name", "type": "string", "format": "name"}, {"name": "Age", "type": "string"})
    return {"kind": "Table", "columnDefinitions": list(columns), "rows": [{"cells": _name_and_age(o, now), "object": o} for o in items]}


def _name_and_age(obj: Obj, now: float) -> list[str]:
    metadata = obj["metadata"]
    created = metadata.get("creationTimestamp")
    return [metadata.get("name", ""), human_duration(now - parse_time(created)) if created else "<unknown>"]


def for_mapping(options: TableOptions, mapping: Mapping, *, with_kind: bool, all_namespaces: bool) -> TableOptions:
    """The options for one resource of a command's output."""
    return replace(options, kind=mapping.kind_shown if with_kind else "", with_namespace=all_namespaces and mapping.namespaced)
