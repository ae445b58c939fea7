"""Python variables in commands: `$name` and `${name}`, the same in lines, options and bodies.

Only names of plain values (text, numbers, what `x = %kubectl …` kept) are replaced. All else stays as it is, so that go-templates,
jsonpath, awk programs and shell scripts come through: unknown names, `$$name`, `\\$name`, and what stands in single quotes
on a command line, as in a shell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from k8s_magic.magics.shown import Output

VARIABLE = re.compile(r"(?<![\\$])\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")


def expand_body(text: str, variables: Mapping[str, Any]) -> str:
    """A cell's body with the values put in as they are."""
    return VARIABLE.sub(lambda match: _value(match, variables, lambda value: value), text)


def expand_line(line: str, variables: Mapping[str, Any]) -> str:
    """A command line with the values put in so that each stays one word, whatever signs it holds."""
    if "$" not in line:
        return line
    parts = []
    for quote, text in quoted_parts(line):
        if quote == "'":
            parts.append(text)
        elif quote == '"':
            parts.append(VARIABLE.sub(lambda match: _value(match, variables, _escaped), text))
        else:
            parts.append(VARIABLE.sub(lambda match: _value(match, variables, shlex.quote), text))
    return "".join(parts)


def without_comment(line: str) -> str:
    """The line up to a word that begins with #, outside of quotes, as a shell reads it."""
    start = 0
    for quote, text in quoted_parts(line):
        signs = [start + place for place, sign in enumerate(text) if sign == "#" and not quote]
        for at in signs:
            if at == 0 or line[at - 1].isspace():
                return line[:at]
        start += len(text)
    return line


def quoted_parts(line: str) -> list[tuple[str, str]]:
    """The line cut into (quote, text): quote is the sign around the text, which is part of it, or empty."""
    parts, start, quote, position = [], 0, "", 0
    while position < len(line):
        sign = line[position]
        if sign == "\\" and quote != "'":
            position += 1
        elif quote and sign == quote:
            parts.append((quote, line[start : position + 1]))
            start, quote = position + 1, ""
        elif not quote and sign in "'\"":
            parts.append(("", line[start:position]))
            start, quote = position, sign
        position += 1
    parts.append((quote, line[start:]))
    return parts


def _value(match: re.Match[str], variables: Mapping[str, Any], quoted: Any) -> str:
    value = variables.get(match["plain"] or match["braced"])
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Output):
        return str(quoted(value.stdout.rstrip("\n")))  # As a shell's $(…) does.
    if isinstance(value, (str, int, float)):
        return str(quoted(str(value)))
    return match[0]


def _escaped(value: str) -> str:
    """For inside double quotes, where shlex knows these two escapes."""
    return re.sub(r'(["\\])', r"\\\1", value)
