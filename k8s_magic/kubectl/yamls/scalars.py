"""What a plain scalar means to go-yaml v2, and how it writes numbers. Models goyaml.v2 resolve.go and Go's strconv."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

NAMED: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
HINTED = frozenset("+-.0123456789")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)$")
_OCTAL = re.compile(r"[-+]?0[oO]?[0-7]+$")
_PREFIXED = re.compile(r"[-+]?0([xX][0-9a-fA-F]+|[bB][01]+)$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
TIME = re.compile(r"\d{4}-\d\d?-\d\d?([Tt ]\d\d?:\d\d?:\d\d?(\.\d*)?( *Z|[-+]\d\d:\d\d)?)?$")
BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$")


def resolve(text: str) -> Any:
    """What a plain scalar means: bool, None, int, float or the text itself. Models go-yaml v2 resolve.go."""
    if text in NAMED:
        return NAMED[text]
    if text[0] not in HINTED:
        return text
    if text[0] == ".":
        return _float(text, text)
    if TIME.match(text):
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
    parts = Decimal(repr(abs(value)))
    return "".join(map(str, parts.as_tuple().digits)).strip("0") or "0", parts.adjusted()
