"""JSON as Go's encoding/json reads it, for the words of its errors."""

from __future__ import annotations

import json
from typing import Any


class JsonError(ValueError):
    """A text that is no JSON, in encoding/json's words."""


_WORDS = {
    "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Expecting value": "looking for beginning of value",
    "Illegal trailing comma before end of object": "looking for beginning of object key string",
    "Extra data": "after top-level value",
}


def loads(text: str) -> Any:
    """The value; JsonError where the text is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            raise JsonError("unexpected end of JSON input") from None
        raise JsonError(f"invalid character '{text[error.pos]}' {_WORDS.get(error.msg, 'in string literal')}") from None
