"""JSON as Go's encoding/json indents it."""

from __future__ import annotations

import json
from typing import Any

from k8s_magic.objects import gotext

_quoted = json.encoder.encode_basestring
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def indented(value: Any, *, typed: bool = False) -> str:
    """Four spaces a level, keys sorted (in the order given where `typed`, as a struct's), `<>&` escaped."""
    text = _text(value, "\n", not typed)
    for character, escape in _ESCAPED.items():
        if character in text:
            text = text.replace(character, escape)
    return text


def _text(value: Any, newline: str, ordered: bool) -> str:
    """By hand, because json.dumps indents in slow Python and has its own mind about floats."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        inner = newline + "    "
        items = sorted(value.items()) if ordered else value.items()
        parts = [f"{_quoted(key)}: {_text(item, inner, ordered)}" for key, item in items]
        return "{" + inner + ("," + inner).join(parts) + newline + "}" if parts else "{}"
    if isinstance(value, list):
        inner = newline + "    "
        parts = [_text(item, inner, ordered) for item in value]
        return "[" + inner + ("," + inner).join(parts) + newline + "]" if parts else "[]"
    return gotext.number(value, small=-6) if isinstance(value, float) else json.dumps(value)
