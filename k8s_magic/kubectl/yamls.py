"""YAML as kubectl reads and writes it: the dialect of sigs.k8s.io/yaml (go-yaml v2 with a detour through JSON).

Reading: a file is split into documents at lines that begin with `---`, then each is parsed; scalars are typed by
go-yaml's rules (`y` is true, `12:30` is text, `0o17` is 15) and come out as JSON would have them (`1.0` is 1).
Writing: keys in go-yaml's natural order, strings quoted where go-yaml quotes them.
Not modelled: anchors that are defined twice (refused here, the later wins there), the exact text of some JSON syntax errors.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from k8s_magic.kubectl.environment import UsageError

# The C parser is ten times faster; Pyodide may come without it.
_LoaderBase: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DumperBase: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_PLAIN = "?"
_STR = "tag:yaml.org,2002:str"
_CORE = "tag:yaml.org,2002:"
_SEPARATOR = "---"

_NAMED: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_HINTED = frozenset("+-.0123456789")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_OCTAL = re.compile(r"[-+]?0[oO]?[0-7]+$")
_PREFIXED = re.compile(r"[-+]?0([xX][0-9a-fA-F]+|[bB][01]+)$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?([Tt ]\d\d?:\d\d?:\d\d?(\.\d*)?( *Z|[-+]\d\d:\d\d)?)?$")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$")


class YamlError(ValueError):
    """A text that go-yaml refuses, in its words: `yaml: line 4: did not find expected key`."""


# --- Reading ---------------------------------------------------------------------------------------------------------


class _Loader(_LoaderBase):  # type: ignore[misc]
    """Composes nodes only; a plain scalar keeps the tag `?`, so that explicit tags can be told from none."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _STR
        return _CORE + ("seq" if kind is yaml.SequenceNode else "map")


def load(text: str) -> Any:
    """The first YAML document of `text` as JSON values, None where it is empty. Errors: YamlError. Models go-yaml v2 Unmarshal."""
    loader = None
    try:
        _check_depth(text)
        loader = _Loader(text)
        node = loader.get_node() if loader.check_node() else None
    except yaml.reader.ReaderError as error:
        raise YamlError(f"yaml: {_reader_problem(error)}") from None
    except yaml.MarkedYAMLError as error:
        raise YamlError(f"yaml: {_problem(error, text)}") from None
    finally:
        if loader is not None:
            loader.dispose()
    return None if node is None else _Builder(text).build(node)


_DEEPEST = 200
"""go-yaml follows 10,000 levels; libyaml's composer and Python's stack end long before, and no manifest nests like that."""
_OPENING = re.compile(r"^[ ?-]*", re.MULTILINE)
_DEEPER = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken)
_HIGHER = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


def _check_depth(text: str) -> None:
    """Refuse what nests too deeply, before the composer recurses into it. Tokens are looked at only where the text could be deep."""
    flow = text.count("[") + text.count("{")
    if flow <= _DEEPEST and max(len(opening[0]) for opening in _OPENING.finditer(text)) <= _DEEPEST:
        return
    depth = 0
    for token in yaml.scan(text, Loader=_LoaderBase):
        depth += isinstance(token, _DEEPER) - isinstance(token, _HIGHER)
        if depth > _DEEPEST:
            raise YamlError("yaml: exceeded max depth of 10000")


def documents(text: str, where: str) -> Iterator[Any]:
    """The documents of a file one after the other, as they are read; UsageError (`error parsing WHERE: ...`) at a bad one.

    Empty documents are left out. Models apimachinery's YAMLOrJSONDecoder.
    """
    json_error, count, consumed = "", 0, 0
    while text.lstrip().startswith("{") and not json_error:
        try:
            value, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
        except json.JSONDecodeError as error:
            json_error = _json_problem(error, consumed)
            if count > 1:
                raise _parse_error(where, json_error) from None
        else:
            count += 1
            yield _from_json(value)
            text, consumed = text[end:], consumed + end
    for chunk in _chunks(text, where):
        try:
            value = load(chunk)
        except YamlError as error:
            raise _parse_error(where, json_error or f"error converting YAML to JSON: {error}") from None
        if value is not None:
            yield value


def load_all(text: str, where: str) -> list[Any]:
    """All documents of a file; UsageError at the first bad one."""
    return list(documents(text, where))


def _parse_error(where: str, problem: str) -> UsageError:
    return UsageError(f"error parsing {where}: {problem}")


def _chunks(text: str, where: str) -> Iterator[str]:
    """One string a document. As in kubectl, a separator that opens a document counts as its first line only at the very start."""
    lines: list[str] = []
    for line in io.StringIO(text, newline=None):
        if line.startswith(_SEPARATOR):
            rest = line[len(_SEPARATOR) :].strip()
            if rest and not rest.startswith("#"):
                raise _parse_error(where, f"invalid Yaml document separator: {rest}")
            if lines:
                yield "".join(lines)
                lines = []
                continue
        lines.append(line)
    if lines:
        yield "".join(lines)


def _reader_problem(error: yaml.reader.ReaderError) -> str:
    reason = str(error.reason)
    return "control characters are not allowed" if reason.startswith("special characters") else reason


def _problem(error: yaml.MarkedYAMLError, text: str) -> str:
    """go-yaml's words for a syntax error: a parser's error is reported one line too early there."""
    problem, mark = error.problem or "", error.problem_mark
    if problem.startswith("found undefined alias") and mark is not None:
        alias = re.match(r"\*([^\s,\]}]*)", text.split("\n")[mark.line][mark.column :])
        return f"unknown anchor '{alias.group(1) if alias else ''}' referenced"
    line = 0
    if mark is not None and mark.line:
        line = mark.line + isinstance(error, yaml.scanner.ScannerError)
    elif error.context_mark is not None:
        line = error.context_mark.line
    return (f"line {line}: " if line else "") + _c_words(error.context or "", problem)


def _c_words(context: str, problem: str) -> str:
    """The C parser's words for what PyYAML's own parser found."""
    if problem.startswith("expected <block end>"):
        return "did not find expected '-' indicator" if "collection" in context else "did not find expected key"
    for start, words in (
        ("expected ',' or ']'", "did not find expected ',' or ']'"),
        ("expected ',' or '}'", "did not find expected ',' or '}'"),
        ("expected the node content", "did not find expected node content"),
        ("expected '<document start>'", "did not find expected <document start>"),
        ("found character", "found character that cannot start any token"),
        ("mapping values are not allowed here", "mapping values are not allowed in this context"),
    ):
        if problem.startswith(start):
            return words
    return problem


class _Builder:
    """Values from nodes. Counts as it goes, because an alias may stand for a tree that repeats a million times."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._made = 0
        self._through_aliases = 0
        self._open: set[int] = set()
        self._seen: set[int] = set()
        self._alias_depth = 0

    def build(self, node: yaml.Node) -> Any:
        self._made += 1
        self._through_aliases += self._alias_depth > 0
        if self._through_aliases > 100 and self._made > 1000 and self._through_aliases / self._made > _alias_share(self._made):
            raise YamlError("yaml: document contains excessive aliasing")
        if isinstance(node, yaml.ScalarNode):
            return _as_json(_scalar(node))
        if id(node) in self._open:
            raise YamlError(f"yaml: anchor '{self._anchor(node)}' value contains itself")
        repeated = id(node) in self._seen
        self._seen.add(id(node))
        self._open.add(id(node))
        self._alias_depth += repeated
        value = [self.build(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else self._mapping(node)
        self._alias_depth -= repeated
        self._open.discard(id(node))
        return value

    def _anchor(self, node: yaml.Node) -> str:
        found = re.search(r"&(\S+)\s*$", self._text[: node.start_mark.index]) or re.match(r"&(\S+)", self._text[node.start_mark.index :])
        return found.group(1) if found else ""

    def _mapping(self, node: yaml.Node) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag == _PLAIN and key_node.value == "<<":
                made.update(self._merged(value_node))
                continue
            key = self.build(key_node)
            if isinstance(key, (dict, list)):
                raise YamlError(f"yaml: invalid map key: {_go_value(key)}")
            value = self.build(value_node)
            made[_key_text(key, value)] = value
        return made

    def _merged(self, node: yaml.Node) -> dict[str, Any]:
        value = self.build(node)
        parts = list(reversed(value)) if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise YamlError("yaml: map merge requires map or sequence of maps as the value")
        return {key: item for part in parts for key, item in part.items()}


def _alias_share(made: int) -> float:
    """How much of a document may come from aliases: nearly all of a small one, a tenth of a huge one."""
    low, high = 400_000, 4_000_000
    return 0.99 if made <= low else 0.10 if made >= high else 0.99 - 0.89 * (made - low) / (high - low)


def _scalar(node: yaml.ScalarNode) -> Any:
    tag, text = node.tag, node.value
    if tag == _PLAIN or tag == "!" or tag[len(_CORE) :] in ("bool", "int", "float", "null", "timestamp"):
        value = resolve(text)
        if tag == _CORE + "float" and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if tag not in (_PLAIN, "!") and _tag_of(value) != tag[len(_CORE) :]:
            raise YamlError(f"yaml: cannot decode !!{_tag_of(value)} `{text}` as a !!{tag[len(_CORE) :]}")
        return value
    if tag == _CORE + "binary":
        try:
            return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
        except ValueError:
            raise YamlError("yaml: !!binary value contains invalid base64 data") from None
    return text


def _tag_of(value: Any) -> str:
    return {bool: "bool", int: "int", float: "float", type(None): "null"}.get(type(value), "str")


def resolve(text: str) -> Any:
    """What a plain scalar means: bool, None, int, float or the text itself. Models go-yaml v2 resolve.go."""
    if text in _NAMED:
        return _NAMED[text]
    if text[0] not in _HINTED:
        return text
    if text[0] == ".":
        return _float(text, text)
    if _TIME.match(text):
        return text
    plain = text.replace("_", "")
    number = _integer(plain)
    return _float(plain, text) if number is None else number


def _integer(plain: str) -> int | float | None:
    """As strconv.ParseInt with base 0, then ParseUint; what is above an int64 ends up a float, as it does behind JSON."""
    if _DECIMAL.match(plain):
        value = int(plain)
    elif _OCTAL.match(plain):
        value = int(plain.replace("o", "").replace("O", ""), 8)
    elif _PREFIXED.match(plain):
        value = int(plain, 0)
    else:
        return None
    return value if -(2**63) <= value < 2**63 else float(value)


def _float(plain: str, text: str) -> float | str:
    if not _FLOAT.match(plain):
        return text
    value = float(plain)
    return text if math.isinf(value) else value


def _as_json(value: Any) -> Any:
    """The detour through JSON: a whole float is written without its point there and comes back as an integer."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise YamlError(f"json: unsupported value: {'NaN' if math.isnan(value) else '+Inf' if value > 0 else '-Inf'}")
        if value.is_integer() and abs(value) < 2**63:
            return int(value)
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    return _as_json(value)


def _key_text(key: Any, value: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None:
        raise YamlError(f"unsupported map key of type: %!s(<nil>), key: <nil>, value: {_go_value(value)}")
    return number_text(key)


def _go_value(value: Any) -> str:
    """A value as Go's %#v prints what go-yaml made of it."""
    if isinstance(value, dict):
        return "map[interface {}]interface {}{" + ", ".join(f"{_go_value(k)}:{_go_item(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[]interface {}{" + ", ".join(map(_go_item, value)) + "}"
    return "<nil>" if value is None else json.dumps(value, ensure_ascii=False)


def _go_item(value: Any) -> str:
    return "interface {}(nil)" if value is None else _go_value(value)


def _json_problem(error: json.JSONDecodeError, consumed: int) -> str:
    """Go's words for a JSON syntax error; `consumed` characters stood before the value that is bad."""
    if error.pos >= len(error.doc.rstrip()):
        return "unexpected EOF"
    what = {
        "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
        "Expecting ':' delimiter": "after object key",
        "Expecting ',' delimiter": "after object key:value pair",
        "Illegal trailing comma before end of object": "looking for beginning of object key string",
    }.get(error.msg, "looking for beginning of value")
    return f"json: offset {consumed + error.pos + 1}: invalid character '{error.doc[error.pos]}' {what}"


# --- Writing ---------------------------------------------------------------------------------------------------------


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
    if text in _NAMED or _TIME.match(text) or _BASE_60.match(text):
        return '"'
    return None if isinstance(resolve(text), str) else '"'


def _string_node(text: str) -> yaml.ScalarNode:
    if _ASTRAL.search(text):
        marked = _ASTRAL.sub(lambda match: f"\ue000{ord(match.group()):08X}\ue001", text)
        return yaml.ScalarNode(_PLAIN, marked, style='"')
    return yaml.ScalarNode(_PLAIN, text, style=_style(text))


def number_text(value: Any) -> str:
    """A number, boolean or null as go-yaml writes it: floats as Go's %g, `1e+06` from a million on."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = json_float(value)
    return text if text.isdigit() and int(text) < 2**64 else go_float(value)


def go_float(value: float) -> str:
    """Go's strconv.FormatFloat(value, 'g', -1, 64)."""
    digits, exponent = _decimal_parts(value)
    if -4 <= exponent < 6:
        return repr(value).removesuffix(".0")
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{'-' if value < 0 else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def json_float(value: float) -> str:
    """A float as encoding/json writes it: in full from 1e-6 up to below 1e21."""
    if value == 0:
        return "0"
    digits, exponent = _decimal_parts(value)
    if not -6 <= exponent < 21:
        return go_float(value).replace("e-0", "e-")
    point = exponent + 1
    if point <= 0:
        text = "0." + "0" * -point + digits
    elif point >= len(digits):
        text = digits + "0" * (point - len(digits))
    else:
        text = digits[:point] + "." + digits[point:]
    return "-" + text if value < 0 else text


def _decimal_parts(value: float) -> tuple[str, int]:
    """The shortest digits that tell the number, and the exponent of the first one."""
    digits = re.sub(r"e.*", "", repr(abs(value))).replace(".", "").strip("0") or "0"
    return digits, int(f"{value:.17e}".split("e")[1])


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
