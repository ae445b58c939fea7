"""Decoding JSON with the complaints of Go's encoding/json, which the API server passes on to its users."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from k8s_magic.objects import gotext


class JSONSyntaxError(ValueError):
    """A text that is no JSON, in the words of Go's scanner."""


def loads(text: str | bytes) -> Any:
    """The decoded value; JSONSyntaxError such as `invalid character 'b' looking for beginning of object key string`."""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    try:
        value = json.loads(text, strict=True, parse_constant=_refuse)
    except ValueError:
        raise JSONSyntaxError(_Scanner(text).complaint()) from None
    return _without_surrogates(value) if _ESCAPED_SURROGATE.search(text) else value


class _Doubled(dict[str, Any]):
    """An object that says some of its fields twice."""

    fields: tuple[str, ...] = ()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, names = _Doubled(found), [name for name, _ in pairs]
    doubled.fields = tuple(name for name in found if names.count(name) > 1)
    return doubled


def duplicate_fields(text: str | bytes) -> list[str]:
    """The paths of the fields that a valid JSON text says more than once; the last one counts."""

    def walk(value: Any, path: str) -> list[str]:
        if isinstance(value, list):
            return [field for index, item in enumerate(value) for field in walk(item, f"{path}[{index}]")]
        if not isinstance(value, dict):
            return []
        prefix = f"{path}." if path else ""
        own = [prefix + name for name in value.fields] if isinstance(value, _Doubled) else []
        return own + [field for name, item in value.items() for field in walk(item, prefix + name)]

    return walk(json.loads(text, object_pairs_hook=_pairs), "")


def type_name(value: Any) -> str:
    """A decoded value's type, as Go's decoder names it."""
    names = {dict: "object", list: "array", str: "string", bool: "bool"}
    return names.get(type(value), "number")


_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _without_surrogates(value: Any) -> Any:
    """Half a pair of surrogates is no character; Go puts U+FFFD in its place."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_SPACE = re.compile(r"[ \t\r\n]*")
_DIGITS = re.compile(r"[0-9]*", re.ASCII)


class _Scanner:
    """Walks a text up to where it stops being JSON."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def complaint(self) -> str:
        try:
            self.value()
            self.skip()
            self.fail("after top-level value")
        except JSONSyntaxError as error:
            return str(error)

    def fail(self, context: str) -> NoReturn:
        if self.position < len(self.text):
            raise JSONSyntaxError(f"invalid character {_quoted(self.text[self.position])} {context}")
        # Go feeds its scanner a last space, which is wrong within a literal, a number or an escape.
        within = context.endswith(("code", "escape", "numeric literal", ")"))
        raise JSONSyntaxError(f"invalid character ' ' {context}" if within else "unexpected end of JSON input")

    def skip(self) -> str:
        """Goes past white space; the character that follows."""
        match = _SPACE.match(self.text, self.position)
        assert match
        self.position = match.end()
        return self.text[self.position : self.position + 1]

    def expect(self, characters: str, context: str) -> str:
        character = self.text[self.position : self.position + 1]
        if not character or character not in characters:
            self.fail(context)
        self.position += 1
        return character

    def value(self) -> None:
        character = self.skip()
        if character == "{":
            self.object()
        elif character == "[":
            self.array()
        elif character == '"':
            self.string()
        elif character and character in "-0123456789":
            self.number()
        elif character and character in "tfn":
            self.literal({"t": "true", "f": "false", "n": "null"}[character])
        else:
            self.fail("looking for beginning of value")

    def object(self) -> None:
        self.position += 1
        if self.skip() == "}":
            self.position += 1
            return
        while True:
            if self.skip() != '"':
                self.fail("looking for beginning of object key string")
            self.string()
            self.skip()
            self.expect(":", "after object key")
            self.value()
            self.skip()
            if self.expect(",}", "after object key:value pair") == "}":
                return

    def array(self) -> None:
        self.position += 1
        if self.skip() == "]":
            self.position += 1
            return
        while True:
            self.value()
            self.skip()
            if self.expect(",]", "after array element") == "]":
                return

    def string(self) -> None:
        self.position += 1
        while True:
            character = self.text[self.position : self.position + 1]
            if not character or character < " ":
                self.fail("in string literal")
            self.position += 1
            if character == '"':
                return
            if character == "\\" and self.expect('bfnrt\\/"u', "in string escape code") == "u":
                for _ in range(4):
                    self.expect("0123456789abcdefABCDEF", "in \\u hexadecimal character escape")

    def literal(self, word: str) -> None:
        for character in word:
            self.expect(character, f"in literal {word} (expecting {_quoted(character)})")

    def number(self) -> None:
        if self.text[self.position] == "-":
            self.position += 1
        if self.expect("0123456789", "in numeric literal") != "0":
            self.digits()
        if self.text[self.position : self.position + 1] == ".":
            self.position += 1
            self.expect("0123456789", "after decimal point in numeric literal")
            self.digits()
        if self.text[self.position : self.position + 1] in ("e", "E"):
            self.position += 1
            if self.text[self.position : self.position + 1] in ("+", "-"):
                self.position += 1
            self.expect("0123456789", "in exponent of numeric literal")
            self.digits()

    def digits(self) -> None:
        match = _DIGITS.match(self.text, self.position)
        assert match
        self.position = match.end()


def _quoted(character: str) -> str:
    """The character in single quotes. Go looks at single bytes, so of a longer one it shows the first."""
    if character == "'":
        return "'\\''"
    byte = chr(character.encode()[0])
    return "'" + ('"' if byte == '"' else gotext.quote(byte)[1:-1]) + "'"
