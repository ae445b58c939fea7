"""Values of JSON as Go writes them into messages: `%v` (`map[a:1]`), `%#v` (`map[string]interface {}{"a":1}`), `%q` and json.Marshal.

kubectl and the API server leak these forms to their users, so we have them too.
"""

from __future__ import annotations

import json
from typing import Any

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", '"': '\\"', "\\": "\\\\"}
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029", "\x7f": "\x7f"})


def plain(value: Any) -> str:
    """The value as `%v` prints it: `map[a:[1 true]]`."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{plain(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(plain, value))}]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, float) else str(value)


def syntax(value: Any) -> str:
    """The value as `%#v` prints it, which is Go source: `map[string]interface {}{"a":[]interface {}{1, true}}`."""
    if isinstance(value, dict):
        return "map[string]interface {}{" + ", ".join(f"{quote(key)}:{syntax(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[]interface {}{" + ", ".join(map(syntax, value)) + "}"
    if value is None:
        return "interface {}(nil)"
    return quote(value) if isinstance(value, str) else plain(value)


def quote(text: str) -> str:
    """The text as `%q` prints it: in double quotes, with Go's escapes."""
    return '"' + "".join(_ESCAPES.get(c) or (c if c.isprintable() else _codepoint(ord(c))) for c in text) + '"'


def _codepoint(number: int) -> str:
    if number < 0x80:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def marshal(value: Any) -> str:
    """The value as json.Marshal writes it: keys sorted, no spaces, `<`, `>` and `&` escaped."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_string(key)}:{marshal(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(marshal, value)) + "]"
    if isinstance(value, float):
        return number(value, small=-6)
    return _string(value) if isinstance(value, str) else json.dumps(value)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_HTML)


def number(value: float, small: int = -4) -> str:
    """A float as `%v` prints it: the fewest digits that mean it, an exponent below 10^`small` and from 10^21 on."""
    sign, mantissa, exponent = _shortest(value)
    digits = mantissa.rstrip("0") or "0"
    if not mantissa.strip("0"):
        return f"{sign}0"
    if exponent < small or exponent >= 21:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        shown = f"{exponent:+d}" if small == -6 else f"{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
        return f"{sign}{digits[0]}{fraction}e{shown}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def _shortest(value: float) -> tuple[str, str, int]:
    """Sign, significant digits and decimal exponent of the shortest text that reads back as `value`."""
    mantissa, _, exponent = f"{value:.17e}".partition("e")
    for precision in range(17):
        text = f"{value:.{precision}e}"
        if float(text) == value:
            mantissa, _, exponent = text.partition("e")
            break
    sign = "-" if mantissa.startswith("-") else ""
    return sign, mantissa.lstrip("-").replace(".", ""), int(exponent)
