"""What names, label keys, ports and paths may look like: each rule gives the complaints about a text, none if it is fine.

Models apimachinery pkg/util/validation and pkg/api/validate/content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

Rule = Callable[[str], list[str]]

LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"
DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
CONFIG_KEY = "[-._a-zA-Z0-9]+"
PERCENT = "[0-9]+%"
HEADER = "[-A-Za-z0-9]+"
WILDCARD = rf"\*\.{SUBDOMAIN}"
ENVIRONMENT_NAME = "[-._a-zA-Z][-._a-zA-Z0-9]*"
C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"

_KEY_TEXT = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"


def max_length(limit: int, unit: str = "characters") -> str:
    return f"must be no more than {limit} {unit}"


def in_range(low: int, high: int) -> str:
    return f"must be between {low} and {high}, inclusive"


def _regex(text: str, pattern: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{text} (e.g. {shown}regex used for validation is '{pattern}')"


@lru_cache(maxsize=4096)
def _matches(pattern: str, value: str) -> bool:
    return re.fullmatch(pattern, value) is not None


@lru_cache(maxsize=4096)
def _subdomain(value: str) -> tuple[str, ...]:
    errors = (max_length(253),) if len(value) > 253 else ()
    if _matches(SUBDOMAIN, value):
        return errors
    text = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with "
    return (*errors, _regex(text + "an alphanumeric character", SUBDOMAIN, "example.com"))


def subdomain(value: str) -> list[str]:
    """A DNS name of RFC 1123, dots allowed: what most objects' names must be."""
    return list(_subdomain(value))


def label(value: str) -> list[str]:
    """One label of a DNS name, as containers and Namespaces are named."""
    errors = [max_length(63)] if len(value) > 63 else []
    if _matches(LABEL, value):
        return errors
    if _matches(SUBDOMAIN, value):
        return [*errors, "must not contain dots"]
    text = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    return [*errors, _regex(text + "an alphanumeric character", LABEL, "my-name", "123-abc")]


def dns_1035(value: str) -> list[str]:
    """One label that begins with a letter."""
    errors = [max_length(63)] if len(value) > 63 else []
    if _matches(DNS_1035, value):
        return errors
    text = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with "
    return [*errors, _regex(text + "an alphanumeric character", DNS_1035, "my-name", "abc-123")]


def wildcard_subdomain(value: str) -> list[str]:
    if _matches(WILDCARD, value):
        return []
    text = (
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
        "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"
    )
    return [_regex(text, WILDCARD, "*.example.com")]


def path_segment(value: str) -> list[str]:
    """A name that needs only to fit into a path, as Roles have."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{char}'" for char in "/%" if char in value]


@lru_cache(maxsize=4096)
def _qualified(value: str) -> tuple[str, ...]:
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        text = _regex(f"a valid label key {_KEY_TEXT}", KEY, "MyName", "my.name", "123-abc")
        return (f"{text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",)
    errors: list[str] = []
    if slash:
        errors += [f"prefix part {error}" for error in subdomain(prefix)] if prefix else ["prefix part must be non-empty"]
    if not name:
        errors.append("name part must be non-empty")
    elif len(name) > 63:
        errors.append(f"name part {max_length(63, 'bytes')}")
    if not _matches(KEY, name):
        errors.append(f"name part {_regex(_KEY_TEXT, KEY, 'MyName', 'my.name', '123-abc')}")
    return tuple(errors)


def qualified(value: str) -> list[str]:
    """A label key, an annotation key in lower case, a finalizer: a name with an optional domain before a slash."""
    return list(_qualified(value))


@lru_cache(maxsize=4096)
def _label_value(value: str) -> tuple[str, ...]:
    errors = (max_length(63, "bytes"),) if len(value) > 63 else ()
    if not value or _matches(KEY, value):
        return errors
    text = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
    return (*errors, _regex(text + "an alphanumeric character", f"({KEY})?", "MyValue", "my_value", "12345"))


def label_value(value: str) -> list[str]:
    return list(_label_value(value))


def config_key(value: str) -> list[str]:
    """A key in a ConfigMap's or Secret's data."""
    errors = [max_length(253)] if len(value) > 253 else []
    if not _matches(CONFIG_KEY, value):
        text = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        errors.append(_regex(text, CONFIG_KEY, "key.name", "KEY_NAME", "key-name"))
    return errors + _directory(value)


def _directory(value: str) -> list[str]:
    """Models hasChDirPrefix."""
    if value in (".", ".."):
        return [f"must not be '{value}'"]
    return ["must not start with '..'"] if value.startswith("..") else []


def strict_environment_name(value: str) -> list[str]:
    """The rule that kubectl still has for files of variables, where the API allows more. Models IsEnvVarName."""
    text = (
        "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit"
    )
    errors = [] if _matches(ENVIRONMENT_NAME, value) else [_regex(text, ENVIRONMENT_NAME, "my.env-name", "MY_ENV.NAME", "MyEnvName1")]
    return errors + _directory(value)


def environment_name(value: str) -> list[str]:
    if not value:
        return ["environment variable name must be non-empty"]
    if all(" " <= char <= "~" and char != "=" for char in value):
        return []
    return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]


def c_identifier(value: str) -> list[str]:
    if _matches(C_IDENTIFIER, value):
        return []
    text = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'"
    return [_regex(text, C_IDENTIFIER, "my_name", "MY_NAME", "MyName")]


@lru_cache(maxsize=1024)
def _port_name(value: str) -> tuple[str, ...]:
    errors = [max_length(15)] if len(value) > 15 else []
    if not _matches("[-a-z0-9]+", value):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        errors.append("must contain at least one letter (a-z)")
    if "--" in value:
        errors.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        errors.append("must not begin or end with a hyphen")
    return tuple(errors)


def port_name(value: str) -> list[str]:
    """The name of a container's port: an IANA service name."""
    return list(_port_name(value))


def percent(value: str) -> list[str]:
    if _matches(PERCENT, value):
        return []
    return [_regex("a valid percent string must be a numeric string followed by an ending '%'", PERCENT, "1%", "93%")]


def header(value: str) -> list[str]:
    if _matches(HEADER, value):
        return []
    return [_regex("a valid HTTP header must consist of alphanumeric characters or '-'", HEADER, "X-Header-Name")]


def prefix(rule: Rule, generate_name: str) -> list[str]:
    """Complaints about a `generateName`, which may end in a dash. Models maskTrailingDash."""
    masked = generate_name[:-2] + "a" if len(generate_name) > 1 and generate_name.endswith("-") else generate_name
    return rule(masked)
