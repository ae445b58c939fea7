"""-o go-template, go-template-file, with gotpl for text/template.

Not modelled: a field of a string or number is `<no value>` here, and an error in Go.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.printer import Out
from k8s_magic.objects import gotext
from k8s_magic.objects.meta import Obj


def exists(item: Any, *indices: Any) -> bool:
    """Whether something stands at a path of keys and indices; a function that kubectl gives to templates."""
    for index in indices:
        if isinstance(item, dict) and isinstance(index, str):
            item = item.get(index)
        elif isinstance(item, (list, str)) and isinstance(index, int) and 0 <= index < len(item):
            item = item[index]
        else:
            return False
    return item is not None


def base64decode(text: str) -> str:
    """A function that kubectl gives to templates, for reading Secrets."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except binascii.Error:
        good = re.match(r"[A-Za-z0-9+/]*", text)
        length = good.end() if good else 0
        offset = length - length % 4 if length == len(text) else length
        raise ValueError(f"base64 decode failed: illegal base64 data at input byte {offset}") from None


class _List(list[Any]):
    """A list that says so when a template asks it for a field, which gotpl would take for a missing one."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ValueError(f"can't evaluate field {name} in type interface {{}}")


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    return _List(map(_strict, value)) if isinstance(value, list) else value


@dataclass
class GoTemplatePrinter:
    """Fills the template once per object or List. Models cli-runtime GoTemplatePrinter."""

    template: str
    allow_missing: bool = True

    def __post_init__(self) -> None:
        import gotpl  # 0.1 s: only those who ask for a template pay for it.

        self._error = gotpl.TemplateExecutionError
        try:
            self._compiled = gotpl.Template(
                self.template,
                name="output",
                functions={"exists": exists, "base64decode": base64decode},
                missing_key="default" if self.allow_missing else "error",
            )
        except gotpl.TemplateSyntaxError as error:
            raise UsageError(f"error parsing template {self.template}, {_syntax_problem(error)}") from None

    def write(self, obj: Obj, out: Out) -> None:
        try:
            out(self._compiled.render(_strict(obj)))
        except self._error as error:
            problem = self._problem(error)
            out(
                f"Error executing template: {problem}. Printing more information for debugging the template:\n"
                f"\ttemplate was:\n\t\t{self.template}\n\traw data was:\n\t\t{gotext.marshal(obj)}\n"
                f"\tobject given to template engine was:\n\t\t{gotext.plain(obj)}\n\n"
            )
            raise UsageError(f"error executing template {gotext.quote(self.template)}: {problem}") from None

    def _problem(self, error: Any) -> str:
        """gotpl's failure in the words of text/template, which also names the expression it happened at."""
        if error.line is None:
            return str(error)
        rest = self.template.split("\n")[error.line - 1][error.column - 1 :]
        call = re.match(r"function '(\w+)' failed: ", error.message)
        where = re.match(r"[^|)}]*" if call else r"[\w.$]*", rest)
        column, expression = error.column - 1, where.group().rstrip() if where else ""
        first = re.match(r"\$?\.?\w*(?=\.)", expression)
        if first and not call:
            column += first.end()
        message = _MESSAGES.sub(lambda match: _in_go(match), error.message)
        return f'template: output:{error.line}:{column}: executing "output" at <{expression}>: {message}'


_MESSAGES = re.compile(
    r"missing key or attribute '(?P<key>[^']*)'"
    r"|attribute '(?P<field>\w+)' failed: "
    r"|function '(?P<function>\w+)' failed: "
    r"|template '(?P<template>[^']*)' is not defined"
)


def _in_go(match: re.Match[str]) -> str:
    if match["field"]:
        return ""
    if match["key"]:
        return f'map has no entry for key "{match["key"]}"'
    return f"error calling {match['function']}: " if match["function"] else f'template "{match["template"]}" not defined'


def _syntax_problem(error: Any) -> str:
    message = re.sub(r"^template:\d+:\d+: ", "", str(error))
    message = re.sub(r"'(\w+)' not defined", r'"\1" not defined', message)
    return f"template: output:{error.line}: {message}"
