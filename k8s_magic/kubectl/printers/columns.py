"""-o custom-columns, custom-columns-file: a table whose columns are JSONPath expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers import tabwriter
from k8s_magic.kubectl.printers.printer import Out, is_list
from k8s_magic.objects import gotext, jsonpath
from k8s_magic.objects.meta import Obj

_RELAXED = re.compile(r"\{\.?([^{}]+)\}$|\.?([^{}]+)$")
_TWO_LINES = "Expected format is one line of space separated headers, one line of space separated column specs."


def relaxed_path(expression: str) -> str:
    """`metadata.name`, `.metadata.name`, `{.metadata.name}` all as the last. Models RelaxedJSONPathExpression."""
    if not expression:
        return expression
    match = _RELAXED.match(expression)
    if match is None:
        raise UsageError("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'")
    return "{." + (match.group(1) or match.group(2)) + "}"


@dataclass
class ColumnsPrinter:
    """(header, expression) a column; the header stands above the first object only."""

    columns: list[tuple[str, str]]
    no_headers: bool = False
    headed: bool = False

    def write(self, obj: Obj, out: Out) -> None:
        rows: list[list[str]] = []
        if not self.no_headers and not self.headed:
            rows.append([header for header, _ in self.columns])
            self.headed = True
        try:
            paths = [jsonpath.compile(expression) for _, expression in self.columns]
            for item in obj["items"] if is_list(obj) or obj.get("kind") == "List" else [obj]:
                rows.append([_cell(path, item) for path in paths])
        except jsonpath.JSONPathError as error:
            raise UsageError(str(error)) from None
        finally:
            out(tabwriter.table(rows))


def _cell(path: jsonpath.JSONPath, obj: Obj) -> str:
    found = path.find(obj)
    texts = [tabwriter.escape_terminal(gotext.plain(value)) for values in found for value in values]
    return ",".join(texts if found and found[0] else ["<none>", *texts])


def from_spec(spec: str, no_headers: bool) -> ColumnsPrinter:
    """A printer for `NAME:.metadata.name,NODE:.spec.nodeName`."""
    if not spec:
        raise UsageError("custom-columns format specified but no custom columns given")
    columns = []
    for part in spec.split(","):
        header, colon, path = part.partition(":")
        if not colon:
            raise UsageError(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append((header, relaxed_path(path)))
    return ColumnsPrinter(columns, no_headers)


def from_template(text: str) -> ColumnsPrinter:
    """A printer for two lines: headers, and below each its path."""
    lines = text.splitlines()
    if not lines:
        raise UsageError(f"invalid template, missing header line. {_TWO_LINES}")
    if len(lines) < 2:
        raise UsageError(f"invalid template, missing spec line. {_TWO_LINES}")
    headers, specs = lines[0].split(), lines[1].split()
    if len(headers) != len(specs):
        raise UsageError(f"number of headers ({len(headers)}) and field specifications ({len(specs)}) don't match")
    return ColumnsPrinter([(header, relaxed_path(spec)) for header, spec in zip(headers, specs, strict=True)])
