"""CEL, the language of rules in definitions and policies, by cel-python (an extra), with Kubernetes' more common functions.

Not modelled: types of expressions (mistakes show when they run), costs, optional fields (`a.?b`), the url, ip and authorizer libraries.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from k8s_magic.objects import quantity

MISSING = "CEL expressions need cel-python here: pip install 'k8s-magic[cel]'"


class CelError(Exception):
    """An expression that cannot be read, or fails when it runs."""


@cache
def _library() -> Any:
    """cel-python, loaded when the first expression comes; CelError where it is not installed."""
    try:
        return importlib.import_module("celpy")
    except ImportError as error:
        raise CelError(MISSING) from error


@cache
def _environment() -> Any:
    return _library().Environment()


@lru_cache(maxsize=512)
def _program(expression: str) -> Any:
    try:
        return _environment().program(_environment().compile(expression), functions=_functions())
    except _library().CELParseError as error:
        where = f"ERROR: <input>:{error.line or 1}:{error.column or 1}: Syntax error"
        raise CelError(f"compilation failed: {where}\n | {expression}") from error


def check(expression: str) -> None:
    """Read an expression; CelError where that fails."""
    _program(expression)


def bound(value: Any) -> Any:
    """A value of an object as expressions see it."""
    return None if value is None else _library().json_to_cel(value)


def mapping(values: Mapping[str, Any]) -> Any:
    """Values that are bound already, under names."""
    types = _library().celtypes
    return types.MapType({types.StringType(name): value for name, value in values.items()})


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    """What an expression gives, truths and texts in Python's terms; `variables` are `bound`. CelError where it fails."""
    result, types = raw(expression, variables), _library().celtypes
    return bool(result) if isinstance(result, types.BoolType) else str(result) if isinstance(result, types.StringType) else result


def raw(expression: str, variables: Mapping[str, Any]) -> Any:
    """The same, still bound."""
    program = _program(expression)
    try:
        return program.evaluate(dict(variables))
    except (_library().CELEvalError, ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise CelError(_said(error)) from error


def _said(error: Exception) -> str:
    """The heart of cel-python's complaint, in cel-go's words where they are known."""
    text = str(error.args[0]) if error.args else str(error)
    found = re.search(r"no such (?:member|key)[^'\"]*['\"]?(\w+)['\"]?", text)
    return f"no such key: {found[1]}" if found else text


def _functions() -> Mapping[str, Callable[..., Any]]:
    """Functions that Kubernetes adds to CEL. Models apiserver pkg/cel/library."""
    types = _library().celtypes

    def text(act: Callable[..., str]) -> Callable[..., Any]:
        return lambda *args: types.StringType(act(*args))

    def truth(act: Callable[..., bool]) -> Callable[..., Any]:
        return lambda *args: types.BoolType(act(*args))

    return {
        "quantity": lambda of: types.StringType(quantity.canonical(str(of))),
        "isQuantity": truth(_is_quantity),
        "isLessThan": truth(lambda a, b: quantity.compare(str(a), str(b)) < 0),
        "isGreaterThan": truth(lambda a, b: quantity.compare(str(a), str(b)) > 0),
        "compareTo": lambda a, b: types.IntType(quantity.compare(str(a), str(b))),
        "lowerAscii": text(lambda of: str(of).lower()),
        "upperAscii": text(lambda of: str(of).upper()),
        "trim": text(lambda of: str(of).strip()),
        "replace": text(lambda of, old, new: str(of).replace(old, new)),
        "substring": text(lambda of, start, end=None: str(of)[int(start) : None if end is None else int(end)]),
        "join": text(lambda of, between="": str(between).join(map(str, of))),
        "split": lambda of, at: types.ListType([types.StringType(part) for part in str(of).split(at)]),
        "indexOf": lambda of, what: types.IntType(str(of).find(what)),
        "find": text(lambda of, pattern: (re.search(pattern, str(of)) or [""])[0]),
        "isSorted": truth(lambda of: list(of) == sorted(of)),
        "sum": lambda of: sum(of[1:], of[0]) if of else types.IntType(0),
        "min": lambda *args: min(*args),
        "max": lambda *args: max(*args),
    }


def _is_quantity(of: Any) -> bool:
    try:
        quantity.parse(str(of))
    except quantity.QuantityError:
        return False
    return True
