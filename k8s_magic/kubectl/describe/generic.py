"""kubectl describe for kinds it knows nothing of: all fields, with titles made of their names."""

from __future__ import annotations

import re
from typing import Any

from k8s_magic.kubectl.describe import parts
from k8s_magic.kubectl.describe.writer import Describer, Writer
from k8s_magic.objects import gotext
from k8s_magic.objects.meta import Obj

_SKIPPED = tuple(f".metadata.{key}" for key in ("managedFields", "name", "namespace", "labels", "annotations"))
_ACRONYMS = ("API", "URL", "UID", "GUID")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|-+|[^A-Za-z-]+")


def describe(obj: Obj, d: Describer) -> str:
    """Models genericDescriber."""
    w = Writer()
    parts.heading(w, obj)
    parts.both(w, obj)
    _content(w, obj, "", 0)
    parts.events(w, d, obj)
    return w.text()


def _content(w: Writer, content: Obj, prefix: str, level: int) -> None:
    for key in sorted(content):
        value, path = content[key], f"{prefix}.{key}"
        if path in _SKIPPED:
            continue
        if isinstance(value, dict):
            w.line(f"{title(key)}:", level=level)
            _content(w, value, path, level + 1)
        elif isinstance(value, list):
            w.line(f"{title(key)}:", level=level)
            for item in value:
                _item(w, item, path, level + 1)
        else:
            w.field(title(key), gotext.plain(value), level)


def _item(w: Writer, item: Any, path: str, level: int) -> None:
    if isinstance(item, dict):
        _content(w, item, path, level)
    else:
        w.line(gotext.plain(item), level=level)


def title(key: str) -> str:
    """`apiVersion` as `API Version`; names with more than letters and dashes stay. Models smartLabelFor."""
    if not all(character.isalpha() or character == "-" for character in key):
        return key
    words = []
    for word in _merged(_HUMP.findall(key)):
        if word.upper() in _ACRONYMS:
            word = word.upper()
        elif word.lower() == word:
            word = word.title()
        words.append(word)
    return " ".join(words)


def _merged(humps: list[str]) -> list[str]:
    """An acronym and a capitalized word behind it stay one: `IPs`."""
    merged: list[str] = []
    for hump in humps:
        if merged and len(merged[-1]) >= 2 and merged[-1].isupper() and hump[0].isupper():
            merged[-1] += hump
        else:
            merged.append(hump)
    return merged
