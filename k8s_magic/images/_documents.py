"""Values as programs of the course's databases write and send them: JavaScript literals, and JSON a line over a connection.

Not modelled: the binary protocols of the real servers.
"""

from __future__ import annotations

import json
import re
from typing import Any

from k8s_magic.images._waiting import Lines, within
from k8s_magic.images.context import Connection, ConnectionRefused, Context

PATIENCE_S = 2.0
TOKEN = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?)|([A-Za-z_$][\w$.]*)|([\[\]{}:,()]))""")
NAMES = {"true": True, "false": False, "null": None, "undefined": None}


class BadLiteral(ValueError):
    """What is written is no literal."""


def literals(text: str) -> list[Any]:
    """The values of a list of JavaScript literals: `{_id: 0, host: 'a'}, "b"`."""
    tokens, place = [], 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise BadLiteral(text[place:])
        tokens.append(match)
        place = match.end()
    found, rest = [], tokens
    while rest:
        value, rest = _value(rest)
        found.append(value)
        rest = rest[1:] if rest and rest[0][4] == "," else rest
    return found


def _value(tokens: list[re.Match[str]]) -> tuple[Any, list[re.Match[str]]]:
    if not tokens:
        raise BadLiteral("unexpected end")
    first, rest = tokens[0], tokens[1:]
    if first[1]:
        return re.sub(r"\\(.)", r"\1", first[1][1:-1], flags=re.DOTALL), rest
    if first[2]:
        return (float(first[2]) if "." in first[2] else int(first[2])), rest
    if first[3]:
        return NAMES.get(first[3], first[3]), rest
    return _collection(first[4], rest)


def _collection(opening: str, rest: list[re.Match[str]]) -> tuple[Any, list[re.Match[str]]]:
    if opening not in "[{":
        raise BadLiteral(opening)
    pairs: dict[str, Any] = {}
    items: list[Any] = []
    while rest and rest[0][4] not in ("]", "}"):
        value, rest = _value(rest)
        if opening == "{":
            if not rest or rest[0][4] != ":":
                raise BadLiteral("missing :")
            pairs[str(value)], rest = _value(rest[1:])
        else:
            items.append(value)
        rest = rest[1:] if rest and rest[0][4] == "," else rest
    if not rest:
        raise BadLiteral("unexpected end")
    return (pairs if opening == "{" else items), rest[1:]


class Speaker:
    """One end of a connection that carries a JSON document a line."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._lines = Lines(connection)

    async def read(self) -> Any:
        """The next document; `ConnectionRefused` at the end of the stream."""
        line = await self._lines.line()
        if line is None:
            raise ConnectionRefused("connection closed")
        return json.loads(line)

    def send(self, document: Any) -> None:
        self.connection.write(json.dumps(document).encode() + b"\n")


async def ask(ctx: Context, speaker: Speaker, document: Any) -> Any:
    """One question and its answer; `TooLate` or `ConnectionRefused` where there is none."""
    speaker.send(document)
    return await within(ctx, PATIENCE_S, speaker.read())


def shown(value: Any, indent: str = "") -> str:
    """A value as the mongo shell prints it."""
    if isinstance(value, dict) and value:
        inner = ",\n".join(f'{indent}\t"{key}" : {shown(each, indent + chr(9))}' for key, each in value.items())
        return f"{{\n{inner}\n{indent}}}"
    if isinstance(value, list) and value:
        inner = ",\n".join(f"{indent}\t{shown(each, indent + chr(9))}" for each in value)
        return f"[\n{inner}\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def in_a_line(value: Any) -> str:
    """A value as the mongo shell prints a small one."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" : {in_a_line(each)}' for key, each in value.items()) + " }" if value else "{ }"
    if isinstance(value, list):
        return "[ " + ", ".join(in_a_line(each) for each in value) + " ]" if value else "[ ]"
    return json.dumps(value, ensure_ascii=False)
