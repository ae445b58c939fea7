"""The rules of names, word for word. Agrees with apimachinery pkg/util/validation and transcripts/labels-errors.yaml."""

from __future__ import annotations

import pytest

from k8s_magic.kinds import names

PRINTABLE = "a valid environment variable name must consist only of printable ASCII characters other than '='"

LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
    "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
KEY = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
CASES = [
    (names.label, "web-1", []),
    (names.label, "Bad", [LABEL]),
    (names.label, "a.b", ["must not contain dots"]),
    (names.label, "a" * 64, ["must be no more than 63 characters"]),
    (names.subdomain, "a.b-c", []),
    (names.subdomain, "Bad_Name", [SUBDOMAIN]),
    (names.subdomain, "a" * 254, ["must be no more than 253 characters"]),
    (names.qualified, "example.com/My.Name", []),
    (names.qualified, "bad key", [f"name part {KEY}"]),
    (names.qualified, "a/b/c", [f"a valid label key {KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]),
    (names.qualified, "Example_com/k", [f"prefix part {SUBDOMAIN}"]),
    (names.qualified, "k" + "a" * 63, ["name part must be no more than 63 bytes"]),
    (names.label_value, "", []),
    (names.port_name, "http", []),
    (names.port_name, "toolongportnamehere", ["must be no more than 15 characters"]),
    (names.port_name, "1--2", ["must contain at least one letter (a-z)", "must not contain consecutive hyphens"]),
    (names.config_key, "..x", ["must not start with '..'"]),
    (
        names.environment_name,
        "1 BAD=",
        [PRINTABLE],
    ),
    (names.path_segment, "a/b", ["may not contain '/'"]),
]


@pytest.mark.parametrize(("rule", "value", "expected"), CASES, ids=[f"{rule.__name__}-{value[:12]}" for rule, value, _ in CASES])
def test_rule(rule: names.Rule, value: str, expected: list[str]) -> None:
    assert rule(value) == expected


def test_a_generated_name_may_end_in_a_dash() -> None:
    assert names.prefix(names.label, "web-") == []
    assert names.prefix(names.label, "-web-") == [LABEL]
