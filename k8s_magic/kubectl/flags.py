"""Command line flags as pflag reads them: long and short, grouped, with `=` or without, anywhere before `--`.

Tables of flags are data (`data/flags.json`), read off the real kubectl once; see tests/kubectl/flag_table.py.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.objects import packaged

Value = Any
"""bool, int, float, str, list[str], or seconds as float for a duration."""


class FlagError(UsageError):
    """A flag that is unknown, lacks its value or has a wrong one; kubectl points to --help after it."""


@dataclass(frozen=True)
class Flag:
    """One flag of a command. `no_option` is its value when given without one; None: it needs one."""

    name: str
    kind: str = "string"
    default: str = ""
    short: str = ""
    no_option: str | None = None
    deprecated: str = ""

    @property
    def shown(self) -> str:
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


class Command(NamedTuple):
    """A command's row of the table."""

    path: tuple[str, ...]
    usage: str
    aliases: tuple[str, ...]
    required: tuple[str, ...]
    flags: tuple[Flag, ...]


@dataclass
class Flags:
    """The flags of one run. `flags["replicas"]` is the value, typed; `changed` tells whether the user gave it."""

    values: dict[str, Value] = field(default_factory=dict)
    line: list[tuple[str, str]] = field(default_factory=list)
    """(name, text) of the flags that were given, in their order."""

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    def get(self, name: str, default: Value = None) -> Value:
        """The value, or `default` where the command has no such flag."""
        return self.values.get(name, default)

    def changed(self, name: str) -> bool:
        return any(name == given for given, _ in self.line)


@cache
def table() -> dict[str, Command]:
    """All commands of kubectl v1.36 by their path in words ("create secret generic"); "" holds the global flags."""
    rows = packaged.read_json("k8s_magic.kubectl", "data/flags.json")
    return {path: _command(path, row) for path, row in rows.items()}


def _command(path: str, row: dict[str, Any]) -> Command:
    flags = tuple(Flag(name, *values) for name, values in row["flags"].items()) + _unlisted(path)
    return Command(tuple(path.split()), row["usage"], tuple(row.get("aliases", ())), tuple(row.get("required", ())), flags)


# Commands that still take the deprecated --record, which their help does not list.
RECORDING = (
    *("annotate", "apply", "autoscale", "create", "edit", "expose", "label", "patch", "run", "scale"),
    *("set image", "set resources", "set selector", "set serviceaccount"),
)
_RECORD = Flag("record", "bool", "false", "", "true", "--record will be removed in the future")
_CPU_PERCENT = Flag(
    "cpu-percent",
    "int",
    "-1",
    "",
    None,
    "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
)


def _unlisted(path: str) -> tuple[Flag, ...]:
    """Flags that the real binary takes but its help hides."""
    return ((_RECORD,) if path in RECORDING else ()) + ((_CPU_PERCENT,) if path == "autoscale" else ())


def parse(argv: list[str], flags: Iterable[Flag], warn: Callable[[str], None]) -> tuple[Flags, list[str], int]:
    """(values, positional arguments, how many of these stand before `--` or -1). Models pflag.FlagSet.Parse."""
    return _Parser(flags, warn).parse(argv)


class _Parser:
    def __init__(self, flags: Iterable[Flag], warn: Callable[[str], None]) -> None:
        self.long: dict[str, Flag] = {}
        self.short: dict[str, Flag] = {}
        for flag in flags:
            self.long.setdefault(flag.name, flag)
            self.short.setdefault(flag.short, flag)
        self.short.pop("", None)
        self.result = Flags({f.name: default_of(f) for f in self.long.values()})
        self.warn = warn

    def parse(self, argv: list[str]) -> tuple[Flags, list[str], int]:
        rest = list(argv)
        positional: list[str] = []
        dash = -1
        while rest:
            arg = rest.pop(0)
            if arg == "--":
                dash = len(positional)
                positional += rest
                break
            if arg.startswith("--"):
                self._long(arg, rest)
            elif arg.startswith("-") and arg != "-":
                self._shorts(arg[1:], rest)
            else:
                positional.append(arg)
        return self.result, positional, dash

    def _long(self, arg: str, rest: list[str]) -> None:
        name, equals, value = arg[2:].partition("=")
        if not name or name.startswith("-"):
            raise FlagError(f"bad flag syntax: {arg}")
        flag = self.long.get(name.replace("_", "-"))
        if flag is None:
            raise FlagError(f"unknown flag: --{name}")
        if equals:
            self._set(flag, value)
        elif flag.no_option is not None:
            self._set(flag, flag.no_option)
        elif rest:
            self._set(flag, rest.pop(0))
        else:
            raise FlagError(f"flag needs an argument: {arg}")

    def _shorts(self, letters: str, rest: list[str]) -> None:
        """-abc, -ojson, -o=json, -o json: a letter that needs a value takes all that follows it."""
        group = letters
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self.short.get(letter)
            if flag is None:
                raise FlagError(f"unknown shorthand flag: '{letter}' in -{group if len(group) == len(letters) + 1 else letter + letters}")
            if letters.startswith("=") and len(letters) > 1:
                value, letters = letters[1:], ""
            elif flag.no_option is not None:
                value = flag.no_option
            elif letters:
                value, letters = letters, ""
            elif rest:
                value = rest.pop(0)
            else:
                raise FlagError(f"flag needs an argument: '{letter}' in -{group}")
            self._set(flag, value)

    def _set(self, flag: Flag, text: str) -> None:
        try:
            value = _READERS[flag.kind](text)
        except ValueError as error:
            raise FlagError(f'invalid argument {json.dumps(text, ensure_ascii=False)} for "{flag.shown}" flag: {error}') from None
        again = self.result.changed(flag.name)
        if flag.kind in ("stringArray", "stringSlice") and again:
            value = [*self.result.values[flag.name], *value]
        self.result.values[flag.name] = value
        if flag.deprecated and not again:
            self.warn(f"Flag --{flag.name} has been deprecated, {flag.deprecated}\n")
        self.result.line.append((flag.name, text))


def default_of(flag: Flag) -> Value:
    """The value of a flag that is not given."""
    if flag.kind in ("stringArray", "stringSlice"):
        return []
    return _READERS[flag.kind](flag.default)


def _bool(text: str) -> bool:
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise ValueError(f"strconv.ParseBool: parsing {_q(text)}: invalid syntax")


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]*|0[bB][01_]+|[1-9][0-9_]*)", text):
        raise ValueError(f"strconv.ParseInt: parsing {_q(text)}: invalid syntax")
    digits = re.sub(r"^([+-]?)0(?=[0-7])", r"\g<1>0o", text)
    number = int(digits, 0)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"strconv.ParseInt: parsing {_q(text)}: value out of range")
    return number


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"strconv.ParseFloat: parsing {_q(text)}: invalid syntax") from None


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")


def duration(text: str) -> float:
    """Seconds of Go's `1h2m3s`; ValueError in time.ParseDuration's words."""
    body = text[1:] if text[:1] in ("+", "-") else text
    sign = -1.0 if text.startswith("-") else 1.0
    if body == "0":
        return 0.0
    if not body:
        raise ValueError(f"time: invalid duration {_q(text)}")
    parts = _PART.findall(body)
    if "".join(n + u for n, u in parts) == body:
        return sign * float(sum(float(n) * _UNITS[u] for n, u in parts))
    raise ValueError(f"time: {_duration_fault(body)} {_q(text)}")


def request_timeout(text: str) -> float:
    """Seconds of --request-timeout, which takes a bare number, too. Models clientcmd.ParseTimeout."""
    try:
        return duration(text if not text.lstrip("+-").isdigit() else f"{text}s")
    except ValueError:
        units = "a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)"
        raise UsageError(f"Invalid timeout value. Timeout must be {units}") from None


def _duration_fault(body: str) -> str:
    """What time.ParseDuration finds fault with first."""
    rest = body
    while match := _PART.match(rest):
        rest = rest[match.end() :]
    number = re.match(r"\d+\.?\d*|\.\d+", rest)
    if not number:
        return "invalid duration"
    unit = re.match(r"[^\d.]*", rest[number.end() :])
    return f"unknown unit {_q(unit[0])} in duration" if unit and unit[0] else "missing unit in duration"


def _slice(text: str) -> list[str]:
    """One line of CSV, as stringSlice flags read it."""
    if not text:
        return []
    for column, part in enumerate(text, 1):
        if part == '"' and column > 1 and text[column - 2] not in ',"' and text.count('"') % 2:
            raise ValueError(f'parse error on line 1, column {column}: bare " in non-quoted-field')
    return next(csv.reader([text]))


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_READERS: dict[str, Callable[[str], Value]] = {
    "bool": _bool,
    "int": _integer,
    "uint": _integer,
    "float": _float,
    "duration": duration,
    "string": str,
    "stringArray": lambda text: [text],
    "stringSlice": _slice,
}
