"""-o kyaml: YAML in flow style, all strings quoted, so that indentation and types cannot be mistaken. Models sigs.k8s.io/yaml/kyaml."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from k8s_magic.kubectl import yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.printers.printer import Out, without_managed_fields
from k8s_magic.objects.meta import Obj

_WORDS = frozenset(("", "null", "~", "t", "f", "true", "false", "y", "yes", "on", "n", "no", "off", ".inf", "-.inf", "+.inf", ".nan"))
_SIXTIES = re.compile(r"[+-]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$")
_FLOAT_WORDS = re.compile(r"[+-]?(inf|infinity|nan)$", re.IGNORECASE)
_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\r": "\\r",
    "\v": "\\v",
    "\0": "\\0",
    "\x1b": "\\e",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


@dataclass
class KyamlPrinter:
    """Each object is a document that opens with `---`."""

    show_managed_fields: bool = False
    typed: bool = False

    def write(self, obj: Obj, out: Out) -> None:
        obj = obj if self.show_managed_fields else without_managed_fields(obj)
        _check(obj)
        out("---\n" + _render(obj if self.typed else _sorted(obj), 0) + "\n")


_CONTROL = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")


def _check(value: Any) -> None:
    """Refuse what a YAML reader would, because the object is read as YAML once on its way."""
    if isinstance(value, str) and _CONTROL.search(value):
        raise UsageError("error decoding: yaml: control characters are not allowed")
    if isinstance(value, dict):
        for key, inner in value.items():
            _check(key)
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _render(value: Any, indent: int) -> str:
    if isinstance(value, dict):
        return _mapping(value, indent)
    if isinstance(value, list):
        return _sequence(value, indent)
    if isinstance(value, str):
        return _string(value, indent + 1)
    return yamls.json_float(value) if isinstance(value, float) else yamls.number_text(value)


def _mapping(value: dict[str, Any], indent: int) -> str:
    if not value:
        return "{}"
    space = "  " * (indent + 1)
    lines = [f"{space}{_key(key)}: {_render(item, indent + 1)},\n" for key, item in value.items()]
    return "{\n" + "".join(lines) + "  " * indent + "}"


def _sequence(value: list[Any], indent: int) -> str:
    if not value:
        return "[]"
    if all(isinstance(item, (dict, list)) for item in value):
        return "[" + ", ".join(_render(item, indent) for item in value) + "]"
    space = "  " * (indent + 1)
    return "[\n" + "".join(f"{space}{_render(item, indent + 1)},\n" for item in value) + "  " * indent + "]"


def _key(text: str) -> str:
    return '"' + "".join(_character(c, compact=True) for c in text) + '"' if _needs_quotes(text) else text


def _needs_quotes(text: str) -> bool:
    if text.lower() in _WORDS or _SIXTIES.match(text) or _FLOAT_WORDS.match(text):
        return True
    if not isinstance(yamls.resolve(text), str) or re.match(r"\d{4}-\d\d?-\d\d?($|[Tt ])", text):
        return True
    return any(not (c.isalnum() or c == "_" or (0 < i < len(text) - 1 and c in "-./")) for i, c in enumerate(text))


def _string(text: str, indent: int) -> str:
    """Quoted; a text of several lines opens on a line of its own, each line folded by a backslash."""
    if "\n" not in text:
        return '"' + "".join(_character(c) for c in text) + '"'
    space = "  " * indent
    parts, at_start = ['"\\\n'], True
    for c in text:
        if at_start:
            parts.append(space + ("\\" if c.isspace() and c != "\n" else " "))
        parts.append("\\n\\\n" if c == "\n" else _character(c))
        at_start = c == "\n"
    return "".join(parts) + ("" if at_start else "\\\n") + space + '"'


def _character(c: str, *, compact: bool = False) -> str:
    if c == "\t":
        return "\\t" if compact else c
    if c == "\n":
        return "\\n"
    if c in '"\\':
        return "\\" + c
    if c == " " or unicodedata.category(c)[0] in "LMNPS":
        return c
    if c in _ESCAPES:
        return _ESCAPES[c]
    code = ord(c)
    return f"\\x{code:02x}" if code < 0x20 or code == 0x7F else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
