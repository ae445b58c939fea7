"""Quantities: numbers with a suffix (`500m`, `1Gi`, `2e3`), to the billionth, and the one canonical way to write each.

Not modelled: the cap of 2^63-1 on sums.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from k8s_magic.objects import gotext

BINARY_SI: Final = "BinarySI"
DECIMAL_SI: Final = "DecimalSI"
DECIMAL_EXPONENT: Final = "DecimalExponent"

NANO: Final = 10**9
_LIMIT: Final = (2**63 - 1) * NANO
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX = {0: "", **{exponent: suffix for suffix, exponent in _BINARY.items()}}

_PATTERN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
# What the scanner really takes; the pattern above is only what its message claims.
_SCAN = re.compile(r"([+-]?)([0-9]*)(\.[0-9]*)?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
FORMAT_MESSAGE: Final = f"quantities must match the regular expression '{_PATTERN}'"


class QuantityError(ValueError):
    """A text that is no quantity, in apimachinery's words."""


class Quantity(NamedTuple):
    """An amount in billionths, and the family of suffixes that it was written with."""

    nanos: int
    format: str = DECIMAL_SI
    text: str = ""  # As it was written, where upstream keeps that instead of writing it anew.

    def __str__(self) -> str:
        return self.text or _write(self.nanos, self.format)


def parse(text: str | int | float | Quantity) -> Quantity:
    """The quantity that `text` means; QuantityError where it means none. Models apimachinery resource.ParseQuantity."""
    if isinstance(text, Quantity):
        return text
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise QuantityError(FORMAT_MESSAGE)
    return _parse(text if isinstance(text, str) else gotext.marshal(text))


def milli(quantity: str | int | float | Quantity) -> int:
    """The amount in thousandths, rounded up: 1.5 is 1500."""
    return -(-parse(quantity).nanos // 10**6)


def value(quantity: str | int | float | Quantity) -> int:
    """The amount in whole units, rounded up: 1500m is 2."""
    return -(-parse(quantity).nanos // NANO)


def canonical(quantity: str | int | float | Quantity) -> str:
    """The quantity as the API server writes it back: `0.5` becomes `500m`, `1024Mi` becomes `1Gi`."""
    return str(parse(quantity))


def add(a: str | int | float | Quantity, b: str | int | float | Quantity) -> str:
    """The sum, written in the format of `a`, or of `b` where `a` is zero."""
    left, right = parse(a), parse(b)
    return _write(left.nanos + right.nanos, left.format if left.nanos else right.format)


def subtract(a: str | int | float | Quantity, b: str | int | float | Quantity) -> str:
    """The difference, written in the format of `a`, or of `b` where `a` is zero."""
    left, right = parse(a), parse(b)
    return _write(left.nanos - right.nanos, left.format if left.nanos else right.format)


def compare(a: str | int | float | Quantity, b: str | int | float | Quantity) -> int:
    """-1, 0 or 1 as `a` is less than, equal to or greater than `b`."""
    left, right = parse(a).nanos, parse(b).nanos
    return (left > right) - (left < right)


def from_milli(thousandths: int, format: str = DECIMAL_SI) -> str:
    """The canonical text of so many thousandths."""
    return _write(thousandths * 10**6, format)


def from_value(units: int, format: str = DECIMAL_SI) -> str:
    """The canonical text of so many units; `BINARY_SI` gives `1Gi` for 1073741824."""
    return _write(units * NANO, format)


def scaled(text: str) -> tuple[int, int]:
    """(number, power of ten) as the text has them, with binary suffixes multiplied out: `100m` is (100, -3). Models int64Amount."""
    match = _SCAN.fullmatch(text)
    assert match, text
    base, exponent, _ = _interpret(match[4])
    fraction = (match[3] or "")[1:]
    number = int(match[1] + (match[2] + fraction or "0"))
    return (number << exponent, 0) if base == 2 else (number, exponent - len(fraction))


@lru_cache(maxsize=4096)
def _parse(text: str) -> Quantity:
    match = _SCAN.fullmatch(text)
    if not match or not text:
        raise QuantityError(FORMAT_MESSAGE)
    sign, whole, fraction, suffix = match[1], match[2], (match[3] or "")[1:], match[4]
    base, exponent, format = _interpret(suffix)
    number = whole.lstrip("0") or "0", fraction, base, exponent
    quick = _is_quick(*number)
    if not whole + fraction and not quick:
        raise QuantityError("unable to parse numeric part of quantity")  # Elsewhere upstream takes it for zero: `Gi` is 0.
    nanos = _nanos(int(whole + fraction or "0"), len(fraction), base, exponent)
    if base == 2:
        nanos = min(nanos, _LIMIT)
        format = DECIMAL_SI if 0 < nanos < NANO else format
    kept = text if quick and _is_shortest(*number) else ""
    return Quantity(-nanos if sign == "-" else nanos, format, kept)


def _interpret(suffix: str) -> tuple[int, int, str]:
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], DECIMAL_SI
    if suffix in _BINARY:
        return 2, _BINARY[suffix], BINARY_SI
    if re.fullmatch(r"[eE][-+]?[0-9]+", suffix):
        return 10, int(suffix[1:]), DECIMAL_EXPONENT
    raise QuantityError("unable to parse quantity's suffix")


def _nanos(digits: int, places: int, base: int, exponent: int) -> int:
    """digits * 10^-places * base^exponent in billionths, rounded up so that a little of something is never nothing."""
    if base == 2:
        return -(-(digits * NANO << exponent) // _ten(places))
    shift = 9 - places + exponent
    return digits * _ten(shift) if shift >= 0 else -(-digits // _ten(-shift))


def _ten(power: int) -> int:
    return int(10**power)


def _is_quick(whole: str, fraction: str, base: int, exponent: int) -> bool:
    """Whether upstream takes its quick path, for numbers of few digits."""
    if base == 2:
        return not fraction and 15 - len(whole) - int(exponent * 3 / 10) - 1 >= 0
    return len(whole + fraction) <= 18 and exponent - len(fraction) >= -9


def _is_shortest(whole: str, fraction: str, base: int, exponent: int) -> bool:
    """Whether the quick path keeps the text, since the number can't be written shorter."""
    if base == 2:
        return int(whole) << exponent < 2**63 and int(whole) & 7 != 0
    digits = whole + fraction
    return (exponent - len(fraction)) % 3 == 0 and not digits.endswith("000") and digits[0] != "0"


def _write(nanos: int, format: str) -> str:
    if nanos == 0:
        return "0"
    if format == BINARY_SI and abs(nanos) >= 1024 * NANO and nanos % NANO == 0:
        return _factored(nanos // NANO, 1024, 10, _BINARY_SUFFIX)
    number, exponent = nanos, -9
    while number % 1000 == 0:
        number, exponent = number // 1000, exponent + 3
    if format == DECIMAL_EXPONENT:
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL_SUFFIX.get(exponent, '')}"


def _factored(number: int, base: int, step: int, suffixes: dict[int, str]) -> str:
    exponent = 0
    while number % base == 0:
        number, exponent = number // base, exponent + step
    return f"{number}{suffixes.get(exponent, '')}"
