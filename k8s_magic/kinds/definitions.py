"""The schemas of Kubernetes v1.36's API, as OpenAPI v2 `definitions`: which fields there are, their types and merge keys.

The data beside this file is written by `.ci/make_schema.py`; descriptions are kept apart, since only `explain` reads them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from k8s_magic.objects import packaged

VERSION = "1.36"
REFERENCE = "#/definitions/"


def _load(name: str) -> Any:
    return packaged.read_json(__package__, f"data/{name}-{VERSION}.json.gz")


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """Every definition by its name ("io.k8s.api.core.v1.Pod"), without descriptions."""
    return _load("schema")  # type: ignore[no-any-return]


@cache
def descriptions() -> dict[str, dict[str, str]]:
    """What each definition's properties mean, by property; the definition itself stands under ""."""
    return _load("docs")  # type: ignore[no-any-return]


@cache
def enumerations() -> dict[str, dict[str, Any]]:
    """Definition -> field -> its values and a text on them: what only a running server's documents tell."""
    return _load("enums")["enums"]  # type: ignore[no-any-return]


@cache
def type_descriptions() -> dict[str, str]:
    """Descriptions of types that the schema data leaves without one."""
    return _load("enums")["descriptions"]  # type: ignore[no-any-return]


@cache
def documented_definitions() -> dict[str, dict[str, Any]]:
    """`definitions` with their descriptions, as the server's OpenAPI v2 document has them."""
    texts = descriptions()
    return {name: _documented(definition, texts.get(name, {})) for name, definition in definitions().items()}


def _documented(definition: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    result = {"description": texts[""], **definition} if "" in texts else dict(definition)
    if "properties" in definition:
        properties = definition["properties"].items()
        result["properties"] = {k: {"description": texts[k], **v} if k in texts else v for k, v in properties}
    return result


@cache
def _references() -> dict[tuple[str, str, str], str]:
    kinds = {}
    for name, definition in definitions().items():
        served = definition.get("x-kubernetes-group-version-kind", ())
        # Options and watch events stand under every group at once; none of those is a resource's kind.
        for gvk in served if len(served) == 1 else ():
            kinds[gvk["group"], gvk["version"], gvk["kind"]] = name
    return kinds


def ref(group: str, version: str, kind: str) -> str:
    """The name of a kind's definition; KeyError where v1.36 has none."""
    return _references()[group, version, kind]


def has_ref(group: str, version: str, kind: str) -> bool:
    return (group, version, kind) in _references()
