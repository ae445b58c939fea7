"""What a description is written with: lines of tab-separated cells at a level of indentation, laid out in columns at the end.

The columns of what stands before the events are laid out by themselves. Models kubectl's PrefixWriter over a tabwriter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from k8s_magic.apiserver.client import Client
from k8s_magic.kubectl.printers.tabwriter import align, escape_terminal
from k8s_magic.objects.duration import human_duration
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.times import parse_time, rfc1123

NONE = "<none>"
UNSET = "<unset>"
UNKNOWN = "<unknown>"


@dataclass
class Describer:
    """What a describer may ask beside the object itself."""

    client: Client
    show_events: bool = True

    def since(self, timestamp: str | None) -> str:
        """How long ago that was: `5m`."""
        return human_duration(self.client.now() - parse_time(timestamp)) if timestamp else UNKNOWN

    def items(self, resource: str, namespace: str = "", *, labels: str = "", fields: str = "") -> list[Obj]:
        """The objects of a list."""
        return self.client.list(resource, namespace, labels=labels, fields=fields).get("items") or []


@dataclass
class Writer:
    """Collects text; `text()` gives it laid out."""

    indent: int = 0
    _parts: list[str] = field(default_factory=list)
    _done: list[str] = field(default_factory=list)

    def write(self, text: str, level: int = 0) -> None:
        """Text as it stands, with its newlines, behind the indentation of `level`."""
        self._parts.append("  " * (level + self.indent) + escape_terminal(text))

    def line(self, *cells: Any, level: int = 0) -> None:
        """One line of cells."""
        self.write("\t".join(map(str, cells)) + "\n", level)

    def field(self, title: str, value: Any, level: int = 0) -> None:
        """`Title:  value`."""
        self.write(f"{title}:\t{value}\n", level)

    def table(self, *rows: Iterable[Any], level: int = 1) -> None:
        for row in rows:
            self.line(*row, level=level)

    def header(self, *titles: str, level: int = 1) -> None:
        """Column titles with dashes below them."""
        self.table(titles, ["-" * len(title) for title in titles], level=level)

    def multiline(self, title: str, lines: Iterable[str], indent: str = "") -> None:
        """A title with one or more lines in the column beside it. Models printLabelsMultiline and its kin."""
        texts = list(lines)
        self.write(f"{indent}{title}:\t{texts[0] if texts else NONE}\n")
        for text in texts[1:]:
            self.write(f"{indent}\t{text}\n")

    def nested(self, levels: int) -> Writer:
        """The same text, further in."""
        return Writer(self.indent + levels, self._parts, self._done)

    def flush(self) -> None:
        """Lay out what there is; what follows has columns of its own."""
        self._done.append(align("".join(self._parts)))
        self._parts.clear()

    def raw(self) -> str:
        """The text with its tabs."""
        return "".join(self._parts)

    def text(self) -> str:
        self.flush()
        return "".join(self._done)


def date(timestamp: str | None) -> str:
    """A time as descriptions show it: RFC 1123 with a numeric zone."""
    if not timestamp:
        return "Mon, 01 Jan 0001 00:00:00 +0000"
    return rfc1123(parse_time(timestamp))


def true_false(value: Any) -> str:
    """`True` or `False`; `<unset>` for None."""
    return UNSET if value is None else str(bool(value))


def go_bool(value: Any) -> str:
    return "true" if value else "false"


def pairs(labels: Mapping[str, str] | None) -> str:
    """`a=1,b=2`. Models labels.FormatLabels."""
    return ",".join(sorted(f"{key}={value}" for key, value in labels.items())) if labels else NONE


def go_list(values: Iterable[Any] | None) -> str:
    """`[a b]`, Go's %v of a slice."""
    return "[" + " ".join(map(str, values or ())) + "]"
