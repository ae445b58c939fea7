"""Reading kubectl's dialect of JSONPath: text with actions in braces, such as `{.items[*].metadata.name}`, into a list of nodes.

Models k8s.io/client-go/util/jsonpath parser.go.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final


class JSONPathError(ValueError):
    """A template that can't be read or doesn't fit the data, in client-go's words.

    `partial` is what the failing step had found: a filter that asks whether something exists counts that as found.
    """

    def __init__(self, message: str, partial: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.partial = partial


class Number(int):
    """A whole number that a template spells out: Go's `int`, where one that was decoded is an `int64`."""


@dataclass(frozen=True)
class Literal:
    """Text, a number or a boolean that stands for itself. Text takes the place of all input, the others of each."""

    value: str | int | float | bool


@dataclass(frozen=True)
class Field:
    name: str


@dataclass(frozen=True)
class Wildcard:
    pass


@dataclass(frozen=True)
class Recursive:
    pass


@dataclass(frozen=True)
class Identifier:
    """`range` and `end`; any other word is an error when it is evaluated."""

    name: str


@dataclass(frozen=True)
class Slice:
    """`[start:stop:step]`; None where nothing was given. `single` marks `[start]`."""

    start: int | None
    stop: int | None
    step: int | None
    single: bool


@dataclass(frozen=True)
class Union:
    parts: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Filter:
    left: tuple[Node, ...]
    operator: str
    right: tuple[Node, ...]


Node = Literal | Field | Wildcard | Recursive | Identifier | Slice | Union | Filter
Action = tuple[Node, ...]


def parse(template: str) -> tuple[Action, ...]:
    """The template's parts in order, each a chain of nodes: text, or what stood in one pair of braces. JSONPathError."""
    actions: list[Action] = []
    position = 0
    while position < len(template):
        brace = template.find("{", position)
        if brace != position:
            end = len(template) if brace < 0 else brace
            actions.append((Literal(template[position:end]),))
            position = end
        else:
            reader = _Reader(template, brace + 1)
            actions.append(tuple(reader.action()))
            position = reader.position
    return tuple(actions)


def _chain(text: str) -> Action:
    """The nodes of a text that stands in an action of its own."""
    return parse("{" + text + "}")[0]


_TERMINATORS: Final = frozenset(" \t\r\n.,[]$@{}")
_KEY = re.compile(r"'([^']*)'", re.ASCII)
_SLICE = re.compile(r"(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?", re.ASCII)
_COMPARISON = re.compile(r"([^!<>=]+)([!<>=]+)(.+)", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)


class _Reader:
    """Reads one action, from after its opening brace to after its closing one."""

    def __init__(self, text: str, position: int) -> None:
        self.text, self.position = text, position
        self.nodes: list[Node] = []

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def action(self) -> list[Node]:
        while not self.text.startswith("}", self.position):
            self.step()
        self.position += 1
        return self.nodes

    def step(self) -> None:
        character = self.peek()
        if self.text.startswith("[?(", self.position):
            self.nodes.append(self.filter())
        elif self.text.startswith("..", self.position):
            self.recursive()
        elif character in ("", "\r", "\n"):
            raise JSONPathError("unclosed action")
        elif character in " @$":
            self.position += 1
        elif character == "[":
            self.nodes.extend(self.array())
        elif character in "\"'":
            self.nodes.append(Literal(self.quoted()))
        elif character == ".":
            self.position += 1
            self.nodes.append(self.field())
        elif character in "+-" or character.isdecimal():
            self.nodes.append(Literal(self.number()))
        elif character == "_" or character.isalpha():
            self.nodes.append(self.identifier())
        else:
            raise JSONPathError(f"unrecognized character in action: {_named(character)}")

    def identifier(self) -> Node:
        start = self.position
        while self.peek() and self.peek() not in _TERMINATORS:
            self.position += 1
        word = self.text[start : self.position]
        return Literal(word == "true") if word in ("true", "false") else Identifier(word)

    def field(self) -> Node:
        start = self.position
        while self.peek() and self.peek() not in _TERMINATORS:
            self.position += 2 if self.peek() == "\\" else 1
        self.position = min(self.position, len(self.text))
        name = self.text[start : self.position]
        return Wildcard() if name == "*" else Field(name.replace("\\", ""))

    def recursive(self) -> None:
        if self.nodes and isinstance(self.nodes[-1], Recursive):
            raise JSONPathError("invalid multiple recursive descent")
        self.position += 2
        self.nodes.append(Recursive())
        if self.peek() == "_" or self.peek().isalpha() or self.peek().isdecimal():
            self.nodes.append(self.field())

    def number(self) -> int | float:
        start = self.position
        self.position += self.peek() in "+-"
        while self.peek() and (self.peek() == "." or self.peek().isdecimal()):
            self.position += 1
        text = self.text[start : self.position]
        if not _NUMBER.fullmatch(text):
            raise JSONPathError(f"cannot parse number {text}")
        return float(text) if "." in text else Number(text)

    def quoted(self) -> str:
        start, quote = self.position, self.peek()
        self.position += 1
        while True:
            character = self.peek()
            if character in ("", "\n"):
                raise JSONPathError("unterminated quoted string")
            self.position += 1
            if character == quote and self.text[self.position - 2] != "\\":
                return _unquote(self.text[start : self.position])

    def array(self) -> list[Node]:
        end = re.compile(r"[\]\n]|$").search(self.text, self.position)
        if not end or end[0] != "]":
            raise JSONPathError("unterminated array")
        inner = self.text[self.position + 1 : end.start()]
        self.position = end.end()
        parts = inner.split(",")
        if len(parts) > 1:
            return [Union(tuple(_chain(f"[{part.strip(' ')}]") for part in parts))]
        key = _KEY.fullmatch(inner)
        return list(_chain(f".{key[1]}")) if key else [_slice(":" if inner == "*" else inner)]

    def filter(self) -> Node:
        self.position += len("[?(")
        start = self.position
        self.find_end_of_filter()
        if self.peek() != "]":
            raise JSONPathError("unclosed array expect ]")
        text = self.text[start : self.position - 1]
        self.position += 1
        parts = _COMPARISON.fullmatch(text)
        if not parts:
            return Filter(_chain(text), "exists", ())
        return Filter(_chain(parts[1]), parts[2], _chain(parts[3]))

    def find_end_of_filter(self) -> None:
        """Goes past the parenthesis that closes a filter: the first that doesn't stand within quotes."""
        opened, closed = "", False
        while True:
            character = self.peek()
            if character in ("", "\n"):
                raise JSONPathError("unterminated filter")
            self.position += 1
            if character in "\"'" and not opened:
                opened = character
            elif character == opened and self.text[self.position - 2] != "\\":
                closed = True
            elif character == ")" and bool(opened) == closed:
                return


def _slice(text: str) -> Slice:
    match = _SLICE.fullmatch(text)
    if not match:
        raise JSONPathError(f"invalid array index {text}")
    numbers = []
    for part in (match[1], (match[2] or "")[1:], (match[3] or "")[1:]):
        if part == "-":
            raise JSONPathError("array index - is not a number")
        numbers.append(int(part) if part else None)
    return Slice(numbers[0], numbers[1], numbers[2], single=not match[2])


def _named(character: str) -> str:
    """A character as `%#U` prints it."""
    shown = f" '{character}'" if character.isprintable() else ""
    return f"U+{ord(character):04X}{shown}"


_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))|([^\\])", re.DOTALL)


def _unquote(quoted: str) -> str:
    """What Go's strconv.Unquote reads, in single quotes too."""
    quote, text = quoted[0], quoted[1:-1]
    out, position = [], 0
    while position < len(text):
        match = _ESCAPE.match(text, position)
        character = match and _unescaped(match, quote)
        if match is None or character is None:
            raise JSONPathError(f"unquote string {quoted} error invalid syntax")
        out.append(character)
        position = match.end()
    return "".join(out)


def _unescaped(match: re.Match[str], quote: str) -> str | None:
    byte, short, long, octal, letter, literal = match.groups()
    if literal:
        return literal if literal != quote else None
    if letter:
        return letter if letter == quote else _ESCAPES.get(letter)
    number = int(byte or short or long or octal, 8 if octal else 16)
    if octal and number > 255:
        return None
    return chr(number) if number <= 0x10FFFF and unicodedata.category(chr(number)) != "Cs" else None
