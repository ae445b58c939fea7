"""Writes the API's schemas and their descriptions, which the package carries, from the kubernetes-validate package.

    python .ci/make_schema.py        # writes k8s_magic/kinds/data/{schema,docs}-1.36.json.gz

That package holds Kubernetes' own OpenAPI definitions turned into JSON Schema; here they are turned back, so that
`k8s_magic.kinds.schema.definitions()` has the form of OpenAPI v2's `definitions`. The same input gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from importlib import resources
from pathlib import Path
from typing import Any

VERSION = "1.36"
SOURCE = f"kubernetes-json-schema/v{VERSION}.0-local/_definitions.json"
TARGET = Path(__file__).parent.parent / "k8s_magic" / "kinds" / "data"
SPECIAL = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": "string", "format": "int-or-string"},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": "string"},
}
# Unions that OpenAPI v2 leaves untyped: the conversion to JSON Schema gave them alternatives.
ALTERNATIVES = ("oneOf", "anyOf")


def source() -> dict[str, Any]:
    """The definitions as the installed kubernetes-validate has them; ModuleNotFoundError where it is missing."""
    text = resources.files("kubernetes_validate").joinpath(SOURCE).read_text(encoding="utf-8")
    return json.loads(text)["$defs"]  # type: ignore[no-any-return]


def plain(node: Any) -> Any:
    """A schema without descriptions, in the words of OpenAPI v2."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {k: v for k, v in node.items() if k not in ("description", "enum", *ALTERNATIVES)}
    result = {k: _value(k, v) for k, v in kept.items()}
    return result


def _value(key: str, value: Any) -> Any:
    if key == "$ref":
        return value.replace("#/$defs/", "#/definitions/")
    if key == "type" and isinstance(value, list):
        return next(t for t in value if t != "null")
    if key == "properties":
        return {name: plain(schema) for name, schema in value.items()}
    return plain(value)


def schema(definitions: dict[str, Any]) -> dict[str, Any]:
    return {name: SPECIAL.get(name) or plain(node) for name, node in definitions.items()}


def docs(definitions: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Descriptions by definition and property; a definition's own stands under ""."""
    return {name: _descriptions(node) for name, node in definitions.items() if _descriptions(node)}


def _descriptions(node: dict[str, Any]) -> dict[str, str]:
    own = {"": node["description"]} if "description" in node else {}
    properties = node.get("properties", {}).items()
    return own | {name: schema["description"] for name, schema in properties if "description" in schema}


def packed(data: Any) -> bytes:
    text = json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def main() -> None:
    definitions = source()
    TARGET.mkdir(exist_ok=True)
    (TARGET / f"schema-{VERSION}.json.gz").write_bytes(packed(schema(definitions)))
    (TARGET / f"docs-{VERSION}.json.gz").write_bytes(packed(docs(definitions)))


if __name__ == "__main__":
    main()
