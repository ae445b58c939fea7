"""From JSON values to text: keys in go-yaml's natural order, strings quoted where it quotes them. Models goyaml.v2 encode.go, sorter.go."""

from __future__ import annotations

import functools
import io
import re
from typing import Any

import yaml

from k8s_magic.kubectl.yamls.scalars import BASE_60, NAMED, TIME, number_text, resolve

_DumperBase: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PLAIN = "?"


class _Dumper(_DumperBase):  # type: ignore[misc]
    """Writes no tags: every node counts as implicit."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        return _PLAIN


# libyaml of go-yaml's age takes characters beyond U+FFFF for unprintable; they go through PyYAML as ten printable columns.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ASTRAL_MARK = re.compile("\ue000([0-9A-F]{8})\ue001")


def dump(obj: Any) -> str:
    """`obj` (JSON values) as sigs.k8s.io/yaml writes it: indent 2, lists not indented, lines of 80 columns. Models goyaml.v2 encode.go."""
    out = io.StringIO()
    dumper = _Dumper(out, width=80, allow_unicode=True)
    try:
        dumper.open()
        dumper.serialize(_node(obj))
        dumper.close()
    finally:
        dumper.dispose()
    text = out.getvalue().removesuffix("...\n")
    return _ASTRAL_MARK.sub(r"\\U\1", text) if "\ue000" in text else text


def _node(value: Any) -> yaml.Node:
    if isinstance(value, str):
        return _string_node(value)
    if isinstance(value, dict):
        items = [(_string_node(key), _node(value[key])) for key in natural_order(value)]
        return yaml.MappingNode(_PLAIN, items, flow_style=False)
    if isinstance(value, (list, tuple)):
        return yaml.SequenceNode(_PLAIN, [_node(item) for item in value], flow_style=False)
    return yaml.ScalarNode(_PLAIN, number_text(value))


@functools.lru_cache(maxsize=4096)
def _style(text: str) -> str | None:
    if "\n" in text:
        return "|"
    if text in NAMED or TIME.match(text) or BASE_60.match(text):
        return '"'
    return None if isinstance(resolve(text), str) else '"'


def _string_node(text: str) -> yaml.ScalarNode:
    if _ASTRAL.search(text):
        marked = _ASTRAL.sub(lambda match: f"\ue000{ord(match.group()):08X}\ue001", text)
        return yaml.ScalarNode(_PLAIN, marked, style='"')
    return yaml.ScalarNode(_PLAIN, text, style=_style(text))


def natural_order(keys: Any) -> list[str]:
    """Keys as go-yaml sorts them: letters after all else, digit runs by their number. Models goyaml.v2 sorter.go."""
    keys = list(keys)
    if all(key.isascii() and key.isalpha() for key in keys):
        return sorted(keys)
    return sorted(keys, key=functools.cmp_to_key(_compare))


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
