"""kubectl create configmap. Models kubectl/pkg/cmd/create/create_configmap.go."""

from __future__ import annotations

import base64

from k8s_magic.kubectl import common, generate, sources
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.generate import in_order
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects.meta import Obj


async def run(call: Call) -> int | None:
    """Create a ConfigMap from literals and files."""
    name = common.one_name(call)
    data: dict[str, str] = {}
    binary: dict[str, str] = {}

    def add(key: str, value: bytes) -> None:
        _check_key(key, name, data, binary)
        try:
            data[key] = value.decode()
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(value).decode()

    sources.collect(call, add, "config", literals_first=False)
    generate.submit(call, _config_map(call, name, data, binary), "configmaps", "failed to create configmap:")
    return None


def _config_map(call: Call, name: str, data: dict[str, str], binary: dict[str, str]) -> Obj:
    if call.flags["append-hash"]:
        content = generate.compact(kind="ConfigMap", name=name, data=data, binaryData=binary or None)
        name += f"-{sources.name_hash(**content)}"
    body: Obj = {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": generate.metadata(call, name),
        "data": in_order(data),
        "binaryData": in_order(binary),
    }
    return {key: value for key, value in body.items() if value}


def _check_key(key: str, name: str, data: dict[str, str], binary: dict[str, str]) -> None:
    if fault := sources.key_fault(key):
        raise UsageError(f"{quoted(key)} is not a valid key name for a ConfigMap: {fault}")
    for where, taken in (("Data", data), ("BinaryData", binary)):
        if key in taken:
            raise UsageError(f'cannot add key "{key}", another key by that name already exists in {where} for ConfigMap "{name}"')


VERB = Verb(
    "configmap",
    "Create a ConfigMap from files, directories and literal values.",
    run,
    examples=("kubectl create configmap app --from-literal=color=blue --from-file=app.conf",),
)
