"""The schemas in the package are those that the installed kubernetes-validate holds, byte for byte."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from k8s_magic.kinds import go_types, go_zero, registry, schema


def load_script(checkout: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_schema", checkout / ".ci" / "make_schema.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("part", ["schema", "docs"])
def test_data_agrees_with_its_source(checkout: Path, part: str) -> None:
    pytest.importorskip("kubernetes_validate", reason="the data's source, kubernetes-validate, is not installed")
    script = load_script(checkout)
    committed = (script.TARGET / f"{part}-{script.VERSION}.json.gz").read_bytes()
    assert getattr(script, part)(script.source()) == script_json(script, committed)
    assert script.packed(getattr(script, part)(script.source())) == script.packed(script_json(script, committed))


def script_json(script: ModuleType, data: bytes) -> object:
    return script.json.loads(script.gzip.decompress(data))


def test_every_kind_has_a_definition() -> None:
    missing = [kind.resource for kind in registry().values() if not schema.has_ref(kind.group, kind.version, kind.kind)]
    assert missing == []


def test_descriptions_are_apart_and_can_be_joined() -> None:
    plain = schema.definitions()["io.k8s.api.core.v1.Container"]["properties"]["image"]
    documented = schema.documented_definitions()["io.k8s.api.core.v1.Container"]["properties"]["image"]
    assert plain == {"type": "string"}
    assert documented["description"].startswith("Container image name.")


def test_go_tables_name_fields_that_exist() -> None:
    properties = {".".join(name.split(".")[-3:]): d.get("properties", {}) for name, d in schema.definitions().items()}
    named = [
        (struct, field)
        for table in (go_types.NAMED, go_zero.POINTERS, go_zero.ALWAYS)
        for struct, fields in table.items()
        for field in fields
    ]
    assert [pair for pair in named if pair[1] not in properties[pair[0]]] == []


def test_merge_keys_are_kept() -> None:
    containers = schema.definitions()["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"]
    assert containers["x-kubernetes-patch-merge-key"] == "name"
    assert containers["items"] == {"$ref": "#/definitions/io.k8s.api.core.v1.Container"}
