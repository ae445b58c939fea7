"""JSON as Go's encoding/json indents it."""

from __future__ import annotations

import json
import re
from typing import Any

from k8s_magic.objects import gotext

_FLOAT_MARK = "\ue002"
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def indented(value: Any, *, typed: bool = False) -> str:
    """Four spaces a level, keys sorted (in the order given where `typed`, as a struct's), `<>&` escaped."""
    text = json.dumps(_marked(value), indent=4, separators=(",", ": "), sort_keys=not typed, ensure_ascii=False)
    if _FLOAT_MARK in text:
        text = re.sub(f'"{_FLOAT_MARK}([^"]*)"', r"\1", text)
    for character, escape in _ESCAPED.items():
        if character in text:
            text = text.replace(character, escape)
    return text


def _marked(value: Any) -> Any:
    """Floats become marked strings, because json.dumps has its own mind about them."""
    if isinstance(value, float):
        return _FLOAT_MARK + gotext.number(value, small=-6)
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value
