"""From JSON values to text: keys in go-yaml's natural order, strings quoted where it quotes them. Models goyaml.v2 encode.go, sorter.go."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterable
from typing import Any

import yaml

from k8s_magic.kubectl.yamls.scalars import BASE_60, NAMED, TIME, number_text, resolve

_Emitter: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

# libyaml of go-yaml's age takes characters beyond U+FFFF for unprintable; they go through PyYAML as ten printable columns.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ASTRAL_MARK = re.compile("\ue000([0-9A-F]{8})\ue001")


def dump(obj: Any) -> str:
    """`obj` (JSON values) as sigs.k8s.io/yaml writes it: indent 2, lists not indented, lines of 80 columns. Models goyaml.v2 encode.go."""
    out = io.StringIO()
    emitter = _Emitter(out, width=80, allow_unicode=True)
    try:
        emitter.open()
        emitter.emit(yaml.DocumentStartEvent(explicit=False))
        _emit(obj, emitter.emit)
        emitter.emit(yaml.DocumentEndEvent(explicit=False))
        emitter.close()
    finally:
        emitter.dispose()
    text = out.getvalue().removesuffix("...\n")
    return _ASTRAL_MARK.sub(r"\\U\1", text) if "\ue000" in text else text


# Nothing has a tag or an anchor, so that an event tells its text alone, and equal ones can be one.
_MAPPING, _MAPPING_END = yaml.MappingStartEvent(None, None, True, flow_style=False), yaml.MappingEndEvent()
_SEQUENCE, _SEQUENCE_END = yaml.SequenceStartEvent(None, None, True, flow_style=False), yaml.SequenceEndEvent()


def _emit(value: Any, emit: Callable[[yaml.Event], None]) -> None:
    if isinstance(value, str):
        emit(_string(value))
    elif isinstance(value, dict):
        emit(_MAPPING)
        for key in _ordered(tuple(value)):
            emit(_string(key))
            _emit(value[key], emit)
        emit(_MAPPING_END)
    elif isinstance(value, (list, tuple)):
        emit(_SEQUENCE)
        for item in value:
            _emit(item, emit)
        emit(_SEQUENCE_END)
    else:
        emit(yaml.ScalarEvent(None, None, (True, True), number_text(value)))


def _style(text: str) -> str | None:
    if "\n" in text:
        return "|"
    if text in NAMED or TIME.match(text) or BASE_60.match(text):
        return '"'
    return None if isinstance(resolve(text), str) else '"'


@functools.lru_cache(maxsize=4096)
def _string(text: str) -> yaml.ScalarEvent:
    if _ASTRAL.search(text):
        marked = _ASTRAL.sub(lambda match: f"\ue000{ord(match.group()):08X}\ue001", text)
        return yaml.ScalarEvent(None, None, (True, True), marked, style='"')
    return yaml.ScalarEvent(None, None, (True, True), text, style=_style(text))


def natural_order(keys: Iterable[str]) -> list[str]:
    """Keys as go-yaml sorts them: letters after all else, digit runs by their number. Models goyaml.v2 sorter.go."""
    return list(_ordered(tuple(keys)))


@functools.lru_cache(maxsize=4096)
def _ordered(keys: tuple[str, ...]) -> tuple[str, ...]:
    if all(key.isascii() and key.isalpha() for key in keys):
        return tuple(sorted(keys))
    return tuple(sorted(keys, key=functools.cmp_to_key(_compare)))


def _compare(a: str, b: str) -> int:
    return -1 if _less(a, b) else 1 if _less(b, a) else 0


def _less(a: str, b: str) -> bool:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x == y:
            continue
        if x.isalpha() or y.isalpha():
            return x < y if x.isalpha() and y.isalpha() else y.isalpha()
        first = 1 if "0" in (x, y) and re.search(r"[1-9]0*$", a[:i]) else 0
        (an, a_end), (bn, b_end) = _digits(a, i, first), _digits(b, i, first)
        if an != bn:
            return an < bn
        return a_end < b_end if a_end != b_end else x < y
    return len(a) < len(b)


def _digits(text: str, start: int, value: int) -> tuple[int, int]:
    """The number that begins at `start`, and where it ends."""
    end = start
    while end < len(text) and text[end].isdigit():
        value = value * 10 + ord(text[end]) - ord("0")
        end += 1
    return value, end
