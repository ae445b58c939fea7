"""-o jsonpath, jsonpath-file, jsonpath-as-json."""

from __future__ import annotations

from dataclasses import dataclass

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers import jsontext
from k8s_magic.kubectl.printers.printer import Out
from k8s_magic.objects import gotext, jsonpath
from k8s_magic.objects.meta import Obj


@dataclass
class JSONPathPrinter:
    """Fills the template once per object or List; ends with no newline of its own."""

    template: str
    allow_missing: bool = True
    as_json: bool = False

    def __post_init__(self) -> None:
        try:
            self.compiled = jsonpath.compile(self.template)
        except jsonpath.JSONPathError as error:
            raise UsageError(f"error parsing jsonpath {self.template}, {error}") from None

    def write(self, obj: Obj, out: Out) -> None:
        try:
            out(self._json(obj) if self.as_json else self.compiled.render(obj, self.allow_missing))
        except jsonpath.JSONPathError as error:
            raise UsageError(self._failure(obj, str(error))) from None

    def _json(self, obj: Obj) -> str:
        """A list for each piece of the template."""
        return "".join((jsontext.indented(values) if values else "[]") + "\n" for values in self.compiled.find(obj, self.allow_missing))

    def _failure(self, obj: Obj, problem: str) -> str:
        return (
            f"error executing jsonpath {gotext.quote(self.template)}: Error executing template: {problem}. "
            "Printing more information for debugging the template:\n"
            f"\ttemplate was:\n\t\t{self.template}\n"
            f"\tobject given to jsonpath engine was:\n\t\t{gotext.syntax(obj)}\n\n\n"
        )
