"""From text to JSON values: documents one after the other, scalars typed by go-yaml's rules, its words for mistakes."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.yamls.scalars import number_text, resolve

# The C parser is ten times faster; Pyodide may come without it.
_LoaderBase: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_PLAIN = "?"
_CORE = "tag:yaml.org,2002:"
_STR = "tag:yaml.org,2002:str"
_SEPARATOR = "---"


class YamlError(ValueError):
    """A text that go-yaml refuses, in its words: `yaml: line 4: did not find expected key`."""


class _Loader(_LoaderBase):  # type: ignore[misc]
    """Composes nodes only; a plain scalar keeps the tag `?`, so that explicit tags can be told from none."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else _STR
        return _CORE + ("seq" if kind is yaml.SequenceNode else "map")


def load(text: str, *, newer: bool = False) -> Any:
    """The first YAML document of `text` as JSON values, None where it is empty. Errors: YamlError. Models go-yaml v2 Unmarshal.

    `newer`: as go-yaml v3 reads it, for kustomize: `yes` and `off` are words.
    """
    loader = None
    try:
        _check_depth(text)
        if not newer:
            _check_escapes(text)
        loader = _Loader(text)
        node = loader.get_node() if loader.check_node() else None
    except yaml.reader.ReaderError as error:
        raise YamlError(f"yaml: {_reader_problem(error)}") from None
    except yaml.MarkedYAMLError as error:
        raise YamlError(f"yaml: {_problem(error, text)}") from None
    finally:
        if loader is not None:
            loader.dispose()
    return None if node is None else _Builder(text, newer).build(node)


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
    too_deep = YamlError("yaml: exceeded max depth of 10000")
    depth = 0
    try:
        for token in yaml.scan(text, Loader=_LoaderBase):
            depth += isinstance(token, _DEEPER) - isinstance(token, _HIGHER)
            if depth > _DEEPEST:
                raise too_deep
    except yaml.MarkedYAMLError as error:
        # Newer versions of libyaml have a limit of their own, and look ahead so far that they meet it first.
        if error.problem == "exceeded maximum nesting depth":
            raise too_deep from None
        raise


def _check_escapes(text: str) -> None:
    """Refuse the escape `\\/`, which libyaml knows from YAML 1.2 and go-yaml v2 does not; outside double quotes it is none."""
    if "\\/" not in text:
        return
    try:
        # Of the same length, so that the error stands where go-yaml has it, and unknown to both.
        for _ in yaml.scan(text.replace("\\/", "\\!"), Loader=_LoaderBase):
            pass
    except yaml.MarkedYAMLError as error:
        if error.problem == "found unknown escape character":
            raise
        # Any other mistake is for the reading proper to report.


def documents(text: str, where: str, *, newer: bool = False) -> Iterator[Any]:
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
            value = load(chunk, newer=newer)
        except YamlError as error:
            raise _parse_error(where, json_error or f"error converting YAML to JSON: {error}") from None
        if value is not None:
            yield value


def load_all(text: str, where: str, *, newer: bool = False) -> list[Any]:
    """All documents of a file; UsageError at the first bad one."""
    return list(documents(text, where, newer=newer))


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

    def __init__(self, text: str, newer: bool) -> None:
        self._text = text
        self._newer = newer
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
            return _as_json(node.value if self._newer and _is_word(node) else _scalar(node))
        if isinstance(node, yaml.CollectionNode) and node.flow_style:
            _check_flow(node)
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


def _check_flow(node: yaml.Node) -> None:
    """Within braces and brackets, go-yaml's older scanner ends a plain scalar at a question mark."""
    inside = [each for pair in node.value for each in pair] if isinstance(node, yaml.MappingNode) else node.value
    for each in inside:
        if isinstance(each, yaml.ScalarNode) and each.tag == _PLAIN and "?" in each.value[1:]:
            line = f"line {each.start_mark.line}: " if each.start_mark.line else ""
            raise YamlError(f"yaml: {line}did not find expected ',' or '{'}' if isinstance(node, yaml.MappingNode) else ']'}'")


def _alias_share(made: int) -> float:
    """How much of a document may come from aliases: nearly all of a small one, a tenth of a huge one."""
    low, high = 400_000, 4_000_000
    return 0.99 if made <= low else 0.10 if made >= high else 0.99 - 0.89 * (made - low) / (high - low)


def _is_word(node: yaml.ScalarNode) -> bool:
    """Whether YAML 1.2 knows the plain scalar for a word where YAML 1.1 takes it for a bool."""
    return node.tag == _PLAIN and node.value.lower() in ("y", "n", "yes", "no", "on", "off")


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
