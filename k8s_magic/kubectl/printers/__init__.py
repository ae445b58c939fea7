"""-o: from the name of a format to what prints objects in it.

`kubectl get` without -o, and `-o wide`, print the server's tables: see kubectl/table.py.
"""

from __future__ import annotations

from collections.abc import Callable

from k8s_magic.kubectl.environment import Files, UsageError
from k8s_magic.kubectl.printers.columns import ColumnsPrinter, from_spec, from_template
from k8s_magic.kubectl.printers.documents import JsonPrinter, NamePrinter, YamlPrinter, kind_with_group
from k8s_magic.kubectl.printers.gotemplate import GoTemplatePrinter
from k8s_magic.kubectl.printers.jsonpath import JSONPathPrinter
from k8s_magic.kubectl.printers.kyaml import KyamlPrinter
from k8s_magic.kubectl.printers.printer import Out, Printer, is_list, list_of, without_managed_fields

__all__ = [
    "ColumnsPrinter",
    "Out",
    "Printer",
    "allowed_formats",
    "is_list",
    "kind_with_group",
    "list_of",
    "no_printer",
    "printer_for",
    "without_managed_fields",
]

_TEMPLATES = ("jsonpath-as-json", "jsonpath-file", "jsonpath", "go-template-file", "go-template", "templatefile", "template")
_COLUMNS = ("custom-columns-file", "custom-columns")
DOCUMENTS = ("json", "yaml", "kyaml", "name")


def allowed_formats(*, columns: bool = False) -> list[str]:
    """The formats in the order error messages list them; `columns` for `get`, which prints tables too."""
    return sorted((*DOCUMENTS, *_TEMPLATES, *((*_COLUMNS, "wide") if columns else ())))


def no_printer(output: str, formats: list[str]) -> UsageError:
    """The refusal of a format."""
    return UsageError(f'unable to match a printer suitable for the output format "{output}", allowed formats are: {",".join(formats)}')


def printer_for(
    output: str,
    *,
    template: str = "",
    allow_missing: bool = True,
    show_managed_fields: bool = False,
    typed: bool = False,
    columns: bool = False,
    no_headers: bool = False,
    operation: str = "",
    files: Files | None = None,
) -> Printer:
    """The printer for `output` as written after -o (`yaml`, `jsonpath={.kind}`).

    `typed`: the object was made here and not read from the server; JSON keeps its keys in the order given, as Go does a struct's.
    `columns`: custom-columns may be asked for. `operation`: what "" prints behind `pod/a`, such as "created (dry run)".
    Errors: UsageError. Models cli-runtime PrintFlags.ToPrinter and GetPrintFlags.ToPrinter.
    """
    if template and not output:
        output = "go-template"
    document: dict[str, Callable[[], Printer]] = {
        "": lambda: NamePrinter(operation),
        "name": NamePrinter,
        "json": lambda: JsonPrinter(show_managed_fields, typed),
        "yaml": lambda: YamlPrinter(show_managed_fields),
        "kyaml": lambda: KyamlPrinter(show_managed_fields, typed),
    }
    if output.lower() in document:
        return document[output.lower()]()
    name, value = _split(output, template)
    if name in _COLUMNS and columns:
        return _columns_printer(name, value, no_headers, files)
    if name not in _TEMPLATES:
        raise no_printer(output, allowed_formats(columns=columns))
    if not value:
        raise UsageError("template format specified but no template given")
    if name.endswith("file"):
        value = _read(files, value, "--template ")
    if name.startswith("jsonpath"):
        return JSONPathPrinter(value, allow_missing, as_json=name == "jsonpath-as-json")
    return GoTemplatePrinter(value, allow_missing)


def _split(output: str, template: str) -> tuple[str, str]:
    """(format, its argument): behind `=`, unless --template gives it."""
    if template:
        return output, template
    name, equals, value = output.partition("=")
    return (name, value) if equals and name in (*_TEMPLATES, *_COLUMNS) else (output, "")


def _columns_printer(name: str, value: str, no_headers: bool, files: Files | None) -> ColumnsPrinter:
    if not value:
        raise UsageError("custom-columns format specified but no custom columns given")
    if name == "custom-columns-file":
        return from_template(_read(files, value, "template "))
    return from_spec(value, no_headers)


def _read(files: Files | None, path: str, what: str) -> str:
    assert files is not None, "a format that reads a file needs files"
    try:
        return files.read(path).decode()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        end = "" if what.startswith("--") else "\n"
        raise UsageError(f"error reading {what}{path}, open {path}: {reason}{end}") from None
