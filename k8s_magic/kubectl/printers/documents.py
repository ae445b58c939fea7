"""Whole objects: -o json, yaml, name, and the line `pod/a created`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers import jsontext
from k8s_magic.kubectl.printers.printer import Out, is_list, without_managed_fields
from k8s_magic.objects.meta import Obj


@dataclass
class JsonPrinter:
    """Four spaces; keys sorted, or as given for an object that never was on the server (`typed`)."""

    show_managed_fields: bool = False
    typed: bool = False

    def write(self, obj: Obj, out: Out) -> None:
        obj = obj if self.show_managed_fields else without_managed_fields(obj)
        out(jsontext.indented(obj, typed=self.typed) + "\n")


_ESCAPED = re.compile(r"\\(x7F|x8[0-46-9A-F]|x9[0-9A-F]|uFFF[EF])")
_CONTROL = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")


def readable(obj: Obj, text: str) -> None:
    """Refuse what a YAML reader would: on its way from JSON to YAML an object is read as YAML once. `text` is the object's YAML."""
    if _ESCAPED.search(text) and _CONTROL.search(jsontext.indented(obj)):
        raise UsageError("yaml: control characters are not allowed")


@dataclass
class YamlPrinter:
    """Documents after the first are set apart by `---`."""

    show_managed_fields: bool = False
    printed: int = 0

    def write(self, obj: Obj, out: Out) -> None:
        obj = obj if self.show_managed_fields else without_managed_fields(obj)
        text = yamls.dump(obj)
        readable(obj, text)
        self.printed += 1
        out(("---\n" if self.printed > 1 else "") + text)


@dataclass
class NamePrinter:
    """`pod/a`, with the operation that was done behind it where there is one. Models cli-runtime NamePrinter."""

    operation: str = ""

    def write(self, obj: Obj, out: Out) -> None:
        if is_list(obj) or obj.get("kind") == "List":
            for item in obj["items"]:
                self.write(item, out)
            return
        name = obj.get("metadata", {}).get("name") or "<unknown>"
        out(f"{kind_with_group(obj)}/{name}{' ' if self.operation else ''}{self.operation}\n")


def kind_with_group(obj: Obj) -> str:
    """`deployment.apps`: how commands name an object's kind."""
    group = obj.get("apiVersion", "").rpartition("/")[0]
    kind = str(obj.get("kind") or "<unknown>").lower()
    return f"{kind}.{group}" if group else kind
