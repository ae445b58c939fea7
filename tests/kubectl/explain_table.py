"""Makes k8s_magic/kinds/data/enums-1.36.json.gz: what `kubectl explain` says and the schema data lacks.

The schema data has no enumerations, because the published OpenAPI v2 document has none (a server adds them as it starts), and
no descriptions of the types that stand for a string.
Run: python tests/kubectl/explain_table.py zz_generated.openapi.go > k8s_magic/kinds/data/enums-1.36.json.gz
Derived from Kubernetes v1.36, Copyright The Kubernetes Authors, Apache License 2.0.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from typing import Any

from k8s_magic.kinds.definitions import documented_definitions

_FUNCTION = re.compile(r"^func schema_(\w+)\(ref")
_OWN = re.compile(r'^\t{4}Description: +("(?:[^"\\]|\\.)*"),$')
_PROPERTY = re.compile(r'^\t{5}"(\w+)": \{$')
_DESCRIPTION = re.compile(r'^\t{7}Description: +("(?:[^"\\]|\\.)*"),$')
_ENUM = re.compile(r"^\t{7}Enum: +\[\]interface\{\}\{(.*)\},$")
_NOTE = "\n\nPossible enum values:"


def table(go: str) -> dict[str, dict[str, Any]]:
    """{"enums": {definition: {field: [values, what the description says of them]}}, "descriptions": {definition: text}}."""
    enums: dict[str, dict[str, Any]] = {}
    descriptions: dict[str, str] = {}
    known = documented_definitions()
    definition = field = note = ""
    for line in go.split("\n"):
        if match := _FUNCTION.match(line):
            definition = _name(match[1])
        elif definition not in known:
            continue
        elif (match := _OWN.match(line)) and "description" not in known[definition]:
            descriptions[definition] = json.loads(match[1])
        elif match := _PROPERTY.match(line):
            field, note = match[1], ""
        elif match := _DESCRIPTION.match(line):
            text = json.loads(match[1])
            note = text[text.index(_NOTE) :] if _NOTE in text else ""
        elif match := _ENUM.match(line):
            enums.setdefault(definition, {})[field] = [json.loads(f"[{match[1]}]"), note]
    return {"enums": enums, "descriptions": descriptions}


def _name(function: str) -> str:
    """`k8sio_api_core_v1_Probe` as `io.k8s.api.core.v1.Probe`."""
    prefixes = (
        ("k8sio_", "io.k8s."),
        ("apimachinery_", "io.k8s.apimachinery."),
        ("pkg_apis_apiextensions_", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions."),
    )
    for start, name in prefixes:
        if function.startswith(start):
            return name + function[len(start) :].replace("_", ".")
    return ""


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        text = json.dumps(table(source.read()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sys.stdout.buffer.write(gzip.compress(text.encode(), 9, mtime=0))
