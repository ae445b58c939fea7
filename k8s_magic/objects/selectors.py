"""Selectors: which labels (`app=web,tier in (a, b),!old`) or which fields (`status.phase!=Running`) a query asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from k8s_magic.objects.meta import Obj


class SelectorError(ValueError):
    """A selector that can't be understood, in apimachinery's words."""


class Requirement(NamedTuple):
    """One term of a selector. `operator` is one of = == != in notin exists ! gt lt, as the selection package spells them."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels meet this term."""
        value, operator = labels.get(self.key), self.operator
        if operator in ("=", "==", "in"):
            return value in self.values
        if operator in ("!=", "notin"):
            return value is None or value not in self.values
        if operator in ("exists", "!"):
            return (value is not None) == (operator == "exists")
        return _compares(value, operator, self.values)

    def __str__(self) -> str:
        values = ",".join(sorted(self.values))
        if self.operator in ("exists", "!"):
            return ("!" if self.operator == "!" else "") + self.key
        if self.operator in ("in", "notin"):
            return f"{self.key} {self.operator} ({values})"
        return f"{self.key}{_SYMBOLS.get(self.operator, self.operator)}{values}"


_SYMBOLS = {"gt": ">", "lt": "<"}
_INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)


def _compares(value: str | None, operator: str, bounds: Sequence[str]) -> bool:
    if value is None or len(bounds) != 1 or not _is_int64(value) or not _is_int64(bounds[0]):
        return False
    return int(value) > int(bounds[0]) if operator == "gt" else int(value) < int(bounds[0])


def _is_int64(text: str) -> bool:
    return bool(_INTEGER.fullmatch(text)) and -(2**63) <= int(text) < 2**63


class Selector:
    """A conjunction of requirements. No requirements match everything; `NOTHING` matches nothing."""

    __slots__ = ("_others", "equalities", "nothing", "requirements")

    def __init__(self, requirements: Iterable[Requirement] = (), *, nothing: bool = False) -> None:
        self.requirements = tuple(sorted(requirements, key=lambda requirement: requirement.key))
        self.nothing = nothing
        exact = [r for r in self.requirements if r.operator in _EXACT and len(r.values) == 1]
        self.equalities = {r.key: r.values[0] for r in exact}
        # Two equalities on one key can't both go into a dict: then every requirement is looked at on its own.
        clash = len(self.equalities) < len(exact)
        self._others = tuple(r for r in self.requirements if clash or r not in exact)

    @property
    def empty(self) -> bool:
        """Whether the selector restricts nothing."""
        return not self.requirements and not self.nothing

    def matches(self, labels: Mapping[str, str] | None) -> bool:
        """Whether the labels meet every requirement."""
        labels = labels or {}
        for key, value in self.equalities.items():
            if labels.get(key) != value:
                return False
        return not self.nothing and all(requirement.matches(labels) for requirement in self._others)

    def explain(self, labels: Mapping[str, str] | None) -> list[tuple[str, bool]]:
        """Each term as text, and whether the labels meet it."""
        return [(str(requirement), requirement.matches(labels or {})) for requirement in self.requirements]

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))

    def __repr__(self) -> str:
        return "Selector(nothing)" if self.nothing else f"Selector({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Selector) and (self.requirements, self.nothing) == (other.requirements, other.nothing)

    def __hash__(self) -> int:
        return hash((self.requirements, self.nothing))


_EXACT = ("=", "==", "in")
EVERYTHING = Selector()
NOTHING = Selector(nothing=True)

# --- from objects -----------------------------------------------------------------------------------------------------

_EXPRESSION_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!", "Gt": "gt", "Lt": "lt"}


def from_map(labels: Mapping[str, str] | None) -> Selector:
    """The selector of a Service or ReplicationController: every label must stand as given."""
    return Selector(Requirement(key, "=", (value,)) for key, value in (labels or {}).items())


def from_label_selector(selector: Obj | None) -> Selector:
    """The selector of a metav1.LabelSelector: None matches nothing, an empty one everything; SelectorError where it is invalid."""
    if selector is None:
        return NOTHING
    terms = [requirement(key, "=", [value]) for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for expression in selector.get("matchExpressions") or ():
        operator = expression.get("operator") or ""
        if operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            raise SelectorError(f"{json.dumps(operator)} is not a valid label selector operator")
        terms.append(requirement(expression.get("key") or "", _EXPRESSION_OPERATORS[operator], expression.get("values") or ()))
    return Selector(terms)


def from_expressions(expressions: Sequence[Obj] | None) -> Selector:
    """The selector of a node selector term's matchExpressions, which know Gt and Lt too; SelectorError where one is invalid."""
    terms = []
    for expression in expressions or ():
        operator = expression.get("operator") or ""
        if operator not in _EXPRESSION_OPERATORS:
            raise SelectorError(f"{json.dumps(operator)} is not a valid node selector operator")
        terms.append(requirement(expression.get("key") or "", _EXPRESSION_OPERATORS[operator], expression.get("values") or ()))
    return Selector(terms)


def format_label_selector(selector: Obj | None) -> str:
    """A LabelSelector as columns and describe print it: `<none>` where it selects all or nothing. Models metav1.FormatLabelSelector."""
    try:
        return str(from_label_selector(selector)) or "<none>"
    except SelectorError:
        return "<error>"


# --- validation -------------------------------------------------------------------------------------------------------

_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_CHARACTERS = "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
_NAME_MESSAGE = f"must consist of {_CHARACTERS} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{_NAME}')"
_VALUE_MESSAGE = (
    f"a valid label must be an empty string or consist of {_CHARACTERS} "
    f"(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '({_NAME})?')"
)
_SUBDOMAIN_MESSAGE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
    f"alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)


def label_key_errors(key: str) -> list[str]:
    """What is wrong with a label's key. Models apimachinery validate/content IsLabelKey."""
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return [f"a valid label key {_NAME_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    errors = [f"prefix part {error}" for error in _subdomain_errors(prefix)] if slash else []
    if not name:
        errors.append("name part must be non-empty")
    elif len(name.encode()) > 63:
        errors.append("name part must be no more than 63 bytes")
    if not re.fullmatch(_NAME, name, re.ASCII):
        errors.append(f"name part {_NAME_MESSAGE}")
    return errors


def _subdomain_errors(text: str) -> list[str]:
    if not text:
        return ["must be non-empty"]
    errors = ["must be no more than 253 bytes"] if len(text.encode()) > 253 else []
    return errors if re.fullmatch(_SUBDOMAIN, text, re.ASCII) else [*errors, _SUBDOMAIN_MESSAGE]


def label_value_errors(value: str) -> list[str]:
    """What is wrong with a label's value. Models apimachinery validate/content IsLabelValue."""
    errors = ["must be no more than 63 bytes"] if len(value.encode()) > 63 else []
    return errors if re.fullmatch(f"({_NAME})?", value, re.ASCII) else [*errors, _VALUE_MESSAGE]


def requirement(key: str, operator: str, values: Sequence[str]) -> Requirement:
    """A checked requirement; SelectorError where the key, the operator and the values don't go together. Models labels.NewRequirement."""
    return _checked(key, operator, tuple(values))


@lru_cache(maxsize=4096)
def _checked(key: str, operator: str, values: tuple[str, ...]) -> Requirement:
    errors = [f"key: {_invalid(key, problems)}" for problems in [label_key_errors(key)] if problems]
    errors += _count_errors(operator, values)
    for index, value in enumerate(values):
        if operator in ("gt", "lt") and not _is_int64(value):
            errors.append(f"values[{index}]: {_invalid(value, [_BOUND_MESSAGE])}")
    for index, value in enumerate(values):
        if problems := label_value_errors(value):
            errors.append(f"values[{index}][{key}]: {_invalid(value, problems)}")
    if errors:
        raise SelectorError(errors[0] if len(errors) == 1 else f"[{', '.join(dict.fromkeys(errors))}]")
    return Requirement(key, operator, values)


_BOUND_MESSAGE = "for 'Gt', 'Lt' operators, the value must be an integer"


def _count_errors(operator: str, values: Sequence[str]) -> list[str]:
    if operator in ("in", "notin"):
        wrong, message = not values, "for 'in', 'notin' operators, values set can't be empty"
    elif operator in ("exists", "!"):
        wrong, message = bool(values), "values set must be empty for exists and does not exist"
    elif operator in ("gt", "lt"):
        wrong, message = len(values) != 1, "for 'Gt', 'Lt' operators, exactly one value is required"
    else:
        wrong, message = len(values) != 1, "exact-match compatibility requires one single value"
    return [f"values: {_invalid(list(values), [message])}"] if wrong else []


def _invalid(value: Any, messages: Sequence[str]) -> str:
    return f"Invalid value: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}: {'; '.join(messages)}"


# --- from text --------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<> \t\r\n]+))")
_OPERATORS = {"in": "in", "notin": "notin", "=": "=", "==": "==", "!=": "!=", ">": "gt", "<": "lt"}
_OPERATOR_NAMES = "in, notin, =, ==, !=, gt, lt"


@lru_cache(maxsize=1024)
def parse(text: str) -> Selector:
    """The selector that `-l TEXT` means; SelectorError in apimachinery's words. Models apimachinery labels.Parse."""
    return Selector(_Parser(text).requirements())


class _Parser:
    """Reads tokens from left to right. A token is a pair of its kind (its own text, `word`, or `` at the end) and its text."""

    def __init__(self, text: str) -> None:
        self.tokens = [("word" if m[2] else m[1], m[1] or m[2]) for m in _TOKEN.finditer(text.partition("\0")[0])]
        self.position = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.position += 1
        return token

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while True:
            kind, text = self.peek()
            if not kind:
                return found
            if kind not in ("word", "!"):
                raise SelectorError(f"found '{text}', expected: !, identifier, or 'end of string'")
            found.append(self.requirement())
            kind, text = self.take()
            if not kind:
                return found
            if kind != ",":
                raise SelectorError(f"found '{text}', expected: ',' or 'end of string'")
            kind, text = self.peek()
            if kind not in ("word", "!"):
                raise SelectorError(f"found '{text}', expected: identifier after ','")

    def requirement(self) -> Requirement:
        try:
            return self.checked_requirement()
        except SelectorError as error:
            raise SelectorError(f"unable to parse requirement: {error}") from None

    def checked_requirement(self) -> Requirement:
        negated = self.peek()[0] == "!"
        self.position += negated
        kind, key = self.take()
        if kind != "word":
            raise SelectorError(f"found '{key}', expected: identifier")
        if problems := label_key_errors(key):
            raise SelectorError(f"<nil>: {_invalid(key, problems)}")
        if self.peek()[0] in ("", ","):
            return requirement(key, "!" if negated else "exists", ())
        if negated:
            # A word after `!key` ends the term; the caller says what was expected there.
            return requirement(key, "!", ())
        operator = self.operator()
        values = self.value_set() if operator in ("in", "notin") else {self.exact_value()}
        return requirement(key, operator, sorted(values))

    def operator(self) -> str:
        _, text = self.take()
        if text not in _OPERATORS:
            raise SelectorError(f"found '{text}', expected: {_OPERATOR_NAMES}")
        return _OPERATORS[text]

    def exact_value(self) -> str:
        if self.peek()[0] in ("", ","):
            return ""
        kind, text = self.take()
        if kind != "word":
            raise SelectorError(f"found '{text}', expected: identifier")
        return text

    def value_set(self) -> set[str]:
        kind, text = self.take()
        if kind != "(":
            raise SelectorError(f"found '{text}' expected: '('")
        kind, text = self.peek()
        if kind == ")":
            self.take()
            return {""}
        if kind not in ("word", ","):
            raise SelectorError(f"found '{text}', expected: ',', ')' or identifier")
        values = self.identifiers()
        self.take()
        return values

    def identifiers(self) -> set[str]:
        """Words between commas; where a word is missing stands an empty value. Stops before the closing parenthesis."""
        values: set[str] = set()
        while True:
            kind, text = self.take()
            after = self.peek()
            if kind == "word":
                values.add(text)
                if after[0] == ")":
                    return values
                if after[0] != ",":
                    raise SelectorError(f"found '{after[1]}', expected: ',' or ')'")
            elif kind == ",":
                values.update([""] if not values or after[0] in (",", ")") else [])
                if after[0] == ")":
                    return values
            else:
                raise SelectorError(f"found '{text}', expected: ',', or identifier")


# --- fields -----------------------------------------------------------------------------------------------------------

FieldTerm = tuple[str, str, str]


def parse_fields(text: str) -> list[FieldTerm]:
    """(path, `=` or `!=`, value) of each term of `--field-selector TEXT`, sorted. Models apimachinery fields.ParseSelector."""
    terms = []
    for term in sorted(_split_terms(text)):
        match = re.match(r"(.*?)(!=|==|=)(.*)", term, re.DOTALL)
        if not match:
            raise SelectorError(f"invalid selector: '{text}'; can't understand '{term}'")
        terms.append((match[1], "!=" if match[2] == "!=" else "=", _unescape(match[3])))
    return terms


def format_fields(terms: Sequence[FieldTerm]) -> str:
    """The field selector as it is sent and named in messages."""
    return ",".join(f"{path}{operator}{_escape(value)}" for path, operator, value in terms)


def _split_terms(text: str) -> list[str]:
    return [term for term in re.findall(r"((?:\\.|[^,\\]|\\$)*)(?:,|$)", text, re.DOTALL) if term]


def _escape(value: str) -> str:
    return re.sub(r"([\\,=])", r"\\\1", value)


def _unescape(value: str) -> str:
    out, rest = [], iter(value)
    for character in rest:
        if character == "\\":
            character = next(rest, "")
            if character not in ("\\", ",", "="):
                raise SelectorError(f"invalid field selector: invalid escape sequence: \\{character}")
        elif character in ",=":
            raise SelectorError(f"invalid field selector: unescaped character in value: {ord(character)}")
        out.append(character)
    return "".join(out)
