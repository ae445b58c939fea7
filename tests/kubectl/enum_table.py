"""Makes k8s_magic/kubectl/data/enums.json.gz, what `kubectl explain` says of enumerations, from Kubernetes' generated OpenAPI code.

The schema data has no enumerations, because the published OpenAPI v2 document has none; a server adds them as it starts.
Run: python tests/kubectl/enum_table.py zz_generated.openapi.go > k8s_magic/kubectl/data/enums.json.gz
Derived from Kubernetes v1.36, Copyright The Kubernetes Authors, Apache License 2.0.
"""

from __future__ import annotations

import gzip
import json
import re
import sys

from k8s_magic.kinds.definitions import definitions

_FUNCTION = re.compile(r"^func schema_(\w+)\(ref")
_PROPERTY = re.compile(r'^\t+"(\w+)": \{$')
_DESCRIPTION = re.compile(r'^\t+Description: +("(?:[^"\\]|\\.)*"),$')
_ENUM = re.compile(r"^\t+Enum: +\[\]interface\{\}\{(.*)\},$")
_NOTE = "\n\nPossible enum values:"


def enums(go: str) -> dict[str, dict[str, object]]:
    """{definition: {field: [values, what the description says of them]}}."""
    found: dict[str, dict[str, object]] = {}
    definition = field = note = ""
    for line in go.split("\n"):
        if match := _FUNCTION.match(line):
            definition = _name(match[1])
        elif match := _PROPERTY.match(line):
            field, note = match[1], ""
        elif match := _DESCRIPTION.match(line):
            text = json.loads(match[1])
            note = text[text.index(_NOTE) :] if _NOTE in text else ""
        elif match := _ENUM.match(line):
            found.setdefault(definition, {})[field] = [json.loads(f"[{match[1]}]"), note]
    return found


def _name(function: str) -> str:
    """`k8sio_api_core_v1_Probe` as `io.k8s.api.core.v1.Probe`."""
    return function.replace("k8sio_", "io.k8s.", 1).replace("_", ".")


if __name__ == "__main__":
    with open(sys.argv[1]) as source:
        known = {name: fields for name, fields in enums(source.read()).items() if name in definitions()}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    sys.stdout.buffer.write(gzip.compress(text.encode(), 9, mtime=0))
